"""This file decides what a request to the administration of reference tables is, and whether it may go on.

Piccolo's admin brings a sign-in, a page of passwords, files and documentation of its own: none of them is reached. What
changes something must come from its own page, and from somebody who gave a code lately.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

BODY_BYTES_MAX: Final = 100_000
_CHANGES: Final = frozenset({"POST", "PATCH", "DELETE"})
_READ: Final = ("/api/tables/", "/api/user/", "/api/forms/", "/api/links/", "/public/meta/", "/public/translations/")


class Way(StrEnum):
    """What a request asks for."""

    ASSET = "asset"  # script and style of the published package: no pass is needed
    HEALTH = "health"
    PAGE = "page"
    READ = "read"
    CHANGE = "change"
    NOWHERE = "nowhere"
    FROM_ELSEWHERE = "from_elsewhere"


_EXACTLY: Final = {"/": Way.PAGE, "/health/ready": Way.HEALTH}


@dataclass(frozen=True)
class Asked:
    """What a request says of itself: `origin` and `fetch_site` are headers, empty where there is none."""

    method: str
    path: str
    origin: str = ""
    fetch_site: str = ""
    body_bytes: int | None = None


@dataclass(frozen=True)
class Pass:
    """What the web server says of somebody who may administer reference tables, at this request."""

    user_id: UUID
    login: str
    territory_id: UUID
    may_change_until: datetime | None = None


def way_of(asked: Asked, own_origin: str) -> Way:
    """Return what a request asks for.

    >>> here = "https://maraude.example:8766"
    >>> [way_of(Asked("GET", path), here).value for path in ("/", "/api/tables/zone/", "/public/login/", "/api/docs/")]
    ['page', 'read', 'nowhere', 'nowhere']
    >>> [way_of(Asked("PATCH", "/api/tables/zone/1/", origin, body_bytes=9), here).value for origin in (here, "", "null")]
    ['change', 'from_elsewhere', 'from_elsewhere']
    """
    if asked.method in {"GET", "HEAD"}:
        if asked.path.startswith("/assets/"):
            return Way.ASSET
        return _EXACTLY.get(asked.path) or (Way.READ if asked.path.startswith(_READ) else Way.NOWHERE)
    if asked.method not in _CHANGES or not asked.path.startswith("/api/tables/"):
        return Way.NOWHERE
    # Browsers name the origin of whatever changes something; who names none is no page of ours.
    if asked.origin != own_origin or asked.fetch_site not in {"", "same-origin"}:
        return Way.FROM_ELSEWHERE
    has_fit_body = asked.body_bytes is not None and asked.body_bytes <= BODY_BYTES_MAX
    return Way.CHANGE if asked.method == "DELETE" or has_fit_body else Way.NOWHERE


def may_change(known: Pass, at: datetime) -> bool:
    """Tell whether somebody gave a code lately enough to change something.

    >>> from datetime import UTC
    >>> from uuid import UUID
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> may_change(Pass(UUID(int=1), "ada", UUID(int=2), noon), noon), may_change(Pass(UUID(int=1), "ada", UUID(int=2)), noon)
    (True, False)
    """
    return known.may_change_until is not None and at <= known.may_change_until
