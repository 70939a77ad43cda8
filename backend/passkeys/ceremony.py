"""This file decides whether what an authenticator answered proves a passkey: challenge, origin, signature, counter.

The library py_webauthn reads and verifies; here stands what is asked of it. The origin is the installation's public
address and never what a request says of itself: a site that stands between would otherwise be taken for ours.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backend.ids import UserId

CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True)
class Party:
    """For whom a passkey is good: the host of the public address, and the whole origin."""

    host: str
    origin: str


@dataclass(frozen=True)
class Key:
    """A passkey that is kept."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def party_of(public_url: str) -> Party | None:
    """Return for whom passkeys are good, or None where no public address is set.

    >>> party_of("https://maraude.example:8443/")
    Party(host='maraude.example', origin='https://maraude.example:8443')
    >>> party_of("") is None
    True
    """
    parts = urlsplit(public_url)
    return Party(parts.hostname, f"{parts.scheme}://{parts.netloc}") if parts.hostname else None


def offer(party: Party, user_id: UserId, login: str, challenge: bytes, known: list[Key]) -> dict[str, Any]:
    """Return what a browser needs to make a passkey; an authenticator that has one already makes no second."""
    options = generate_registration_options(
        rp_id=party.host,
        rp_name="Maraude",
        user_id=user_id.bytes,
        user_name=login,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(one.credential_id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return dict(msgspec.json.decode(options_to_json(options)))


def made(party: Party, challenge: bytes, answer: dict[str, Any]) -> Key | None:
    """Return the passkey that an authenticator has made for this challenge, or None."""
    try:
        proved = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.host, expected_origin=party.origin
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    return Key(proved.credential_id, proved.credential_public_key, proved.sign_count)


def ask(party: Party, challenge: bytes, known: list[Key]) -> dict[str, Any]:
    """Return what a browser needs to prove one of these passkeys."""
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(one.credential_id) for one in known],
    )
    return dict(msgspec.json.decode(options_to_json(options)))


def proved(party: Party, challenge: bytes, key: Key, answer: dict[str, Any]) -> int | None:
    """Return the passkey's new counter when the answer proves it; a counter that went back is a copy: None."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None
    return found.new_sign_count
