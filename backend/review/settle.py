"""Decide which ops a choice writes: settling is an act like any other, by somebody who has seen every sibling (S8).

Pure: what is known, what the reader had on the screen and the instant are arguments. The log asks the same rights again
(sync/review.py). Undoing is choosing again: `different` takes a join back, `keep` puts another value in its place.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal
from uuid import UUID

import msgspec

from backend.access import Right
from backend.log.desk import Act
from sync.kinds import KINDS, Shape
from sync.ops import Scalar
from sync.state import RecordState, Vector
from sync.view import siblings

Word = Literal["keep", "same", "different", "entered_in_error", "accepted"]
NOTE_CHARACTERS_MAX: Final = 500

# What may be chosen, by the rule that asks. A rule that is not named is settled elsewhere, or not yet.
CHOICES: Final[Mapping[str, tuple[Word, ...]]] = {
    "siblings": ("keep",),
    "duplicate_person": ("same", "different"),
    "double_dose": ("accepted", "entered_in_error"),
    "interval_short": ("accepted", "entered_in_error"),
    "dose_after_refusal": ("accepted", "entered_in_error"),
    "dose_from_bad_lot": ("accepted", "entered_in_error"),
    "visit_done_twice": ("accepted", "entered_in_error"),
    "former_team": ("accepted",),
}
# Rules whose choice may be made again: nothing that they write is final.
CHOSEN_AGAIN: Final = frozenset({"siblings", "duplicate_person"})


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A review as it lies in the log: its own record and the records it is about, by id; `link` joins two persons."""

    id: UUID
    rule: str
    field: str
    clinical: bool
    state: str
    records: Mapping[str, RecordState]
    link_id: UUID
    link: RecordState | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen: a value to keep, or the record that is wrong; `seen` is what the reader had on the screen."""

    word: Word
    note: str = ""
    value: Scalar = None
    record_id: str = ""
    seen: Mapping[str, Vector]


class NotSettled(msgspec.Struct, frozen=True):
    """Why nothing is written: a problem of the catalogue, and a word that says more."""

    problem: Literal["forbidden", "record_changed", "bad_request"]
    why: str = ""


def right_to_settle(question: Question) -> Right:
    """Return the right that settling takes: clinical questions are a clinical supervisor's."""
    return Right.SETTLE_CLINICAL if question.clinical else Right.SETTLE_DEMOGRAPHIC


def settle(question: Question, choice: Choice, rights: frozenset[Right], now_at: str) -> list[Act] | NotSettled:
    """Return the acts of a choice, the review's own last; `now_at` is an instant as the log writes it.

    >>> record = RecordState("person", {1: 1, 2: 1}, {})
    >>> asked = Question(id=UUID(int=9), rule="duplicate_person", field="", clinical=False, state="open",
    ...                  link_id=UUID(int=3), records={str(UUID(int=1)): record, str(UUID(int=2)): record})
    >>> seen = {str(UUID(int=1)): {1: 1, 2: 1}, str(UUID(int=2)): {1: 1, 2: 1}}
    >>> acts = settle(asked, Choice(word="same", seen=seen), frozenset({Right.SETTLE_DEMOGRAPHIC}), "2026-11-22T18:10:00.000Z")
    >>> [(act.kind, act.set.get("joined"), act.set.get("choice")) for act in acts]
    [('same_person', True, None), ('review', None, 'same')]
    """
    if right_to_settle(question) not in rights:
        return NotSettled("forbidden")
    if choice.word not in CHOICES.get(question.rule, ()):
        return NotSettled("bad_request", "choice")
    if question.state != "open" and question.rule not in CHOSEN_AGAIN:
        return NotSettled("record_changed", "settled")
    if any(_unseen(state, choice.seen.get(record_id, {})) for record_id, state in question.records.items()):
        return NotSettled("record_changed", "siblings_unseen")
    if len(choice.note) > NOTE_CHARACTERS_MAX:
        return NotSettled("bad_request", "note")
    acts = _acts(question, choice)
    return acts if isinstance(acts, NotSettled) else [*acts, _settled(question, choice, now_at)]


def _acts(question: Question, choice: Choice) -> list[Act] | NotSettled:
    """Return what a choice writes beside the review itself."""
    match choice.word:
        case "keep":
            return _keep(question, choice)
        case "same":
            return [_link(question, joined=True)]
        case "different":
            return [_link(question, joined=False)] if _is_joined(question.link) else []
        case "entered_in_error":
            return _entered_in_error(question, choice)
        case "accepted":
            return []


def _unseen(state: RecordState, seen: Mapping[int, int]) -> bool:
    """Return whether a record holds an op that its reader had not on the screen."""
    return any(n > seen.get(actor, 0) for actor, n in state.seen.items())


def _keep(question: Question, choice: Choice) -> list[Act] | NotSettled:
    """Set the field to one of its siblings, or, for a day, to another day: an op that has seen them all."""
    (record_id, state), *_ = question.records.items()
    field = KINDS[state.kind].fields.get(question.field)
    known = any(type(one.value) is type(choice.value) and one.value == choice.value
                for one in siblings(state.entries, question.field))  # fmt: skip
    other_day = field is not None and field.shape is Shape.DAY and _is_day(choice.value)
    if not known and not other_day:
        return NotSettled("bad_request", "value")
    act = Act(state.kind, UUID(record_id), {question.field: choice.value}, seen=dict(choice.seen[record_id]))
    return [act]


def _is_day(value: Scalar) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _link(question: Question, *, joined: bool) -> Act:
    """Join two persons, or take the join back: a link that can be undone, no other record is touched."""
    one, other = sorted(question.records)
    if question.link is None:
        return Act("same_person", question.link_id, {"person_id": one, "other_id": other, "joined": joined})
    return Act("same_person", question.link_id, {"joined": joined}, seen=dict(question.link.seen))


def _is_joined(link: RecordState | None) -> bool:
    return link is not None and any(one.value is True for one in siblings(link.entries, "joined"))


def _entered_in_error(question: Question, choice: Choice) -> list[Act] | NotSettled:
    """Correct a fact by a further op: it stays visible, and says why it does not count."""
    state = question.records.get(choice.record_id)
    if state is None or "error_reason" not in KINDS[state.kind].fields:
        return NotSettled("bad_request", "record_id")
    if not choice.note:
        return NotSettled("bad_request", "note")
    fields: dict[str, Scalar] = {"state": "entered_in_error", "error_reason": choice.note}
    return [Act(state.kind, UUID(choice.record_id), fields, seen=dict(choice.seen[choice.record_id]))]


def _settled(question: Question, choice: Choice, now_at: str) -> Act:
    fields: dict[str, Scalar] = {"choice": choice.word, "settled_at": now_at, "state": "settled"}
    if choice.note:
        fields["choice_note"] = choice.note
    return Act("review", question.id, fields)  # the review was locked and read in this very transaction
