"""This file decides whether what an identity provider answered proves who somebody is (OpenID Connect Core 3.1.3.7).

Every claim is asked, and the first that does not fit is named. The signature was checked before, under one pinned
algorithm (provider.py). Who the subject is here was decided by an administrator (store.py).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

CLOCKS_DIFFER_MAX: Final = timedelta(seconds=60)
TOKEN_AGE_MAX: Final = timedelta(minutes=10)
MAX_AGE: Final = timedelta(hours=1)  # how long ago somebody may have proved themselves to the provider
SUBJECT_CHARACTERS_MAX: Final = 255


class Why(StrEnum):
    """What does not fit."""

    STATE = "state"
    PROVIDER_ERROR = "provider_error"
    ANSWER = "answer"
    SIGNATURE = "signature"
    ALGORITHM = "algorithm"
    KEY = "key"
    ISS = "iss"
    AUD = "aud"
    AZP = "azp"
    EXP = "exp"
    IAT = "iat"
    NONCE = "nonce"
    ACR = "acr"
    AUTH_TIME = "auth_time"
    AT_HASH = "at_hash"
    SUB = "sub"


@dataclass(frozen=True)
class Expected:
    """What the claims must say."""

    issuer: str
    client_id: str
    nonce: str
    acr: frozenset[str]
    proved_since: datetime  # the earliest instant at which the provider may have seen the proof


@dataclass(frozen=True)
class Identity:
    """Who the provider says it is, and how strongly that was proved."""

    issuer: str
    subject: str
    acr: str


def identity_of(claims: Mapping[str, Any], access_token: str, expected: Expected, at: datetime) -> Identity | Why:
    """Return the identity that the claims of an ID token prove, or the first claim that does not fit.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> wanted = Expected("https://idp.example", "us", "n", frozenset({"eidas2"}), noon - MAX_AGE)
    >>> now = int(noon.timestamp())
    >>> said = {"iss": "https://idp.example", "aud": "us", "exp": now + 60, "iat": now, "auth_time": now, "nonce": "n",
    ...         "acr": "eidas2", "sub": "s1"}
    >>> identity_of(said, "token", wanted, noon)
    Identity(issuer='https://idp.example', subject='s1', acr='eidas2')
    >>> identity_of({**said, "aud": "somebody else"}, "token", wanted, noon)
    <Why.AUD: 'aud'>
    """
    checks: tuple[tuple[Why, bool], ...] = (
        (Why.ISS, claims.get("iss") == expected.issuer),
        (Why.AUD, expected.client_id in _audience(claims)),
        (Why.AZP, _is_party(claims, expected.client_id)),
        (Why.EXP, _within(claims.get("exp"), at - CLOCKS_DIFFER_MAX, None)),
        (Why.IAT, _within(claims.get("iat"), at - TOKEN_AGE_MAX, at + CLOCKS_DIFFER_MAX)),
        (Why.NONCE, _same(claims.get("nonce"), expected.nonce)),
        (Why.ACR, claims.get("acr") in expected.acr),
        (
            Why.AUTH_TIME,
            _within(claims.get("auth_time"), expected.proved_since - CLOCKS_DIFFER_MAX, at + CLOCKS_DIFFER_MAX),
        ),
        (Why.AT_HASH, "at_hash" not in claims or _same(claims["at_hash"], at_hash_of(access_token))),
        (Why.SUB, _is_subject(claims.get("sub"))),
    )
    wrong = next((why for why, fits in checks if not fits), None)
    return wrong or Identity(expected.issuer, str(claims["sub"]), str(claims["acr"]))


def at_hash_of(access_token: str) -> str:
    """Return the left half of the token's SHA-256: all algorithms that may be pinned end in 256.

    >>> at_hash_of("token")
    'PEaenWxYddN6Q_NT1PiOYQ'
    """
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).decode().rstrip("=")


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _audience(claims: Mapping[str, Any]) -> list[Any]:
    named = claims.get("aud")
    return named if isinstance(named, list) else [named]


def _is_party(claims: Mapping[str, Any], client_id: str) -> bool:
    """A token for several must name us as the party it was issued to; one that names another never fits."""
    if "azp" in claims:
        return bool(claims["azp"] == client_id)
    return len(_audience(claims)) == 1


def _within(value: object, least: datetime, most: datetime | None) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return least.timestamp() <= value and (most is None or value <= most.timestamp())


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode(), expected.encode())


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= SUBJECT_CHARACTERS_MAX
