"""Run one chaos day: tablets work over a bad network while servers, database and tablets are killed; then count.

The procedure is `run`. It goes on until enough was acknowledged, enough faults and crashes happened, and each kind of
both at least once; the time given ends it in any case.
"""

import asyncio
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bench.chaos.audit import Findings, audit, missing_from_log
from bench.chaos.house import CHECKOUT, House, house
from bench.chaos.ledger import count_acknowledged
from bench.chaos.proxy import Fault, FaultProxy
from bench.chaos.tablets import TabletWish, Wish
from bench.chaos.world import World, write_world

FAULT_SHARE = 0.42
DATABASE_PAUSE_SECONDS = 15.0  # the keeper gives a server up that dies more than five times a minute
CRASH_PAUSE_SECONDS = (0.5, 3.0)  # at the least: a crash follows the work done, so that a slow machine gets on too
DOWN_SECONDS_MAX = 1.5
TABLET_PROCESSES = 2
TABLETS = 8


class Crash(StrEnum):
    """What is killed."""

    SERVER = "server_killed"
    DATABASE = "database_ended_at_once"
    DATABASE_KILLED = "database_killed"
    TABLETS = "tablets_killed"


@dataclass(frozen=True)
class Goal:
    """How much must happen; `seconds_max` ends the run before that, which is then no success."""

    ops: int
    faults: int
    crashes: int
    seconds_max: float
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What happened, what was found, and how long it took."""

    findings: Findings
    faults: Counter[Fault]
    crashes: Counter[Crash]
    all_home: bool
    reached: bool
    seconds: float

    @property
    def never_injected(self) -> list[str]:
        """Return the kinds of fault and crash that this run did not see: it proves nothing about them."""
        faults = [kind.value for kind in Fault if not self.faults[kind]]
        return faults + [kind.value for kind in Crash if not self.crashes[kind]]

    @property
    def held(self) -> bool:
        """Tell whether every promise held under everything that was to happen."""
        return self.findings.held and self.all_home and self.reached and not self.never_injected


def run(goal: Goal, checkout: Path = CHECKOUT, tell: Callable[[str], None] = print) -> Outcome:
    """Run a day and return its outcome; everything it made is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chaos", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with house(folder, checkout) as built:
            world = asyncio.run(write_world(built.urls.owner_url, built.urls.app_url, TABLETS))
            day = _Day(goal, built, world, tell)
            try:
                return day.run()
            finally:
                day.proxy.stop()


class _Day:
    """A chaos day under way."""

    def __init__(self, goal: Goal, built: House, world: World, tell: Callable[[str], None]) -> None:
        self.goal = goal
        self.house = built
        self.world = world
        self.tell = tell
        self.chance = random.Random(goal.seed)
        self.proxy = FaultProxy(built.ports, random.Random(goal.seed + 1), FAULT_SHARE)
        self.crashes: Counter[Crash] = Counter()
        self.started = time.monotonic()
        self.root = built.folder / "tablets"
        (self.root / "aside").mkdir(parents=True)
        self.proxy.start()
        self.wishes = [self._wish(number) for number in range(TABLET_PROCESSES)]

    def run(self) -> Outcome:
        """Work under chaos, look at the log at once, bring everybody home, and audit."""
        for port in self.house.ports:
            self.house.start_web(port)
        self.house.wait_for_web()
        for wish in self.wishes:
            self.house.start_tablets(wish, "work")
        reached = self._crash_until_enough()
        missed = self._stop_in_full_flight()
        all_home = self._bring_home()
        urls = self.house.urls
        findings = asyncio.run(audit(urls.owner_url, self.world.territory_id, self.root, missed))
        seconds = time.monotonic() - self.started
        return Outcome(findings, self.proxy.counts, self.crashes, all_home, reached, seconds)

    def _wish(self, number: int) -> Wish:
        tablets = tuple(TabletWish(one.code, one.person_ids) for one in self.world.tablets[number::TABLET_PROCESSES])
        return Wish(
            f"p{number}",
            str(self.root),
            str(self.world.territory_id),
            self.world.author,
            f"http://127.0.0.1:{self.proxy.port}",
            self.house.straight_urls,
            tablets,
            self.goal.seed,
        )

    def _crash_until_enough(self) -> bool:
        """Kill something every few seconds until the goal is reached; False if the time was over first."""
        next_at = 0.0
        database_at = 0.0
        told_at = time.monotonic()
        while not self._enough():
            if time.monotonic() - self.started > self.goal.seconds_max:
                return False
            if time.monotonic() - told_at > 20:
                told_at = time.monotonic()
                self._tell_progress()
            time.sleep(self.chance.uniform(*CRASH_PAUSE_SECONDS))
            if count_acknowledged(self.root) < next_at and not self._waits_for_crashes_only():
                continue
            next_at = count_acknowledged(self.root) + self.chance.uniform(0.4, 1.4) * self.goal.ops / self.goal.crashes
            crash = min(Crash, key=lambda kind: (self.crashes[kind] * _WEIGHT[kind], self.chance.random()))
            if crash in (Crash.DATABASE, Crash.DATABASE_KILLED):
                if time.monotonic() - database_at < DATABASE_PAUSE_SECONDS:
                    crash = Crash.SERVER
                else:
                    database_at = time.monotonic()
            self._crash(crash)
        return True

    def _waits_for_crashes_only(self) -> bool:
        return count_acknowledged(self.root) >= self.goal.ops

    def _enough(self) -> bool:
        return (
            count_acknowledged(self.root) >= self.goal.ops
            and self.proxy.counts.total() >= self.goal.faults
            and self.crashes.total() >= self.goal.crashes
            and all(self.proxy.counts[kind] for kind in Fault)
            and all(self.crashes[kind] for kind in Crash)
        )

    def _crash(self, crash: Crash) -> None:
        match crash:
            case Crash.SERVER:
                port = self.chance.choice(self.house.ports)
                self.house.kill_web(port)
                time.sleep(self.chance.uniform(0, DOWN_SECONDS_MAX))
                self.house.start_web(port)
            case Crash.DATABASE:
                self.house.kill_database(signal.SIGQUIT)
            case Crash.DATABASE_KILLED:
                self.house.kill_database(signal.SIGKILL)
            case Crash.TABLETS:
                wish = self.chance.choice(self.wishes)
                process = self.house.tablets[wish.name]
                process.kill()
                process.wait()
                self.house.start_tablets(wish, "work")
        self.crashes[crash] += 1

    def _stop_in_full_flight(self) -> set[tuple[str, ...]]:
        """Kill servers, database and tablets while they work, and return what the log then does not have (S1)."""
        for port in self.house.ports:
            self.house.kill_web(port)
            self.crashes[Crash.SERVER] += 1
        self.house.kill_database(signal.SIGQUIT)
        self.crashes[Crash.DATABASE] += 1
        self.house.end_tablets(kill=True)
        time.sleep(1.0)
        self.house.wait_for_database()
        return asyncio.run(missing_from_log(self.house.urls.owner_url, self.world.territory_id, self.root))

    def _bring_home(self) -> bool:
        """Bring every tablet home over a good network; twice, since the first home does not know the last one's ops."""
        self._tell_progress()
        for port in self.house.ports:
            self.house.start_web(port)
        self.house.wait_for_web()
        home = False
        for _ in range(2):
            for wish in self.wishes:
                self.house.start_tablets(wish, "settle")
            home = self.house.end_tablets(kill=False)
        return home

    def _tell_progress(self) -> None:
        seconds = time.monotonic() - self.started
        self.tell(
            f"{seconds:5.0f} s: {count_acknowledged(self.root)} ops acknowledged, {self.proxy.counts.total()} network "
            f"faults, {self.crashes.total()} crashes"
        )


# How rarely each is killed: what weighs more happens less.
_WEIGHT = {Crash.SERVER: 1, Crash.DATABASE: 2, Crash.DATABASE_KILLED: 3, Crash.TABLETS: 2}
