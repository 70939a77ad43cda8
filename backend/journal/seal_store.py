"""This file reads what is to be sealed or examined and keeps seals: the application may add them, never change them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.db.transaction import Transaction
from backend.journal.seal import Entry, Seal

_ENTRY = "seq, at, user_id, installation_id, act, subject_kind, subject_ids, reason, request_id"
_SEAL = "territory_id, n, seqs, digests, hash, key_id, signature, sealed_at"


async def last_seal(tx: Transaction) -> Seal | None:
    """Return the end of the territory's chain."""
    row = await tx.fetch_row(
        f"SELECT {_SEAL} FROM journal_seal WHERE territory_id = $1 ORDER BY n DESC LIMIT 1", tx.scope.territory_id
    )
    return None if row is None else _seal(row)


async def entries_between(tx: Transaction, after: int, up_to: int, most: int) -> list[Entry]:
    """Return the entries with `after` < seq ≤ `up_to`, in order."""
    rows = await tx.fetch(
        f"SELECT {_ENTRY} FROM journal WHERE territory_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4",
        tx.scope.territory_id,
        after,
        up_to,
        most,
    )
    return [_entry(row) for row in rows]


async def all_seals(tx: Transaction) -> list[Seal]:
    """Return the territory's chain from its start."""
    rows = await tx.fetch(f"SELECT {_SEAL} FROM journal_seal WHERE territory_id = $1 ORDER BY n", tx.scope.territory_id)
    return [_seal(row) for row in rows]


async def all_entries(tx: Transaction) -> dict[int, Entry]:
    """Return the territory's journal by seq."""
    rows = await tx.fetch(f"SELECT {_ENTRY} FROM journal WHERE territory_id = $1 ORDER BY seq", tx.scope.territory_id)
    return {row["seq"]: _entry(row) for row in rows}


async def add_seal(tx: Transaction, one: Seal) -> None:
    """Add a link to the chain; of two that seal at once, the second fails on the number."""
    await tx.execute(
        "INSERT INTO journal_seal (territory_id, n, seqs, digests, hash, key_id, signature, sealed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.scope.territory_id,
        one.n,
        list(one.seqs),
        one.digests,
        one.hash,
        one.key_id,
        one.signature,
        one.sealed_at,
    )


async def territories(tx: Transaction) -> Sequence[UUID]:
    """Return the ids of all territories of this server."""
    return [row["id"] for row in await tx.fetch("SELECT id FROM territory ORDER BY id")]


async def written_so_far(tx: Transaction) -> tuple[int, int, int]:
    """Return the last seq that was given out, the first transaction not yet begun, and the oldest that still runs."""
    row = await tx.fetch_row(
        "SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS seq, "
        "pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax, "
        "pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin FROM journal_seq_seq"
    )
    return (0, 0, 0) if row is None else (int(row["seq"]), int(row["xmax"]), int(row["xmin"]))


def _entry(row: Any) -> Entry:
    return Entry(**{**dict(row), "subject_ids": tuple(row["subject_ids"])})


def _seal(row: Any) -> Seal:
    return Seal(**{**dict(row), "seqs": tuple(row["seqs"])})
