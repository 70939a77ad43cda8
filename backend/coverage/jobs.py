"""What the worker runs for coverage: count a whole territory again, in short steps, and publish by one row."""

from typing import Any

from backend.coverage.rebuild import rebuild_in_steps
from backend.db.transaction import Transaction
from backend.jobs.run import Running
from backend.jobs.table import Save


async def coverage_rebuild_job(running: Running) -> Save:
    """Rebuild the read model of the territory; a rebuild that began meanwhile publishes instead."""
    running.report(step="count")
    outcome = await rebuild_in_steps(running.scope)

    async def save(_tx: Transaction) -> dict[str, Any]:
        return {"outcome": outcome.value}

    return save
