"""Answer the questions of load balancers and of those who keep the server running."""

import asyncio
from typing import Any

import redis
from litestar import Request, Response, get

from backend.access import Right
from backend.db.transaction import transaction_of_jobs
from backend.health.metrics import FEED_LAG_SECONDS, JOBS_UNFINISHED, measured


@get("/health/live", opt={"right": Right.ANYBODY}, tags=["health"])
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"state": "alive"}


@get("/health/ready", opt={"right": Right.ANYBODY}, tags=["health"])
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
    """Say whether database and queue answer: 200 when work can be done, 503 when not. Redis away is `degraded`."""
    state = {"database": "up", "queue": "up"}
    try:
        async with asyncio.timeout(2), transaction_of_jobs() as tx:
            await tx.fetch_value("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is that the database is not up
        state["database"] = f"down: {type(error).__name__}"
    try:
        await asyncio.to_thread(request.app.state.redis.ping)
    except redis.exceptions.RedisError as error:
        state["queue"] = f"down: {type(error).__name__}"
    return Response(state, status_code=200 if state["database"] == "up" else 503)


@get("/metrics", opt={"right": Right.READ_METRICS}, tags=["health"], media_type="text/plain; version=0.0.4")
async def metrics() -> bytes:
    """Return the measures in the Prometheus text format."""
    async with transaction_of_jobs() as tx:
        JOBS_UNFINISHED.set(await tx.fetch_value("SELECT count(*) FROM job WHERE state IN ('queued', 'running')"))
        FEED_LAG_SECONDS.set(
            await tx.fetch_value(
                "SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float FROM pg_stat_activity "
                "WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
            )
        )
    return measured()


routes = [live, ready, metrics]
