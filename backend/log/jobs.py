"""What the worker runs soon after pushes: let coverage, forecasts and the rules across records follow, step by step."""

from typing import Any, Final

from backend import clock
from backend.db.transaction import Transaction
from backend.jobs.run import Running
from backend.jobs.table import Save
from backend.log.follow import catch_up

KIND: Final = "follow_up"


async def follow_up_job(running: Running) -> Save:
    """Take the notes that wait until there are none; what comes later, or waits when it makes way, is the next job's."""
    done = 0
    while running.keep_going() and not running.makes_way and (taken := await catch_up(running.scope, clock.now())):
        done += taken
        running.report(step="follow", done=done)

    async def save(_tx: Transaction) -> dict[str, Any]:
        return {"notes": done}

    return save
