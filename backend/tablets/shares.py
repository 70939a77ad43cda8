"""Keep and give the shares without which a tablet's records cannot be read: by PIN, by both factors, by a spoken code.

A share is 32 random bytes, sealed in the database by the box of secrets. A PIN is proved by a verifier that the tablet
derives from it and from a key of its own; wrong ones are counted here, where nobody can set the count back, and the fifth
destroys the share. A spoken code works once: whoever heard it could open the same seal again, so the shares in it are
replaced by `next_share` as soon as the tablet has taken that over.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.access import WHO_RECORD
from backend.accounts.secrets_box import Sealed, SecretsBox, Unopenable
from backend.db.transaction import Transaction
from backend.ids import TabletId, UserId, new_nonce

SHARE_BYTES: Final = 32
GUESSES_MAX: Final = 5


@dataclass(frozen=True)
class Given:
    """A share for somebody who proved the PIN; `next_share` if the tablet is to go over to another."""

    share: bytes
    next_share: bytes | None = None


@dataclass(frozen=True)
class NotGiven:
    """No share: `left` more tries, or none (`locked`): then both factors are needed."""

    left: int

    @property
    def locked(self) -> bool:
        """Tell whether the PIN is of no use any more."""
        return self.left == 0


async def tablet_of(tx: Transaction) -> TabletId:
    """Return the tablet of the installation that asks."""
    found = await tx.fetch_value(
        "SELECT tablet_id FROM installation WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        tx.scope.installation_id,
    )
    return TabletId(found)


async def join(
    tx: Transaction, box: SecretsBox, tablet_id: TabletId, user_id: UserId, verifier: bytes, at: datetime
) -> tuple[bytes, bytes]:
    """Let somebody who gave both factors open a tablet by PIN; return the person's fresh share and the tablet's own."""
    share = new_nonce(SHARE_BYTES)
    sealed = box.seal(share, place_of_person(tablet_id, user_id))
    await tx.execute(
        "INSERT INTO tablet_person (territory_id, tablet_id, user_id, verifier_hash, share, share_key_id, signed_in_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (territory_id, tablet_id, user_id) DO UPDATE SET "
        "verifier_hash = excluded.verifier_hash, share = excluded.share, share_key_id = excluded.share_key_id, "
        "next_share = NULL, next_share_key_id = NULL, guesses = 0, signed_in_at = excluded.signed_in_at",
        tx.scope.territory_id,
        tablet_id,
        user_id,
        hashlib.sha256(verifier).digest(),
        sealed.body,
        sealed.key_id,
        at,
    )
    return share, await _share_of_tablet(tx, box, tablet_id)


async def give(
    tx: Transaction, box: SecretsBox, tablet_id: TabletId, user_id: UserId, verifier: bytes, wraps: int
) -> Given | NotGiven:
    """Return the share of somebody who proves the PIN. `wraps` above one: the tablet has taken the next share over.

    The caller commits whatever comes out: a wrong guess is counted.
    """
    row = await tx.fetch_row(
        "SELECT verifier_hash, share, share_key_id, next_share, next_share_key_id, guesses FROM tablet_person p "
        "WHERE territory_id = $1 AND tablet_id = $2 AND user_id = $3 AND EXISTS (SELECT FROM membership m "
        "WHERE m.territory_id = $1 AND m.user_id = p.user_id AND m.role = ANY($4)) AND NOT EXISTS (SELECT FROM app_user u "
        "WHERE u.id = p.user_id AND u.disabled_at IS NOT NULL) FOR UPDATE OF p",
        tx.scope.territory_id,
        tablet_id,
        user_id,
        sorted(WHO_RECORD),
    )
    if row is None or row["share"] is None:
        return NotGiven(0)
    if not hmac.compare_digest(hashlib.sha256(verifier).digest(), row["verifier_hash"]):
        return await _count(tx, tablet_id, user_id, row["guesses"] + 1)
    if wraps > 1 and row["next_share"] is not None:
        await tx.execute(
            "UPDATE tablet_person SET share = next_share, share_key_id = next_share_key_id, next_share = NULL, "
            "next_share_key_id = NULL, guesses = 0 WHERE territory_id = $1 AND tablet_id = $2 AND user_id = $3",
            tx.scope.territory_id,
            tablet_id,
            user_id,
        )
        return _given(box, tablet_id, user_id, Sealed(row["next_share_key_id"], row["next_share"]), None)
    await _count(tx, tablet_id, user_id, 0)
    following = None if row["next_share"] is None else Sealed(row["next_share_key_id"], row["next_share"])
    return _given(box, tablet_id, user_id, Sealed(row["share_key_id"], row["share"]), following)


async def shares_of(tx: Transaction, box: SecretsBox, tablet_id: TabletId) -> dict[UserId, bytes]:
    """Return the shares of the people who may open a tablet by PIN, for sealing them under a code."""
    rows = await tx.fetch(
        "SELECT user_id, share, share_key_id FROM tablet_person WHERE territory_id = $1 AND tablet_id = $2 "
        "AND share IS NOT NULL ORDER BY user_id",
        tx.scope.territory_id,
        tablet_id,
    )
    opened = {
        UserId(row["user_id"]): box.open(
            Sealed(row["share_key_id"], row["share"]), place_of_person(tablet_id, row["user_id"])
        )
        for row in rows
    }
    return {user_id: share for user_id, share in opened.items() if isinstance(share, bytes)}


async def announce_next(tx: Transaction, box: SecretsBox, tablet_id: TabletId) -> None:
    """Make the share that replaces each person's, after a code that opens the present ones was spoken."""
    for user_id in await shares_of(tx, box, tablet_id):
        sealed = box.seal(new_nonce(SHARE_BYTES), place_of_person(tablet_id, user_id))
        await tx.execute(
            "UPDATE tablet_person SET next_share = $4, next_share_key_id = $5 "
            "WHERE territory_id = $1 AND tablet_id = $2 AND user_id = $3",
            tx.scope.territory_id,
            tablet_id,
            user_id,
            sealed.body,
            sealed.key_id,
        )


async def destroy(tx: Transaction, tablet_id: TabletId) -> None:
    """Destroy all shares of a tablet: what it holds can be read by nobody who is not reading it now."""
    for statement in (
        "DELETE FROM tablet_person WHERE territory_id = $1 AND tablet_id = $2",
        "DELETE FROM tablet_rescue WHERE territory_id = $1 AND tablet_id = $2 AND spoken_at IS NULL",
        "DELETE FROM tablet_share WHERE territory_id = $1 AND tablet_id = $2",
    ):
        await tx.execute(statement, tx.scope.territory_id, tablet_id)


async def _count(tx: Transaction, tablet_id: TabletId, user_id: UserId, guesses: int) -> NotGiven:
    await tx.execute(
        "UPDATE tablet_person SET guesses = $4::int, share = CASE WHEN $4::int >= $5::int THEN NULL ELSE share END, "
        "next_share = CASE WHEN $4::int >= $5::int THEN NULL ELSE next_share END "
        "WHERE territory_id = $1 AND tablet_id = $2 AND user_id = $3",
        tx.scope.territory_id,
        tablet_id,
        user_id,
        guesses,
        GUESSES_MAX,
    )
    return NotGiven(max(0, GUESSES_MAX - guesses))


async def _share_of_tablet(tx: Transaction, box: SecretsBox, tablet_id: TabletId) -> bytes:
    sealed = box.seal(new_nonce(SHARE_BYTES), place_of_tablet(tablet_id))
    row = await tx.fetch_row(
        "INSERT INTO tablet_share (territory_id, tablet_id, share, share_key_id) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (territory_id, tablet_id) DO UPDATE SET share = tablet_share.share RETURNING share, share_key_id",
        tx.scope.territory_id,
        tablet_id,
        sealed.body,
        sealed.key_id,
    )
    share = box.open(Sealed(row["share_key_id"], row["share"]), place_of_tablet(tablet_id)) if row else None
    if not isinstance(share, bytes):
        message = f"The share of tablet {tablet_id} does not open: its key is not among the former ones."
        raise RuntimeError(message)  # noqa: TRY004 - a setting is wrong, not a type
    return share


def _given(
    box: SecretsBox, tablet_id: TabletId, user_id: UserId, sealed: Sealed, following: Sealed | None
) -> Given | NotGiven:
    place = place_of_person(tablet_id, user_id)
    share, after = box.open(sealed, place), None if following is None else box.open(following, place)
    if isinstance(share, Unopenable):
        return NotGiven(0)
    return Given(share, after if isinstance(after, bytes) else None)


def place_of_person(tablet_id: TabletId, user_id: UserId) -> str:
    """Return the place of the seals of one person's share."""
    return f"tablet_person.share/{tablet_id}/{user_id}"


def place_of_tablet(tablet_id: TabletId) -> str:
    """Return the place of the seal of a tablet's own share."""
    return f"tablet_share.share/{tablet_id}"
