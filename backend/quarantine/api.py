"""Let a clinical supervisor read what waits in quarantine, replay it, or dismiss it with a reason; all journaled."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.params import JSONBody, Parameter

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.journal.whom import persons_named_in
from backend.log.desk import installation_for, write
from backend.problems import Problem
from backend.quarantine import store
from backend.quarantine.replay import NotReplayable, act_of

Req = Request[Any, Any, Any]
Actor = Annotated[int, Parameter(description="The number of the installation that handed the op in.", ge=1, lt=2**53)]
Number = Annotated[int, Parameter(description="The op's number in its installation.", ge=1, lt=2**53)]
Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]


class WaitingAnswer(msgspec.Struct):
    """An op in quarantine: why it is there, since when, from which tablet, and what arrived."""

    actor: int
    n: int
    op_id: UUID
    code: str
    detail: str
    received_at: datetime
    from_label: str
    content: str
    replayable: bool


class QuarantineAnswer(msgspec.Struct):
    """The ops in quarantine, the longest waiting first; `count` may be more than are listed."""

    count: int
    waiting: list[WaitingAnswer]


class ReasonBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why it is decided so."""

    reason: Reason


class ReplayedAnswer(msgspec.Struct):
    """The op that stands for the one replayed, and its verdict."""

    op_id: UUID
    verdict: str


@get("/api/quarantine", opt=needs(Right.SETTLE_CLINICAL), tags=["quarantine"])
async def list_quarantine(request: Req) -> QuarantineAnswer:
    """List what waits: reading it is reading health data, and is journaled as such."""
    async with transaction(scope_of(request)) as tx:
        found = await store.waiting(tx)
        if found:
            ids = [*(one.op_id for one in found), *await persons_named_in(tx, (one.body for one in found))]
            await journal(tx, "quarantine_read", "op", ids, at=request.app.state.now())
        return QuarantineAnswer(await store.count(tx), [_answer(one) for one in found])


@post("/api/quarantine/{actor:int}/{n:int}/replay", opt=needs(Right.SETTLE_CLINICAL), tags=["quarantine"])
async def replay(request: Req, actor: Actor, n: Number, data: JSONBody[ReasonBody]) -> ReplayedAnswer:
    """Replay an op as the supervisor's own; if the log refuses it again, nothing changes and the code is told."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        one = await _find(tx, actor, n)
        act = act_of(one.op_id, one.n, one.hash, one.body)
        if isinstance(act, NotReplayable):
            raise Problem("replay_refused", codes=[act.code])
        installation_id = await installation_for(tx, "desk", now, signed_of(request).session.id)
        written = await write(tx, installation_id, [act], now)
        if written.refused:
            raise Problem("replay_refused", codes=written.refused)
        verdict = written.decision.verdicts[0]
        stands_at = written.decision.installation.actor, verdict.n
        if not await store.decide(tx, one, "replayed", data.reason, now, stands_at):
            raise Problem("op_decided")
        ids = [one.op_id, UUID(verdict.id)]
        await journal(tx, "quarantine_replayed", "op", ids, data.reason, at=now)
    return ReplayedAnswer(UUID(verdict.id), verdict.word)


@post("/api/quarantine/{actor:int}/{n:int}/dismiss", opt=needs(Right.SETTLE_CLINICAL), tags=["quarantine"])
async def dismiss(request: Req, actor: Actor, n: Number, data: JSONBody[ReasonBody]) -> dict[str, bool]:
    """Dismiss an op with a reason: it stays on the log and waits no more."""
    now = request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        one = await _find(tx, actor, n)
        if not await store.decide(tx, one, "dismissed", data.reason, now):
            raise Problem("op_decided")
        await journal(tx, "quarantine_dismissed", "op", [one.op_id], data.reason, at=now)
    return {"dismissed": True}


async def _find(tx: Transaction, actor: int, n: int) -> store.Waiting:
    one = await store.find(tx, actor, n)
    if one is None:
        raise Problem("not_found")
    return one


def _answer(one: store.Waiting) -> WaitingAnswer:
    return WaitingAnswer(
        one.actor,
        one.n,
        one.op_id,
        one.code,
        one.detail,
        one.received_at,
        one.from_label,
        one.body.decode("utf-8", errors="replace"),
        not isinstance(act_of(one.op_id, one.n, one.hash, one.body), NotReplayable),
    )


routes = [list_quarantine, replay, dismiss]
