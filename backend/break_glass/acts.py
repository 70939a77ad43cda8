"""This file breaks the glass, reads what it opened and settles the review: each act journaled and told to who must know.

A search is counted and committed before it is made, because whoever searches learns whether somebody is known.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog

from backend.access import Right, Scope
from backend.accounts.throttle import counters_of_break_glass
from backend.accounts.throttle_store import count_attempt
from backend.break_glass import store
from backend.break_glass.rules import (
    LASTS,
    REVIEWED_WITH,
    Finding,
    Motive,
    Opening,
    fits_note,
    fits_reason,
    is_open,
    may_review,
)
from backend.db.transaction import Transaction, transaction
from backend.ids import PersonId, UserId, new_id
from backend.journal.store import record as journal
from backend.notices.store import Kind, tell, tell_those_who
from backend.people.find import find_exactly
from backend.people.record import PersonRecord, read_record

log = structlog.get_logger()


@dataclass(frozen=True)
class Wanted:
    """Whom somebody needs to see, and why."""

    name: str
    born_on: date | None
    motive: Motive
    reason: str


@dataclass(frozen=True)
class Refusal:
    """Nothing was opened or settled: the code of its problem, and the field that does not fit."""

    problem: str
    field: str = ""


async def break_glass(scope: Scope, user_id: UserId, wanted: Wanted, at: datetime) -> Opening | Refusal:
    """Open one person's record for a user: told to every clinical supervisor at once, and put up for review."""
    if not fits_reason(wanted.reason):
        return Refusal("bad_request", "reason")
    async with transaction(scope) as tx:
        if not await count_attempt(tx, counters_of_break_glass(str(user_id), at)):
            return Refusal("too_many_attempts")
    async with transaction(scope) as tx:
        person_id = await find_exactly(tx, wanted.name, wanted.born_on)
        if person_id is None:
            await journal(tx, "break_glass_missed", reason=wanted.motive.value, at=at)
            return Refusal("nobody_found")
        opening = Opening(new_id(), user_id, PersonId(person_id), wanted.motive, wanted.reason.strip(), at, at + LASTS)
        await store.add(tx, opening)
        await journal(tx, "glass_broken", "person", [person_id], f"{wanted.motive}: {opening.reason}", at=at)
        await tell_those_who(tx, REVIEWED_WITH, Kind.GLASS_BROKEN, str(opening.id), at=at)
        await tx.execute("SELECT pg_notify('maraude', $1)", f"territory:{scope.territory_id}")
    log.warning("glass.broken", user_id=str(user_id), territory_id=str(scope.territory_id), kind=wanted.motive.value)
    return opening


async def read_opened(
    tx: Transaction, user_id: UserId, opening_id: UUID, at: datetime
) -> tuple[Opening, PersonRecord] | None:
    """Return the record of an opening while it is open to this user; each look is journaled under the opening's id."""
    opening = await store.find(tx, opening_id)
    if opening is None or not is_open(opening, user_id, at):
        return None
    found = await read_record(tx, opening.person_id)
    if found is None:
        return None
    await journal(tx, "person_read", "person", [opening.person_id], str(opening.id), at=at)
    return opening, found


async def close_opened(tx: Transaction, user_id: UserId, opening_id: UUID, at: datetime) -> bool:
    """End an own opening before its time; False when there is none open."""
    opening = await store.find(tx, opening_id, lock=True)
    if opening is None or not is_open(opening, user_id, at):
        return False
    await store.close(tx, opening_id, at)
    await journal(tx, "break_glass_closed", "person", [opening.person_id], str(opening.id), at=at)
    return True


async def list_for_review(tx: Transaction, at: datetime) -> list[store.ReviewRow]:
    """Return the openings with whom they are about; that names were read is journaled."""
    rows = await store.for_review(tx)
    await journal(tx, "break_glass_list_read", "person", [row.opening.person_id for row in rows], at=at)
    return rows


async def review(
    tx: Transaction, reviewer: UserId, opening_id: UUID, finding: Finding, note: str, at: datetime
) -> Refusal | None:
    """Write down what a supervisor found; None when it is done. Who opened it hears of a finding against them."""
    opening = await store.find(tx, opening_id, lock=True)
    if opening is None:
        return Refusal("not_found")
    if not may_review(opening, reviewer):
        return Refusal("review_not_yours")
    if not fits_note(finding, note):
        return Refusal("bad_request", "note")
    await store.settle(tx, opening_id, finding, note.strip(), reviewer, at)
    await journal(tx, "break_glass_reviewed", "person", [opening.person_id], f"{opening.id} {finding}", at=at)
    if finding is Finding.NOT_JUSTIFIED:
        await tell(tx, opening.user_id, Kind.GLASS_NOT_JUSTIFIED, str(opening.id), at=at)
        for right in (Right.MANAGE_PEOPLE_AND_RIGHTS, Right.READ_JOURNAL):
            await tell_those_who(tx, right, Kind.GLASS_NOT_JUSTIFIED, str(opening.id), at=at)
    return None
