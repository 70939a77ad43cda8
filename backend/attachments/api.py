"""Take attachments in by parts from tablets, and give them to those who may see a record they belong to.

Handing in never asks for scope: a revoked tablet may still bring what it holds. What is given is given as a file to be
saved, never as a page, under the type that its bytes were found to have.
"""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, head, post, put
from litestar.params import JSONBody, Parameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.attachments import store
from backend.attachments.store import NotTaken, State
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.tablets.authenticate import require_active
from backend.tablets.tablet_now import scope_of_tablet
from sync.attachment import BYTES_MOST, MAGIC, PART_BYTES_MOST
from sync.ids import is_uuid
from sync.wire import AttachmentAnnouncement, AttachmentState

Req = Request[Any, Any, Any]
Hash = Annotated[str, Parameter(description="SHA-256 of the whole file, hexadecimal.", pattern="^[0-9a-f]{64}$")]
Offset = Annotated[int, Parameter(description="Where the part begins, in bytes.", ge=0, lt=BYTES_MOST)]
PART_HASH_HEADER = "maraude-part-sha256"
OFFSET_HEADER, COMPLETE_HEADER = "maraude-offset", "maraude-complete"
_NAMES = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@post("/sync/attachments", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def announce(request: Req, data: JSONBody[AttachmentAnnouncement]) -> AttachmentState:
    """Announce a file and learn where to go on; its record comes first, by a push."""
    if data.media_type not in MAGIC or not 0 < data.size_bytes <= BYTES_MOST:
        raise Problem("attachment_refused", reason="media_type" if data.media_type not in MAGIC else "size")
    if not is_uuid(data.record_id) or len(data.sha256) != 64 or not _is_hex(data.sha256):
        raise Problem("bad_request", fields=["record_id", "sha256"])
    async with transaction(scope_of(request)) as tx:
        record_id = UUID(data.record_id)
        if not await store.record_exists(tx, record_id):
            raise Problem("not_found")
        sha256, now = bytes.fromhex(data.sha256), request.app.state.now()
        taken = await store.announce(tx, sha256, data.size_bytes, data.media_type, record_id, now)
        if isinstance(taken, State) and taken.bytes_received == 0:
            await journal(tx, "attachment_announced", "record", [record_id], at=now)
    return _answer(taken)


@put("/sync/attachments/{sha256:str}/{offset:int}", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def take_part(request: Req, sha256: Hash, offset: Offset) -> AttachmentState:
    """Take the part that begins at this byte; answer where to go on, whether or not this part was the next one."""
    content = await request.body()
    if not 0 < len(content) <= PART_BYTES_MOST:
        raise Problem("too_large")
    if hashlib.sha256(content).hexdigest() != request.headers.get(PART_HASH_HEADER, ""):
        raise Problem("bad_request", fields=[PART_HASH_HEADER])
    async with transaction(scope_of(request)) as tx:
        taken = await store.take_part(tx, bytes.fromhex(sha256), offset, content, request.app.state.now())
    if taken is None:
        raise Problem("not_found")
    return _answer(taken)


@head("/sync/attachments/{sha256:str}", opt=needs(Right.TABLET), tags=["sync"])
async def tell_offset(request: Req, sha256: Hash) -> Response[None]:
    """Say by headers how far a file has come."""
    async with transaction(scope_of(request)) as tx:
        found = await store.find(tx, bytes.fromhex(sha256))
    if found is None:
        raise Problem("not_found")
    headers = {OFFSET_HEADER: str(found.bytes_received), COMPLETE_HEADER: "yes" if found.is_complete else "no"}
    return Response(None, headers=headers)


@get("/sync/attachments/{sha256:str}", opt=needs(Right.TABLET), tags=["sync"])
async def give_to_tablet(request: Req, sha256: Hash) -> Response[bytes]:
    """Give a file to a tablet whose scope holds a record it belongs to (S6)."""
    require_active(request)
    async with transaction(scope_of(request)) as tx:
        scope = await scope_of_tablet(tx)
        if not await store.stands_in(tx, bytes.fromhex(sha256), list(scope.buckets)):
            raise Problem("not_found")
        return await _give(request, tx, sha256)


@get("/api/attachments/{sha256:str}", opt=needs(Right.SEE_PEOPLE), tags=["attachments"])
async def give_to_desk(request: Req, sha256: Hash) -> Response[bytes]:
    """Give a file to somebody at a desk who may see people."""
    async with transaction(scope_of(request)) as tx:
        return await _give(request, tx, sha256)


async def _give(request: Req, tx: Transaction, sha256: str) -> Response[bytes]:
    raw = bytes.fromhex(sha256)
    found = await store.find(tx, raw)
    if found is None or not found.is_complete:
        raise Problem("not_found")
    await journal(tx, "attachment_read", "record", await store.record_ids_of(tx, raw), at=request.app.state.now())
    name = f"{sha256[:16]}.{_NAMES[found.media_type]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return Response(await store.content_of(tx, raw), media_type=found.media_type, headers=headers)


def _answer(taken: State | NotTaken) -> AttachmentState:
    if isinstance(taken, State):
        return AttachmentState(taken.bytes_received, complete=taken.is_complete)
    if taken.reason in ("offset", "hash"):
        return AttachmentState(taken.bytes_received, reason=taken.reason)
    raise Problem("attachment_refused", reason=taken.reason)


def _is_hex(text: str) -> bool:
    return all(sign in "0123456789abcdef" for sign in text)


routes = [announce, take_part, tell_offset, give_to_tablet, give_to_desk]
