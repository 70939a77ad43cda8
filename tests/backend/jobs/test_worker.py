"""Planning on real worker processes: whatever happens to a worker or to Redis, the plan is made, and once."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import UUID

import pytest
import redis
from rq import Callback, Queue
from rq.serializers import JSONSerializer

from backend.db.transaction import transaction
from backend.demo.desk import Desk, DeskError
from backend.ids import JobId, new_id
from backend.jobs import store
from backend.jobs.queue import RUN, enqueue, make_background_queue, make_queue
from tests.backend.ground import dose_of
from tests.backend.jobs.attack import leave_a_mark
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
from tests.backend.running import Served

CANARY = "Zanzibara"
KILLED = {"the worker alone": False, "the worker and its child": True}


@pytest.fixture(scope="module")
async def desk(served_module: Served) -> AsyncIterator[Desk]:
    """A dispatcher's browser; a code works once, so the module signs in a single time."""
    with await served_module.desk("dora") as browser:
        yield browser


@pytest.mark.parametrize("how", KILLED)
async def test_plan_is_made_once_when_its_worker_is_killed_in_the_middle(
    served: Served, desk: Desk, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decision 5: the job is a row; a lease that nobody renews is taken by another worker."""
    day_on = await make_day(served.ground, 1 + list(KILLED).index(how))
    with served.worker("first") as first:
        job_id = ask_for_plan(served, desk, day_on, seconds=20)
        await wait_until(served.ground, job_id, "running", step="search")
        victims = [first.pid, *(children_of(first.pid) if KILLED[how] else [])]
        killed_at = time.monotonic()
        send(signal.SIGKILL, *victims)
        first.wait()
        with served.worker("second"):
            job = await wait_until(served.ground, job_id, "done", "failed", "cancelled")
    with capsys.disabled():
        sys.stdout.write(
            f" [{how} killed: plan made {time.monotonic() - killed_at:.1f} s later, a new worker's start included]"
        )
    assert (job["state"], job["attempts"]) == ("done", 2)
    assert await plans_of(served.ground, job_id) == 1


async def test_save_touches_nothing_when_a_worker_comes_back_after_its_lease(served: Served, desk: Desk) -> None:
    """A worker paused for longer than its lease must not save a second plan when it wakes up."""
    day_on = await make_day(served.ground, 3)
    with ExitStack() as stack:
        old = stack.enter_context(served.worker("old"))
        job_id = ask_for_plan(served, desk, day_on, seconds=20)
        await wait_until(served.ground, job_id, "running", step="search")
        paused = [old.pid, *children_of(old.pid)]
        send(signal.SIGSTOP, *paused)
        try:
            stack.enter_context(served.worker("new"))
            job = await wait_until(served.ground, job_id, "done", "failed")
        finally:
            send(signal.SIGCONT, *paused)
        _wait_for_word(served, "old", '"state": "lost"')
    assert (job["state"], job["attempts"]) == ("done", 2)
    assert await job_of(served.ground, job_id) == job
    assert await plans_of(served.ground, job_id) == 1


def _wait_for_word(served: Served, worker: str, word: str) -> None:
    log = served.settings.home / "logs" / f"{worker}.log"
    ends = time.monotonic() + 60
    while word not in log.read_text("utf-8"):
        assert time.monotonic() < ends, log.read_text("utf-8")
        time.sleep(0.05)


async def test_plan_is_taken_before_what_nobody_waits_for(served: Served, desk: Desk) -> None:
    """What follows the pushes of a whole morning lies on a queue of its own; a worker comes to it afterwards."""
    day_on = await make_day(served.ground, 10)
    connection = redis.Redis.from_url(served.settings.redis_url)
    background = make_background_queue(served.settings, connection)
    pen = await served.ground.tablet_pen()
    assert await pen.put("dose", new_id(), **dose_of(served.ground.ids["ada"])) == "stored"
    await _until(lambda: background.count > 0)  # the sweeper has found the note
    plan = ask_for_plan(served, desk, day_on, seconds=1)
    with served.worker("one"):
        await wait_until(served.ground, plan, "done")
        await _until_followed(served)
    connection.close()
    order = await served.ground.fetch(
        "SELECT kind FROM job WHERE territory_id = $1 AND state = 'done' AND (id = $2 OR kind = 'follow_up') "
        "AND started_at > (SELECT asked_at FROM job WHERE territory_id = $1 AND id = $2) ORDER BY started_at",
        UUID(plan),
    )
    assert [row["kind"] for row in order][:2] == ["plan_day", "follow_up"]
    counted = "SELECT count(*) FROM coverage_subject WHERE territory_id = $1 AND kind = 'person' AND cell_ids <> '{}'"
    assert await served.ground.value(counted) == 2


async def _until_followed(served: Served) -> None:
    ends = time.monotonic() + 60
    while await served.ground.value("SELECT count(*) FROM follow_up WHERE territory_id = $1"):
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


async def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def worker(served_module: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Popen[bytes]]:
    """One worker for the tests that leave it alive, started with a place where an attack would leave its mark."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARAUDE_TEST_MARK", str(tmp_path_factory.mktemp("mark") / "mark"))
        with served_module.worker("lasting") as process:
            yield process


async def test_plan_is_refused_when_one_is_being_made_and_stops_when_asked(
    served: Served, desk: Desk, worker: Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    day_on = await make_day(served.ground, 4)
    job_id = ask_for_plan(served, desk, day_on)
    await wait_until(served.ground, job_id, "running", step="search")
    with pytest.raises(DeskError, match="409 plan_running"):
        ask_for_plan(served, desk, day_on)
    asked_at = time.monotonic()
    assert desk.post(f"/api/jobs/{job_id}/cancel", {}) == {"asked": True}
    await wait_until(served.ground, job_id, "cancelled")
    with capsys.disabled():
        sys.stdout.write(f" [cancelled {time.monotonic() - asked_at:.2f} s after it was asked]")
    assert await plans_of(served.ground, job_id) == 0
    assert desk.post(f"/api/jobs/{job_id}/cancel", {}) == {"asked": False}
    ended = [state["state"] for state in _watched(desk, job_id)]
    assert ended == ["cancelled"]
    again = ask_for_plan(served, desk, day_on, seconds=1)
    assert (await wait_until(served.ground, again, "done", "failed"))["state"] == "done"


def _watched(desk: Desk, job_id: str) -> list[dict[str, Any]]:
    heard: list[dict[str, Any]] = []
    desk.watch(job_id, heard.append)
    return heard


async def test_plan_is_made_once_when_redis_loses_everything(served: Served, desk: Desk, worker: Popen[bytes]) -> None:
    """Redis carries a wake-up, never the job: the sweeper puts it back from the row."""
    running = ask_for_plan(served, desk, await make_day(served.ground, 5), seconds=4)
    await wait_until(served.ground, running, "running", step="search")
    connection = redis.Redis.from_url(served.settings.redis_url)
    forget_all(connection, served.settings.queue_name)
    waiting = ask_for_plan(served, desk, await make_day(served.ground, 6), seconds=1)
    forget_all(connection, served.settings.queue_name)
    connection.close()
    for job_id in (running, waiting):
        assert (await wait_until(served.ground, job_id, "done", "failed"))["state"] == "done"
        assert await plans_of(served.ground, job_id) == 1


async def test_work_is_done_once_when_an_id_is_queued_many_times(
    served: Served, desk: Desk, worker: Popen[bytes]
) -> None:
    job_id = ask_for_plan(served, desk, await make_day(served.ground, 7), seconds=1)
    connection = redis.Redis.from_url(served.settings.redis_url)
    queue = make_queue(served.settings, connection)
    for _ in range(5):
        enqueue(queue, JobId(UUID(job_id)))
    job = await wait_until(served.ground, job_id, "done", "failed")
    _wait_until_empty(queue)
    connection.close()
    assert (await job_of(served.ground, job_id)) == job
    assert await plans_of(served.ground, job_id) == 1


def _wait_until_empty(queue: Queue) -> None:
    ends = time.monotonic() + 60
    while queue.count or queue.started_job_registry.count:
        assert time.monotonic() < ends
        time.sleep(0.05)


async def test_log_holds_no_word_of_a_record_when_a_job_breaks(
    served: Served, desk: Desk, worker: Popen[bytes]
) -> None:
    """An exception's message may quote a row; what is logged is its type and the places it passed."""
    async with transaction(served.ground.scope) as tx:
        job_id = await store.ask(tx, "plan_day", {"day_on": f"{CANARY} Diarra", "seed": 1}, only_one_key=CANARY)
    job = await wait_until(served.ground, str(job_id), "done", "failed")
    assert (job["state"], job["problem_code"]) == ("failed", "internal")
    assert CANARY not in served.log
    assert "job.broke" in served.log
    nobody_works = ask_for_plan(served, desk, date(2027, 1, 1))
    job = await wait_until(served.ground, nobody_works, "done", "failed")
    assert (job["state"], job["problem_code"]) == ("failed", "no_team_works")


async def test_nothing_else_is_called_when_somebody_writes_to_redis(
    served: Served, desk: Desk, worker: Popen[bytes]
) -> None:
    """Attacks: other functions, callbacks, methods; the worker refuses them and goes on with honest work."""
    mark = Path(served.settings.home).parent
    connection = redis.Redis.from_url(served.settings.redis_url)
    open_queue = Queue(served.settings.queue_name, connection=connection, serializer=JSONSerializer)
    evil = "tests.backend.jobs.attack.leave_a_mark"
    honest = ask_for_plan(served, desk, await make_day(served.ground, 8), seconds=1)
    assert (await wait_until(served.ground, honest, "done", "failed"))["state"] == "done"
    attacks: list[dict[str, Any]] = [
        {"func": evil, "args": (honest,)},
        {"func": "os.system", "args": ("touch /nowhere",)},
        {"func": RUN, "args": (honest,), "kwargs": {"settings": "x"}},
        {"func": RUN, "args": ("not an id",)},
        {"func": RUN, "args": (honest, honest)},
        {"func": RUN, "args": (honest,), "on_success": Callback(evil)},
        {"func": evil, "args": (honest,), "on_failure": Callback(evil)},
        {"func": RUN, "args": ("not an id",), "on_failure": Callback(evil)},
        {"func": RUN, "args": (honest,), "on_stopped": Callback(evil)},
    ]
    for attack in attacks:
        open_queue.enqueue_call(**attack)
    last = ask_for_plan(served, desk, await make_day(served.ground, 9), seconds=1)
    assert (await wait_until(served.ground, last, "done", "failed"))["state"] == "done"
    _wait_until_empty(open_queue)
    connection.close()
    assert worker.poll() is None
    assert not list(mark.glob("mark*/mark"))
    assert await plans_of(served.ground, honest) == 1


def test_attack_would_leave_its_mark_when_it_were_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack itself works: what protects is the worker."""
    monkeypatch.setenv("MARAUDE_TEST_MARK", str(tmp_path / "mark"))
    leave_a_mark("job", "connection", "result")
    assert (tmp_path / "mark").exists()
