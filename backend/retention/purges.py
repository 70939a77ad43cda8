"""This file keeps purges: begins one or goes on with one, adds up what went, signs it at its end, reads certificates."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.db.transaction import Transaction
from backend.ids import UserId, new_id
from backend.journal.seal import NOT_CUT, Cut, SealKey
from backend.retention.certificate import Certificate, digest_of_ops, fault_of, signed
from backend.retention.rules import VERSION, RuleName

_COLUMNS: Final = (
    "territory_id, id, rule, rules_version, as_of_on, asked_by, begun_at, ended_at, erased, digest, cut_seal_n, "
    "cut_seal_hash, cut_seq, key_id, signature"
)


@dataclass(frozen=True)
class Hold:
    """A file that is kept beyond its time, why, and since when."""

    person_id: UUID
    reason: str
    held_by: UUID
    held_at: datetime


async def begin(tx: Transaction, rule: RuleName, as_of: date, at: datetime) -> Certificate:
    """Return the purge of a rule that is under way, or begin one; one at a time, its day stays that of its beginning."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))", str(tx.scope.territory_id), rule.value)
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM purge WHERE territory_id = $1 AND rule = $2 AND signature IS NULL",
        tx.scope.territory_id,
        rule.value,
    )
    if row is None:
        row = await tx.fetch_row(
            "INSERT INTO purge (territory_id, id, rule, rules_version, as_of_on, asked_by, begun_at) "
            f"VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_COLUMNS}",
            tx.scope.territory_id,
            new_id(),
            rule.value,
            VERSION,
            as_of,
            tx.scope.user_id,
            at,
        )
    return certificate_of(row)


async def add(tx: Transaction, purge_id: UUID, counts: dict[str, int]) -> None:
    """Add what a step erased, in the transaction that erased it."""
    kept = await tx.fetch_value(
        "SELECT erased FROM purge WHERE territory_id = $1 AND id = $2 FOR UPDATE", tx.scope.territory_id, purge_id
    )
    total = Counter(json.loads(kept)) + Counter(counts)
    await tx.execute(
        "UPDATE purge SET erased = $3 WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        purge_id,
        json.dumps(dict(sorted(total.items()))),
    )


async def set_cut(tx: Transaction, purge_id: UUID, cut: Cut) -> None:
    """Write down where the journal will begin."""
    await tx.execute(
        "UPDATE purge SET cut_seal_n = $3, cut_seal_hash = $4, cut_seq = $5 WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        purge_id,
        cut.n,
        cut.hash,
        cut.seq,
    )


async def end(tx: Transaction, purge_id: UUID, key: SealKey, at: datetime) -> Certificate:
    """Sign what a purge has erased: from here on it is a certificate that nobody can change."""
    row = await tx.fetch_row(
        f"SELECT {_COLUMNS} FROM purge WHERE territory_id = $1 AND id = $2 FOR UPDATE", tx.scope.territory_id, purge_id
    )
    whole = signed(certificate_of(row), await digest_now(tx, purge_id), at, key)
    await tx.execute(
        "UPDATE purge SET ended_at = $3, digest = $4, key_id = $5, signature = $6 WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        purge_id,
        whole.ended_at,
        whole.digest,
        whole.key_id,
        whole.signature,
    )
    return whole


async def digest_now(tx: Transaction, purge_id: UUID) -> bytes:
    """Return the digest over the ops that say now that this purge erased them."""
    rows = await tx.fetch(
        "SELECT actor, n, hash FROM op WHERE territory_id = $1 AND purge_id = $2 ORDER BY actor, n",
        tx.scope.territory_id,
        purge_id,
    )
    return digest_of_ops((row["actor"], row["n"], row["hash"]) for row in rows)


async def certified_cut(tx: Transaction, keys: Mapping[str, Ed25519PublicKey]) -> Cut:
    """Return where the journal begins by the latest purge of it whose certificate fits; at its start if there is none."""
    cuts = [
        one.cut
        for one in await certificates(tx)
        if one.cut is not None and one.signature and not fault_of(one, await digest_now(tx, one.id), keys)
    ]
    return max(cuts, key=lambda cut: cut.n, default=NOT_CUT)


async def certificates(tx: Transaction) -> list[Certificate]:
    """Return the territory's purges, the latest first."""
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM purge WHERE territory_id = $1 ORDER BY begun_at DESC, id DESC", tx.scope.territory_id
    )
    return [certificate_of(row) for row in rows]


async def holds(tx: Transaction) -> list[Hold]:
    """Return the files that are held, the latest first."""
    rows = await tx.fetch(
        "SELECT person_id, reason, held_by, held_at FROM retention_hold WHERE territory_id = $1 ORDER BY held_at DESC",
        tx.scope.territory_id,
    )
    return [Hold(**dict(row)) for row in rows]


async def hold(tx: Transaction, person_id: UUID, reason: str, by: UserId, at: datetime) -> bool:
    """Keep a person's file beyond its time; False if there is no such person. A second reason replaces the first."""
    await tx.execute(
        "DELETE FROM retention_hold WHERE territory_id = $1 AND person_id = $2", tx.scope.territory_id, person_id
    )
    return bool(
        await tx.execute(
            "INSERT INTO retention_hold (territory_id, person_id, reason, held_by, held_at) SELECT $1, p.id, $3, $4, $5 "
            "FROM person p WHERE p.territory_id = $1 AND p.id = $2",
            tx.scope.territory_id,
            person_id,
            reason,
            by,
            at,
        )
    )


async def release(tx: Transaction, person_id: UUID) -> bool:
    """Hold a file no longer; False if it was not held."""
    return bool(
        await tx.execute(
            "DELETE FROM retention_hold WHERE territory_id = $1 AND person_id = $2", tx.scope.territory_id, person_id
        )
    )


def certificate_of(row: Any) -> Certificate:
    """Return the purge of a row."""
    cut = None if row["cut_seal_n"] is None else Cut(row["cut_seal_n"], row["cut_seal_hash"], row["cut_seq"])
    kept = {name: row[name] for name in ("territory_id", "id", "rule", "rules_version", "as_of_on", "asked_by")}
    more = {name: row[name] for name in ("begun_at", "ended_at", "digest", "key_id", "signature")}
    return Certificate(**kept, **more, erased=json.loads(row["erased"]), cut=cut)
