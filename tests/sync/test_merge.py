"""The merge keeps exactly what nobody replaced knowingly, for every policy and every order of arrival."""

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from sync.ids import RecordId
from sync.kinds import KINDS, Policy
from sync.merge import Conflict, Merged, apply
from sync.ops import Op
from sync.state import RecordState, encode
from sync.view import siblings, view
from tests.sync.making import make_op, uuid
from tests.sync.model import Standing, standing

RECORD = RecordId(uuid(7))
Apply = Callable[[RecordState | None, Op, int], Merged]

# One field for each policy that an op can write: kind, field, two values.
POLICY_FIELDS: dict[Policy, tuple[str, str, tuple[Any, Any]]] = {
    Policy.FACT: ("dose", "lot_number", ("A1", "B2")),
    Policy.CLINICAL: ("person", "born_on", ("1950-01-02", "1951-01-02")),
    Policy.DEMOGRAPHIC: ("person", "room", ("12", "14")),
    Policy.LATEST: ("team", "name", ("North", "South")),
    Policy.FURTHEST: ("visit", "state", ("planned", "done")),
    Policy.SET: ("person", "allergies", ("egg", "latex")),
    Policy.COUNTER: ("vial", "doses_wasted", (1, 2)),
}


def fold(ops: list[Op], fold_with: Apply = apply) -> RecordState:
    state: RecordState | None = None
    for op in ops:
        state = fold_with(state, op, 1000 * op.n + op.actor).state
    assert state is not None
    return state


def found(state: RecordState) -> Standing:
    result: Standing = {}
    for (actor, n), entry in state.entries.items():
        for name, value in entry.values.items():
            kept = {(one,) for one in value} if isinstance(value, list) else {(value, (actor, n))}
            result.setdefault(name, set()).update(kept)
    return result | {name: {(sum(by.values()),)} for name, by in state.sums.items()}


def acts(policy: Policy) -> list[dict[str, Any]]:
    """Return what an op may do to the field of a policy."""
    _, field, (one, other) = POLICY_FIELDS[policy]
    if policy is Policy.SET:
        return [{"add": {field: [one]}}, {"add": {field: [one, other]}}, {"remove": {field: [one]}}]
    if policy is Policy.COUNTER:
        return [{"inc": {field: one}}, {"inc": {field: -other}}]
    return [{"set": {field: one}}, {"set": {field: other}}]


def histories(policy: Policy) -> Iterator[list[Op]]:
    """Yield every history of three ops by three tablets on one record: who writes, what, having seen which others."""
    kind, _, _ = POLICY_FIELDS[policy]
    for actors in ((1, 2, 3), (1, 1, 2), (1, 2, 1), (1, 2, 2), (1, 1, 1)):
        for does in itertools.product(acts(policy), repeat=3):
            for second_saw, third_saw in itertools.product((0, 1), ((), (0,), (1,), (0, 1))):
                ops: list[Op] = []
                for index, (actor, act) in enumerate(zip(actors, does, strict=True)):
                    n = 1 + sum(op.actor == actor for op in ops)
                    saw = [ops[i] for i in ((0,) if index == 1 and second_saw else third_saw if index == 2 else ())]
                    seen: dict[int, int] = {}
                    for other in saw:  # who saw an op saw what its author had seen
                        for a, m in [*other.seen.items(), (other.actor, other.n)]:
                            seen[a] = max(m, seen.get(a, 0))
                    ops.append(make_op(actor, n, kind=kind, seen=seen, **act))
                yield ops


def arrivals(ops: list[Op]) -> Iterator[list[Op]]:
    """Yield every order of arrival that keeps each tablet's own order."""
    for order in itertools.permutations(ops):
        if all(a.n < b.n for a, b in itertools.combinations(order, 2) if a.actor == b.actor):
            yield list(order)


def check_every_arrival(policy: Policy, apply_with: Apply) -> int:
    cases = 0
    for ops in histories(policy):
        expected = standing(ops)
        encodings = set()
        for arrival in arrivals(ops):
            state = fold(arrival, apply_with)
            assert found(state) == expected
            encodings.add(encode(RECORD, state))
            cases += 1
        assert len(encodings) == 1, "S3: the same record to the byte in every order"
    return cases


def test_merge_keeps_what_nobody_replaced_knowingly_in_every_order() -> None:
    assert set(POLICY_FIELDS) == set(Policy) - {Policy.DERIVED}
    cases = {policy: check_every_arrival(policy, apply) for policy in POLICY_FIELDS}
    assert sum(cases.values()) >= 5_000, cases


def long_history(policy: Policy, seed: int) -> list[Op]:
    """Return three tablets' three ops each, with contexts as pulls at random moments would give them."""
    kind, _, _ = POLICY_FIELDS[policy]
    chance = random.Random(seed)
    ops: list[Op] = []
    knows: dict[int, dict[int, int]] = {1: {}, 2: {}, 3: {}}
    for actor in chance.sample([1, 1, 1, 2, 2, 2, 3, 3, 3], 9):
        if chance.random() < 0.5:
            other = chance.choice([1, 2, 3])
            knows[actor] = {a: max(knows[actor].get(a, 0), knows[other].get(a, 0)) for a in (1, 2, 3)}
        n = 1 + sum(op.actor == actor for op in ops)
        seen = {a: m for a, m in knows[actor].items() if m and (a != actor or m < n)}
        ops.append(make_op(actor, n, kind=kind, seen=seen, **chance.choice(acts(policy))))
        knows[actor] = knows[actor] | {actor: n}
    return ops


def orders_of_three_tablets() -> Iterator[tuple[int, ...]]:
    """Yield all 1,680 orders in which three tablets' three ops each can arrive."""
    for firsts in itertools.combinations(range(9), 3):
        rest = [place for place in range(9) if place not in firsts]
        for seconds in itertools.combinations(rest, 3):
            yield tuple(1 if place in firsts else 2 if place in seconds else 3 for place in range(9))


@pytest.mark.parametrize("policy", list(POLICY_FIELDS))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_merge_gives_one_record_in_each_of_the_orders_of_three_tablets_with_three_ops(
    policy: Policy, seed: int
) -> None:
    ops = long_history(policy, seed)
    by_actor = {actor: [op for op in ops if op.actor == actor] for actor in (1, 2, 3)}
    expected, encodings, cases = standing(ops), set(), 0
    for order in orders_of_three_tablets():
        turns = {actor: iter(mine) for actor, mine in by_actor.items()}
        state = fold([next(turns[actor]) for actor in order])
        assert found(state) == expected
        encodings.add(encode(RECORD, state))
        cases += 1
    assert (len(encodings), cases) == (1, 1680)  # 35,280 cases over the policies and seeds


def last_writer_wins(state: RecordState | None, op: Op, at: int) -> Merged:
    everything = dict(state.seen) if state else {}
    return apply(state, msgspec.structs.replace(op, seen=everything), at)


def context_dropped(state: RecordState | None, op: Op, at: int) -> Merged:
    return apply(state, msgspec.structs.replace(op, seen={}), at)


def deduplicated_by_the_greatest_n(state: RecordState | None, op: Op, at: int) -> Merged:
    if state is not None and op.n <= max(state.seen.values(), default=0):
        return Merged(state, fresh=False)
    return apply(state, op, at)


@pytest.mark.parametrize("policy", [Policy.CLINICAL, Policy.DEMOGRAPHIC, Policy.LATEST, Policy.SET])
@pytest.mark.parametrize("mutant", [last_writer_wins, context_dropped, deduplicated_by_the_greatest_n])
def test_every_arrival_catches_the_mutant(policy: Policy, mutant: Apply) -> None:
    with pytest.raises(AssertionError):
        check_every_arrival(policy, mutant)


@pytest.mark.parametrize("policy", [Policy.FACT, Policy.FURTHEST, Policy.COUNTER])
def test_every_arrival_catches_a_wrong_duplicate_rule(policy: Policy) -> None:
    with pytest.raises(AssertionError):
        check_every_arrival(policy, deduplicated_by_the_greatest_n)


def test_clinical_siblings_open_a_conflict_and_are_not_shown_as_one_value() -> None:
    first = make_op(1, set={"born_on": "1950-01-02"})
    merged = apply(fold([first]), make_op(2, set={"born_on": "1951-01-02"}), 5)
    assert merged.conflicts == (Conflict("born_on", ((1, 1), (2, 1))),)
    shown = view(merged.state)
    assert "born_on" not in shown.values
    assert shown.disputed == {"born_on": ["1950-01-02", "1951-01-02"]}


def test_equal_values_are_no_conflict() -> None:
    merged = apply(fold([make_op(1, set={"born_on": "1950-01-02"})]), make_op(2, set={"born_on": "1950-01-02"}), 5)
    assert merged.conflicts == ()
    assert view(merged.state).values == {"born_on": "1950-01-02"}


def test_fact_keeps_both_values_even_when_the_second_author_saw_the_first() -> None:
    first = make_op(1, kind="dose", set={"lot_number": "A1"})
    merged = apply(fold([first]), make_op(2, kind="dose", set={"lot_number": "B2"}, seen={1: 1}), 5)
    assert [one.value for one in siblings(merged.state.entries, "lot_number")] == ["A1", "B2"]
    assert [one.field for one in merged.conflicts] == ["lot_number"]


def test_demographic_shows_the_latest_corrected_time_and_lists_the_other() -> None:
    state = apply(None, make_op(1, set={"room": "12"}), 900).state
    merged = apply(state, make_op(2, set={"room": "14"}), 100)
    assert merged.combined == ("room",)
    assert view(merged.state).values == {"room": "12"}
    assert view(merged.state).others == {"room": ["14"]}


def test_furthest_keeps_a_word_of_a_newer_app_beside_the_step() -> None:
    state = fold([make_op(1, kind="visit", set={"state": "planned"})])
    state = apply(state, make_op(2, kind="visit", schema=9, set={"state": "verified"}, seen={1: 1}), 5).state
    assert view(state).values == {"state": "planned"}
    assert view(state).others == {"state": ["verified"]}


def test_unknown_field_of_a_newer_app_survives_an_older_apps_op() -> None:
    state = fold([make_op(1, schema=9, set={"room": "12", "pet": "cat"})])
    state = apply(state, make_op(2, set={"room": "14"}, seen={1: 1}), 5).state
    assert view(state).values == {"pet": "cat", "room": "14"}


def test_late_op_that_was_already_replaced_stays_replaced_when_offered_again() -> None:
    """After a restore the replacing op may come first; what its author had seen is remembered until it arrives."""
    old = make_op(1, set={"room": "12", "phone": "06"})
    new = make_op(2, set={"room": "14"}, seen={1: 1})
    assert encode(RECORD, fold([new, old])) == encode(RECORD, fold([old, new]))
    assert fold([new, old]).ahead == {}


def test_every_field_has_a_policy_and_a_lane_of_merging() -> None:
    for kind in KINDS.values():
        for name, field in kind.fields.items():
            assert isinstance(field.policy, Policy), (kind.name, name)
            assert field.policy is Policy.DERIVED or field.policy in POLICY_FIELDS, (kind.name, name)
            assert field.policy is not Policy.FURTHEST or field.words, (kind.name, name)
