"""Be a worker process: import and warm everything up before forking, then let RQ hand over job ids."""

import ctypes
import logging
import os
import signal
import sys
import time
from types import FrameType
from typing import Any

import redis
import structlog
from rq import Worker
from rq.job import Job
from rq.queue import Queue

from backend.jobs import run, table
from backend.jobs.queue import OneFunctionJob, connect, make_background_queue, make_queue
from backend.settings import Settings

log = structlog.get_logger()
_PR_SET_PDEATHSIG = 1


class MortalWorker(Worker):
    """A worker whose work-horse dies with it: an orphan would go on for minutes with nobody to answer to."""

    job_class = OneFunctionJob
    max_connection_wait_time = 5.0  # a minute, as RQ has it, is what a dispatcher waits for after a long outage
    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Remember it: RQ says goodbye to Redis on its way out, and forgets when Redis is away."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def main_work_horse(self, job: Job, queue: Queue) -> Any:
        """Tie the child to this process, then do the job."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == 1:
                os._exit(1)
        return super().main_work_horse(job, queue)


def work(settings: Settings, *, burst: bool = False) -> None:
    """Work until told to stop. A lost Redis is waited for, aloud."""
    _warm_up()
    logging.getLogger("rq").setLevel(logging.WARNING)
    pause_seconds = 0.5
    while True:
        worker = None
        try:
            connection = connect(settings)
            connection.ping()
            worker = MortalWorker(
                [make_queue(settings, connection), make_background_queue(settings, connection)],  # in this order
                connection=connection,
                serializer="json",
                worker_ttl=30,
                job_monitoring_interval=5,
                maintenance_interval=10,
                log_job_description=False,
            )
            worker.work(burst=burst, with_scheduler=False, logging_level="WARNING")
        except redis.exceptions.RedisError as error:
            log.warning("worker.redis_away", error=type(error).__name__)
            if worker is not None and worker.asked_to_stop:
                return
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)  # the former worker's handlers would wait for Redis
            time.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, 5.0)
            continue
        return


def _warm_up() -> None:
    """Import the functions of all jobs and compile the planner's kernel, so that a fork starts in milliseconds."""
    for name in table.kinds():
        log.debug("worker.knows", kind=name)
    log.info("worker.ready", pid=os.getpid(), function=run.run_job.__name__)
