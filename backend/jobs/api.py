"""Let people watch a job and stop it."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import Parameter
from litestar.response import ServerSentEvent

from backend.access import Right, Scope
from backend.accounts.authenticate import scope_of
from backend.db.transaction import transaction
from backend.ids import JobId
from backend.jobs import store
from backend.live import Live
from backend.problems import Problem

JobPath = Annotated[UUID, Parameter(description="The job's id.")]


@get("/api/jobs/{job_id:uuid}", opt={"right": Right.PLAN_ROUNDS}, tags=["jobs"])
async def read_job(request: Request[Any, Any, Any], job_id: JobPath) -> dict[str, Any]:
    """Return a job's state and progress."""
    return await _state(scope_of(request), JobId(job_id))


@post("/api/jobs/{job_id:uuid}/cancel", opt={"right": Right.PLAN_ROUNDS}, tags=["jobs"], status_code=200)
async def cancel_job(request: Request[Any, Any, Any], job_id: JobPath) -> dict[str, bool]:
    """Ask a job to stop; `asked` says whether it was still unfinished."""
    async with transaction(scope_of(request)) as tx:
        if await store.find(tx, JobId(job_id)) is None:
            raise Problem("not_found")
        return {"asked": await store.ask_to_cancel(tx, JobId(job_id))}


@get("/api/jobs/{job_id:uuid}/events", opt={"right": Right.PLAN_ROUNDS}, tags=["jobs"])
async def watch_job(request: Request[Any, Any, Any], job_id: JobPath) -> ServerSentEvent:
    """Send the job's state at each change as a server-sent event `job`, until it has ended."""
    scope = scope_of(request)
    await _state(scope, JobId(job_id))
    live: Live = request.app.state.live

    async def events() -> AsyncIterator[dict[str, str]]:
        last = ""
        async for _ in live.changes(f"job:{job_id}"):
            state = await _state(scope, JobId(job_id))
            text = json.dumps(state)
            if text != last:
                yield {"event": "job", "data": text}
                last = text
            if state["state"] in ("done", "failed", "cancelled"):
                return

    return ServerSentEvent(events())


async def _state(scope: Scope, job_id: JobId) -> dict[str, Any]:
    async with transaction(scope) as tx:
        job = await store.find(tx, job_id)
    if job is None:
        raise Problem("not_found")
    return {
        "id": str(job.id),
        "kind": job.kind,
        "state": job.state,
        "attempts": job.attempts,
        "progress": job.progress,
        "result": job.result,
        "problem_code": job.problem_code,
    }


routes = [read_job, cancel_job, watch_job]
