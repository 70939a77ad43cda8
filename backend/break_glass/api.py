"""This file offers breaking the glass by JSON: open one record, read it, end it, and settle the reviews."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get, post
from litestar.params import JSONBody, Parameter
from msgspec import Meta, Struct

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.break_glass import acts
from backend.break_glass.acts import Refusal, Wanted
from backend.break_glass.rules import REASON_CHARACTERS_MAX, REVIEWED_WITH, Finding, Motive, Opening
from backend.break_glass.store import ReviewRow
from backend.db.transaction import transaction
from backend.people.record import PersonRecord
from backend.problems import Problem

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The opening's id.")]
Words = Annotated[str, Meta(max_length=REASON_CHARACTERS_MAX)]


class BreakBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to see: both names with the day of birth, or an exact alias; and why."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    motive: Motive
    reason: Words
    born_on: date | None = None


class FindingBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What a review found, and why."""

    finding: Finding
    note: Words = ""


class OpeningAnswer(Struct, frozen=True):
    """An opening of the user's own: until when the record can be read."""

    id: UUID
    ends_at: datetime


class OpenedAnswer(Struct, frozen=True):
    """A record that is open for a while."""

    ends_at: datetime
    record: PersonRecord


class ReviewItem(Struct, frozen=True):
    """An opening as its reviewer reads it."""

    id: UUID
    user_name: str
    person_id: UUID
    person_name: str
    motive: Motive
    reason: str
    opened_at: datetime
    looks: int
    finding: Finding | None
    review_note: str
    reviewer_name: str
    reviewed_at: datetime | None


@post("/api/break-glass", opt=needs(Right.BREAK_GLASS, reauthenticated=True), tags=["break glass"], status_code=201)
async def break_glass(request: Req, data: JSONBody[BreakBody]) -> OpeningAnswer:
    """Open one record for sixty minutes; clinical supervisors are told and will review it."""
    wanted = Wanted(data.name, data.born_on, data.motive, data.reason)
    done = await acts.break_glass(scope_of(request), signed_of(request).user_id, wanted, request.app.state.now())
    if isinstance(done, Refusal):
        raise problem_of(done)
    return answer_of(done)


@get("/api/break-glass/{opening_id:uuid}", opt=needs(Right.BREAK_GLASS), tags=["break glass"])
async def read_opened(request: Req, opening_id: Id) -> OpenedAnswer:
    """Return the record that an own opening opens, as long as it does."""
    async with transaction(scope_of(request)) as tx:
        found = await acts.read_opened(tx, signed_of(request).user_id, opening_id, request.app.state.now())
    if found is None:
        raise Problem("not_found")
    return OpenedAnswer(found[0].ends_at, found[1])


@post("/api/break-glass/{opening_id:uuid}/close", opt=needs(Right.BREAK_GLASS), tags=["break glass"], status_code=204)
async def close(request: Req, opening_id: Id) -> None:
    """End an own opening before its time."""
    async with transaction(scope_of(request)) as tx:
        if not await acts.close_opened(tx, signed_of(request).user_id, opening_id, request.app.state.now()):
            raise Problem("not_found")


@get("/api/break-glass-reviews", opt=needs(REVIEWED_WITH), tags=["break glass"])
async def list_reviews(request: Req) -> list[ReviewItem]:
    """List who opened what in an emergency, what waits for a review first."""
    async with transaction(scope_of(request)) as tx:
        return [_item(row) for row in await acts.list_for_review(tx, request.app.state.now())]


@post(
    "/api/break-glass-reviews/{opening_id:uuid}",
    opt=needs(REVIEWED_WITH),
    tags=["break glass"],
    status_code=204,
)
async def review(request: Req, opening_id: Id, data: JSONBody[FindingBody]) -> None:
    """Say what a review found: nobody reviews an opening of their own, and a finding stands."""
    async with transaction(scope_of(request)) as tx:
        reviewer, now = signed_of(request).user_id, request.app.state.now()
        refused = await acts.review(tx, reviewer, opening_id, data.finding, data.note, now)
    if refused:
        raise problem_of(refused)


def answer_of(opening: Opening) -> OpeningAnswer:
    """Return what whoever opened a record is told of it."""
    return OpeningAnswer(opening.id, opening.ends_at)


def problem_of(refused: Refusal) -> Problem:
    """Return the problem of an act that changed nothing."""
    return Problem(refused.problem, **({"fields": [refused.field]} if refused.field else {}))


def _item(row: ReviewRow) -> ReviewItem:
    one = row.opening
    return ReviewItem(
        one.id,
        row.user_name,
        one.person_id,
        row.person_name,
        one.motive,
        one.reason,
        one.opened_at,
        row.looks,
        one.finding,
        row.review_note,
        row.reviewer_name,
        row.reviewed_at,
    )


routes = [break_glass, read_opened, close, list_reviews, review]
