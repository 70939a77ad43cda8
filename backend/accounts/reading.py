"""This file decides which requests read people's records, bounds how fast a user may, and tells auditors who meets the bound.

Looks are counted where they are journaled (backend/journal/store.py), in the transaction of the look; how many are
allowed is decided in throttle.py. A person at a desk looks at a few records a minute.
"""

from datetime import datetime, timedelta
from typing import Final

import structlog

from backend.access import Right, Scope
from backend.accounts.csrf import SAFE_METHODS
from backend.accounts.throttle import counters_of_reading
from backend.accounts.throttle_store import are_within
from backend.db.transaction import transaction
from backend.ids import UserId
from backend.journal.looks import throttled_since
from backend.journal.store import record
from backend.notices.store import Kind, tell_those_who

log = structlog.get_logger()
READING: Final = frozenset(
    {
        Right.SEE_PEOPLE,
        Right.SEE_REVIEWS,
        Right.SETTLE_CLINICAL,
        Right.SEE_IDENTITY_NUMBER,
        Right.EXPORT,
        Right.BREAK_GLASS,
    }
)
# Their pages name people too; what is written under them goes on, so that nobody's work is lost to a bound of reading.
SHOWING: Final = frozenset(
    {
        Right.SEE_ROUNDS,
        Right.SEE_PLANS,
        Right.PLAN_ROUNDS,
        Right.EDIT_PEOPLE,
        Right.RUN_CENTRE,
        Right.MANAGE_STOCK,
        Right.SEE_COVERAGE,
    }
)
TOLD_EVERY: Final = timedelta(hours=1)


def is_reading(right: object, method: str, *, searches: bool = False) -> bool:
    """Tell whether a request reads people's records: by its right, by asking for a page, or by a search that is posted.

    >>> [is_reading(Right.PLAN_ROUNDS, method) for method in ("GET", "POST")], is_reading(Right.EXPORT, "POST")
    ([True, False], True)
    """
    return searches or right in READING or (right in SHOWING and method in SAFE_METHODS)


async def may_go_on_reading(scope: Scope, user_id: UserId, at: datetime) -> bool:
    """Tell whether a user may read on; the first refusal of an hour is journaled and told to auditors."""
    async with transaction(scope) as tx:
        if await are_within(tx, counters_of_reading(str(user_id), at)):
            return True
        if not await throttled_since(tx, user_id, at - TOLD_EVERY):
            await record(tx, "reading_throttled", at=at)
            await tell_those_who(tx, Right.READ_JOURNAL, Kind.READING_THROTTLED, str(user_id), at=at)
            log.warning("reading.throttled", user_id=str(user_id), territory_id=str(scope.territory_id))
    return False
