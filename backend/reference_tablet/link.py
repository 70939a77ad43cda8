"""Carry one signed request to the server and say what came of it: an answer, no network, or a problem of the catalogue.

Whatever is not the server's own JSON or NDJSON (a captive portal's page, a proxy's error) counts as no network.
"""

import base64
import time
from dataclasses import dataclass

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.accounts.csrf import HEADER
from backend.tablets.signature import INSTALLATION_HEADER, SIGNATURE_HEADER, text_to_sign

SECONDS_MAX = 30.0


@dataclass(frozen=True)
class Answer:
    """The server's own answer."""

    body: bytes
    wire_bytes: int


@dataclass(frozen=True)
class NoNetwork:
    """No answer of the server came: try again later."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """The server refused the request by a code of its catalogue."""

    code: str
    server_at: int | None = None


Outcome = Answer | NoNetwork | Refused


class _Details(msgspec.Struct):
    server_at: int | None = None


class _Problem(msgspec.Struct):
    code: str
    details: _Details = msgspec.field(default_factory=_Details)


class Link:
    """The way to one server for one installation. `clock_offset_ms` is what the server's clock is ahead by."""

    def __init__(self, url: str, key: ec.EllipticCurvePrivateKey, client: httpx.Client | None = None) -> None:
        self._http = client or httpx.Client(base_url=url, timeout=SECONDS_MAX)
        self._key = key
        self.clock_offset_ms = 0
        self.requests = 0

    @property
    def public_key(self) -> str:
        """Return the public key as the protocol carries it: 65 bytes, base64url."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return _base64url(point)

    def post(self, path: str, body: bytes, who: str = "") -> Outcome:
        """Send a request, signed as `who` ("<territory>/<installation>") if given; a clock far off is corrected once."""
        return self.send("POST", path, body, who)

    def send(self, method: str, path: str, body: bytes, who: str = "", more: dict[str, str] | None = None) -> Outcome:
        """Send a request of any method, with more headers if given."""
        outcome = self._send(method, path, body, who, more or {})
        if isinstance(outcome, Refused) and outcome.code == "tablet_clock" and outcome.server_at is not None:
            self.clock_offset_ms = outcome.server_at - _wall_ms()
            outcome = self._send(method, path, body, who, more or {})
        return outcome

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _send(self, method: str, path: str, body: bytes, who: str, more: dict[str, str]) -> Outcome:
        kind = "application/octet-stream" if method == "PUT" else "application/json"
        headers = {"Content-Type": kind, "Accept-Encoding": "gzip", HEADER: "1", **more}
        if who:
            at_ms = _wall_ms() + self.clock_offset_ms
            headers[INSTALLATION_HEADER] = who
            headers[SIGNATURE_HEADER] = f"{at_ms}.{self._sign(text_to_sign(method, path, at_ms, body))}"
        self.requests += 1
        try:
            response = self._http.request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            return NoNetwork(type(error).__name__)
        return _read(response)

    def _sign(self, text: bytes) -> str:
        r, s = decode_dss_signature(self._key.sign(text, ec.ECDSA(SHA256())))
        return _base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _read(response: httpx.Response) -> Outcome:
    kind = response.headers.get("content-type", "").partition(";")[0]
    is_file = response.headers.get("content-disposition", "").startswith("attachment")
    if response.status_code == httpx.codes.OK and (is_file or kind in ("application/json", "application/x-ndjson")):
        return Answer(response.content, response.num_bytes_downloaded)
    if kind == "application/problem+json":
        try:
            problem = msgspec.json.decode(response.content, type=_Problem)
        except msgspec.MsgspecError:
            return NoNetwork("unreadable")
        busy = response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
        return NoNetwork(problem.code) if busy else Refused(problem.code, problem.details.server_at)
    return NoNetwork(f"not our server's answer ({response.status_code})")


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
