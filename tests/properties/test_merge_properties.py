"""For every history that tablets can make: order, repetition and the cut into batches do not change the record.

Each property is shown to catch mutants of the merge: a property that no lossy merge breaks proves nothing.
"""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sync.ids import RecordId
from sync.merge import Merged, apply
from sync.ops import Op
from sync.state import RecordState, content_sum, decode, encode
from tests.sync.making import make_op, uuid
from tests.sync.model import standing
from tests.sync.test_merge import context_dropped, deduplicated_by_the_greatest_n, found, last_writer_wins

RECORD = RecordId(uuid(7))
SETTINGS = settings(
    derandomize=True,
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a caught mutant needs no smallest example
)
Apply = Callable[[RecordState | None, Op, int], Merged]

ACTS = st.one_of(
    st.fixed_dictionaries(
        {"set": st.dictionaries(st.sampled_from(["room", "phone"]), st.sampled_from("abc"), min_size=1)}
    ),
    st.fixed_dictionaries(
        {"set": st.fixed_dictionaries({"born_on": st.sampled_from(["1950-01-01", "1951-01-01", None])})}
    ),
    st.fixed_dictionaries({"add": st.fixed_dictionaries({"allergies": st.lists(st.sampled_from("xyz"), min_size=1)})}),
    st.fixed_dictionaries(
        {"remove": st.fixed_dictionaries({"allergies": st.lists(st.sampled_from("xyz"), min_size=1)})}
    ),
    st.fixed_dictionaries({"inc": st.fixed_dictionaries({"tally": st.integers(-3, 5)})}),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Op]:
    """Draw a history: tablets act, and pull what others know, at moments of Hypothesis' choice."""
    knows: dict[int, dict[int, int]] = {1: {}, 2: {}, 3: {}, 4: {}}
    count: dict[int, int] = dict.fromkeys(knows, 0)
    ops: list[Op] = []
    for _ in range(draw(st.integers(1, 12))):
        actor, pulls_from = draw(st.integers(1, 4)), draw(st.integers(0, 4))
        if pulls_from:
            theirs = knows[pulls_from]
            knows[actor] = {
                a: max(knows[actor].get(a, 0), theirs.get(a, 0)) for a in knows[actor].keys() | theirs.keys()
            }
        count[actor] += 1
        ops.append(make_op(actor, count[actor], schema=9, seen=dict(knows[actor]), **draw(ACTS)))
        knows[actor][actor] = count[actor]
    return ops


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Op], list[Op]]:
    """Draw a history and an order of arrival with repeats, each tablet's ops in order."""
    ops = draw(histories())
    waiting = {actor: [op for op in ops if op.actor == actor] for actor in {op.actor for op in ops}}
    arrival: list[Op] = []
    while waiting:
        actor = draw(st.sampled_from(sorted(waiting)))
        arrival.append(waiting[actor].pop(0))
        if draw(st.booleans()):
            arrival.append(draw(st.sampled_from(arrival)))  # S2: any op may come again at any later time
        if not waiting[actor]:
            del waiting[actor]
    return ops, arrival


def fold(ops: list[Op], apply_with: Apply, state: RecordState | None = None) -> RecordState | None:
    for op in ops:
        state = apply_with(state, op, 1000 * op.n + op.actor).state
    return state


def keeps_what_stands(apply_with: Apply) -> None:
    @SETTINGS
    @given(arrivals())
    def check(drawn: tuple[list[Op], list[Op]]) -> None:
        ops, arrival = drawn
        state = fold(arrival, apply_with)
        assert state is not None
        assert found(state) == standing(ops)

    check()


def order_and_repeats_change_nothing(apply_with: Apply) -> None:
    @SETTINGS
    @given(arrivals())
    def check(drawn: tuple[list[Op], list[Op]]) -> None:
        ops, arrival = drawn
        one, other = fold(ops, apply_with), fold(arrival, apply_with)
        assert one is not None
        assert other is not None
        assert encode(RECORD, one) == encode(RECORD, other)

    check()


PROPERTIES = [keeps_what_stands, order_and_repeats_change_nothing]


def counted_twice(state: RecordState | None, op: Op, at: int) -> Merged:
    """Forget which ops are in the record already."""
    if state is not None and op.inc:
        state = msgspec.structs.replace(state, seen={a: n for a, n in state.seen.items() if a != op.actor})
    return apply(state, op, at)


def what_was_seen_ahead_forgotten(state: RecordState | None, op: Op, at: int) -> Merged:
    merged = apply(state, op, at)
    return msgspec.structs.replace(merged, state=msgspec.structs.replace(merged.state, ahead={}))


@pytest.mark.parametrize("holds", PROPERTIES)
def test_property_holds_for_the_merge(holds: Callable[[Apply], None]) -> None:
    holds(apply)


@pytest.mark.parametrize(
    ("holds", "mutant"),
    [
        (keeps_what_stands, last_writer_wins),
        (keeps_what_stands, context_dropped),
        (keeps_what_stands, deduplicated_by_the_greatest_n),
        (keeps_what_stands, counted_twice),
        (keeps_what_stands, what_was_seen_ahead_forgotten),
        (order_and_repeats_change_nothing, last_writer_wins),
        (order_and_repeats_change_nothing, deduplicated_by_the_greatest_n),
        (order_and_repeats_change_nothing, counted_twice),
        (order_and_repeats_change_nothing, what_was_seen_ahead_forgotten),
    ],
)
def test_property_catches_the_mutant(holds: Callable[[Apply], None], mutant: Apply) -> None:
    with pytest.raises(AssertionError):
        holds(mutant)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(histories(), st.data())
def test_any_cut_into_batches_gives_one_record(ops: list[Op], data: st.DataObject) -> None:
    """Associativity: the state saved after one batch and read back is where the next goes on."""
    whole = fold(ops, apply)
    assert whole is not None
    cut = data.draw(st.integers(0, len(ops)))
    first = fold(ops[:cut], apply)
    saved = None if first is None else decode(encode(RECORD, first))[1]
    again = fold(ops[cut:], apply, saved)
    assert again is not None
    assert encode(RECORD, again) == encode(RECORD, whole)
    assert decode(encode(RECORD, whole)) == (RECORD, whole)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(histories(), histories())
def test_sums_are_equal_only_when_the_records_are(ops: list[Op], others: list[Op]) -> None:
    one, other = fold(ops, apply), fold(others, apply)
    assert one is not None
    assert other is not None
    assert (content_sum(RECORD, one) == content_sum(RECORD, other)) == (encode(RECORD, one) == encode(RECORD, other))
