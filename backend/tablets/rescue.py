"""Seal the shares of a tablet's people under a code that is spoken once, for a tablet that starts again without a network.

The seal travels to the tablet, which cannot open it; the code stays here until somebody at the desk asks for it by its
number and says why. 100 bits, in signs that nobody mistakes for one another.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.accounts.secrets_box import Sealed, SecretsBox
from backend.db.transaction import Transaction
from backend.ids import TabletId, UserId, new_nonce
from backend.tablets.shares import announce_next, shares_of

SIGNS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_SIGNS: Final = 20
_IV_BYTES: Final = 12
_SALT_BYTES: Final = 32


@dataclass(frozen=True)
class Rescue:
    """What a tablet holds: the number to ask for, and the shares under the code."""

    number: int
    salt: bytes
    sealed: bytes


async def rescue_of(tx: Transaction, box: SecretsBox, tablet_id: TabletId, at: datetime) -> Rescue | None:
    """Return the seal that a tablet is to hold, made anew when its people changed or the last code was spoken."""
    shares = await shares_of(tx, box, tablet_id)
    if not shares:
        return None
    people_sum = hashlib.sha256(b"".join(user_id.bytes + share for user_id, share in shares.items())).digest()
    row = await tx.fetch_row(
        "SELECT number, salt, sealed, people_sum, spoken_at FROM tablet_rescue "
        "WHERE territory_id = $1 AND tablet_id = $2 ORDER BY number DESC LIMIT 1",
        tx.scope.territory_id,
        tablet_id,
    )
    if row is not None and row["spoken_at"] is None and row["people_sum"] == people_sum:
        return Rescue(row["number"], row["salt"], row["sealed"])
    code = "".join(secrets.choice(SIGNS) for _ in range(CODE_SIGNS))
    made = seal_shares(shares, code, 1 if row is None else row["number"] + 1, new_nonce(_SALT_BYTES))
    kept = box.seal(code.encode(), place_of(tablet_id, made.number))
    await tx.execute(
        "INSERT INTO tablet_rescue (territory_id, tablet_id, number, code, code_key_id, salt, sealed, people_sum, made_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.scope.territory_id,
        tablet_id,
        made.number,
        kept.body,
        kept.key_id,
        made.salt,
        made.sealed,
        people_sum,
        at,
    )
    return made


async def speak(
    tx: Transaction, box: SecretsBox, tablet_id: TabletId, number: int, reason: str, at: datetime
) -> str | None:
    """Return the code of a number, once, for somebody who says why; None if there is none or it was spoken."""
    row = await tx.fetch_row(
        "UPDATE tablet_rescue SET spoken_at = $4, spoken_by = $5, reason = $6 WHERE territory_id = $1 AND tablet_id = $2 "
        "AND number = $3 AND spoken_at IS NULL RETURNING code, code_key_id",
        tx.scope.territory_id,
        tablet_id,
        number,
        at,
        tx.scope.user_id,
        reason,
    )
    code = None if row is None else box.open(Sealed(row["code_key_id"], row["code"]), place_of(tablet_id, number))
    if not isinstance(code, bytes):
        return None
    await announce_next(tx, box, tablet_id)
    signs = code.decode()
    return "-".join(signs[start : start + 4] for start in range(0, CODE_SIGNS, 4))


def seal_shares(shares: dict[UserId, bytes], code: str, number: int, salt: bytes) -> Rescue:
    """Return shares sealed under a code, as sync/tablet/keys/vault.js opens them."""
    iv = new_nonce(_IV_BYTES)
    key = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"maraude wrap rescue").derive(code.encode())
    content = json.dumps({str(user_id): base64url(share) for user_id, share in shares.items()}).encode()
    return Rescue(number, salt, iv + AESGCM(key).encrypt(iv, content, f"rescue {number}".encode()))


def base64url(content: bytes) -> str:
    """Return bytes as the protocol carries them."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def place_of(tablet_id: TabletId, number: int) -> str:
    """Return the place of the seal of a spoken code."""
    return f"tablet_rescue.code/{tablet_id}/{number}"
