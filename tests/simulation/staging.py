"""This file says what a decision changes in the tables: records, feed entries, bucket sums, reviews.

It is the shell's saving, without a database: records go to the buckets where they stand, those about a moved record
move with it, and the rules across records ask about the people touched, in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from backend.log.anchors import NOWHERE, Standing, standing, subject_of
from sync.canonical import sum64
from sync.clock import instant_of
from sync.detect import Consent, Dose, History, Limits, reviews
from sync.ids import RecordId
from sync.ledger import Decision
from sync.review import Review, opening
from sync.state import RecordState, encode
from sync.view import view

LIMITS = Limits(double_days=7, interval_days={})
Entry = tuple[str, str, bool]  # (bucket, record, gone)


class Tables(Protocol):
    """What staging reads of the committed tables."""

    records: dict[str, RecordState]
    sums: dict[str, int]
    standings: dict[str, Standing]
    subjects: dict[str, str | None]


@dataclass
class Staged:
    """What a transaction has written; `locks` are the rows that it holds until its end."""

    records: dict[str, RecordState] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    subjects: dict[str, str | None] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    changes: dict[str, tuple[int, int]] = field(default_factory=dict)
    locks: set[str] = field(default_factory=set)
    placed: dict[Entry, int] = field(default_factory=dict)


def stage(tables: Tables, decision: Decision, now: int) -> Staged:
    """Return what a decision writes."""
    staged = Staged(records=dict(decision.records))
    asked = list(decision.reviews.values())
    people = _people(staged.records)
    asked += _asked_about(tables, staged, people, instant_of(now))
    for review in asked:
        staged.locks.add(review.id)
        if review.id not in tables.records:
            staged.records.setdefault(review.id, opening(review))
    _stand(tables, staged)
    # The people are locked too: two transactions that each vaccinate one of them must not miss each other's dose.
    staged.locks |= staged.records.keys() | people
    _feed(tables, staged)
    return staged


def _people(states: dict[str, RecordState]) -> set[str]:
    found = {subject_of(one, state) for one, state in states.items() if state.kind in ("dose", "consent")}
    return {one for one in found if one is not None}


def _asked_about(tables: Tables, staged: Staged, people: set[str], opened_at: str) -> list[Review]:
    found: list[Review] = []
    for person in sorted(people):
        theirs = {one: tables.records[one] for one, subject in tables.subjects.items() if subject == person}
        theirs |= {one: state for one, state in staged.records.items() if subject_of(one, state) == person}
        found += reviews(history_of(theirs), LIMITS, opened_at)
    return found


def history_of(records: dict[str, RecordState]) -> History:
    """Return the doses and consents among the records of one person."""
    doses, consents = [], []
    for key in sorted(records):
        shown = view(records[key]).values
        if records[key].kind == "dose":
            antigens = shown.get("antigens")
            state = str(shown.get("state", "recorded"))
            status, day = str(shown.get("status", "given")), str(shown.get("given_on", ""))
            if day:
                doses.append(Dose(key, tuple(antigens) if isinstance(antigens, list) else (), day, "", status, state))
        elif records[key].kind == "consent" and "decided_at" in shown:
            at = str(shown["decided_at"])
            consents.append(Consent(key, str(shown["act"]), str(shown["decision"]), at, at[:10]))
    return History(tuple(doses), tuple(consents))


def _stand(tables: Tables, staged: Staged) -> None:
    """Find where each record written stands now; records about one that moved, or came after them, go with it."""

    def resolver() -> Callable[[str], Standing]:
        resolved: dict[str, Standing] = {}

        def resolve(record: str) -> Standing:
            if record not in staged.records:
                return tables.standings.get(record, NOWHERE)
            if record not in resolved:
                resolved[record] = NOWHERE
                resolved[record] = standing(record, staged.records[record], resolve)
            return resolved[record]

        return resolve

    resolve = resolver()
    staged.standings = {record: resolve(record) for record in staged.records}
    moved = {one for one in staged.records if tables.standings.get(one, NOWHERE) != staged.standings[one]}
    dependents = [one for one, subject in tables.subjects.items() if subject in moved and one not in staged.records]
    for record in dependents:
        staged.records[record] = tables.records[record]
    for record in dependents:
        staged.standings[record] = standing(record, staged.records[record], staged.standings.__getitem__)
    staged.subjects = {record: subject_of(record, state) for record, state in staged.records.items()}


def _feed(tables: Tables, staged: Staged) -> None:
    for record in sorted(staged.records):
        staged.sums[record] = sum64(encode(RecordId(record), staged.records[record]))
        before = tables.standings.get(record, NOWHERE).buckets
        after = staged.standings[record].buckets
        for bucket in sorted({*before, *after}):
            gone, fresh = bucket not in after, bucket not in before
            staged.entries.append((bucket, record, gone))
            count, total = staged.changes.get(bucket, (0, 0))
            total += 0 if gone else staged.sums[record]
            total -= 0 if fresh else tables.sums[record]
            staged.changes[bucket] = (count + fresh - gone, total)
