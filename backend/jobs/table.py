"""List every kind of job and the function that does it.

A job's function gets a `Running`: it reads in its own transactions, reports progress, stops when `keep_going` says no,
and returns a `save` that runs in the very transaction which ends the job. So a result is saved by the rightful holder
of the lease, or not at all.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from backend.db.transaction import Transaction

if TYPE_CHECKING:
    from backend.jobs.run import Running

# Jobs that nobody sits and waits for: they have a queue of their own, and the long ones make way (backend/jobs/run.py).
BACKGROUND = frozenset({"coverage_rebuild", "follow_up", "forecast_recompute", "verify"})

Save = Callable[[Transaction], Awaitable[dict[str, Any]]]
Work = Callable[["Running"], Awaitable[Save]]


def kinds() -> dict[str, Work]:
    """Return the table: kind → function."""
    from backend.backup.jobs import verify_job  # noqa: PLC0415 - the functions import this file's types
    from backend.coverage.jobs import coverage_rebuild_job  # noqa: PLC0415
    from backend.dispatch.jobs import plan_day_job  # noqa: PLC0415
    from backend.doses.jobs import forecast_recompute_job  # noqa: PLC0415
    from backend.log.jobs import follow_up_job  # noqa: PLC0415
    from backend.retention.jobs import purge_job  # noqa: PLC0415

    return {
        "plan_day": plan_day_job,
        "coverage_rebuild": coverage_rebuild_job,
        "forecast_recompute": forecast_recompute_job,
        "follow_up": follow_up_job,
        "purge": purge_job,
        "verify": verify_job,
    }
