"""Invent the demo's users: their passphrases and second factors are random and shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp

from backend.access import Role
from backend.accounts.demo_user import add_demo_user
from backend.accounts.services import Accounts
from backend.accounts.user_changes import NewUser, Obstacle
from backend.ids import UserId

_SYLLABLES = (
    "ba",
    "ce",
    "do",
    "fi",
    "gu",
    "la",
    "me",
    "no",
    "pi",
    "ru",
    "sa",
    "te",
    "vo",
    "xi",
    "zu",
    "che",
    "tri",
    "plo",
)


@dataclass(frozen=True)
class DemoUser:
    """Somebody who can sign in to the demo."""

    id: UserId
    login: str
    full_name: str
    role: Role
    passphrase: str
    totp_secret: str


WHO = (
    ("dora", "Dora Régulation", Role.DISPATCHER),
    ("selma", "Selma Superviseure", Role.CLINICAL_SUPERVISOR),
    ("marc", "Marc Centre", Role.CENTRE_MANAGER),
    ("alice", "Alice Administration", Role.TERRITORY_ADMINISTRATOR),
    ("nina", "Nina Infirmière", Role.FIELD_TEAM),
    ("omar", "Omar Infirmier", Role.FIELD_TEAM),
    ("paul", "Paul Partenaire", Role.PARTNER),
)


async def add_users(accounts: Accounts, slug: str, at: datetime) -> dict[str, DemoUser]:
    """Add the demo's users to its territory; return them by login."""
    users: dict[str, DemoUser] = {}
    for login, full_name, role in WHO:
        passphrase, secret = _passphrase(), pyotp.random_base32()
        added = await add_demo_user(
            accounts, slug, NewUser(login, full_name, frozenset({role})), passphrase, secret, at
        )
        if isinstance(added, Obstacle):
            message = f"The demo's user {login} could not be added: {added}."
            raise RuntimeError(message)  # noqa: TRY004 - an outcome, not a type
        users[login] = DemoUser(added, login, full_name, role, passphrase, secret)
    return users


def _passphrase() -> str:
    """Return four invented words: about 66 bits, and easy to type from a screen."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(4)) for _ in range(4))
