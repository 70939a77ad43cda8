"""Put a job's id on the queue: an opaque id, JSON, one allow-listed function, no callbacks (decision 5).

Whoever can write to Redis can make a worker look at a job row again, and nothing else.
"""

from typing import Any
from uuid import UUID

import redis
import structlog
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from backend.ids import JobId
from backend.settings import Settings

log = structlog.get_logger()
RUN = "backend.jobs.run.run_job"
JOB_SECONDS_MAX = 900


class OneFunctionJob(Job):
    """A job that can only be a call of `run_job` with one id, whatever Redis says."""

    @property
    def func(self) -> Any:
        """Return the one function, or refuse."""
        from backend.jobs.run import run_job  # noqa: PLC0415 - the worker imports it before it forks

        if self.func_name != RUN or self.instance is not None or self.kwargs:
            message = "This job asks for a function that is not allowed."
            raise PermissionError(message)
        (job_id,) = self.args
        UUID(job_id)
        return run_job

    def restore(self, raw_data: Any) -> Any:
        """Read the job, and drop every callback, webhook and dependency that somebody may have written beside it."""
        result = super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self._success_callback = self._failure_callback = self._stopped_callback = None  # type: ignore[assignment]
        self.webhooks = []
        self._dependency_ids = []
        return result


def connect(settings: Settings) -> redis.Redis:
    """Return a connection with time-outs, so that a lost Redis is an error and not a wait."""
    return redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=10)


def make_queue(settings: Settings, connection: redis.Redis) -> Queue:
    """Return the queue of this installation for what somebody waits for, like a plan."""
    return Queue(settings.queue_name, connection=connection, job_class=OneFunctionJob, serializer=JSONSerializer)


def make_background_queue(settings: Settings, connection: redis.Redis) -> Queue:
    """Return the queue of what nobody waits for: a worker takes from it when the other is empty."""
    name = f"{settings.queue_name}.background"
    return Queue(name, connection=connection, job_class=OneFunctionJob, serializer=JSONSerializer)


def enqueue(queue: Queue, job_id: JobId) -> None:
    """Put one id on the queue. Putting it there twice is harmless: the lease is taken once."""
    queue.enqueue_call(
        RUN, args=(str(job_id),), job_id=str(job_id), timeout=JOB_SECONDS_MAX, result_ttl=0, failure_ttl=3600, ttl=3600
    )


def enqueue_or_leave(queue: Queue, job_id: JobId) -> bool:
    """Put a fresh job on the queue after its commit; False if Redis is away: the sweeper finds the row."""
    try:
        enqueue(queue, job_id)
    except redis.exceptions.RedisError as error:
        log.warning("job.enqueue_failed", job_id=str(job_id), error=type(error).__name__)
        return False
    return True
