"""This file seals the journal every few seconds and exports each new head to a file.

An entry gets its seq before its transaction commits. So an entry is sealed once every transaction that may hold an
earlier seq has ended: the sealer notes how far the numbers went, and waits until the oldest running transaction is
younger than that note. One sealer works at a time, by an advisory lock per territory; every web process stands by.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from backend.access import Scope
from backend.clock import Clock
from backend.db.transaction import transaction, transaction_of_user
from backend.ids import TerritoryId
from backend.journal import seal_store
from backend.journal.seal import Head, Seal, SealKey, head_of, seal

log = structlog.get_logger()
PERIOD_SECONDS = 3.0
HEADS = "journal-heads"  # the folder of exported heads, below the installation's home
ENTRIES_MOST = 2000  # per seal: a long journal is caught up with in several
_LOCK = 7_227_005


@dataclass(frozen=True)
class Mark:
    """How far seqs had been given out, and the first transaction that had not begun then."""

    seq: int
    xmax: int


async def seal_for_ever(key: SealKey, heads: Path, clock: Clock) -> None:
    """Seal every PERIOD_SECONDS until cancelled; a database that is away is told and waited for."""
    mark = Mark(0, 0)
    while True:
        try:
            mark = await seal_once(mark, key, heads, clock)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - told; the next round tries again
            log.warning("journal.seal_failed", error=type(error).__name__)
        await asyncio.sleep(PERIOD_SECONDS)


async def seal_once(mark: Mark, key: SealKey, heads: Path, clock: Clock) -> Mark:
    """Seal what the mark allows in every territory; return the mark for the next time."""
    async with transaction_of_user(None) as tx:
        seq, xmax, xmin = await seal_store.written_so_far(tx)
        known = await seal_store.territories(tx)
    if mark.seq and xmin >= mark.xmax:
        for territory_id in known:
            made = await _seal_territory(territory_id, mark.seq, key, clock)
            if made is not None:
                await asyncio.to_thread(export, heads, head_of(made))
        return Mark(seq, xmax)
    return mark if mark.seq else Mark(seq, xmax)


def export(heads: Path, head: Head) -> None:
    """Append a head to the territory's file, one JSON line each; the file is for copying to where nobody rewrites it."""
    heads.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (heads / f"{head.territory_id}.jsonl").open("ab") as file:
        file.write(msgspec.json.encode(head) + b"\n")


def exported(heads: Path, territory_id: UUID) -> list[Head]:
    """Return the heads that were exported for a territory."""
    path = heads / f"{territory_id}.jsonl"
    return [msgspec.json.decode(line, type=Head) for line in path.read_bytes().splitlines()] if path.exists() else []


async def _seal_territory(territory_id: UUID, up_to: int, key: SealKey, clock: Clock) -> Seal | None:
    async with transaction(Scope(TerritoryId(territory_id))) as tx:
        if not await tx.fetch_value("SELECT pg_try_advisory_xact_lock($1, hashtext($2))", _LOCK, str(territory_id)):
            return None
        before = await seal_store.last_seal(tx)
        after = before.seqs[-1] if before else 0
        entries = await seal_store.entries_between(tx, after, up_to, ENTRIES_MOST)
        if not entries:
            return None
        made = seal(territory_id, before, entries, key, clock())
        await seal_store.add_seal(tx, made)
    return made
