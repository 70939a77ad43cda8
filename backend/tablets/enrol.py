"""Enrol a tablet by a code that works once, and give it a new installation when its numbers were used by another."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.db.transaction import Transaction
from backend.ids import InstallationId, TabletId, TeamId, new_id
from backend.tablets.signature import is_public_key

CODE_LASTS = timedelta(minutes=15)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs that nobody mistakes for one another
_CODE_SIGNS = 16  # 80 bits


@dataclass(frozen=True)
class Enrolled:
    """What a tablet is told once: who it is from now on."""

    installation_id: InstallationId
    actor: int
    epoch: int


async def is_team(tx: Transaction, team_id: TeamId) -> bool:
    """Tell whether a team of this territory has this id."""
    found = await tx.fetch_value(
        "SELECT 1 FROM team WHERE territory_id = $1 AND id = $2", tx.scope.territory_id, team_id
    )
    return found is not None


async def add_tablet(tx: Transaction, label: str, team_id: TeamId | None, at: datetime) -> TabletId:
    """Write down a tablet that is to be enrolled."""
    tablet_id = TabletId(new_id())
    await _write_down(tx, tablet_id, label, team_id, at)
    return tablet_id


async def code_for(
    tx: Transaction, tablet_id: TabletId, label: str, team_id: TeamId | None, at: datetime
) -> str | None:
    """Return a fresh code for the tablet of this id, written down at the first call; None once it is enrolled.

    A page that is sent again so makes no second tablet, and the code that it showed before is void.
    """
    if not await _write_down(tx, tablet_id, label, team_id, at) and not await _waits(tx, tablet_id):
        return None
    await tx.execute(
        "UPDATE enrolment_code SET ends_at = $3 WHERE territory_id = $1 AND tablet_id = $2 AND used_at IS NULL",
        tx.scope.territory_id,
        tablet_id,
        at,
    )
    return await make_code(tx, tablet_id, at)


async def _write_down(tx: Transaction, tablet_id: TabletId, label: str, team_id: TeamId | None, at: datetime) -> bool:
    """Write a tablet down; False if this id is taken."""
    touched = await tx.execute(
        "INSERT INTO tablet (id, territory_id, label, team_id, state, enrolled_at) VALUES ($1, $2, $3, $4, 'active', $5) "
        "ON CONFLICT DO NOTHING",
        tablet_id,
        tx.scope.territory_id,
        label,
        team_id,
        at,
    )
    return touched == 1


async def _waits(tx: Transaction, tablet_id: TabletId) -> bool:
    found = await tx.fetch_value(
        "SELECT 1 FROM tablet t WHERE t.territory_id = $1 AND t.id = $2 AND NOT EXISTS "
        "(SELECT 1 FROM installation i WHERE i.territory_id = $1 AND i.tablet_id = t.id)",
        tx.scope.territory_id,
        tablet_id,
    )
    return found is not None


async def make_code(tx: Transaction, tablet_id: TabletId, at: datetime) -> str:
    """Return a fresh code for a tablet; only its hash is kept. Four groups of four signs, 80 bits, 15 minutes."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_SIGNS))
    await tx.execute(
        "INSERT INTO enrolment_code (territory_id, code_hash, tablet_id, made_by, ends_at) VALUES ($1, $2, $3, $4, $5)",
        tx.scope.territory_id,
        _hash(signs),
        tablet_id,
        tx.scope.user_id,
        at + CODE_LASTS,
    )
    return "-".join(signs[start : start + 4] for start in range(0, _CODE_SIGNS, 4))


async def enrol(tx: Transaction, code: str, public_key: bytes, at: datetime) -> Enrolled | None:
    """Use a code up and return the new installation; None if the code is unknown, used or late, or the key is no key."""
    if not is_public_key(public_key):
        return None
    tablet_id = await tx.fetch_value(
        "UPDATE enrolment_code SET used_at = $3 WHERE territory_id = $1 AND code_hash = $2 AND used_at IS NULL "
        "AND ends_at > $3 RETURNING tablet_id",
        tx.scope.territory_id,
        _hash(code.upper().replace("-", "").replace(" ", "")),
        at,
    )
    return None if tablet_id is None else await _new_installation(tx, TabletId(tablet_id), public_key, at)


async def renew(tx: Transaction, former: InstallationId, at: datetime) -> Enrolled | None:
    """Return a new installation for the tablet of a former one, with its key and its rights: after a restore or a clone."""
    row = await tx.fetch_row(
        "SELECT tablet_id, public_key, state FROM installation WHERE territory_id = $1 AND id = $2 "
        "AND state IN ('active', 'deposit_only')",
        tx.scope.territory_id,
        former,
    )
    if row is None:
        return None
    return await _new_installation(tx, TabletId(row["tablet_id"]), row["public_key"], at, row["state"])


async def revoke(tx: Transaction, tablet_id: TabletId) -> bool:
    """Let a tablet hand in and receive nothing from now on."""
    await tx.execute(
        "UPDATE installation SET state = 'deposit_only' WHERE territory_id = $1 AND tablet_id = $2 AND state = 'active'",
        tx.scope.territory_id,
        tablet_id,
    )
    touched = await tx.execute(
        "UPDATE tablet SET state = 'deposit_only' WHERE territory_id = $1 AND id = $2 AND state = 'active'",
        tx.scope.territory_id,
        tablet_id,
    )
    return touched == 1


async def give_to_team(tx: Transaction, tablet_id: TabletId, team_id: TeamId | None) -> bool:
    """Let a tablet carry another team's round; False if it is revoked or none of ours.

    Its scope is read at each request, so its next sync hands in, puts the former team's places away and brings the new ones.
    """
    touched = await tx.execute(
        "UPDATE tablet SET team_id = $3 WHERE territory_id = $1 AND id = $2 AND state = 'active'",
        tx.scope.territory_id,
        tablet_id,
        team_id,
    )
    return touched == 1


async def _new_installation(
    tx: Transaction, tablet_id: TabletId, public_key: bytes, at: datetime, state: str = "active"
) -> Enrolled:
    installation_id = InstallationId(new_id())
    row = await tx.fetch_row(
        "INSERT INTO installation (id, territory_id, tablet_id, public_key, state, made_at) "
        "VALUES ($1, $2, $3, $4, $6, $5) RETURNING actor, (SELECT epoch FROM server_epoch) AS epoch",
        installation_id,
        tx.scope.territory_id,
        tablet_id,
        public_key,
        at,
        state,
    )
    if row is None:
        message = "An insert that returns its row returned none."
        raise RuntimeError(message)
    return Enrolled(installation_id, row["actor"], row["epoch"])


def _hash(signs: str) -> bytes:
    return hashlib.sha256(signs.encode()).digest()
