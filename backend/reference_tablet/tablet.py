"""Be a tablet: enrol, record without a network, sync when there is one, one sync at a time.

`sync` is the whole procedure: hand in until the outbox is empty, put away what left the scope, pull until nothing waits,
compare sums and repair what differs. Every step may be interrupted and repeated (S9).
"""

import hashlib
import random
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from backend.reference_tablet import attachments
from backend.reference_tablet.attachments import NotKept
from backend.reference_tablet.link import Answer, Link, NoNetwork, Outcome, Refused
from backend.reference_tablet.store import SqliteStore
from sync import client
from sync.client import Act, Clocks, NotRecorded
from sync.ids import OpId
from sync.integrity import difference
from sync.ops import Op
from sync.state import RecordState
from sync.store import Identity
from sync.wire import HeadAnswer, PushAnswer, Receipt, SumsAnswer, SumsRequest

BACK_OFF_SECONDS_MAX = 60.0
REPAIR_ROUNDS_MAX = 40


class _Enrolled(msgspec.Struct):
    territory_id: str
    installation_id: str
    actor: int
    epoch: int
    server_at: int


class _Receipt(msgspec.Struct):
    n: int = 0
    hash: str = ""
    broken_at: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Synced:
    """What a sync came to: `complete` only if everything was handed in, pulled, and the sums agree."""

    complete: bool
    reason: str = ""
    requests: int = 0


DEPOSIT_ONLY = "tablet_deposit_only"


class Tablet:
    """One tablet in a folder of its own: key, store, link."""

    def __init__(self, folder: Path, url: str, link: Link | None = None, store: SqliteStore | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.store = store or SqliteStore(folder / "tablet.sqlite")
        self.link = link or Link(url, key_in(folder))
        self._boot = secrets.token_hex(8)
        self._round_trip_ms = 0

    def close(self) -> None:
        """Close store and link."""
        self.link.close()
        self.store.__exit__(None, None, None)

    def enrol(self, territory_id: str, code: str) -> bool:
        """Enrol by a one-time code; False if it was refused or the server could not be reached.

        A tablet that was enrolled before is one that a restored server forgot: it issues again all that it kept (S1).
        """
        body = msgspec.json.encode({"territory_id": territory_id, "code": code, "public_key": self.link.public_key})
        outcome = self.link.post("/sync/enrol", body)
        if not isinstance(outcome, Answer):
            return False
        enrolled = msgspec.json.decode(outcome.body, type=_Enrolled)
        (self._folder / "territory").write_text(enrolled.territory_id, "utf-8")
        if self.store.enrolled():
            client.start_anew(self.store, enrolled.installation_id, enrolled.actor)
        else:
            self.store.begin(Identity(enrolled.installation_id, enrolled.actor, epoch=enrolled.epoch))
        return True

    def record(self, act: Act, author: str) -> Op | NotRecorded:
        """Record an act: on disk when an op returns, whatever the network does (S4)."""
        return client.record(self.store, act, OpId(secrets.token_hex(16)), author, self.clocks())

    def attach(self, content: bytes, record_id: str) -> str | NotKept:
        """Keep a file for a record: on disk when its hash returns; it is handed in after the ops."""
        return attachments.keep(self._folder, content, record_id)

    def fetch(self, sha256: str) -> bytes | str:
        """Return a file by its hash, or why it did not come; what has another hash did not come."""
        outcome = self._send("GET", f"/sync/attachments/{sha256}", b"", {})
        if not isinstance(outcome, Answer):
            return _reason(outcome)
        return outcome.body if hashlib.sha256(outcome.body).hexdigest() == sha256 else "cut"

    def shown(self, record_id: str) -> RecordState | None:
        """Return a record as this tablet shows it."""
        return client.state(self.store, record_id)

    def clocks(self) -> Clocks:
        """Return the tablet's own clocks."""
        return Clocks(time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000, self._boot)

    def sync(self) -> Synced:
        """Hand in, put away, pull what changed, verify, hand files in; stop at the first step that finds no network."""
        before = self.link.requests
        reason = self._hand_in() or self._bring_up_to_date() or attachments.hand_in(self._folder, self._send)
        return Synced(not reason, reason, self.link.requests - before)

    def sync_until_complete(self, seconds_max: float, chance: random.Random) -> Synced:
        """Sync again and again, with a pause that doubles and has jitter, until it is complete or the time is over."""
        ends = time.monotonic() + seconds_max
        pause = 0.2
        while True:
            done = self.sync()
            left = ends - time.monotonic()
            if done.complete or left <= 0:
                return done
            time.sleep(min(left, pause * chance.uniform(0.5, 1.5)))
            pause = min(pause * 2, BACK_OFF_SECONDS_MAX)

    def receipt(self) -> str:
        """Return `confirmed` when the server's log holds all that this installation recorded, else why not."""
        given = self._ask_receipt()
        if isinstance(given, str):
            return given
        me = self.store.identity()
        return "confirmed" if (given.n, given.hash) == (me.next_n - 1, me.head) else "differs"

    def purge(self, restorable_n: int) -> int:
        """Forget the ops that a receipt confirms, up to the last n that every backup in use holds; return how many."""
        given = self._ask_receipt()
        return 0 if isinstance(given, str) else client.purge(self.store, given, restorable_n)

    def _ask_receipt(self) -> Receipt | str:
        outcome = self._post("/sync/receipt", b"{}")
        if not isinstance(outcome, Answer):
            return _reason(outcome)
        given = msgspec.json.decode(outcome.body, type=_Receipt)
        return given.reason if given.broken_at is not None else Receipt(given.n, given.hash)

    def _hand_in(self, *, ask: bool = False) -> str:
        while (body := client.push_body(self.store, self.clocks(), self._round_trip_ms, ask=ask)) is not None:
            ask = False
            started = time.monotonic()
            outcome = self._post("/sync/push", body)
            self._round_trip_ms = int((time.monotonic() - started) * 1000)
            if not isinstance(outcome, Answer):
                return _reason(outcome)
            answer = msgspec.json.decode(outcome.body, type=PushAnswer)
            if client.take_push_answer(self.store, answer) == "new_installation":
                reason = self._renew()
                if reason:
                    return reason
        return ""

    def _bring_up_to_date(self) -> str:
        """Pull unless nothing changed, then compare the head again: where it differs, repair the differing records only."""
        client.put_away(self.store)
        for step in (self._pull, self._repair_all, lambda: "still_differs"):
            same = self._is_same()
            if isinstance(same, str):
                return same
            if same and not self.store.identity().leaving and not self.store.identity().evicted:
                return ""
            reason = step()
            if reason:
                return reason
        return ""

    def _is_same(self) -> bool | str:
        """Ask whether the tablet holds exactly what the server would give it: one small request."""
        outcome = self._post("/sync/head", msgspec.json.encode(client.head_request(self.store)))
        if isinstance(outcome, Refused) and outcome.code == DEPOSIT_ONLY:
            # It receives nothing, so it asks by an empty push whether a restored server forgot what it had handed in.
            return self._hand_in(ask=True) or DEPOSIT_ONLY
        if not isinstance(outcome, Answer):
            return _reason(outcome)
        answer = msgspec.json.decode(outcome.body, type=HeadAnswer)
        if client.take_head_answer(self.store, answer) == "offer_again":
            return self._hand_in(ask=True) or False  # a restored server forgot what it had acknowledged (S1)
        return answer.same

    def _pull(self) -> str:
        while True:
            outcome = self._post("/sync/pull", msgspec.json.encode(client.pull_request(self.store)))
            if not isinstance(outcome, Answer):
                return _reason(outcome)
            taken = client.take_page(self.store, outcome.body)
            if taken in client.NOT_TAKEN:
                return taken
            if taken == "done" and not client.put_away(self.store):
                return ""

    def _repair_all(self) -> str:
        """Ask for the sums of all buckets, and mend those that differ."""
        outcome = self._post("/sync/sums", msgspec.json.encode(SumsRequest()))
        if not isinstance(outcome, Answer):
            return _reason(outcome)
        differ = client.differing_buckets(self.store, msgspec.json.decode(outcome.body, type=SumsAnswer))
        return "scope_changed" if differ is None else next(filter(None, map(self._repair, differ)), "")

    def _repair(self, bucket: str) -> str:
        prefixes, mine = [""], client.record_sums(self.store, bucket)
        for _ in range(REPAIR_ROUNDS_MAX):
            if not prefixes:
                return ""
            prefix = prefixes.pop()
            outcome = self._post("/sync/sums", msgspec.json.encode(SumsRequest(bucket, prefix)))
            if not isinstance(outcome, Answer):
                return _reason(outcome)
            theirs = msgspec.json.decode(outcome.body, type=SumsAnswer)
            found = difference(mine, theirs, prefix)
            prefixes += found.prefixes
            if found.drop:
                client.repair(self.store, bucket, found.drop)
            if found.fetch:
                asked = msgspec.json.encode(client.pull_request(self.store, list(found.fetch)))
                page = self._post("/sync/pull", asked)
                if not isinstance(page, Answer):
                    return _reason(page)
                taken = client.take_page(self.store, page.body)
                if taken in client.NOT_TAKEN:
                    return taken
        return "too_many_differences"

    def _renew(self) -> str:
        outcome = self._post("/sync/renew", b"{}")
        if not isinstance(outcome, Answer):
            return _reason(outcome)
        enrolled = msgspec.json.decode(outcome.body, type=_Enrolled)
        client.start_anew(self.store, enrolled.installation_id, enrolled.actor)
        return ""

    def _post(self, path: str, body: bytes) -> Outcome:
        return self._send("POST", path, body, {})

    def _send(self, method: str, path: str, body: bytes, more: dict[str, str]) -> Outcome:
        territory_id = (self._folder / "territory").read_text("utf-8")
        return self.link.send(method, path, body, f"{territory_id}/{self.store.identity().installation}", more)


def _reason(outcome: NoNetwork | Refused) -> str:
    return outcome.reason if isinstance(outcome, NoNetwork) else outcome.code


def key_in(folder: Path) -> ec.EllipticCurvePrivateKey:
    """Return the tablet's key, made at the first start; the app in the browser keeps one that cannot be read out."""
    path = folder / "key.pem"
    if path.exists():
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = f"{path} holds a key of another kind."
            raise TypeError(message)
        return key
    key = ec.generate_private_key(ec.SECP256R1())
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key
