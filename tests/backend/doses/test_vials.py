"""A vial's doses add up, whatever two tablets that do not know of each other write down, in whatever order it arrives."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.doses.vials import (
    Balance,
    Clock,
    Clocks,
    Standing,
    balance,
    earliest_opening,
    end_vial,
    lot_ends_at,
    standing,
    use_by,
)
from sync.kinds import KINDS
from sync.merge import apply
from sync.ops import Op
from sync.state import RecordState
from sync.view import view

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOMINAL = 6
DESK, TABLETS = 1, (2, 3)


def holds(found: Balance) -> bool:
    return found.used + found.wasted + found.unaccounted + found.left == found.nominal + found.over_extracted


def op(actor: int, n: int, inc: dict[str, int] | None = None, **fields: str | int) -> Op:
    seen = {DESK: 1, actor: n - 1} if actor != DESK else {}
    return Op(f"{actor}-{n}", actor, n, "", "v", "vial", 1, "u", "", 0, "", set=dict(fields), inc=inc or {}, seen=seen)


def merged(ops: list[Op]) -> RecordState:
    state = None
    for one in ops:
        state = apply(state, one, 10 * one.n).state
    assert state is not None
    return state


# What a tablet does with the vial it holds: `give` draws a dose, `waste` loses one, `end` puts the vial away.
ACTS = st.lists(st.sampled_from(["give", "give", "waste", "end"]), max_size=8)


def ops_of(actor: int, acts: list[str]) -> tuple[list[Op], int]:
    """Write what a tablet that knows only itself records; return its ops and how many doses it gave."""
    ops = [op(actor, 1, opened_at="2026-11-22T09:00:00.000Z", state="opened")] if acts else []
    given, wasted = 0, 0
    for act in acts:
        if act == "give":
            given += 1
        elif act == "waste":
            wasted += 1
            ops.append(op(actor, len(ops) + 1, {"doses_wasted": 1}))
        else:
            ending = end_vial(balance(NOMINAL, given, wasted, "opened"))
            wasted += ending.wasted_more
            ops.append(op(actor, len(ops) + 1, {"doses_wasted": ending.wasted_more}, state=ending.state))
            break
    return ops, given


def read(ops: list[Op], given: int) -> Balance:
    shown = view(merged(ops)).values
    wasted, state = shown.get("doses_wasted", 0), shown["state"]
    assert isinstance(wasted, int)
    assert isinstance(state, str)
    return balance(NOMINAL, given, wasted, state)


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(ACTS, ACTS, st.randoms(use_true_random=False))
def test_doses_add_up_under_any_interleaving_of_two_tablets(
    first: list[str], second: list[str], chance: object
) -> None:
    made = op(DESK, 1, doses_nominal=NOMINAL, state="sealed")
    (one, given_one), (two, given_two) = ops_of(TABLETS[0], first), ops_of(TABLETS[1], second)
    given = given_one + given_two
    found: set[Balance] = set()
    for _ in range(3):
        left, right, order = list(one), list(two), [made]
        while left or right:
            take = left if left and (not right or chance.random() < 0.5) else right  # type: ignore[attr-defined]
            order.append(take.pop(0))
        found.add(read(order, given))
    assert len(found) == 1  # S3: the order of arrival changes nothing
    (balanced,) = found
    assert holds(balanced)
    assert min(balanced.left, balanced.wasted, balanced.unaccounted, balanced.over_extracted) >= 0
    written = sum(one.inc.get("doses_wasted", 0) for one in [*one, *two])
    assert balanced.wasted + balanced.wasted_twice == written


def test_every_order_of_two_discards_gives_the_same_balance() -> None:
    made = op(DESK, 1, doses_nominal=NOMINAL, state="sealed")
    ends = [op(actor, 1, {"doses_wasted": 4}, state="discarded") for actor in TABLETS]
    for order in permutations(ends):
        assert read([made, *order], 2) == Balance(6, 2, 4, 0, 0, 0, 4)


def test_balance_that_believed_the_counter_alone_would_not_add_up() -> None:
    """The planted fault: taking the sum of waste as it is."""
    assert not holds(Balance(6, 4, 2 + 2, 0, 0, 0, 0))


def test_over_extraction_is_noted_and_a_vial_that_ended_short_is_unaccounted() -> None:
    assert balance(6, 7, 0, "empty") == Balance(6, 7, 0, 0, 1, 0, 0)
    assert balance(6, 3, 1, "empty").unaccounted == 2


def test_steps_are_those_of_the_record_kind() -> None:
    assert KINDS["vial"].fields["state"].steps == ("sealed", "opened", "empty", "discarded")


@settings(derandomize=True, max_examples=200, deadline=None, database=None)
@given(
    st.none() | st.integers(-50, 50),
    st.none() | st.integers(-50, 50),
    st.none() | st.integers(-50, 50),
    st.integers(0, 90),
)
def test_use_by_is_never_later_than_any_clock(
    lot: int | None, thawed: int | None, opened: int | None, warm: int
) -> None:
    clocks = Clocks(
        lot_ends_at=None if lot is None else NOON + timedelta(hours=lot),
        thawed_at=None if thawed is None else NOON + timedelta(hours=thawed),
        days_thawed=2,
        opened_at=None if opened is None else NOON + timedelta(hours=opened),
        hours_after_opening=6,
        warm_since_at=NOON,
        warm_minutes=warm,
        warm_minutes_max=60,
    )
    ends = use_by(clocks)
    assert ends is not None
    assert ends.at <= NOON + timedelta(minutes=60 - warm)
    assert lot is None or ends.at <= NOON + timedelta(hours=lot)
    assert opened is None or ends.at <= NOON + timedelta(hours=opened + 6)
    doses = balance(6, 0, 0, "opened")
    if ends.at <= NOON:
        assert standing("opened", doses, clocks, NOON) is Standing.OUT_OF_TIME


@pytest.mark.parametrize(
    ("state", "given_doses", "clocks", "expected"),
    [
        ("sealed", 0, Clocks(), Standing.SEALED),
        ("opened", 1, Clocks(opened_at=NOON, hours_after_opening=6), Standing.OPEN),
        ("opened", 1, Clocks(opened_at=NOON), Standing.UNKNOWN_USE_BY),
        ("sealed", 1, Clocks(), Standing.UNKNOWN_USE_BY),
        ("opened", 6, Clocks(opened_at=NOON, hours_after_opening=6), Standing.ENDED),
        ("empty", 3, Clocks(), Standing.ENDED),
        ("a word of a newer app", 0, Clocks(), Standing.ENDED),
    ],
)
def test_standing_says_what_may_be_done(state: str, given_doses: int, clocks: Clocks, expected: Standing) -> None:
    assert standing(state, balance(6, given_doses, 0, state), clocks, NOON) is expected


def test_the_earlier_of_two_openings_counts() -> None:
    assert earliest_opening([None, NOON, NOON - timedelta(hours=1)]) == NOON - timedelta(hours=1)
    assert earliest_opening([None]) is None


def test_lot_may_be_used_until_the_midnight_that_ends_its_day_across_a_change_of_clocks() -> None:
    ends_at = lot_ends_at(date(2026, 10, 25), "Europe/Paris")
    assert ends_at == datetime(2026, 10, 25, 23, tzinfo=UTC)
    ends = use_by(Clocks(lot_ends_at=ends_at))
    assert ends is not None
    assert ends.because is Clock.LOT
