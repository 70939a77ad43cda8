"""This file is a tablet of the simulated world: a store that can fail, two clocks, and one sync after the other.

`session` is the reference client's procedure as a generator: it yields a request and is sent what came of it, so that
the scheduler may do anything to anybody between two exchanges. What is decided at each step is sync/client.py.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from sync import client
from sync.client import Clocks
from sync.ids import OpId
from sync.integrity import difference
from sync.store import Change, Identity, MemoryStore
from sync.wire import HeadAnswer, PushAnswer, SumsAnswer, SumsRequest
from tests.simulation.truth import Truth

STEPS_MOST = 60
DAY_MS = 86_400_000


class SaveFailed(Exception):  # noqa: N818 - the disk is full or the battery is empty: no error of the program
    """A save that did not happen."""


@dataclass(frozen=True)
class Request:
    """One request: `push`, `head`, `pull`, `sums` or `renew`."""

    kind: str
    body: bytes


@dataclass(frozen=True)
class Came:
    """What came of a request: `answer` with its body, `nothing`, `tablet_unknown` or `deposit_only`."""

    what: str
    body: bytes = b""


NOTHING = Came("nothing")
Session = Generator[Request, Came, str]


class Store(MemoryStore):
    """A store whose next save may fail; nothing of a failed save is kept."""

    fails = False

    def save(self, change: Change) -> None:
        """Make a change, or fail as a whole."""
        if self.fails:
            self.fails = False
            raise SaveFailed
        super().save(change)

    def image(self) -> "Store":
        """Return a copy, as a backup of the tablet or a clone has it."""
        made = Store(self.identity())
        records = {(b, one): state for b, held in self.buckets().items() for one, state in held.items()}
        made.save(Change(None, {(k.op.actor, k.op.n): k for k in self.ops()}, records, dict(self.cursors())))
        return made


class Renewed(msgspec.Struct):
    """The answer to `renew`."""

    installation: str
    actor: int


@dataclass
class Tablet:
    """One device. `skew_ms` is how far its wall clock is off; `booted_at` is when its running clock began."""

    name: str
    team: str
    store: Store
    chance: random.Random
    skew_ms: int = 0
    booted_at: int = 0
    boots: int = 0
    fails_next: str = ""  # `answer`: the next save of an answer fails; `any`: the next save
    image: Store | None = None
    session: Session | None = None
    asks: Request | None = None
    made: list[tuple[str, str]] = field(default_factory=list)
    ids_used: list[str] = field(default_factory=list)
    reuse_next: bool = False
    damaged: bool = False  # its store is not what pages made it: only comparing sums can mend it

    def clocks(self, now: int) -> Clocks:
        """Return what the tablet's clocks show."""
        return Clocks(now + self.skew_ms, now - self.booted_at, f"{self.name}-{self.boots}")

    def reboot(self, now: int) -> None:
        """Start again: whatever sync was under way is forgotten."""
        self.session, self.asks = None, None
        self.boots += 1
        self.booted_at = now

    def new_id(self) -> OpId:
        """Return an op id by chance; once `reuse_next` is set, one that was used before."""
        if self.reuse_next and self.ids_used:
            self.reuse_next = False
            return OpId(self.chance.choice(self.ids_used))
        made = OpId(f"{self.chance.getrandbits(128):032x}")
        self.ids_used.append(made)
        return made

    def waiting(self) -> int:
        """Return how many ops have no verdict yet, whatever installation recorded them."""
        return sum(not one.word for one in self.store.ops())


def session(tablet: Tablet, truth: Truth, now: int, *, verifies: bool) -> Session:  # noqa: PLR0911 - each exchange may end it
    """Hand in, put away, pull, verify; return `quiet`, `complete`, or why it ended before.

    Without `verifies` sums are not compared, so that nothing hides what the feed alone would miss.
    """
    ask = False
    for _ in range(STEPS_MOST):
        ended = yield from _hand_in(tablet, truth, now, ask=ask)
        if ended:
            return ended
        client.put_away(tablet.store)
        came = yield Request("head", msgspec.json.encode(client.head_request(tablet.store)))
        answer = _read(came, HeadAnswer)
        if came.what == "tablet_unknown":  # enrolled after the backup that the server came back from
            if not (yield from renew(tablet)):
                return "not_renewed"
            continue
        if came.what == "deposit_only":  # it receives nothing, so it asks by an empty push whether it must offer again
            return (yield from _hand_in(tablet, truth, now, ask=True)) or came.what
        if answer is None:
            return came.what
        how = client.take_head_answer(tablet.store, answer)
        if how == "same":
            return "quiet"
        ask = how == "offer_again"
        if ask:
            continue
        ended = yield from _pull(tablet)
        if verifies:
            ended = ended or (yield from _verify(tablet))
        return ended or "complete"
    return "no_end"


def _hand_in(tablet: Tablet, truth: Truth, now: int, *, ask: bool) -> Generator[Request, Came, str]:
    for _ in range(STEPS_MOST):
        body = client.push_body(tablet.store, tablet.clocks(now), ask=ask)
        if body is None:
            return ""
        ask = False
        came = yield Request("push", body)
        if came.what == "tablet_unknown":
            outcome = "new_installation"
        else:
            answer = _read(came, PushAnswer)
            if answer is None:
                return came.what
            outcome = client.take_push_answer(tablet.store, answer)
            truth.answered(tablet.store.ops())
        if outcome == "not_read":
            return "not_read"
        if outcome == "new_installation" and not (yield from renew(tablet)):
            return "not_renewed"
    return "hand_in_has_no_end"


def renew(tablet: Tablet) -> Generator[Request, Came, bool]:
    """Ask for a new installation and start anew with it; return whether one came."""
    came = yield Request("renew", b"")
    given = _read(came, Renewed)
    if given is None:
        return False
    client.start_anew(tablet.store, given.installation, given.actor)
    return True


def _pull(tablet: Tablet) -> Generator[Request, Came, str]:
    for _ in range(STEPS_MOST):
        came = yield Request("pull", msgspec.json.encode(client.pull_request(tablet.store)))
        if came.what != "answer":
            return came.what
        taken = client.take_page(tablet.store, came.body)
        if taken in client.NOT_TAKEN:
            return taken
        if taken == "done" and not client.put_away(tablet.store):
            return ""
    return "pull_has_no_end"


def _verify(tablet: Tablet) -> Generator[Request, Came, str]:
    came = yield Request("head", msgspec.json.encode(client.head_request(tablet.store)))
    answer = _read(came, HeadAnswer)
    if answer is None:
        return came.what
    if answer.same:
        return ""
    came = yield Request("sums", msgspec.json.encode(SumsRequest()))
    sums = _read(came, SumsAnswer)
    if sums is None:
        return came.what
    differ = client.differing_buckets(tablet.store, sums)
    if differ is None:
        return "scope_changed"
    for bucket in differ:
        ended = yield from _mend(tablet, bucket)
        if ended:
            return ended
    return ""


def _mend(tablet: Tablet, bucket: str) -> Generator[Request, Came, str]:
    prefixes = [""]
    while prefixes:
        prefix = prefixes.pop()
        came = yield Request("sums", msgspec.json.encode(SumsRequest(bucket, prefix)))
        theirs = _read(came, SumsAnswer)
        if theirs is None:
            return came.what
        found = difference(client.record_sums(tablet.store, bucket), theirs, prefix)
        prefixes += found.prefixes
        if found.drop:
            client.repair(tablet.store, bucket, found.drop)
        if found.fetch:
            asked = client.pull_request(tablet.store, list(found.fetch))
            came = yield Request("pull", msgspec.json.encode(asked))
            if came.what != "answer":
                return came.what
            taken = client.take_page(tablet.store, came.body)
            if taken in client.NOT_TAKEN:
                return taken
    return ""


M = TypeVar("M", PushAnswer, HeadAnswer, SumsAnswer, Renewed)


def _read(came: Came, kind: type[M]) -> M | None:
    """Return the answer if it is one; a portal's page or half an answer is none."""
    if came.what != "answer":
        return None
    try:
        return msgspec.json.decode(came.body, type=kind)
    except msgspec.MsgspecError:
        return None


def begin(identity: Identity, name: str, team: str, chance: random.Random) -> Tablet:
    """Return a tablet as it is after its enrolment."""
    return Tablet(name, team, Store(identity), chance)
