"""Each op gets one final verdict, in order, whatever the push holds (S1, S2, S5)."""

from typing import Any

import msgspec
import pytest

from sync.clock import Sample
from sync.decode import Batch, decode, envelope
from sync.ledger import Decision, Installation, Known, Stored
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.push import decide, needs
from sync.state import RecordState
from tests.sync.making import BOOT, START, body, chained, line, make_op, op_id, uuid

NOW = START + 120_000


def push(lines: list[bytes], **known: Any) -> Decision:
    batch = decode(body(lines))
    assert isinstance(batch, Batch)
    given: dict[str, Any] = {
        "installation": Installation(1, 1, NO_PREVIOUS),
        "records": {},
        "by_id": {},
        "by_n": {},
        "samples": [],
        "epoch": 1,
    }
    authority = known.pop("authority", None)
    return decide(batch, Known(**(given | known)), NOW, *([authority] if authority else []))


def ops(*parts: dict[str, Any]) -> list[Op]:
    return chained([make_op(1, n, **one) for n, one in enumerate(parts, start=1)])


def words(decision: Decision) -> list[tuple[str, str]]:
    return [(verdict.word, verdict.code) for verdict in decision.verdicts]


def stored(op: Op, word: str = "stored", code: str = "") -> Stored:
    content = payload(op)
    return Stored(op.actor, op.n, op.id, hash_of(content), word, code, content)


def test_needs_names_records_ids_and_numbers() -> None:
    batch = decode(body([line(op) for op in ops({"set": {"room": "1"}}, {"record": uuid(8), "set": {"room": "2"}})]))
    assert isinstance(batch, Batch)
    need = needs(batch)
    assert need.records == {uuid(7), uuid(8)}
    assert need.numbers == {1, 2}


def test_push_stores_ops_in_order_and_advances_the_chain() -> None:
    made = ops({"set": {"room": "1"}}, {"set": {"room": "2"}, "seen": {1: 1}})
    decision = push([line(op) for op in made])
    assert words(decision) == [("stored", ""), ("stored", "")]
    assert decision.installation == Installation(1, 3, hash_of(payload(made[1])))
    assert list(decision.records[uuid(7)].entries) == [(1, 2)]


def test_push_stops_at_a_gap_and_names_the_n_expected() -> None:
    """The shortcut "n at most the highest seen" loses the ops in the gap."""
    first, _, third = ops({"set": {"room": "1"}}, {"set": {"room": "2"}}, {"set": {"room": "3"}})
    decision = push([line(first), line(third)])
    assert words(decision) == [("stored", "")]
    assert decision.answer().expected_n == 2


def test_push_again_is_already_and_changes_nothing() -> None:
    made = ops({"set": {"room": "1"}}, {"set": {"room": "2"}, "seen": {1: 1}})
    head = hash_of(payload(made[1]))
    decision = push(
        [line(op) for op in made],
        installation=Installation(1, 3, head),
        by_n={op.n: stored(op) for op in made},
    )
    assert [(v.word, v.of) for v in decision.verdicts] == [("already", "stored")] * 2
    assert (decision.log, decision.records) == ([], {})


def test_push_with_one_op_twice_counts_it_once() -> None:
    (one,) = ops({"kind": "vial", "set": {"lot_id": uuid(3), "doses_nominal": 10}, "inc": {"doses_wasted": 2}})
    decision = push([line(one), line(one)])
    assert words(decision) == [("stored", ""), ("already", "")]
    assert decision.records[uuid(7)].sums == {"doses_wasted": {1: 2}}


def test_push_refuses_a_bad_op_keeps_it_and_goes_on_behind_it() -> None:
    good, bad, after = ops({"set": {"room": "1"}}, {"set": {"born_on": "soon"}}, {"set": {"room": "2"}, "seen": {1: 1}})
    decision = push([line(good), line(bad), line(after)])
    assert words(decision) == [("stored", ""), ("refused", "day"), ("stored", "")]
    assert [row.raw for row in decision.quarantine] == [payload(bad)]
    assert decision.installation.expected_n == 4


def test_push_refuses_a_payload_that_is_no_json_under_its_envelope_and_keeps_the_chain() -> None:
    torn = b'{"room":'
    (first,) = ops({"set": {"room": "1"}})
    behind = chained([make_op(1, 3, record=uuid(9), set={"room": "9"})], hash_of(torn))
    decision = push([line(first), envelope(op_id(1002), 2, hash_of(torn), torn), *map(line, behind)])
    assert words(decision) == [("stored", ""), ("refused", "unreadable"), ("stored", "")]


def test_push_never_acknowledges_an_id_used_for_another_content() -> None:
    """A late acknowledgement of the old content would clear the new one from the tablet."""
    old, new = ops({"set": {"room": "1"}})[0], ops({"set": {"room": "2"}})[0]
    decision = push([line(new)], installation=Installation(1, 2, hash_of(payload(old))), by_n={1: stored(old)})
    assert words(decision) == [("refused", "id_reused")]
    assert decision.suspicion == "id_reused"
    assert decision.installation.expected_n == 2


def test_push_of_a_clone_that_used_the_same_number_is_a_fork_without_a_verdict() -> None:
    theirs = ops({"set": {"room": "1"}})[0]
    mine = ops({"id": op_id(77), "set": {"room": "2"}})[0]
    decision = push([line(mine)], installation=Installation(1, 2, hash_of(payload(theirs))), by_n={1: stored(theirs)})
    assert (decision.verdicts, decision.suspicion) == ([], "forked")


def test_push_of_a_clone_at_the_next_number_is_a_fork_by_its_link() -> None:
    theirs = ops({"set": {"room": "1"}})[0]
    mine = ops({"id": op_id(77), "set": {"room": "2"}}, {"set": {"room": "3"}})
    decision = push([line(mine[1])], installation=Installation(1, 2, hash_of(payload(theirs))))
    assert (decision.verdicts, decision.suspicion) == ([], "forked")


def test_push_of_an_act_issued_again_by_a_new_installation_counts_once() -> None:
    old = ops({"kind": "vial", "set": {"lot_id": uuid(3), "doses_nominal": 10}, "inc": {"doses_wasted": 2}})[0]
    again = msgspec.structs.replace(old, actor=2, n=1)
    decision = push([line(again)], installation=Installation(2, 1, NO_PREVIOUS), by_id={old.id: stored(old)})
    assert [(v.word, v.of) for v in decision.verdicts] == [("already", "stored")]
    assert decision.records == {}
    assert decision.installation.expected_n == 2


def test_push_of_another_act_under_a_known_id_is_refused_and_suspected() -> None:
    old = ops({"set": {"room": "1"}})[0]
    other = msgspec.structs.replace(old, actor=2, n=1, set={"room": "2"})
    decision = push([line(other)], installation=Installation(2, 1, NO_PREVIOUS), by_id={old.id: stored(old)})
    assert (words(decision), decision.suspicion) == ([("refused", "id_reused")], "id_reused")


def test_push_of_a_revoked_tablet_is_held_for_a_supervisor() -> None:
    decision = push(
        [line(op) for op in ops({"set": {"room": "1"}})], installation=Installation(1, 1, NO_PREVIOUS, True)
    )
    assert words(decision) == [("review", "revoked_tablet")]
    assert decision.records == {}
    assert len(decision.quarantine) == 1
    assert [one.rule for one in decision.reviews.values()] == ["revoked_tablet"]


def test_push_out_of_the_teams_scope_is_stored_and_reviewed() -> None:
    decision = push([line(op) for op in ops({"set": {"room": "1"}})], authority=lambda _op, _state: "former_team")
    assert words(decision) == [("review", "former_team")]
    assert uuid(7) in decision.records
    assert [one.rule for one in decision.reviews.values()] == ["former_team"]


def test_push_without_the_right_is_refused_and_kept() -> None:
    decision = push([line(op) for op in ops({"set": {"room": "1"}})], authority=lambda _op, _state: "no_right")
    assert words(decision) == [("refused", "no_right")]
    assert len(decision.quarantine) == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"actor": 2, "set": {"room": "1"}}, "actor"),
        ({"kind": "lot", "set": {"product_id": uuid(1), "number": "L"}}, "desk_only"),
        ({"kind": "dose", "set": {"person_id": uuid(1)}}, "required_missing"),
        ({"set": {"room": "1"}, "seen": {4: 2}}, "record_unknown"),
    ],
)
def test_push_refuses_what_the_server_cannot_take(parts: dict[str, Any], code: str) -> None:
    op = make_op(**({"n": 1} | parts))
    assert words(push([line(op)])) == [("refused", code)]


def test_push_refuses_another_kind_for_a_record() -> None:
    op = make_op(1, 1, kind="household", set={"room": "1"})
    assert words(push([line(op)], records={uuid(7): RecordState("person", {9: 1})})) == [("refused", "kind_differs")]


def test_push_opens_one_review_for_clinical_siblings_and_says_so() -> None:
    born = apply_one(make_op(9, 1, set={"born_on": "1950-01-02"}))
    decision = push([line(make_op(1, 1, set={"born_on": "1951-01-02"}))], records={uuid(7): born})
    assert words(decision) == [("review", "")]
    (review,) = decision.reviews.values()
    assert (review.field, review.dots, review.clinical) == ("born_on", ((1, 1), (9, 1)), True)


def test_push_takes_no_more_seen_than_the_server_could_have_shown() -> None:
    """A claim to have seen the future would hide what others are about to record."""
    room = apply_one(make_op(9, 1, set={"room": "1"}))
    claims = make_op(1, 1, set={"room": "2"}, seen={9: 1_000_000})
    decision = push([line(claims)], records={uuid(7): room})
    assert decision.log[0].seen == {9: 1}
    assert decision.records[uuid(7)].ahead == {}


def test_push_corrects_a_clock_that_is_a_day_off_and_labels_it() -> None:
    day = 86_400_000
    off = make_op(1, 1, set={"room": "1"}, wall_at="2026-11-24T01:00:00.000Z")
    samples = [Sample(START + day, 0, BOOT, START)]
    row = push([line(off)], samples=samples).log[0]
    assert abs(row.corrected_at - (START + 1000)) <= 1000
    assert row.clock == "block"


def apply_one(op: Op) -> RecordState:
    from sync.merge import apply  # noqa: PLC0415

    return apply(None, op, START).state
