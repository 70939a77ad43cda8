"""What lies where, what is out of range, and what a decision does, by their cases."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.stock.cold_chain import is_out_of_range, state_after
from backend.stock.on_hand import Flag, Move, flags, on_hand

LOT, PLACES = UUID(int=1), [UUID(int=number) for number in (2, 3, 4)]


@given(
    st.lists(
        st.tuples(st.sampled_from([None, *PLACES]), st.sampled_from([None, *PLACES]), st.integers(1, 50)), max_size=20
    )
)
def test_doses_on_hand_are_what_came_less_what_went(moves: list[tuple[UUID | None, UUID | None, int]]) -> None:
    held = on_hand([Move(LOT, source, to, n) for source, to, n in moves])
    came = sum(n for source, to, n in moves if source is None and to is not None)
    went = sum(n for source, to, n in moves if to is None and source is not None)
    assert sum(held.values()) == came - went


def test_flags_of_a_lot() -> None:
    today = date(2026, 11, 22)
    assert flags(today, 5, today) == (Flag.EXPIRES_SOON,)
    assert flags(date(2026, 11, 21), -1, today) == (Flag.BELOW_NOTHING, Flag.EXPIRED)
    assert flags(None, 5, today) == ()


@pytest.mark.parametrize(
    ("tenths", "storages", "out"),
    [
        (19, ["cold"], True),
        (20, ["cold"], False),
        (80, [""], False),
        (81, [], True),
        (300, ["ambient"], False),
        (81, ["ambient", "cold"], True),
    ],
)
def test_range_is_that_of_what_is_kept_cold(tenths: int, storages: list[str], out: bool) -> None:
    assert is_out_of_range(tenths, storages) is out


@pytest.mark.parametrize(
    ("decision", "state", "other_open", "after"),
    [
        ("release", "quarantined", False, "available"),
        ("release", "quarantined", True, "quarantined"),
        ("destroy", "quarantined", True, "destroyed"),
        ("release", "recalled", False, "recalled"),
        ("destroy", "recalled", False, "recalled"),
        ("release", "destroyed", False, "destroyed"),
    ],
)
def test_recalled_lot_is_never_released(decision: str, state: str, other_open: bool, after: str) -> None:
    assert state_after(decision, state, other_open=other_open) == after
