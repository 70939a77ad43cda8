"""This file speaks with an OpenID Connect provider: where to send a browser, and what a code is worth.

`Provider` is what the rest of the package needs; `HttpProvider` asks one over HTTP. Only addresses of the configured
issuer's own host are asked, answers are bounded, redirects are not followed, and one algorithm is accepted.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from backend.clock import Clock
from backend.identity.claims import Why, challenge_of
from backend.settings import BadSetting, Settings

CALLBACK: Final = "/sign-in/identity/back"
SECONDS_MAX: Final = 5.0
ANSWER_BYTES_MAX: Final = 200_000
METADATA_KEPT: Final = timedelta(minutes=10)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Token:
    """The claims of an ID token whose signature fits, and the access token that came with it."""

    claims: Mapping[str, Any]
    access_token: str = field(repr=False)


@dataclass(frozen=True)
class Away:
    """The provider does not answer as it should: try again later."""


class Provider(Protocol):
    """Whom people prove themselves to instead of us."""

    issuer: str
    client_id: str
    acr: frozenset[str]

    async def address(self, state: str, nonce: str, verifier: str, asked: Mapping[str, str]) -> str | Away:
        """Return where to send the browser."""
        ...

    async def exchange(self, code: str, verifier: str) -> Token | Why | Away:
        """Return what a code is worth."""
        ...


class _Metadata(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _TokenAnswer(msgspec.Struct):
    id_token: str
    access_token: str
    token_type: str


class HttpProvider:
    """A provider that is asked over HTTP; metadata and keys are kept for a while."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.issuer = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self.acr = frozenset(settings.oidc_acr)
        self._secret = settings.oidc_client_secret
        self._algorithm = settings.oidc_algorithm
        self._redirect_uri = f"{settings.public_url.rstrip('/')}{CALLBACK}"
        self._acr_values = " ".join(settings.oidc_acr)
        self._clock = clock
        self._kept: tuple[datetime, _Metadata, KeySet] | None = None

    async def address(self, state: str, nonce: str, verifier: str, asked: Mapping[str, str]) -> str | Away:
        """Return where to send the browser: a code is asked for, with PKCE."""
        known = await self._known()
        if isinstance(known, Away):
            return known
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "acr_values": self._acr_values,
            **asked,
        }
        return f"{known[0].authorization_endpoint}?{urlencode(query)}"

    async def exchange(self, code: str, verifier: str) -> Token | Why | Away:
        """Give the code back for an ID token and check its signature under the provider's present keys."""
        known = await self._known()
        if isinstance(known, Away):
            return known
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        said = await self._ask("POST", known[0].token_endpoint, form)
        if said is None:
            return Away()
        try:
            answer = msgspec.json.decode(said, type=_TokenAnswer)
        except msgspec.MsgspecError:
            return Why.ANSWER
        if answer.token_type.lower() != "bearer":
            return Why.ANSWER
        return self._checked(answer, known[1])

    def _checked(self, answer: _TokenAnswer, keys: KeySet) -> Token | Why:
        try:
            head = msgspec.json.decode(_unpadded(answer.id_token.split(".")[0]), type=dict[str, Any])
        except (msgspec.MsgspecError, ValueError):
            return Why.ANSWER
        if head.get("alg") != self._algorithm:
            return Why.ALGORITHM
        if not any(key.kid == head.get("kid") for key in keys.keys):
            self._kept = None  # it may have changed its keys: the next journey reads them again
            return Why.KEY
        try:
            return Token(jwt.decode(answer.id_token, keys, [self._algorithm]).claims, answer.access_token)
        except (JoseError, ValueError):
            return Why.SIGNATURE

    async def _known(self) -> tuple[_Metadata, KeySet] | Away:
        at = self._clock()
        if self._kept and at - self._kept[0] < METADATA_KEPT:
            return self._kept[1:]
        said = await self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            metadata = msgspec.json.decode(said or b"", type=_Metadata)
        except msgspec.MsgspecError:
            return Away()
        asked_by_us = all(_same_site(self.issuer, one) for one in (metadata.token_endpoint, metadata.jwks_uri))
        if metadata.issuer != self.issuer or not asked_by_us or not _is_safe(metadata.authorization_endpoint):
            return Away()
        keys = await self._ask("GET", metadata.jwks_uri)
        try:
            read = KeySet.import_key_set(msgspec.json.decode(keys or b""))
        except (JoseError, msgspec.MsgspecError, ValueError, KeyError, TypeError):
            return Away()
        self._kept = (at, metadata, read)
        return metadata, read

    async def _ask(self, method: str, address: str, form: Mapping[str, str] | None = None) -> bytes | None:
        """Return the body of a good answer, or None: of any other the provider's words are of no use here."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS_MAX, follow_redirects=False, trust_env=False) as client:
                auth = httpx.BasicAuth(self.client_id, self._secret) if form else None
                async with client.stream(method, address, data=form, auth=auth) as answer:
                    body = b""
                    async for part in answer.aiter_bytes():
                        body += part
                        if len(body) > ANSWER_BYTES_MAX:
                            return None
                    return body if answer.status_code == 200 else None
        except (httpx.HTTPError, httpx.InvalidURL):
            return None


def provider_of(settings: Settings, clock: Clock) -> Provider | None:
    """Return the configured provider, or None; raises BadSetting when what is set cannot be used."""
    if not settings.oidc_issuer:
        return None
    for name, value in (
        ("MARAUDE_OIDC_CLIENT_ID", settings.oidc_client_id),
        ("MARAUDE_OIDC_CLIENT_SECRET", settings.oidc_client_secret),
        ("MARAUDE_PUBLIC_URL", settings.public_url),
    ):
        if not value:
            raise BadSetting(name, "it is needed where MARAUDE_OIDC_ISSUER names an identity provider.")
    if not _is_safe(settings.oidc_issuer):
        raise BadSetting("MARAUDE_OIDC_ISSUER", "an https address is expected.")
    return HttpProvider(settings, clock)


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in _LOOPBACK)


def _same_site(issuer: str, address: str) -> bool:
    """Tell whether an address is the issuer's own: its scheme, host and port."""
    return urlsplit(issuer)[:2] == urlsplit(address)[:2]


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
