"""This file decides how long a sign-in session lasts and what one that lives has proved.

Fifteen minutes without a request or ten hours in all end it (ASVS 5.0 7.3.1, 7.3.2). Tokens are opaque: 256 random bits
at the user's, their SHA-256 in session_store.py. What a session may do is decided in authenticate.py and access.py.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.access import Right, Role, Scope, rights_of
from backend.ids import TerritoryId, UserId

IDLE_MAX: Final = timedelta(minutes=15)
LASTS_MAX: Final = timedelta(hours=10)
REAUTHENTICATED_FOR: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(seconds=30)  # how old `seen_at` may grow before a request writes it again


class Standing(StrEnum):
    """Whether a session lives, and what ended it."""

    LIVES = "lives"
    ENDED = "ended"
    IDLE_TOO_LONG = "idle_too_long"
    TOO_OLD = "too_old"
    USER_DISABLED = "user_disabled"


class NextStep(StrEnum):
    """What a user who is signing in must do next."""

    ENROL = "enrol"
    GIVE_CODE = "give_code"
    CHOOSE_TERRITORY = "choose_territory"
    NOTHING = "nothing"


@dataclass(frozen=True)
class SignInSession:
    """A row of sign_in_session, without its token."""

    id: UUID
    user_id: UserId
    territory_id: TerritoryId | None
    created_at: datetime
    seen_at: datetime
    second_factor_at: datetime | None
    reauthenticated_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    device_label: str
    proved_by: str = ""
    acr: str = ""


@dataclass(frozen=True)
class Signed:
    """Who makes a request, as the database says at this request: the user, the session, the roles per territory."""

    session: SignInSession
    login: str
    full_name: str
    locale: str
    has_second_factor: bool
    memberships: dict[TerritoryId, frozenset[Role]]
    notices_unread: int

    @property
    def user_id(self) -> UserId:
        """Return the user's id."""
        return self.session.user_id

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles in the chosen territory: none without both factors or without a territory."""
        if self.session.second_factor_at is None or self.session.territory_id is None:
            return frozenset()
        return self.memberships.get(self.session.territory_id, frozenset())

    @property
    def scope(self) -> Scope | None:
        """Return the scope for statements, or None while the user has no role in a chosen territory."""
        if self.session.territory_id is None or not self.roles:
            return None
        return Scope(territory_id=self.session.territory_id, user_id=self.user_id, roles=self.roles)

    @property
    def next_step(self) -> NextStep:
        """Return what is missing before the user can work."""
        if self.session.second_factor_at is None:
            return NextStep.GIVE_CODE if self.has_second_factor else NextStep.ENROL
        return NextStep.NOTHING if self.scope else NextStep.CHOOSE_TERRITORY

    def may(self, right: Right) -> bool:
        """Tell whether this user holds a right now."""
        if right is Right.ANYBODY or right is Right.SIGNING_IN:
            return True
        if right is Right.SIGNED_IN:
            return self.session.second_factor_at is not None
        return right in rights_of(self.roles)

    def is_reauthenticated(self, at: datetime) -> bool:
        """Tell whether a code was given lately enough for a sensitive act."""
        given = self.session.reauthenticated_at
        return given is not None and at - given <= REAUTHENTICATED_FOR


def standing_of(session: SignInSession, disabled_at: datetime | None, at: datetime) -> Standing:
    """Return whether a session lives at an instant.

    >>> from datetime import UTC
    >>> from uuid import UUID
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> one = SignInSession(UUID(int=1), UserId(UUID(int=2)), None, noon, noon, None, None, noon + LASTS_MAX, None, "")
    >>> standing_of(one, None, noon + timedelta(minutes=16))
    <Standing.IDLE_TOO_LONG: 'idle_too_long'>
    """
    if disabled_at is not None:
        return Standing.USER_DISABLED
    if session.ended_at is not None:
        return Standing.ENDED
    if at >= session.ends_at:
        return Standing.TOO_OLD
    if at - session.seen_at > IDLE_MAX:
        return Standing.IDLE_TOO_LONG
    return Standing.LIVES


def token_hash(token: str) -> bytes:
    """Return what is stored of a token: a reader of the database cannot sign in with it."""
    return hashlib.sha256(token.encode()).digest()
