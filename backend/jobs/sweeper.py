"""Put back on the queue what was lost: Redis flushed, a worker killed, an enqueue that failed after the commit.

One sweeper works at a time, elected by an advisory lock; every web process stands by.
"""

import asyncio

import structlog
from rq import Queue

from backend.db.transaction import transaction_of_jobs
from backend.jobs import store
from backend.jobs.queue import connect, enqueue, make_queue
from backend.settings import Settings

log = structlog.get_logger()
PERIOD_SECONDS = 2.0
QUIET_SECONDS = 10  # a queued job that nobody took for so long is put on the queue again
_LOCK = 7_227_002


async def sweep_for_ever(settings: Settings) -> None:
    """Sweep every PERIOD_SECONDS until cancelled; a database or Redis that is away is told and waited for."""
    queue = make_queue(settings, connect(settings))
    while True:
        try:
            await sweep_once(queue)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - told; the next round tries again
            log.warning("sweeper.failed", error=type(error).__name__)
        await asyncio.sleep(PERIOD_SECONDS)


async def sweep_once(queue: Queue, quiet_seconds: int = QUIET_SECONDS) -> int:
    """Re-enqueue what seems lost and fail what is hopeless; return how many ids were put on the queue."""
    async with transaction_of_jobs() as tx:
        if not await tx.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        for job_id in await store.give_up_on_the_hopeless(tx):
            await store.announce(tx, job_id)
            log.warning("job.given_up", job_id=str(job_id))
        lost = await store.unfinished_to_requeue(tx, quiet_seconds)
        for job_id in lost:
            await asyncio.to_thread(enqueue, queue, job_id)  # if Redis is away this raises and the stamp is rolled back
            log.info("job.requeued", job_id=str(job_id))
    return len(lost)
