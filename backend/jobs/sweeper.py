"""Put on the queue what waits: notes of pushes, the nightly look at a territory; and what a flushed Redis or a killed worker lost.

A worker that lives renews the lease of its job (`job_lease_seconds` of `backend/settings.py`, 20 s unless set). When a
worker dies the lease runs out; the sweeper, which looks every PERIOD_SECONDS, then puts the job on the queue again, and
the next free worker takes its lease (`backend/jobs/store.py`: `take_lease`), until the attempts are used up.

One sweeper works at a time, elected by an advisory lock; every web process stands by.
"""

import asyncio

import structlog
from rq import Queue

from backend.backup.jobs import territories_to_verify
from backend.db.transaction import transaction_of_jobs
from backend.ids import TerritoryId
from backend.jobs import store
from backend.jobs.queue import connect, enqueue, make_background_queue, make_queue
from backend.jobs.table import BACKGROUND
from backend.log.follow import waiting_territories
from backend.settings import Settings

log = structlog.get_logger()
PERIOD_SECONDS = 2.0
QUIET_SECONDS = 10  # a queued job that nobody took for so long is put on the queue again
_LOCK = 7_227_002


async def sweep_for_ever(settings: Settings) -> None:
    """Sweep every PERIOD_SECONDS until cancelled; a database or Redis that is away is told and waited for."""
    connection = connect(settings)
    queue, background = make_queue(settings, connection), make_background_queue(settings, connection)
    while True:
        try:
            await sweep_once(queue, background)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - told; the next round tries again
            log.warning("sweeper.failed", error=type(error).__name__)
        await asyncio.sleep(PERIOD_SECONDS)


async def sweep_once(queue: Queue, background: Queue, quiet_seconds: int = QUIET_SECONDS) -> int:
    """Ask for what waits, re-enqueue what seems lost, fail what is hopeless; return how many ids were put on a queue."""
    async with transaction_of_jobs() as tx:
        if not await tx.fetch_value("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            return 0
        for job_id in await store.give_up_on_the_hopeless(tx):
            await store.announce(tx, job_id)
            log.warning("job.given_up", job_id=str(job_id))
        for territory_id in await waiting_territories(tx):
            await store.ask_in(tx, TerritoryId(territory_id), "follow_up", {}, only_one_key="follow_up")
        for territory_id in await territories_to_verify(tx):
            await store.ask_in(tx, TerritoryId(territory_id), "verify", {}, only_one_key="verify")
        lost = await store.unfinished_to_requeue(tx, quiet_seconds)
        for job_id, kind in lost:
            # If Redis is away this raises and the stamp is rolled back.
            await asyncio.to_thread(enqueue, background if kind in BACKGROUND else queue, job_id)
            log.info("job.requeued", job_id=str(job_id), kind=kind)
    return len(lost)
