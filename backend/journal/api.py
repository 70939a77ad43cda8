"""This file answers auditors: what was done in the territory, and who saw one person's record. Reading is noted too."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get
from litestar.params import Parameter, QueryParameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.journal import read
from backend.journal.read import Looked
from backend.journal.store import record
from backend.problems import Problem

Req = Request[Any, Any, Any]
Before = Annotated[
    int | None, QueryParameter(ge=1, le=2**62, description="Entries before this number; empty: the latest.")
]


class JournalPage(msgspec.Struct, frozen=True):
    """A page of entries, the latest first; `before` asks for the next page, null at the end."""

    entries: list[Looked]
    before: int | None


@get("/api/journal", opt=needs(Right.READ_JOURNAL), tags=["journal"])
async def read_journal(request: Req, before: Before = None) -> JournalPage:
    """Return what users and tablets did and saw, ids alone."""
    now: datetime = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        entries = await read.latest(tx, before)
        await record(tx, "journal_read", at=now)
    return _page(entries)


@get("/api/people/{person_id:uuid}/journal", opt=needs(Right.READ_JOURNAL), tags=["journal"])
async def read_who_saw(
    request: Req, person_id: Annotated[UUID, Parameter(description="The person's id.")], before: Before = None
) -> JournalPage:
    """Return who saw or changed this person's record, and everything recorded of them."""
    now: datetime = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        if not await read.is_person(tx, person_id):
            raise Problem("not_found")
        entries = await read.about_person(tx, person_id, before)
        await record(tx, "journal_read", "person", [person_id], at=now)
    return _page(entries)


def _page(entries: list[Looked]) -> JournalPage:
    return JournalPage(entries, entries[-1].seq if len(entries) == read.ENTRIES_MOST else None)


routes = [read_journal, read_who_saw]
