"""Read what waits for a human: the list, and one question with its records, who wrote what, and what each had seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.review.settle import Question
from sync.ids import Dot, derived_id
from sync.ops import Scalar
from sync.state import RecordState, Vector, decode
from sync.view import siblings

ROWS_MOST = 200


@dataclass(frozen=True)
class ReviewLine:
    """A review in the list."""

    id: UUID
    rule: str
    field: str
    clinical: bool
    opened_at: datetime
    settled_at: datetime | None
    choice: str
    who: str


@dataclass(frozen=True)
class Author:
    """Who wrote an op, with what, and when; `before` is the last op on the record that they had seen."""

    who: str
    device: str
    at: datetime
    is_tablet: bool


@dataclass(frozen=True)
class SiblingShown:
    """One of the values that were written at once: live, or overtaken by somebody who saw it."""

    dot: Dot
    value: Scalar
    author: Author
    had_seen: Author | None
    live: bool


@dataclass(frozen=True)
class ReviewShown:
    """A review with all that its reader needs."""

    question: Question
    opened_at: datetime
    choice: str
    choice_note: str
    settled_at: datetime | None
    siblings: list[SiblingShown]
    authors: dict[str, Author | None]
    names: dict[str, str]
    who: str


class _Payload(msgspec.Struct):
    author: str
    set: dict[str, Scalar] = {}


# Whom or what a review `w` is about, in words.
_ABOUT = (
    "coalesce(nullif(concat_ws(' ', h.given_name, h.family_name), ''), h.alias, p.name, k.name, p.address, '') AS who "
    "FROM review w LEFT JOIN record r ON r.territory_id = w.territory_id AND r.id = w.record_ids[1] "
    "LEFT JOIN visit v ON v.territory_id = w.territory_id AND v.id = r.subject_id "
    "LEFT JOIN person h ON h.territory_id = w.territory_id AND h.id = "
    "coalesce(v.person_id, CASE r.kind WHEN 'person' THEN r.id ELSE r.subject_id END) "
    "LEFT JOIN place p ON p.territory_id = w.territory_id AND p.id = v.place_id "
    "LEFT JOIN household k ON k.territory_id = w.territory_id AND k.id = v.household_id "
)


async def list_reviews(tx: Transaction, state: str) -> list[ReviewLine]:
    """Return the reviews in a state: open ones clinical first and oldest first, settled ones latest first."""
    rows = await tx.fetch(
        f"SELECT w.id, w.rule, w.field, w.clinical, w.opened_at, w.settled_at, w.choice, {_ABOUT}"
        "WHERE w.territory_id = $1 AND w.state = $2 ORDER BY w.settled_at DESC NULLS LAST, w.clinical DESC NULLS LAST, "
        "w.opened_at, w.id LIMIT $3",  # an open one has no day of settling
        tx.scope.territory_id,
        state,
        ROWS_MOST,
    )
    return [
        ReviewLine(
            row["id"],
            row["rule"] or "",
            row["field"] or "",
            bool(row["clinical"]),
            row["opened_at"],
            row["settled_at"],
            row["choice"] or "",
            row["who"],
        )
        for row in rows
    ]


async def count_open(tx: Transaction) -> tuple[int, int]:
    """Return how many reviews are open, and how many of them are clinical."""
    row = await tx.fetch_row(
        "SELECT count(*) AS open, count(*) FILTER (WHERE clinical) AS clinical FROM review "
        "WHERE territory_id = $1 AND state = 'open'",
        tx.scope.territory_id,
    )
    return (row["open"], row["clinical"]) if row else (0, 0)


async def read_question(tx: Transaction, review_id: UUID, *, lock: bool = False) -> Question | None:
    """Return a review's question; with `lock` nobody else settles it before this transaction ends."""
    if lock:
        await tx.execute(
            "SELECT FROM record WHERE territory_id = $1 AND id = $2 FOR UPDATE", tx.scope.territory_id, review_id
        )
    row = await tx.fetch_row(
        "SELECT rule, field, clinical, state, record_ids FROM review WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        review_id,
    )
    if row is None:
        return None
    ids = sorted(str(one) for one in row["record_ids"])
    link_id = await _link_of(tx, ids)
    found = await _states(tx, [*ids, link_id])
    return Question(
        id=review_id,
        rule=row["rule"] or "",
        field=row["field"] or "",
        clinical=bool(row["clinical"]),
        state=row["state"] or "open",
        records={one: found[one] for one in ids if one in found},
        link_id=UUID(link_id),
        link=found.get(link_id),
    )


async def read_review(tx: Transaction, review_id: UUID) -> ReviewShown | None:
    """Return a review with all that its reader needs."""
    question = await read_question(tx, review_id)
    if question is None:
        return None
    row = await tx.fetch_row(
        f"SELECT w.opened_at, w.choice, w.choice_note, w.settled_at, w.dots, {_ABOUT}WHERE w.territory_id = $1 AND w.id = $2",
        tx.scope.territory_id,
        review_id,
    )
    if row is None:
        return None
    ops = await _ops(tx, list(question.records))
    return ReviewShown(
        question,
        row["opened_at"],
        row["choice"] or "",
        row["choice_note"] or "",
        row["settled_at"],
        _siblings(question, row["dots"], ops),
        {
            record_id: next((one.author for one in ops if one.record_id == record_id), None)
            for record_id in question.records
        },
        await _names(tx, question.records.values()),
        row["who"],
    )


async def _link_of(tx: Transaction, ids: list[str]) -> str:
    """Return the id of the link between two persons: the one there is, or the one that any desk would make."""
    found = await tx.fetch_value(
        "SELECT id FROM same_person WHERE territory_id = $1 AND person_id = ANY($2::uuid[]) "
        "AND other_id = ANY($2::uuid[]) ORDER BY joined DESC NULLS FIRST, id LIMIT 1",
        tx.scope.territory_id,
        [UUID(one) for one in ids],
    )
    return str(found) if found else derived_id("same_person", *ids)


async def _states(tx: Transaction, record_ids: Sequence[str]) -> dict[str, RecordState]:
    rows = await tx.fetch(
        "SELECT id, body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])",
        tx.scope.territory_id,
        [UUID(one) for one in record_ids],
    )
    return {str(row["id"]): decode(row["body"].encode())[1] for row in rows}


@dataclass(frozen=True)
class _Op:
    record_id: str
    dot: Dot
    set: dict[str, Scalar]
    seen: Vector
    author: Author


async def _ops(tx: Transaction, record_ids: list[str]) -> list[_Op]:
    """Return the ops that counted on these records, in the order of their corrected time."""
    rows = await tx.fetch(
        "SELECT o.record_id, o.actor, o.n, o.body, o.merged_seen, coalesce(o.corrected_at, o.received_at) AS at, "
        "coalesce(t.label, i.label) AS device, i.tablet_id IS NOT NULL AS is_tablet FROM op o "
        "JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor "
        "LEFT JOIN tablet t ON t.territory_id = i.territory_id AND t.id = i.tablet_id "
        "WHERE o.territory_id = $1 AND o.record_id = ANY($2::uuid[]) AND o.verdict IN ('stored', 'merged', 'review') "
        "ORDER BY 6, o.seq",
        tx.scope.territory_id,
        [UUID(one) for one in record_ids],
    )
    payloads = [msgspec.json.decode(row["body"], type=_Payload) for row in rows]
    who = await _authors(tx, {one.author for one in payloads})
    return [
        _Op(
            str(row["record_id"]),
            (row["actor"], row["n"]),
            payload.set,
            msgspec.json.decode(row["merged_seen"], type=dict[int, int]) if row["merged_seen"] else {},
            Author(who.get(payload.author, ""), row["device"] or "", row["at"], row["is_tablet"]),
        )
        for row, payload in zip(rows, payloads, strict=True)
    ]


async def _authors(tx: Transaction, user_ids: set[str]) -> dict[str, str]:
    rows = await tx.fetch(
        "SELECT u.id, u.full_name FROM app_user u JOIN membership m ON m.user_id = u.id AND m.territory_id = $1 "
        "WHERE u.id = ANY($2::uuid[])",
        tx.scope.territory_id,
        [UUID(one) for one in user_ids],
    )
    return {str(row["id"]): row["full_name"] for row in rows}


def _siblings(question: Question, dots: Sequence[str], ops: list[_Op]) -> list[SiblingShown]:
    """Return what the review's dots wrote and, should others have come since, every value that lives now."""
    if not question.field or not question.records:
        return []
    (record_id, state), *_ = question.records.items()
    live = {one.dot for one in siblings(state.entries, question.field)}
    asked = live | {(int(actor), int(n)) for actor, n in (dot.split(".") for dot in dots)}
    mine = [one for one in ops if one.record_id == record_id]
    return [
        SiblingShown(one.dot, one.set[question.field], one.author, _last_seen(one, mine), one.dot in live)
        for one in mine
        if one.dot in asked and question.field in one.set
    ]


def _last_seen(op: _Op, ops: list[_Op]) -> Author | None:
    """Return who had written last what the author of an op had on the screen; None if it was nothing."""
    seen = [one for one in ops if one.dot[1] <= op.seen.get(one.dot[0], 0)]
    return seen[-1].author if seen else None


async def _names(tx: Transaction, states: Any) -> dict[str, str]:
    """Return the names of the people and places that records refer to, by id."""
    referred = {
        value
        for state in states
        for entry in state.entries.values()
        for name, value in entry.values.items()
        if name in ("person_id", "place_id", "household_id", "other_id") and isinstance(value, str)
    }
    rows = await tx.fetch(
        "SELECT id, coalesce(nullif(concat_ws(' ', given_name, family_name), ''), alias, '') AS name FROM person "
        "WHERE territory_id = $1 AND id = ANY($2::uuid[]) UNION ALL SELECT id, coalesce(name, '') FROM place "
        "WHERE territory_id = $1 AND id = ANY($2::uuid[]) UNION ALL SELECT id, coalesce(name, '') FROM household "
        "WHERE territory_id = $1 AND id = ANY($2::uuid[])",
        tx.scope.territory_id,
        [UUID(one) for one in referred],
    )
    return {str(row["id"]): row["name"] for row in rows}
