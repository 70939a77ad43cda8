"""This file runs one history: a day of tablets, desk, network and server, from one seed, on one thread.

Each step one thing happens to one tablet: somebody records, or one exchange of its sync takes place. When the faults
have struck and enough was recorded, the network is mended, everybody syncs until nothing moves, and checks.py judges.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec

from sync import client
from sync.client import Act, NotRecorded
from sync.ops import Op, hash_of, payload
from sync.store import Change, Identity, Kept
from tests.simulation import acts
from tests.simulation.desk import START, TEAMS, Desk, laid_out
from tests.simulation.faults import FAULTS, OF_THE_NETWORK
from tests.simulation.mishaps import strike
from tests.simulation.network import Network
from tests.simulation.server import Held, Server
from tests.simulation.tablet import Came, SaveFailed, Tablet, begin, session
from tests.simulation.truth import copied

OPS_LEAST = 60
KINDS_LEAST = 5
STEPS_MOST = 600
ROUNDS_MOST = 10
NEWER_SCHEMA = 99
QUIET = {"quiet", "deposit_only"}


@dataclass(frozen=True)
class Plan:
    """What to run: the seed, and for a shorter story how many steps at most and which faults are left out."""

    seed: int
    steps_most: int = STEPS_MOST
    muted: frozenset[str] = frozenset()


class World:
    """One history."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.chance = random.Random(plan.seed)
        self.now = START + 3_600_000
        self.step = 0
        self.injected: Counter[str] = Counter()
        self.story: list[str] = []
        self._digest = hashlib.sha256()
        held, truth, actors = laid_out()
        self.truth = copied(truth)
        self.server = Server(self.truth)
        self.server.held, self.server.actors = held.copy(), actors
        self.desks, self.restores = 1, 0
        self.desk = Desk(self.server, self.truth, self.desks)
        self.backup: Held | None = None
        self.tablets = [self._tablet(number) for number in range(self.chance.choice((3, 3, 4)))]
        self.verifies = self.chance.random() < 0.5
        drawn = self._faults()
        self.network = Network(self, drawn - plan.muted, self.chance.choice((0.15, 0.3, 0.45)))
        self.due = self._schedule(drawn)
        self.jobs: list[tuple[int, Callable[[], object]]] = []
        self.recorded = 0
        self.rounds = 0
        self.used_twice = 0
        self.not_quiet: list[str] = []
        self.not_fed: list[str] = []

    def run(self) -> None:
        """Let the day happen, then mend the network and let everybody come to rest."""
        last = max((step for step, _ in self.due), default=0)
        while self.step < self.plan.steps_most and (self._proves_too_little() or self.step <= last):
            self.step += 1
            self.now += self.chance.randint(500, 90_000)
            self._due_now()
            self._one_step(self.chance.choice(self.tablets))
        self.come_to_rest()

    def _proves_too_little(self) -> bool:
        return self.recorded < OPS_LEAST or len(self.injected) < KINDS_LEAST

    def tell(self, words: str) -> None:
        """Add a line to the story; its digest is the trace of this seed."""
        line = f"{self.step} {words}"
        self.story.append(line)
        self._digest.update(line.encode())

    @property
    def trace(self) -> str:
        """Return the digest of all that happened."""
        return self._digest.hexdigest()[:16]

    def struck(self, fault: str, whom: str) -> None:
        """Count a fault that happened."""
        self.injected[fault] += 1
        self.tell(f"! {fault} {whom}")

    def later(self, step: int, job: Callable[[], object]) -> None:
        """Let something happen at a later step; what is left over is done before the network is mended."""
        self.jobs.append((step, job))

    def record(self, tablet: Tablet, act: Act, *, newer: bool = False) -> bool:
        """Let somebody record an act on a tablet; return whether it was kept."""
        mark, store = self.truth.mark(), tablet.store
        pulled, own = store.record(act.record), store.ops()
        known = {name: value for name, value in act.set.items() if not newer}
        if tablet.fails_next == "any":
            store.fails = True
        try:
            op = client.record(
                store, msgspec.structs.replace(act, set=known), tablet.new_id(), mark, tablet.clocks(self.now)
            )
            if isinstance(op, NotRecorded):
                return False
            if newer:
                op = _as_newer(tablet, op, act)
        except SaveFailed:
            tablet.fails_next = ""
            self.struck("disk_full", tablet.name)
            return False
        self.truth.note(op, pulled, own, tablet.name)
        tablet.made.append((op.kind, op.record))
        self.recorded += 1
        self.tell(f"{tablet.name} records {mark[-4:]} {op.actor}.{op.n} {op.kind} {op.record[-4:]} {_said(op)}")
        return True

    def _one_step(self, tablet: Tablet) -> None:
        if self.chance.random() < 0.3:
            self.record(tablet, acts.draw(self.chance, tablet, len(self.truth.acts)))
        elif tablet.session is None:
            if self.chance.random() < 0.5:
                self.start(tablet)
        else:
            self.go_on(tablet)

    def start(self, tablet: Tablet) -> None:
        """Begin a sync of a tablet."""
        tablet.session = session(tablet, self.truth, self.now, verifies=self.verifies)
        self._send(tablet, None)

    def go_on(self, tablet: Tablet) -> None:
        """Let the next exchange of a tablet's sync take place."""
        if tablet.asks is None:
            return
        if tablet.name in self.network.pending:
            if self.step < self.network.until[tablet.name] and self.network.rate:
                return
            came: Came | None = self.network.release(tablet)
        else:
            came = self.network.carry(tablet, tablet.asks)
        if came is not None:
            self._send(tablet, came)
        else:
            self.tell(f"{tablet.name} waits for its push")

    def _send(self, tablet: Tablet, came: Came | None) -> None:
        """Give a tablet what came of its request, and take its next one."""
        if tablet.session is None:
            return
        tablet.store.fails = bool(tablet.fails_next) and came is not None
        try:
            tablet.asks = tablet.session.send(came) if came is not None else next(tablet.session)
            if came is not None:
                digest = hashlib.sha256(came.body).hexdigest()[:8]
                self.tell(f"{tablet.name} {came.what} {len(came.body)} {digest}, then {tablet.asks.kind}")
        except StopIteration as ended:
            tablet.session, tablet.asks = None, None
            self.tell(f"{tablet.name} ends {ended.value}")
        except SaveFailed:
            self.struck("tablet_crash_before_save" if tablet.fails_next == "answer" else "disk_full", tablet.name)
            tablet.fails_next = ""
            tablet.reboot(self.now)
        tablet.store.fails = False

    def _due_now(self) -> None:
        for job in [job for step, job in self.jobs if step <= self.step]:
            job()
        self.jobs = [one for one in self.jobs if one[0] > self.step]
        for fault in [fault for step, fault in self.due if step == self.step]:
            if fault == "backup":
                self.backup = self.server.held.copy()
            elif fault == "image":
                tablet = self.chance.choice(self.tablets)
                tablet.image = tablet.store.image()
            elif fault not in self.plan.muted and strike(self, fault):
                self.struck(fault, "")

    def come_to_rest(self) -> None:
        """Mend the network and sync round by round until every tablet is quiet."""
        self.network.rate = 0.0
        for _, job in self.jobs:
            job()
        self.jobs = []
        for tablet in self.tablets:
            tablet.fails_next = ""
            self.run_session(tablet)
        if not self.verifies:
            ended = self._sync_until_quiet()
            self.not_fed = [
                t.name for t, how in zip(self.tablets, ended, strict=True) if how not in QUIET and not t.damaged
            ]
            self.verifies = True
        ended = self._sync_until_quiet()
        self.not_quiet = [] if set(ended) <= QUIET else ended

    def _sync_until_quiet(self) -> list[str]:
        """Let every tablet sync, round by round, until a round moves nothing; return how the last one ended."""
        ended: list[str] = []
        for self.rounds in range(1, ROUNDS_MOST + 1):
            before = len(self.server.held.log)
            ended = [self.run_session(tablet) for tablet in self.tablets]
            if set(ended) <= QUIET and len(self.server.held.log) == before:
                break
        return ended

    def run_session(self, tablet: Tablet) -> str:
        """Run a sync to its end, or go on with the one under way; return how it ended."""
        self.now += 60_000
        if tablet.session is None:
            self.start(tablet)
        for _ in range(400):
            if tablet.session is None:
                break
            self.go_on(tablet)
        return self.story[-1].rpartition(" ends ")[2]

    def _tablet(self, number: int) -> Tablet:
        team = TEAMS[number % 2]
        installation = str(UUID(int=0x100 + number))
        actor = self.server.enrol(installation, team)
        tablet = begin(Identity(installation, actor, epoch=self.server.epoch), f"t{number}", team, self.chance)
        tablet.skew_ms = self.chance.choice((0, 0, 40_000, -86_400_000, 3 * 86_400_000))
        tablet.booted_at = self.now - self.chance.randint(1000, 10_000_000)
        return tablet

    def _faults(self) -> frozenset[str]:
        drawn = {fault.name for fault in FAULTS if self.chance.random() < fault.share}
        names = sorted(fault.name for fault in FAULTS)
        if "server_restored" in drawn:  # what goes wrong together loses most
            drawn.add(self.chance.choice(("tablet_cloned", "tablet_restored", "new_installation", "answer_late")))
        while len(drawn) < KINDS_LEAST + 4:
            drawn.add(self.chance.choice(names))
        return frozenset(drawn)

    def _schedule(self, drawn: frozenset[str]) -> list[tuple[int, str]]:
        """Return which fault outside the network strikes at which step; a backup and an image come before."""
        due: list[tuple[int, str]] = []
        for fault in sorted(drawn - OF_THE_NETWORK):
            for _ in range(self.chance.choice((1, 1, 2))):
                step = self.chance.randint(40, 190)
                due.append((step, fault))
                if fault in ("server_restored", "tablet_restored"):
                    before = "backup" if fault == "server_restored" else "image"
                    due.append((self.chance.randint(1, step), before))
        return sorted(due)


def _as_newer(tablet: Tablet, op: Op, act: Act) -> Op:
    """Write the op anew as an app of a newer schema would have, with its field that nobody here knows."""
    newer = msgspec.structs.replace(op, schema=NEWER_SCHEMA, set=dict(act.set))
    content = payload(newer)
    kept = Kept(newer, content, hash_of(content), tablet.store.ops()[-1].at)
    identity = msgspec.structs.replace(tablet.store.identity(), head=kept.hash)
    tablet.store.save(Change(identity, {(op.actor, op.n): kept}))
    return newer


def _said(op: Op) -> str:
    parts = (op.set, {f"+{k}": v for k, v in op.add.items()}, {f"-{k}": v for k, v in op.remove.items()}, op.inc)
    return ",".join(f"{name}={value}" for part in parts for name, value in sorted(part.items()))[:80]
