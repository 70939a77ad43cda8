"""Run one job: take its lease, keep it alive, do the work, save the result and the end in one transaction.

A worker that comes back from the dead finds its token replaced: renewals answer `lost`, its save touches nothing.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import structlog

from backend.db.transaction import Transaction, transaction, transaction_of_jobs
from backend.ids import JobId
from backend.jobs import store
from backend.jobs.table import BACKGROUND, Save, kinds
from backend.piccolo_conf import DB
from backend.problems import Problem
from backend.settings import Settings, read_settings

log = structlog.get_logger()
HEARTBEATS_PER_LEASE = 5


class StoppedError(Exception):
    """The work stopped because a person cancelled it or because the lease was lost."""


class Running:
    """A job at work: its arguments and scope, a place to report progress, and whether to keep going."""

    def __init__(self, leased: store.Leased) -> None:
        self.leased = leased
        self.args = leased.args
        self.scope = leased.scope
        self.stop_reason = ""
        self.makes_way = False  # somebody waits for another job: a long background job ends here and asks for the rest
        self._progress: dict[str, Any] | None = None
        self._lock = threading.Lock()

    def keep_going(self) -> bool:
        """Tell whether to go on; cheap, and safe to call from the thread that computes."""
        return not self.stop_reason

    def report(self, **progress: Any) -> None:
        """Say how far the work is: numbers and words, no names. The next heartbeat writes it down."""
        with self._lock:
            self._progress = progress

    def take_progress(self) -> dict[str, Any] | None:
        """Return what was reported since the last call."""
        with self._lock:
            latest, self._progress = self._progress, None
        return latest

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction in the job's scope."""
        async with transaction(self.scope) as tx:
            yield tx


def run_job(job_id: str) -> None:
    """Run one job by id: the only function that a worker calls. Running it twice does the work once."""
    asyncio.run(run(JobId(UUID(job_id)), read_settings()))


async def run(job_id: JobId, settings: Settings) -> None:
    """Run one job in this process, with a pool of its own unless one is open."""
    own_pool = DB.pool is None
    if own_pool:
        DB.point_at(settings.database_url)
        await DB.start_connection_pool(min_size=1, max_size=3)
    try:
        async with transaction_of_jobs() as tx:
            leased = await store.take_lease(tx, job_id, settings.job_lease_seconds)
        if leased is None:
            log.info("job.not_taken", job_id=str(job_id))
            return
        await _work(leased, settings)
    finally:
        if own_pool:
            await DB.close_connection_pool()


async def _work(leased: store.Leased, settings: Settings) -> None:
    running = Running(leased)
    started = time.monotonic()
    log.info("job.started", job_id=str(leased.id), kind=leased.kind, attempt=leased.attempt)
    heartbeat = asyncio.create_task(_keep_alive(running, settings))
    try:
        save = await kinds()[leased.kind](running)
        state = await _finish(running, save)
    except StoppedError:
        state = await _end(leased, "cancelled") if running.stop_reason == "cancel" else "lost"
    except Problem as problem:
        state = await _end(leased, "failed", problem.code)
    except Exception:
        log.exception("job.broke", job_id=str(leased.id), kind=leased.kind)
        state = await _end(leased, "failed", "internal")
    finally:
        heartbeat.cancel()
        await asyncio.gather(heartbeat, return_exceptions=True)
    log.info("job.ended", job_id=str(leased.id), state=state, seconds=round(time.monotonic() - started, 3))


async def _keep_alive(running: Running, settings: Settings) -> None:
    """Renew the lease until cancelled; a database that is away for a moment does not end the work."""
    while True:
        try:
            async with transaction_of_jobs() as tx:
                answer = await store.renew_lease(
                    tx, running.leased, settings.job_lease_seconds, running.take_progress()
                )
                if running.leased.kind in BACKGROUND:
                    running.makes_way = await store.somebody_waits(tx, BACKGROUND)
            if answer != "held":
                running.stop_reason = answer
        except Exception as error:  # noqa: BLE001 - told, and tried again: the lease itself decides
            log.warning("job.heartbeat_failed", job_id=str(running.leased.id), error=type(error).__name__)
        await asyncio.sleep(min(0.25, settings.job_lease_seconds / HEARTBEATS_PER_LEASE))


async def _finish(running: Running, save: Save) -> str:
    """Save the result and end the job in one transaction; the fence is checked first, then nothing can come between."""
    if not running.keep_going():
        raise StoppedError
    async with running.transaction() as tx:
        if not await store.end(tx, running.leased, "done"):
            raise StoppedError
        result = await save(tx)
        await store.write_result(tx, running.leased, result)
    return "done"


async def _end(leased: store.Leased, state: str, problem_code: str | None = None) -> str:
    async with transaction(leased.scope) as tx:
        return state if await store.end(tx, leased, state, problem_code=problem_code) else "lost"
