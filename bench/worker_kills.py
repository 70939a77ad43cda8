"""Count how often a plan is made, and by whom, when workers are killed or paused or Redis forgets all, at random moments.

Run it as `python -m bench.worker_kills [--kills 20] [--pauses 5] [--losses 5] [--seed 1]`. It starts servers of its own.

Killed: worker and child end by kill -9, and another worker starts. Paused: they stop for longer than their lease, another
worker makes the plan, then they wake up. Lost: every key of the queue is deleted while a worker lives. A moment lies
anywhere between asking for a plan and the time at which an undisturbed one was there; a disturbance that comes when the plan
is there already is made again at another moment. Each must end with one plan.
"""

import argparse
import asyncio
import itertools
import random
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import redis

from backend import embedded
from backend.demo.desk import Desk
from tests.backend.jobs.planning import (
    ask_for_plan,
    children_of,
    forget_all,
    job_of,
    make_day,
    plans_of,
    send,
    wait_until,
)
from tests.backend.running import Served, serve_ground
from tests.conftest import prepared

SEARCH_SECONDS = 2
AWAKE_SECONDS_MAX = 60.0


@dataclass
class Workers:
    """The workers of a run: one at a time takes the jobs, and what happens to it is done here."""

    served: Served
    stack: ExitStack
    started: list[Popen[bytes]] = field(default_factory=list)

    @property
    def now(self) -> Popen[bytes]:
        """The worker that was started last."""
        return self.started[-1]

    def start(self) -> None:
        """Start another worker and wait until it stands at the queue."""
        self.started.append(self.stack.enter_context(self.served.worker(f"worker{len(self.started)}")))

    def all_of(self, worker: Popen[bytes]) -> list[int]:
        """Return the worker's process and those it has forked."""
        return [worker.pid, *children_of(worker.pid)]

    async def killed(self, _: str) -> None:
        """End the worker and its child, and start another."""
        send(signal.SIGKILL, *self.all_of(self.now))
        self.now.wait()
        self.start()

    async def paused(self, job_id: str) -> None:
        """Stop the worker until another one has made the plan, then let it wake up and do what it still would."""
        old, stopped = self.now, self.all_of(self.now)
        send(signal.SIGSTOP, *stopped)
        try:
            self.start()
            await wait_until(self.served.ground, job_id, "done", "failed")
        finally:
            send(signal.SIGCONT, *stopped)
        ends = time.monotonic() + AWAKE_SECONDS_MAX
        while children_of(old.pid) and time.monotonic() < ends:
            time.sleep(0.05)  # noqa: ASYNC251 - nothing else runs in this loop
        send(signal.SIGKILL, *self.all_of(old))
        old.wait()

    async def lost(self, _: str) -> None:
        """Delete every key of the queue."""
        connection = redis.Redis.from_url(self.served.settings.redis_url)
        forget_all(connection, self.served.settings.queue_name)
        connection.close()


@dataclass(frozen=True)
class Ended:
    """What one disturbance met and how it ended."""

    met: str
    state: str
    attempts: int
    plans: int

    @property
    def well(self) -> bool:
        """Whether there is one plan, saved by the job that says it is done."""
        return (self.state, self.plans) == ("done", 1)


def main() -> int:
    """Disturb, count and print; the status is 0 only if each plan was made once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pauses", type=int, default=5)
    parser.add_argument("--losses", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rounds = {"killed": asked.kills, "paused": asked.pauses, "lost": asked.losses}
    with tempfile.TemporaryDirectory(prefix="mw", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded.servers(Path(folder) / "data", durable=False) as found:
            return asyncio.run(run(prepared(found), Path(folder) / "home", rounds, random.Random(asked.seed)))


async def run(urls: embedded.Urls, home: Path, rounds: dict[str, int], chance: random.Random) -> int:
    """Make one plan undisturbed, then disturb each round at a moment within that time."""
    async with serve_ground(urls, home) as served:
        with ExitStack() as stack:
            desk = stack.enter_context(await served.desk("dora"))
            workers = Workers(served, stack)
            workers.start()
            begun = time.monotonic()
            await ended(served, ask_for_plan(served, desk, await make_day(served.ground, 1), SEARCH_SECONDS), "")
            usual = time.monotonic() - begun
            print(f"undisturbed, a plan is there after {usual:.1f} s", flush=True)
            broken, days = 0, itertools.count(2)
            for how, count in rounds.items():
                broken += await disturbed_often(served, desk, days, usual, chance, getattr(workers, how), count)
    print(f"{sum(rounds.values())} disturbances of plans in the making: {broken} without exactly one plan")
    return 1 if broken else 0


async def disturbed_often(
    served: Served,
    desk: Desk,
    days: Iterator[int],
    usual: float,
    chance: random.Random,
    disturb: Callable[[str], Awaitable[None]],
    count: int,
) -> int:
    """Disturb so many plans in the making, and return how many did not end with one plan."""
    broken = 0
    while count > 0:
        moment = chance.random() * usual
        one = await disturbed(served, desk, next(days), moment, disturb)
        count -= one.met != "done"
        broken += not one.well
        words = f"{disturb.__name__} after {moment:4.2f} s, {one.met:9}: {one.state}"
        print(f"{words}, attempts {one.attempts}, plans {one.plans}", flush=True)
    return broken


async def disturbed(
    served: Served, desk: Desk, day: int, moment: float, disturb: Callable[[str], Awaitable[None]]
) -> Ended:
    """Ask for a plan, do harm at the moment, and say what came of it."""
    day_on = await make_day(served.ground, day)
    job_id = ask_for_plan(served, desk, day_on, SEARCH_SECONDS)
    await asyncio.sleep(moment)
    job = await job_of(served.ground, job_id)
    met = "searching" if job["state"] == "running" and "search" in job["progress"] else str(job["state"])
    await disturb(job_id)
    return await ended(served, job_id, met)


async def ended(served: Served, job_id: str, met: str) -> Ended:
    """Wait for the end of a job."""
    job = await wait_until(served.ground, job_id, "done", "failed", "cancelled")
    return Ended(met, job["state"], job["attempts"], await plans_of(served.ground, job_id))


if __name__ == "__main__":
    sys.exit(main())
