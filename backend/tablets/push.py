"""Take a push in: decode, append in one transaction, answer after its commit (S1).

Two pushes that make the same record, or the same act from two installations, meet in the database: the second is
decided again on what is there then. A push is tried a few times and then answered `database_busy`: nothing is lost.
"""

import asyncio
from datetime import datetime

import asyncpg
import structlog

from backend.access import Scope
from backend.db.transaction import transaction
from backend.ids import InstallationId
from backend.log.append import append
from backend.log.load import InstallationUnknownError
from backend.problems import Problem
from sync.decode import Batch, Refused, decode
from sync.wire import PROTOCOL_VERSION, PushAnswer

log = structlog.get_logger()
TRIES = 5
_MET_ANOTHER = (asyncpg.UniqueViolationError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


async def take_push(scope: Scope, body: bytes, now: datetime) -> PushAnswer:
    """Return the answer to a push, once all of it is committed."""
    batch = decode(body)
    if isinstance(batch, Refused):
        return await _refuse(scope, batch, now)
    if str(scope.installation_id) != batch.header.installation:
        raise Problem("tablet_unknown")
    for attempt in range(TRIES):
        try:
            return await _append(scope, batch, now)
        except InstallationUnknownError:
            raise Problem("tablet_unknown") from None
        except _MET_ANOTHER as error:
            log.info("push.met_another", attempt=attempt, error=type(error).__name__)
            await asyncio.sleep(0.01 * 2**attempt)
    raise Problem("database_busy")


async def _append(scope: Scope, batch: Batch, now: datetime) -> PushAnswer:
    async with transaction(scope, plans_are_kept=True) as tx:
        decision, _changes = await append(tx, _installation(scope), batch, now)
    log.info(
        "push.answered",
        installation_id=str(scope.installation_id),
        ops=len(batch.items),
        stored=sum(verdict.word == "stored" for verdict in decision.verdicts),
        merged=sum(verdict.word == "merged" for verdict in decision.verdicts),
        review=sum(verdict.word == "review" for verdict in decision.verdicts),
        refused=sum(verdict.word == "refused" for verdict in decision.verdicts),
    )
    return decision.answer()


async def _refuse(scope: Scope, refused: Refused, now: datetime) -> PushAnswer:
    """Answer a push of which nothing was read; one that is too large is asked for in smaller parts."""
    if refused.code != "too_large":
        raise Problem("protocol_unknown", versions=[PROTOCOL_VERSION])
    async with transaction(scope) as tx:
        row = await tx.fetch_row(
            "SELECT n_last, (SELECT epoch FROM server_epoch) AS epoch FROM installation "
            "WHERE territory_id = $1 AND id = $2",
            scope.territory_id,
            scope.installation_id,
        )
    if row is None:
        raise Problem("tablet_unknown")
    return PushAnswer(row["epoch"], row["n_last"] + 1, int(now.timestamp() * 1000), too_large=True)


def _installation(scope: Scope) -> InstallationId:
    if scope.installation_id is None:
        raise Problem("tablet_unknown")
    return scope.installation_id
