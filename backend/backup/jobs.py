"""What the worker runs at night: look whether records, sums and feed are still what the log says, and tell whoever must know.

It is the procedure of `maraude verify`, one territory at a time, as the application and not as the owner of the database.
"""

from typing import Any, Final

import structlog

from backend import clock
from backend.access import Right
from backend.backup.verify import Seen, look_at
from backend.db.transaction import Transaction, snapshot
from backend.jobs.run import Running, StoppedError
from backend.jobs.table import Save
from backend.notices.store import Kind, tell_those_who

KIND: Final = "verify"
WRONGS_KEPT: Final = 100  # in the job's result; `maraude verify` names all
HOUR: Final = 3  # by the territory's clock, when hardly anybody works
log = structlog.get_logger()

# A territory that was made since then has nothing that could have rotted; one looked at since then is not looked at again.
_SINCE: Final = (
    "(date_trunc('day', (now() AT TIME ZONE t.time_zone) - make_interval(hours => $1)) + make_interval(hours => $1)) "
    "AT TIME ZONE t.time_zone"
)
_WAITING: Final = (
    f"SELECT t.id FROM territory t WHERE t.created_at < {_SINCE} AND NOT EXISTS (SELECT FROM job j "
    f"WHERE j.territory_id = t.id AND j.kind = '{KIND}' AND j.asked_at >= {_SINCE}) ORDER BY t.id"
)


async def territories_to_verify(tx: Transaction) -> list[Any]:
    """Return the territories that were not looked at since this night's hour; for the sweeper."""
    return [row["id"] for row in await tx.fetch(_WAITING, HOUR)]


async def verify_job(running: Running) -> Save:
    """Look through the territory in one snapshot; what differs is told, and nothing is changed."""
    seen = Seen(running.scope.territory_id, "")

    def after_a_step() -> None:
        if not running.keep_going():
            raise StoppedError
        running.report(step="verify", done=seen.ops + seen.records)

    seen.after_a_step = after_a_step
    async with snapshot(running.scope) as tx:
        await look_at(tx.connection, seen)

    async def save(tx: Transaction) -> dict[str, Any]:
        if seen.wrongs:
            log.error("verify.wrong", count=len(seen.wrongs))
            for right in (Right.SETTLE_CLINICAL, Right.MANAGE_PEOPLE_AND_RIGHTS):
                await tell_those_who(tx, right, Kind.RECORDS_DIFFER, str(len(seen.wrongs)), at=clock.now())
        found = [f"{one.what} {one.which}: {one.reason}" for one in seen.wrongs[:WRONGS_KEPT]]
        return {
            "ops": seen.ops,
            "records": seen.records,
            "buckets": seen.buckets,
            "wrong": len(seen.wrongs),
            "found": found,
        }

    return save
