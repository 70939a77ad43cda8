"""This file decides which time step a six-digit code proves, and makes secrets, QR pictures and recovery codes.

RFC 6238 with its usual figures (SHA-1, 30 s, six digits), one step of tolerance on each side. That a step is accepted
once is kept by one UPDATE in user_store.py: pyotp alone takes the same code twice.
"""

import base64
import hashlib
import hmac
import io
from datetime import datetime
from typing import Final

import pyotp
import segno

from backend.ids import new_nonce

STEP_SECONDS: Final = 30
STEPS_AROUND: Final = 1
ISSUER: Final = "Maraude"
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10  # 80 bits: sixteen characters of base 32


def new_totp_secret() -> str:
    """Return 160 random bits in base 32, as authenticator apps expect them."""
    return base64.b32encode(new_nonce(20)).decode()


def step_proved(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code was given, or None; the tolerance is one step on each side.

    >>> from datetime import UTC
    >>> step_proved("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", datetime.fromtimestamp(59, UTC))
    1
    """
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return None
    generator = pyotp.TOTP(secret)
    present = int(at.timestamp()) // STEP_SECONDS
    proved = None
    for step in range(max(present - STEPS_AROUND, 0), present + STEPS_AROUND + 1):
        if hmac.compare_digest(generator.generate_otp(step), code):
            proved = step
    return proved


def address_of(secret: str, login: str) -> str:
    """Return the otpauth address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """Return the QR code of an address as an SVG element without style, script or outside reference."""
    written = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        written, kind="svg", scale=5, border=4, xmldecl=False, svgns=True, svgclass=None, lineclass=None, light="#fff"
    )
    return written.getvalue().decode().strip()


def new_recovery_codes() -> tuple[str, ...]:
    """Return ten codes of 80 bits, shown once and kept as hashes."""
    return tuple(grouped(base64.b32encode(new_nonce(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES))


def grouped(code: str) -> str:
    """Return a code in groups of four, as somebody copies it.

    >>> grouped("ABCDEFGH2345")
    'ABCD-EFGH-2345'
    """
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_hash(code: str) -> str:
    """Return the hash that a long random code is kept as; case, spaces and hyphens do not matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
