"""This file runs many histories, adds up what happened, and finds the shortest story of a violation."""

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

import msgspec

from tests.simulation.checks import violations
from tests.simulation.faults import NAMES
from tests.simulation.world import KINDS_LEAST, OPS_LEAST, STEPS_MOST, Plan, World

INJECTED_LEAST = 500  # of each kind, in a run of 5,000 histories or more
CHUNK = 50


class History(msgspec.Struct):
    """What became of one history."""

    seed: int
    tablets: int
    ops: int
    acknowledged: int
    rounds: int
    used_twice: int
    injected: dict[str, int]
    violations: list[str]
    trace: str
    story: list[str]


class Totals(msgspec.Struct):
    """What became of a run; `traces` stands for all traces in the order of seeds."""

    histories: int = 0
    ops: int = 0
    acknowledged: int = 0
    rounds_most: int = 0
    used_twice: int = 0
    injected: Counter[str] = msgspec.field(default_factory=Counter)
    failed: dict[int, list[str]] = {}

    def add(self, one: History) -> None:
        """Add a history."""
        self.histories += 1
        self.ops += one.ops
        self.acknowledged += one.acknowledged
        self.rounds_most = max(self.rounds_most, one.rounds)
        self.used_twice += one.used_twice
        self.injected.update(one.injected)
        if one.violations:
            self.failed[one.seed] = one.violations

    def too_few(self) -> list[str]:
        """Return the kinds that struck too seldom for the run to prove anything about them."""
        least = INJECTED_LEAST if self.histories >= 5000 else self.histories // 10
        return [
            f"{name} was injected {self.injected[name]} times, fewer than {least}"
            for name in NAMES
            if self.injected[name] < least
        ]


def run(plan: Plan, *, whole: bool = True) -> History:
    """Run one history and judge it; `whole` asks for the ops and kinds that every history must have."""
    world = World(plan)
    try:
        world.run()
        found = violations(world)
    except Exception:  # noqa: BLE001 - whatever the engine raises is a violation with a story
        found = ["C0 " + " / ".join(traceback.format_exc().strip().splitlines()[-3:])]
    kinds = sum(1 for times in world.injected.values() if times)
    if whole and not found and (world.recorded < OPS_LEAST or kinds < KINDS_LEAST):
        found = [f"C0 the history proves too little: {world.recorded} ops, {kinds} kinds of fault"]
    return History(
        plan.seed, len(world.tablets), world.recorded, len(world.truth.acknowledged), world.rounds, world.used_twice,
        dict(world.injected), found, world.trace, world.story,
    )  # fmt: skip


def run_all(seeds: Iterable[int], processes: int = 1) -> Iterator[History]:
    """Run a history per seed, in the order of seeds; stories are kept only of those that fail."""
    listed = list(seeds)
    chunks = [listed[at : at + CHUNK] for at in range(0, len(listed), CHUNK)]
    if processes == 1:
        for chunk in chunks:
            yield from _run_chunk(chunk)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in pool.map(_run_chunk, chunks):
            yield from done


def shortest(seed: int) -> tuple[Plan, History]:
    """Return the smallest plan found under which a seed still fails, and its history."""
    best, steps = Plan(seed), 10
    while steps < STEPS_MOST:
        tried = Plan(seed, steps)
        if run(tried, whole=False).violations:
            best = tried
            break
        steps += 10
    for name in NAMES:
        tried = Plan(seed, best.steps_most, best.muted | {name})
        if run(tried, whole=False).violations:
            best = tried
    return best, run(best, whole=False)


def _run_chunk(seeds: list[int]) -> list[History]:
    done = [run(Plan(seed)) for seed in seeds]
    for one in done:
        one.story = []
    return done
