"""Speak the protocol over HTTP: enrol, push, head, pull, sums, receipt; and let people at a desk manage tablets.

Bodies of the protocol are bounded before anything is read; a compressed push is unpacked up to its cap and no further.
"""

import base64
import binascii
import zlib
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, get, post
from litestar.params import JSONBody, Parameter

from backend.access import Right, Scope
from backend.accounts.authenticate import needs, scope_of
from backend.clock import Clock
from backend.db.transaction import transaction
from backend.ids import TabletId, TeamId, TerritoryId
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.tablets import enrol as enrolment
from backend.tablets import feed
from backend.tablets.authenticate import STATE_READ_LATER
from backend.tablets.list_tablets import TabletLine
from backend.tablets.list_tablets import list_tablets as tablets_of
from backend.tablets.packed import answered, gzipped, reads_gzip
from backend.tablets.push import take_push
from sync.decode import BYTES_MOST
from sync.integrity import Broken
from sync.wire import HeadAnswer, HeadRequest, PullRequest, PushAnswer, SumsAnswer, SumsRequest

log = structlog.get_logger()
Req = Request[Any, Any, Any]
_NDJSON = "application/x-ndjson"


class EnrolBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a tablet sends with its code: the territory named beside it, and its public key (65 bytes, base64url)."""

    territory_id: UUID
    code: Annotated[str, msgspec.Meta(max_length=40)]
    public_key: Annotated[str, msgspec.Meta(max_length=100)]


class EnrolAnswer(msgspec.Struct):
    """Who the tablet is from now on."""

    territory_id: UUID
    installation_id: UUID
    actor: int
    epoch: int
    server_at: int


class TabletBody(msgspec.Struct, forbid_unknown_fields=True):
    """A tablet to be enrolled for a team."""

    label: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    team_id: UUID | None = None


class CodeAnswer(msgspec.Struct):
    """A code that enrols one tablet once, within 15 minutes."""

    tablet_id: UUID
    territory_id: UUID
    code: str
    ends_at: datetime


class ReceiptAnswer(msgspec.Struct, omit_defaults=True):
    """The end of the installation's chain as the server's log has it; `broken_at` if the log itself does not hold."""

    n: int
    hash: str
    broken_at: int | None = None
    reason: str = ""


@post("/sync/enrol", opt=needs(Right.ANYBODY), tags=["sync"], status_code=200)
async def enrol(request: Req, data: JSONBody[EnrolBody]) -> EnrolAnswer:
    """Enrol a tablet by its one-time code."""
    now = _now(request)
    try:
        public_key = base64.urlsafe_b64decode(data.public_key + "=" * (-len(data.public_key) % 4))
    except (binascii.Error, ValueError):
        raise Problem("enrolment_refused") from None
    async with transaction(Scope(TerritoryId(data.territory_id))) as tx:
        enrolled = await enrolment.enrol(tx, data.code, public_key, now)
        if enrolled is None:
            raise Problem("enrolment_refused")
        await journal(tx, "tablet_enrolled", "installation", [enrolled.installation_id], at=now)
    return _enrol_answer(data.territory_id, enrolled, now)


@post("/sync/renew", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def renew(request: Req) -> EnrolAnswer:
    """Give the tablet a new installation, because another has used its numbers (S1: it issues again what waits).

    A revoked tablet gets one that may hand in and receives nothing, as its former one.
    """
    scope, now = scope_of(request), _now(request)
    if scope.installation_id is None:
        raise Problem("tablet_unknown")
    async with transaction(scope) as tx:
        enrolled = await enrolment.renew(tx, scope.installation_id, now)
        if enrolled is None:
            raise Problem("tablet_unknown")
        await journal(tx, "tablet_renewed", "installation", [enrolled.installation_id], at=now)
    log.warning("tablet.renewed", installation_id=str(scope.installation_id))
    return _enrol_answer(scope.territory_id, enrolled, now)


@post("/sync/push", opt={**needs(Right.TABLET), STATE_READ_LATER: True}, tags=["sync"], status_code=200)
async def push(request: Req) -> PushAnswer:
    """Take ops in: NDJSON, a header and at most 100 ops; one verdict per op, after the commit."""
    return await take_push(scope_of(request), await _body(request), _now(request))


@post("/sync/head", opt={**needs(Right.TABLET), STATE_READ_LATER: True}, tags=["sync"], status_code=200)
async def ask_head(request: Req, data: JSONBody[HeadRequest]) -> HeadAnswer:
    """Say whether anything changed."""
    async with transaction(scope_of(request)) as tx:
        return await feed.answer_head(tx, data, _now(request))


@post("/sync/pull", opt={**needs(Right.TABLET), STATE_READ_LATER: True}, tags=["sync"], status_code=200)
async def pull(request: Req, data: JSONBody[PullRequest]) -> Response[bytes]:
    """Give the next page of what the scope holds, compressed if the tablet reads that."""
    async with transaction(scope_of(request), plans_are_kept=True) as tx:
        packing = await feed.give_page(tx, data, _now(request), gzipped if reads_gzip(request) else b"".join)
    return answered(request, await packing, _NDJSON)


@post("/sync/sums", opt={**needs(Right.TABLET), STATE_READ_LATER: True}, tags=["sync"], status_code=200)
async def sums(request: Req, data: JSONBody[SumsRequest]) -> SumsAnswer:
    """Give sub-sums of one bucket, for repairing only what differs."""
    async with transaction(scope_of(request)) as tx:
        return await feed.answer_sums(tx, data)


@post("/sync/receipt", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def receipt(request: Req) -> ReceiptAnswer:
    """Say what the server's log holds of this installation, recomputed from the log; a revoked tablet may ask too."""
    async with transaction(scope_of(request)) as tx:
        found = await feed.give_receipt(tx)
    if isinstance(found, Broken):
        log.error("log.chain_broken", installation_id=str(scope_of(request).installation_id), code=found.reason)
        return ReceiptAnswer(0, "", broken_at=found.n, reason=found.reason)
    return ReceiptAnswer(found.n, found.hash)


@post("/api/tablets", opt=needs(Right.MANAGE_TABLETS), tags=["tablets"])
async def add_tablet(request: Req, data: JSONBody[TabletBody]) -> CodeAnswer:
    """Write down a tablet and return the code that enrols it."""
    scope, now = scope_of(request), _now(request)
    async with transaction(scope) as tx:
        team = TeamId(data.team_id) if data.team_id else None
        if team is not None and not await enrolment.is_team(tx, team):
            raise Problem("bad_request", fields=["team_id"])
        tablet_id = await enrolment.add_tablet(tx, data.label, team, now)
        code = await enrolment.make_code(tx, tablet_id, now)
        await journal(tx, "tablet_added", "tablet", [tablet_id], at=now)
    return CodeAnswer(tablet_id, scope.territory_id, code, now + enrolment.CODE_LASTS)


@post("/api/tablets/{tablet_id:uuid}/revoke", opt=needs(Right.MANAGE_TABLETS), tags=["tablets"], status_code=200)
async def revoke_tablet(
    request: Req, tablet_id: Annotated[UUID, Parameter(description="The tablet's id.")]
) -> dict[str, bool]:
    """Let a lost tablet hand in and receive nothing."""
    async with transaction(scope_of(request)) as tx:
        if not await enrolment.revoke(tx, TabletId(tablet_id)):
            raise Problem("not_found")
        await journal(tx, "tablet_revoked", "tablet", [tablet_id], at=_now(request))
    return {"revoked": True}


@get("/api/tablets", opt=needs(Right.MANAGE_TABLETS), tags=["tablets"])
async def list_tablets(request: Req) -> list[TabletLine]:
    """List the tablets with team, state and when they were last seen."""
    async with transaction(scope_of(request)) as tx:
        return await tablets_of(tx)


async def _body(request: Req) -> bytes:
    """Return the body of a push, unpacked if it came compressed; never more than one byte beyond the bound."""
    body = await request.body()
    if request.headers.get("content-encoding", "") != "gzip":
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(body, BYTES_MOST + 1)
    except zlib.error:
        raise Problem("bad_request", fields=["content-encoding"]) from None


def _now(request: Req) -> datetime:
    clock: Clock = request.app.state.now
    return clock()


def _enrol_answer(territory_id: UUID, enrolled: enrolment.Enrolled, now: datetime) -> EnrolAnswer:
    return EnrolAnswer(
        territory_id, enrolled.installation_id, enrolled.actor, enrolled.epoch, int(now.timestamp() * 1000)
    )


routes = [
    enrol,
    renew,
    push,
    ask_head,
    pull,
    sums,
    receipt,
    add_tablet,
    revoke_tablet,
    list_tablets,
]
