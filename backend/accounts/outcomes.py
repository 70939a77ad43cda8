"""This file names what the acts of this package answer, so that api.py and the pages turn them into words alike."""

from dataclasses import dataclass

from backend.accounts.passphrase_rules import Weakness
from backend.accounts.sessions import Signed


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from: network address, cookie of a known device, and what the browser calls itself."""

    address: str
    device_cookie: str | None = None
    device_label: str = ""


@dataclass(frozen=True)
class Refused:
    """An attempt that changed nothing: the code of its problem in backend/problems.py."""

    problem: str


@dataclass(frozen=True)
class Weak:
    """A passphrase that may not be chosen, and why."""

    why: Weakness


@dataclass(frozen=True)
class Opened:
    """A session under a new token, which is shown to nobody but its browser; `device_cookie` after both factors."""

    token: str
    signed: Signed
    device_cookie: str | None = None


SIGN_IN_REFUSED = Refused("sign_in_refused")
TOO_MANY = Refused("too_many_attempts")
BUSY = Refused("database_busy")
