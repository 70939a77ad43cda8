"""This file lets what follows the log follow it: coverage, forecasts, rules across records that open reviews, warm bags.

A push only notes what it touched, in its own transaction (`note`); its answer waits for none of this. A job takes the
notes soon after (backend/log/jobs.py), and a page that shows what follows takes those that wait before it reads
(`freshen`). Whoever takes a note sees everything that was committed before: of two pushes that dose one person at the
same moment, the note taken last shows the rules both doses.

One process at a time follows a territory; notes are gathered, a few at a time, and each transaction stays short.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from backend.access import Scope
from backend.coverage.keep import Applied, apply_touched
from backend.db.together import Together
from backend.db.transaction import Transaction, transaction
from backend.doses.jobs import ask_recompute
from backend.doses.keep import Followed, follow_touched
from backend.jobs.store import ask
from backend.log.detect import detect
from backend.log.noted import Noted, gathered, noted
from backend.log.projection import Change

NOTES_PER_STEP: Final = (
    4  # of a hundred ops at most each: a step stays well under the 2 s that would hold up every feed
)
_LOCK: Final = 7_227_003
_TAKE: Final = (
    "DELETE FROM follow_up WHERE territory_id = $1 AND id IN "
    "(SELECT id FROM follow_up WHERE territory_id = $1 ORDER BY id LIMIT $2) RETURNING noted"
)
_TO_THE_END: Final = (
    "WITH first AS (DELETE FROM follow_up WHERE territory_id = $1 AND id = "
    "(SELECT min(id) FROM follow_up WHERE territory_id = $1) RETURNING noted, noted_at) "
    "INSERT INTO follow_up (territory_id, noted, noted_at) SELECT $1, noted, noted_at FROM first"
)
log = structlog.get_logger()


async def note(tx: Transaction, together: Together, changes: list[Change], now: datetime) -> None:
    """Let it be written down, in the transaction that changed them, what must be looked at again; wake the territory's pages."""
    if not changes:
        return
    touched = noted(changes)
    if touched.is_empty:
        await _wake_pages(tx)
        return
    together.add(
        "INSERT INTO follow_up (territory_id, noted, noted_at) VALUES ($1, $2, $3) "
        "RETURNING pg_notify('maraude', 'territory:' || $1)",
        tx.scope.territory_id,
        msgspec.json.encode(touched).decode(),
        now,
    )


async def freshen(scope: Scope, now: datetime) -> None:
    """Take the notes that wait, so that what is read next is current; one that is being taken elsewhere is not awaited.

    At most NOTES_PER_STEP: a page does not wait for a long queue, it says how far it reaches. Nor does it fail because
    a note cannot be followed: the job tells that.
    """
    try:
        async with transaction(scope) as tx:
            if await waits(tx) and await tx.fetch_value(
                "SELECT pg_try_advisory_xact_lock($1, hashtext($2))", _LOCK, str(scope.territory_id)
            ):
                await _take(tx, now, NOTES_PER_STEP)
    except Exception as error:  # noqa: BLE001 - told here, and again by the job that tries next
        log.warning("follow_up.not_fresh", error=type(error).__name__)


async def waits(tx: Transaction) -> bool:
    """Tell whether something was recorded that nothing has followed yet."""
    return bool(
        await tx.fetch_value("SELECT EXISTS (SELECT FROM follow_up WHERE territory_id = $1)", tx.scope.territory_id)
    )


async def catch_up(scope: Scope, now: datetime) -> int:
    """Take the notes of one step; return how many that were.

    If the step fails, its notes are taken one by one, and one that fails alone goes to the end: it holds up no other.
    """
    try:
        return await _step(scope, now, NOTES_PER_STEP)
    except Exception as error:  # noqa: BLE001 - told; which note it was is found out below
        log.warning("follow_up.step_failed", error=type(error).__name__)
    return sum([await _one(scope, now) for _ in range(NOTES_PER_STEP)])


async def _step(scope: Scope, now: datetime, notes_most: int) -> int:
    async with transaction(scope) as tx:
        await tx.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", _LOCK, str(scope.territory_id))
        return await _take(tx, now, notes_most)


async def _one(scope: Scope, now: datetime) -> int:
    try:
        return await _step(scope, now, 1)
    except Exception:
        log.exception("follow_up.note_failed")
    async with transaction(scope) as tx:
        await tx.execute(_TO_THE_END, scope.territory_id)
    return 0


async def waiting_territories(tx: Transaction) -> list[UUID]:
    """Return the territories in which something waits; for the sweeper."""
    return [row["territory_id"] for row in await tx.fetch("SELECT DISTINCT territory_id FROM follow_up")]


async def _take(tx: Transaction, now: datetime, notes_most: int) -> int:
    rows = await tx.fetch(_TAKE, tx.scope.territory_id, notes_most)
    if not rows:
        return 0
    touched = gathered(msgspec.json.decode(row["noted"], type=Noted) for row in rows)
    opened = await detect(tx, touched.rules, now)
    if touched.bags:
        from backend.stock.warm_bags import hold_warm_bags  # noqa: PLC0415 - it writes on the log, which notes in this file

        await hold_warm_bags(tx, now)
    if await follow_touched(tx, touched.doses) is Followed.RECOMPUTE_NEEDED:
        await ask_recompute(tx)
    if await apply_touched(tx, touched.coverage) is Applied.REBUILD_NEEDED:
        await ask(tx, "coverage_rebuild", {}, only_one_key="coverage_rebuild")  # the sweeper puts it on the queue
    if opened:
        await _wake_pages(tx)
    return len(rows)


async def _wake_pages(tx: Transaction) -> None:
    await tx.execute("SELECT pg_notify('maraude', $1)", f"territory:{tx.scope.territory_id}")
