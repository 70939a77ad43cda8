"""This file gives tests a day that a worker can plan, and eyes on its job."""

import os
import signal
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from backend import clock
from backend.ids import new_id
from backend.log.desk import Act
from tests.backend.ground import Ground, place
from tests.backend.running import Served

VISITS = 60
SECONDS_MAX = 90


async def make_day(ground: Ground, days_ahead: int) -> date:
    """Let both teams work on a day; the first call adds the visits that any day may take."""
    day_on = clock.day_in("Europe/Paris", clock.now()) + timedelta(days=days_ahead)
    for team in ("team", "other_team"):
        await ground.add_shift(team, day_on)
    if not await ground.value("SELECT count(*) FROM visit WHERE territory_id = $1"):
        chance = Random(1)
        homes = [new_id() for _ in range(VISITS)]
        acts = [place(home, "home", 2.32 + chance.random() / 20, 48.82 + chance.random() / 40) for home in homes]
        acts += [
            Act(
                "visit",
                new_id(),
                {"place_id": str(home), "service_minutes": 10 + chance.randrange(20), "priority": 2, "state": "wanted"},
                {"acts": ["educate"]},
            )
            for home in homes
        ]
        assert await ground.desk(acts) == []
    return day_on


async def job_of(ground: Ground, job_id: str | UUID) -> dict[str, Any]:
    """Return a job's row."""
    return dict((await ground.fetch("SELECT * FROM job WHERE territory_id = $1 AND id = $2", job_id))[0])


async def wait_until(ground: Ground, job_id: str, *states: str, step: str = "") -> dict[str, Any]:
    """Wait until a job is in one of these states (and at this step of its progress), and return its row."""
    ends = time.monotonic() + SECONDS_MAX
    while True:
        job = await job_of(ground, job_id)
        if job["state"] in states and (not step or f'"{step}"' in job["progress"]):
            return job
        assert time.monotonic() < ends, f"the job is still {job['state']} {job['progress']} {job['problem_code']}"
        time.sleep(0.02)  # noqa: ASYNC251 - nothing else runs in this loop, and the job is another process's


async def plans_of(ground: Ground, job_id: str) -> int:
    """Return how many plans a job has saved."""
    return int(await ground.value("SELECT count(*) FROM plan WHERE territory_id = $1 AND job_id = $2", UUID(job_id)))


def children_of(pid: int) -> list[int]:
    """Return the processes that a worker has forked."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def send(sign: signal.Signals, *pids: int) -> None:
    """Send a signal to processes that a test started."""
    for pid in pids:
        os.kill(pid, sign)


def ask_for_plan(served: Served, desk: Any, day_on: date, seconds: int = 60) -> str:
    """Ask for a plan over HTTP and return the job's id."""
    return str(desk.post("/api/plans", {"day_on": day_on.isoformat(), "seconds": seconds, "seed": 1})["job_id"])


def forget_all(connection: Any, queue_name: str) -> None:
    """Delete every key that RQ has: the product's user may not empty the server, which is the same to the product."""
    lists = [f"rq:queue:{name}" for name in (queue_name, f"{queue_name}.background")]
    registries = [
        f"rq:{kind}:{queue_name}" for kind in ("wip", "finished", "failed", "deferred", "scheduled", "canceled")
    ]
    jobs = [one for name in lists for one in connection.lrange(name, 0, -1)]
    jobs += [one.split(b":")[0] for name in registries for one in connection.zrange(name, 0, -1)]
    workers = connection.smembers("rq:workers")
    connection.delete("rq:queues", "rq:workers", *lists, *registries, *workers, *(b"rq:job:" + one for one in jobs))
