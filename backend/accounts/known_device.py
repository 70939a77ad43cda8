"""This file recognises a device on which a user once signed in fully, for the throttle and for nothing else.

The mark is a random id with a keyed mark over login and id: it opens nothing, names nobody, and cannot be made for
another login. What it is good for is decided in throttle.py.
"""

from typing import Final

from backend.accounts.secrets_box import SecretsBox

LASTS_DAYS: Final = 180
_USE: Final = "known device"


def device_mark(box: SecretsBox, login: str, device: str) -> str:
    """Return the cookie of a device for a login; `device` is a new random id."""
    return f"{device}.{box.mark(_USE, f'{login}/{device}')}"


def device_known(box: SecretsBox, login: str, cookie: str | None) -> str | None:
    """Return the device's id when the cookie was made for this login, else None.

    >>> box = SecretsBox("a key of thirty-two characters at least")
    >>> device_known(box, "awa", device_mark(box, "awa", "d1"))
    'd1'
    >>> device_known(box, "paul", device_mark(box, "awa", "d1")) is None
    True
    """
    device, _, mark = (cookie or "").partition(".")
    return device if mark and box.is_mark(_USE, f"{login}/{device}", mark) else None
