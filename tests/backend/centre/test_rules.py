"""Slots, the order of the reserve list and the balance of a day, by their cases."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.centre.closing import LotOfDay, balance_of, unbalanced
from backend.centre.reserve import Waiting, offers, ranked
from backend.centre.slots import Bookable, Hours, bookable, slot_of_walk_in, slots_of

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOURS = Hours(NINE, NINE + timedelta(hours=1), 20, 2)


@pytest.mark.parametrize(
    ("state", "minutes", "booked", "known", "found"),
    [
        ("planned", 0, 1, False, Bookable.YES),
        ("planned", 0, 2, False, Bookable.FULL),
        ("planned", 10, 0, False, Bookable.NO_SUCH_SLOT),
        ("planned", 60, 0, False, Bookable.NO_SUCH_SLOT),
        ("planned", 0, 0, True, Bookable.TWICE),
        ("closed", 0, 0, False, Bookable.CLOSED),
    ],
)
def test_slot_takes_as_many_as_it_says(state: str, minutes: int, booked: int, known: bool, found: Bookable) -> None:
    at = NINE + timedelta(minutes=minutes)
    assert bookable(state, HOURS, Counter({at: booked}), at, known=known) is found


def test_walk_in_stands_in_the_slot_that_runs() -> None:
    assert slot_of_walk_in(HOURS, NINE - timedelta(hours=2)) == NINE
    assert slot_of_walk_in(HOURS, NINE + timedelta(minutes=25)) == slots_of(HOURS)[1]
    assert slot_of_walk_in(HOURS, NINE + timedelta(hours=9)) == slots_of(HOURS)[-1]


def waiting(number: int, state: str, minutes: int | None, ends: int | None = None, age: int = 70) -> Waiting:
    ends_at = None if ends is None else NINE + timedelta(minutes=ends)
    return Waiting(UUID(int=number), state, minutes, None, age, ends_at)


def test_doses_left_go_to_who_can_arrive_in_time_and_no_dose_is_offered_twice() -> None:
    people = [
        waiting(1, "waiting", 50),
        waiting(2, "waiting", 10, age=66),
        waiting(3, "waiting", 10, age=90),
        waiting(4, "offered", 5, ends=3),
        waiting(5, "offered", 5, ends=-1),
        waiting(6, "waiting", None),
    ]
    assert [one.id.int for one in ranked(people) if one.state == "waiting"] == [3, 2, 1, 6]
    found = offers(people, 2, NINE + timedelta(minutes=30), NINE)
    assert ([one.int for one in found.offer], [one.int for one in found.lapsed]) == ([3], [5])


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_day_balances_when_each_dose_opened_was_given_or_thrown_away(opened: int, given_: int, wasted: int) -> None:
    lot = LotOfDay(UUID(int=1), opened, given_, wasted)
    doses = balance_of(lot)
    assert doses.used + doses.wasted + doses.unaccounted == doses.nominal + doses.over_extracted
    assert (unbalanced([lot]) == ()) == (opened == given_ + wasted)
