"""This file is an identity provider on loopback, over real HTTP, that errs in whatever way a test asks."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from backend.identity.claims import at_hash_of, challenge_of
from backend.settings import Settings

CLIENT_ID, CLIENT_SECRET, ACCESS_TOKEN = "maraude", "the secret of the client", "an access token"


@dataclass
class FakeProvider:
    """What it signs with, what it says, and what it was asked."""

    url: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    said: dict[str, Any] = field(default_factory=dict)  # claims in place of the right ones; None leaves one out
    answer: dict[str, Any] = field(default_factory=dict)  # the same for the token answer
    metadata: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    signs: str = "RS256"
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorise(self, address: str, subject: str, now: int, **claims: Any) -> dict[str, str]:
        """Let somebody prove who they are at the address that the browser was led to; return the way back's query."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**query, "subject": subject, "now": str(now), "claims": json.dumps(claims)}
        return {"state": query["state"], "code": code}

    def token(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """Return the token answer for a code, once, to whoever has its verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        if not basic.startswith("Basic ") or asked is None:
            return None
        if challenge_of(form.get("code_verifier", "")) != asked["code_challenge"]:
            return None
        now = int(asked["now"])
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "azp": CLIENT_ID, "sub": asked["subject"], "exp": now + 300, "iat": now,
            "auth_time": now, "nonce": asked["nonce"], "acr": "eidas1", "at_hash": at_hash_of(ACCESS_TOKEN),
        }  # fmt: skip
        claims |= json.loads(asked["claims"]) | self.said
        kept = {name: value for name, value in claims.items() if value is not None}
        made = {"id_token": self._sign(kept), "access_token": ACCESS_TOKEN, "token_type": "Bearer"} | self.answer
        return {name: value for name, value in made.items() if value is not None}

    def _sign(self, claims: dict[str, Any]) -> str:
        head = {"alg": self.signs, "kid": "k1"}
        if self.signs in {"none", "HS256"}:  # by hand: no library makes them any more
            parts = b".".join(_base64(json.dumps(part).encode()) for part in ({**head, "alg": self.signs}, claims))
            secret = self.key.as_pem(private=False)  # the public key, as if it were a shared secret
            mac = hmac.digest(secret, parts, "sha256") if self.signs == "HS256" else b""
            return (parts + b"." + _base64(mac)).decode()
        if self.signs == "ES256":
            return jwt.encode(head, claims, ECKey.generate_key("P-256", {"kid": "k1"}), algorithms=["ES256"])
        if self.signs == "other key":
            other = RSAKey.generate_key(2048, {"kid": "k1"})
            return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, other, algorithms=["RS256"])
        if self.signs == "unknown key":
            return jwt.encode({"alg": "RS256", "kid": "k9"}, claims, self.key, algorithms=["RS256"])
        return jwt.encode(head, claims, self.key, algorithms=["RS256"])


def with_provider(settings: Settings, provider: FakeProvider) -> Settings:
    """Return settings that name this provider."""
    return replace(
        settings, oidc_issuer=provider.url, oidc_client_id=CLIENT_ID, oidc_client_secret=CLIENT_SECRET,
        public_url="http://maraude.test",
    )  # fmt: skip


def _base64(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    """Run a provider in a thread of its own until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        provider: FakeProvider

        def do_GET(self) -> None:
            one = self.provider
            if self.path == "/.well-known/openid-configuration":
                known = {"issuer": one.url, "authorization_endpoint": f"{one.url}/authorise",
                         "token_endpoint": f"{one.url}/token", "jwks_uri": f"{one.url}/keys"}  # fmt: skip
                self._say(known | one.metadata)
            elif self.path == "/keys":
                self._say({"keys": [one.key.as_dict(private=False)]})
            else:
                self._say(None)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.provider.asked.append(form)
            self._say(self.provider.token(form, self.headers.get("Authorization", "")))

        def _say(self, what: dict[str, Any] | None) -> None:
            content = json.dumps(what or {"error": "invalid_grant"}).encode()
            self.send_response(400 if what is None else self.provider.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Handler.provider = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
