"""This file writes who looked at or changed what, in the transaction of the act itself: both stand, or neither.

The role of the application may add and read, never change or delete (0001f_rights.sql).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from backend.access import Scope
from backend.accounts.throttle import counters_of_reading
from backend.accounts.throttle_store import add_one
from backend.db.together import Together
from backend.db.transaction import Transaction

# The ids come as one text: a page of a tablet has two thousand, and the driver would look at each of a list.
_ENTRY: Final = (
    "INSERT INTO journal (territory_id, at, user_id, installation_id, act, subject_kind, subject_ids, reason, request_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, string_to_array($7, ',')::uuid[], $8, $9)"
)


async def record(
    tx: Transaction,
    act: str,
    subject_kind: str = "",
    ids: Sequence[UUID | str] = (),
    reason: str = "",
    *,
    at: datetime,
    request_id: str = "",
) -> None:
    """Record an act (`signed_in`, `person_read` …) on these subjects, by the user or tablet of the transaction's scope.

    A page of results is one entry with all its ids. `reason` is text that somebody gave for an act that needs one. A
    user's looks at people are counted with it (backend/accounts/reading.py bounds them).
    """
    if subject_kind == "person" and tx.scope.user_id:
        await add_one(tx, counters_of_reading(str(tx.scope.user_id), at))
    await tx.execute(_ENTRY, *_entry(tx.scope, act, subject_kind, ",".join(map(str, ids)), at, reason, request_id))


def record_together(together: Together, scope: Scope, act: str, subject_kind: str, ids_text: str, at: datetime) -> None:
    """Let the entry of a tablet's act on these ids, with commas between, wait with what is sent as one: all stand, or none."""
    together.add(_ENTRY, *_entry(scope, act, subject_kind, ids_text, at))


def _entry(
    scope: Scope, act: str, subject_kind: str, ids_text: str, at: datetime, reason: str = "", request_id: str = ""
) -> tuple[Any, ...]:
    return (
        scope.territory_id, at, scope.user_id, scope.installation_id, act, subject_kind, ids_text, reason, request_id
    )  # fmt: skip
