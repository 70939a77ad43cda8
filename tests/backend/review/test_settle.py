"""What a choice writes, decided without a database: who may, who has seen, what each rule offers."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.access import Right
from backend.log.desk import Act
from backend.review.settle import CHOICES, Choice, NotSettled, Question, right_to_settle, settle
from sync.kinds import KINDS
from sync.state import Entry, RecordState

ONE, OTHER = str(UUID(int=1)), str(UUID(int=2))
AT = "2026-11-22T18:10:00.000Z"
ALL = frozenset(Right)
BORN = RecordState(
    "person",
    {7: 3, 8: 4},
    {(7, 3): Entry(5, {"born_on": "1950-03-04"}), (8, 4): Entry(6, {"born_on": "1951-03-04"})},
)
DOSE = RecordState("dose", {7: 1}, {(7, 1): Entry(5, {"status": "given"})})
KIND_OF_RULE = {
    "siblings": BORN,
    "duplicate_person": BORN,
    "former_team": BORN,
    "visit_done_twice": RecordState("visit_outcome", {7: 1}, {(7, 1): Entry(5, {"result": "done"})}),
}


def question(rule: str = "siblings", *, state: str = "open", clinical: bool = True) -> Question:
    record = KIND_OF_RULE.get(rule, DOSE)
    records = {ONE: record} if rule in ("siblings", "former_team") else {ONE: record, OTHER: record}
    field = "born_on" if rule == "siblings" else ""
    return Question(
        id=UUID(int=9), rule=rule, field=field, clinical=clinical, state=state, records=records, link_id=UUID(int=3)
    )


def choice(asked: Question, word: str, **more: object) -> Choice:
    seen = {record_id: dict(state.seen) for record_id, state in asked.records.items()}
    return Choice(**{"word": word, "seen": seen, "note": "vu la pièce", **more})  # type: ignore[arg-type] # a test's words


def acts_of(outcome: list[Act] | NotSettled) -> list[Act]:
    assert not isinstance(outcome, NotSettled), outcome
    return outcome


@pytest.mark.parametrize("rule", sorted(CHOICES))
def test_every_choice_of_a_rule_settles_the_review_last_when_all_was_seen(rule: str) -> None:
    asked = question(rule)
    for word in CHOICES[rule]:
        acts = acts_of(settle(asked, choice(asked, word, value="1950-03-04", record_id=ONE), ALL, AT))
        assert acts[-1].kind == "review"
        assert acts[-1].set["state"] == "settled"
        for act in acts:
            assert set(act.set) <= set(KINDS[act.kind].fields)


WORDS = ("keep", "same", "different", "entered_in_error", "accepted")
NOT_OFFERED = [
    (rule, word) for rule in (*CHOICES, "revoked_tablet") for word in WORDS if word not in CHOICES.get(rule, ())
]


@pytest.mark.parametrize(("rule", "word"), NOT_OFFERED)
def test_choice_is_refused_when_the_rule_does_not_offer_it(rule: str, word: str) -> None:
    asked = question(rule)
    assert settle(asked, choice(asked, word), ALL, AT) == NotSettled("bad_request", "choice")


def test_clinical_question_is_refused_when_the_right_is_demographic() -> None:
    asked = question(clinical=True)
    mine = frozenset({Right.SETTLE_DEMOGRAPHIC})
    assert settle(asked, choice(asked, "keep", value="1950-03-04"), mine, AT) == NotSettled("forbidden")
    assert right_to_settle(question(clinical=False)) is Right.SETTLE_DEMOGRAPHIC


def test_value_kept_has_seen_every_sibling() -> None:
    """S8: the op supersedes exactly what its author had on the screen, so no sibling goes unseen."""
    asked = question()
    kept = acts_of(settle(asked, choice(asked, "keep", value="1951-03-04"), ALL, AT))[0]
    assert kept == Act("person", UUID(int=1), {"born_on": "1951-03-04"}, seen={7: 3, 8: 4})


@pytest.mark.parametrize(
    ("value", "fits"),
    [("1952-01-01", True), ("1952-02-30", False), ("whenever", False), (7, False), (None, False)],
)
def test_another_day_may_be_given_when_it_is_a_day(value: object, fits: bool) -> None:
    asked = question()
    outcome = settle(asked, choice(asked, "keep", value=value), ALL, AT)
    assert (outcome == NotSettled("bad_request", "value")) is not fits


@settings(max_examples=60, derandomize=True)
@given(st.dictionaries(st.sampled_from([7, 8, 9]), st.integers(0, 6)))
def test_nothing_is_written_when_a_sibling_was_not_on_the_screen(seen: dict[int, int]) -> None:
    asked = question()
    outcome = settle(asked, choice(asked, "keep", value="1950-03-04", seen={ONE: seen}), ALL, AT)
    saw_all = seen.get(7, 0) >= 3 and seen.get(8, 0) >= 4
    assert (outcome == NotSettled("record_changed", "siblings_unseen")) is not saw_all


def test_error_is_refused_without_a_reason_or_about_a_record_that_is_not_in_question() -> None:
    asked = question("double_dose")
    silent = choice(asked, "entered_in_error", record_id=ONE, note="")
    assert settle(asked, silent, ALL, AT) == NotSettled("bad_request", "note")
    strange = choice(asked, "entered_in_error", record_id=str(UUID(int=8)))
    assert settle(asked, strange, ALL, AT) == NotSettled("bad_request", "record_id")


def test_settled_question_is_chosen_again_only_when_what_it_wrote_can_be_undone() -> None:
    final = question("double_dose", state="settled")
    assert settle(final, choice(final, "accepted"), ALL, AT) == NotSettled("record_changed", "settled")
    again = question("duplicate_person", state="settled")
    assert acts_of(settle(again, choice(again, "same"), ALL, AT))[0].set["joined"] is True
