"""Decide when something waits for a human, who may settle it, and when it is overtaken by a newer question.

A review's id is derived from its rule, its records, its field and the dots of the siblings, so every replica opens the
same one (S2), and settling it never settles a sibling that its reader has not seen (S8): a later sibling opens
another review. What conflicts within a record is found in sync/merge.py; across records, in sync/detect.py.
"""

from collections.abc import Iterable

import msgspec

from sync.ids import SERVER_ACTOR, Dot, RecordId, derived_id
from sync.merge import Conflict, apply
from sync.ops import Op, Scalar
from sync.state import RecordState
from sync.view import siblings

SETTLES_CLINICAL = "clinical_supervisor"
SETTLES_OTHERS = "dispatcher"


class Review(msgspec.Struct, frozen=True):
    """A question for a human: the rule that asks, the records concerned, and, of one record, the field and siblings."""

    id: RecordId
    rule: str
    record_ids: tuple[str, ...]
    opened_at: str
    clinical: bool
    field: str = ""
    dots: tuple[Dot, ...] = ()


def about(rule: str, record_ids: Iterable[str], opened_at: str, *, clinical: bool) -> Review:
    """Return the review that a rule opens about records, the same whoever opens it and in whatever order."""
    ordered = tuple(sorted(set(record_ids)))
    return Review(derived_id(rule, *ordered), rule, ordered, opened_at, clinical)


def about_siblings(record: RecordId, conflict: Conflict, opened_at: str) -> Review:
    """Return the review of one field's siblings.

    >>> one = about_siblings(RecordId("r"), Conflict("born_on", ((1, 1), (2, 1))), "2026-11-22T18:10:00.000Z")
    >>> (one.rule, one.dots, one.clinical)
    ('siblings', ((1, 1), (2, 1)), True)
    """
    dots = tuple(sorted(conflict.dots))
    review_id = derived_id("siblings", record, conflict.field, *(_dot(dot) for dot in dots))
    return Review(review_id, "siblings", (record,), opened_at, clinical=True, field=conflict.field, dots=dots)


def opening(review: Review) -> RecordState:
    """Return the record of kind `review` as it is when it opens; opened twice, it is the same record."""
    facts: dict[str, Scalar] = {
        "rule": review.rule,
        "opened_at": review.opened_at,
        "clinical": review.clinical,
        "state": "open",
    }
    if review.field:
        facts["field"] = review.field
    op = Op(
        id="",
        actor=SERVER_ACTOR,
        n=1,
        prev="",
        record=review.id,
        kind="review",
        schema=1,
        author="",
        wall_at=review.opened_at,
        mono_ms=0,
        boot="",
        set=facts,
        add={"record_ids": list(review.record_ids)} | ({"dots": [_dot(d) for d in review.dots]} if review.dots else {}),
    )
    return apply(None, op, 0).state


def settling_refusal(op: Op, state: RecordState | None, roles: frozenset[str]) -> str | None:
    """Return why an op on a review may not settle it: `no_right`, `siblings_unseen` or `record_unknown`."""
    if state is None:
        return "record_unknown"
    if op.seen.get(SERVER_ACTOR, 0) < 1:
        return "siblings_unseen"  # S8: the opening names every sibling; who has not seen it has not seen them
    clinical = any(one.value is True for one in siblings(state.entries, "clinical"))
    return None if (SETTLES_CLINICAL if clinical else SETTLES_OTHERS) in roles else "no_right"


def standing(review: Review, record: RecordState, newer: Iterable[Review] = ()) -> str:
    """Return `open`, or `overtaken` when its siblings were superseded by someone who saw them, or asked about anew."""
    live = {one.dot for one in siblings(record.entries, review.field)}
    if len(live.intersection(review.dots)) < 2:
        return "overtaken"
    asked = (other for other in newer if (other.record_ids, other.field) == (review.record_ids, review.field))
    return "overtaken" if any(set(review.dots) < set(other.dots) for other in asked) else "open"


def _dot(dot: Dot) -> str:
    return f"{dot[0]}.{dot[1]}"
