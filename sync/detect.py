"""Decide which records contradict each other although each is sound: two teams vaccinated one person, and the like.

Each rule finds groups of record ids; each group opens one review with an id derived from the rule and the ids, so
tablets and server open the same one, once. Rules never change a record: a dose given is a fact. The caller loads the
histories of the persons touched (of all records joined by sync/same_person.py) and brings the limits.

Units: days are text `2026-11-22`, instants text in UTC; limits are days.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations

import msgspec

from sync.names import alike, sounds
from sync.review import Review, about

Group = tuple[str, ...]


class Dose(msgspec.Struct, frozen=True):
    """A vaccination as recorded; `expires_on` and `lot_state` are of its lot, empty when unknown."""

    id: str
    antigens: tuple[str, ...]
    given_on: str
    given_at: str = ""
    status: str = "given"
    state: str = "recorded"
    expires_on: str = ""
    lot_state: str = ""


class Consent(msgspec.Struct, frozen=True):
    """A decision of a person on an act."""

    id: str
    act: str
    decision: str
    decided_at: str
    decided_on: str  # the day of `decided_at` in the territory's time zone
    state: str = "recorded"


class Outcome(msgspec.Struct, frozen=True):
    """What became of a visit, as one team recorded it."""

    id: str
    visit_id: str
    result: str
    state: str = "recorded"


class Limits(msgspec.Struct, frozen=True):
    """Days within which a second dose of an antigen is taken for a double, and the least interval by antigen."""

    double_days: int
    interval_days: Mapping[str, int]


class History(msgspec.Struct, frozen=True):
    """All that is known of one human, from every record joined for them."""

    doses: tuple[Dose, ...] = ()
    consents: tuple[Consent, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


class Person(msgspec.Struct, frozen=True):
    """What a person is recognised by; `same_as` is the canonical id of those already joined."""

    id: str
    name: str
    born_on: str = ""
    place_id: str = ""
    same_as: str = ""


class Rule(msgspec.Struct, frozen=True):
    """A rule's name, whether a clinician settles it, and what finds its groups."""

    name: str
    clinical: bool
    find: Callable[[History, Limits], Iterator[Group]]


def reviews(history: History, limits: Limits, opened_at: str) -> list[Review]:
    """Return the reviews that a human's history asks for; asked twice, the same ones.

    >>> two = (Dose("a", ("flu",), "2026-11-01"), Dose("b", ("flu",), "2026-11-03"))
    >>> [one.rule for one in reviews(History(two), Limits(7, {"flu": 28}), "2026-11-22T18:10:00.000Z")]
    ['double_dose']
    """
    return [
        about(rule.name, group, opened_at, clinical=rule.clinical)
        for rule in RULES
        for group in dict.fromkeys(tuple(sorted(group)) for group in rule.find(history, limits))
    ]


def duplicate_persons(persons: Iterable[Person], opened_at: str) -> list[Review]:
    """Return a review for each pair that may be one human: names alike, and born the same day or met at the same place.

    A close name needs both; records already joined ask nothing.
    """
    by_trait: dict[tuple[str, str], dict[str, Person]] = {}
    for person in persons:
        for sound in sounds(person.name):
            for trait in filter(None, (person.born_on, person.place_id)):
                by_trait.setdefault((sound, trait), {})[person.id] = person
    pairs = {
        (one.id, other.id): (one, other)
        for met in by_trait.values()
        for one, other in combinations(sorted(met.values(), key=lambda person: person.id), 2)
    }
    return [
        about("duplicate_person", pair, opened_at, clinical=False)
        for pair, (one, other) in sorted(pairs.items())
        if _may_be_one(one, other)
    ]


def _may_be_one(one: Person, other: Person) -> bool:
    if (one.same_as or one.id) == (other.same_as or other.id):
        return False
    same_birth = bool(one.born_on) and one.born_on == other.born_on
    same_place = bool(one.place_id) and one.place_id == other.place_id
    births_differ = bool(one.born_on and other.born_on) and not same_birth
    name = alike(one.name, other.name)
    if name == "same":
        return same_birth or (same_place and not births_differ)
    return name == "close" and same_birth and same_place


def _given(history: History) -> list[Dose]:
    return [dose for dose in history.doses if dose.status == "given" and dose.state == "recorded"]


def _pairs(history: History) -> Iterator[tuple[Dose, Dose, str, int]]:
    """Yield two given doses that share an antigen, with it and the days between them."""
    for one, other in combinations(_given(history), 2):
        days = abs((date.fromisoformat(one.given_on) - date.fromisoformat(other.given_on)).days)
        for antigen in sorted(set(one.antigens) & set(other.antigens)):
            yield one, other, antigen, days


def _double_dose(history: History, limits: Limits) -> Iterator[Group]:
    return ((one.id, other.id) for one, other, _, days in _pairs(history) if days <= limits.double_days)


def _interval_short(history: History, limits: Limits) -> Iterator[Group]:
    for one, other, antigen, days in _pairs(history):
        if limits.double_days < days < limits.interval_days.get(antigen, 0):
            yield one.id, other.id


def _dose_after_refusal(history: History, _limits: Limits) -> Iterator[Group]:
    decisions = [one for one in history.consents if one.act == "vaccinate" and one.state == "recorded"]
    for dose in _given(history):
        before = [one for one in decisions if _not_after(one, dose)]
        last = max(before, key=lambda one: (one.decided_at, one.id), default=None)
        if last is not None and last.decision in ("refused", "withdrawn"):
            yield dose.id, last.id


def _not_after(decision: Consent, dose: Dose) -> bool:
    """Return whether a decision came before a dose; on one day without an hour, cautiously, it did."""
    return decision.decided_at <= dose.given_at if dose.given_at else decision.decided_on <= dose.given_on


def _dose_from_bad_lot(history: History, _limits: Limits) -> Iterator[Group]:
    for dose in _given(history):
        expired = bool(dose.expires_on) and dose.expires_on < dose.given_on
        if expired or dose.lot_state in ("recalled", "quarantined", "destroyed"):
            yield (dose.id,)


def _visit_done_twice(history: History, _limits: Limits) -> Iterator[Group]:
    done = [one for one in history.outcomes if one.result == "done" and one.state == "recorded"]
    return ((one.id, other.id) for one, other in combinations(done, 2) if one.visit_id == other.visit_id)


RULES: tuple[Rule, ...] = (
    Rule("double_dose", clinical=True, find=_double_dose),
    Rule("interval_short", clinical=True, find=_interval_short),
    Rule("dose_after_refusal", clinical=True, find=_dose_after_refusal),
    Rule("dose_from_bad_lot", clinical=True, find=_dose_from_bad_lot),
    Rule("visit_done_twice", clinical=False, find=_visit_done_twice),
)
