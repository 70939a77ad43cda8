"""This file decides which weights of a good plan a territory may set, between which bounds, and which orders never break.

What each weight prices stands in `routing/cost.py`; here each has a unit that a person can weigh, most often minutes
of detour. A promise (a visit whose persons were told) is no matter of taste and cannot be set.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from routing.problem import Weights

_DEFAULT: Final = Weights()
DOSES_OF_A_LARGE_VIAL: Final = 10


class Unit(StrEnum):
    """In what a weight is told; `seconds_per_unit` is what one of it is in seconds of travel."""

    MINUTES = "minutes"
    TIMES = "times"

    @property
    def seconds_per_unit(self) -> int:
        """Return 60 for minutes; a factor counts as it is."""
        return 60 if self is Unit.MINUTES else 1


class Settable(msgspec.Struct, frozen=True):
    """A weight that a territory may set, from `least` to `most` of its unit."""

    name: str
    unit: Unit
    least: int
    most: int

    @property
    def default(self) -> int:
        """Return what is in force where nobody has set it."""
        return self.default_seconds // self.unit.seconds_per_unit

    @property
    def default_seconds(self) -> int:
        """Return the same as `routing/problem.py` says it."""
        return int(getattr(_DEFAULT, self.name))


SETTABLE: Final = (
    Settable("left_out_point", Unit.MINUTES, 10, 600),
    Settable("pair_half_left_out", Unit.MINUTES, 0, 600),
    Settable("wasted_dose", Unit.MINUTES, 0, 60),
    Settable("other_member", Unit.MINUTES, 0, 120),
    Settable("preference_missed", Unit.MINUTES, 0, 120),
    Settable("unknown_zone", Unit.MINUTES, 0, 60),
    Settable("moved_team", Unit.MINUTES, 0, 240),
    Settable("full_load", Unit.MINUTES, 0, 240),
    Settable("overtime_second", Unit.TIMES, 1, 20),
    Settable("late_second", Unit.TIMES, 0, 20),
)


class Fault(StrEnum):
    """Why weights are not taken."""

    OUT_OF_BOUNDS = "out_of_bounds"
    WASTE_ABOVE_PEOPLE = "waste_above_people"
    COMFORT_ABOVE_PEOPLE = "comfort_above_people"
    PEOPLE_ABOVE_PROMISE = "people_above_promise"


class Wrong(msgspec.Struct, frozen=True):
    """A fault, and the weight it is about."""

    fault: Fault
    name: str


def weights_of(values: Mapping[str, int]) -> Weights | list[Wrong]:
    """Return the weights that these values (in the units of `SETTABLE`; others keep their default) make, or what is wrong.

    >>> weights_of({"wasted_dose": 6}).wasted_dose
    360
    >>> [one.fault.value for one in weights_of({"left_out_point": 20, "wasted_dose": 30})]
    ['waste_above_people', 'comfort_above_people']
    """
    chosen = {one.name: values.get(one.name, one.default) for one in SETTABLE}
    wrong = [Wrong(Fault.OUT_OF_BOUNDS, one.name) for one in SETTABLE if not one.least <= chosen[one.name] <= one.most]
    if wrong:
        return wrong
    seconds = {one.name: chosen[one.name] * one.unit.seconds_per_unit for one in SETTABLE}
    weights = msgspec.structs.replace(_DEFAULT, **seconds)
    return _broken_orders(weights) or weights


def _broken_orders(weights: Weights) -> list[Wrong]:
    """Return which orders the weights would turn round: promised > served > waste and comfort."""
    least, most = min(weights.points_by_priority), max(weights.points_by_priority)
    overdue = most * (100 + weights.due_points_percent) // 100
    found = []
    if weights.left_out_point * least <= weights.wasted_dose * (DOSES_OF_A_LARGE_VIAL - 1):
        found.append(Wrong(Fault.WASTE_ABOVE_PEOPLE, "wasted_dose"))
    if weights.left_out_point * least <= weights.other_member + weights.preference_missed + weights.unknown_zone:
        found.append(Wrong(Fault.COMFORT_ABOVE_PEOPLE, "left_out_point"))
    if weights.promised_left_out <= weights.left_out_point * overdue + weights.pair_half_left_out:
        found.append(Wrong(Fault.PEOPLE_ABOVE_PROMISE, "left_out_point"))
    return found


def values_of(weights: Weights) -> dict[str, int]:
    """Return what weights are in the units of `SETTABLE`."""
    return {one.name: int(getattr(weights, one.name)) // one.unit.seconds_per_unit for one in SETTABLE}
