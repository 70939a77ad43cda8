"""This file takes the changes by hand of a plan: move, take out, lock, split, swap, undo, and a draft of a plan in force.

What one change makes is decided in backend/dispatch/draft.py, whether it may be kept by the referee.
"""

from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.response import Redirect

from admin.dispatcher.plan.page import answer_not_kept
from admin.shared.desk_forms import Posted, posted
from admin.shared.problems import ON_PROBLEM
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.draft import Change
from backend.dispatch.edit import Edited, edit, undo
from backend.ids import PlanId
from backend.journal.store import record as journal
from backend.problems import Problem

Req = Request[Any, Any, Any]
_MAY = needs(Right.PLAN_ROUNDS)


@post("/plan/change", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def change_by_hand(request: Req) -> Response[Any]:
    """Make one change of a draft, or say why it is not kept."""
    form, now = await posted(request), request.app.state.now()
    plan_id, version = _draft_named(form)
    change = None if form.text("code") == "undo" else _change(form)
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, plan_id)
        if plan is None:
            raise Problem("not_found")
        outcome = await (undo(tx, plan_id, version, now) if change is None else edit(tx, plan_id, version, change, now))
        if isinstance(outcome, Edited):
            await journal(tx, "plan_changed", "plan", [plan_id], at=now)
            return Redirect(f"/plan?day={plan.day_on}&plan={plan_id}", status_code=303)
        return await answer_not_kept(tx, request, plan, outcome)


@post("/plan/copy", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def copy_to_change(request: Req) -> Response[Any]:
    """Make a draft of a plan that is in force or was, to be changed and published in its place."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        plan = await store.find(tx, PlanId(form.id("plan_id") or _bad()))
        if plan is None:
            raise Problem("not_found")
        copy = await store.copy_as_draft(tx, plan, now)
        await journal(tx, "plan_copied", "plan", [plan.id, copy], at=now)
    return Redirect(f"/plan?day={plan.day_on}&plan={copy}", status_code=303)


def _draft_named(form: Posted) -> tuple[PlanId, int]:
    plan_id, version = form.id("plan_id"), form.text("version")
    if plan_id is None or not version.isascii() or not version.isdigit() or len(version) > 9:
        raise Problem("bad_request")
    return PlanId(plan_id), int(version)


def _change(form: Posted) -> Change:
    """Return the change that a form asks for; `where` is `team|visit to stand before`, and goes along with every button.

    Only a move has somewhere to go: of the others the list would name a team that has nothing to do with them.
    """
    where = form.text("where") if form.text("code") == "move" else ""
    team, _, before = where.partition("|")
    fields = {
        "code": form.text("code"),
        "visits": [name for name in form.text("visits").split(",") if name],
        "team": form.text("team") or team,
        "before": before,
        "other_team": form.text("other_team"),
        "parts": form.text("parts", "2"),
    }
    try:
        return msgspec.convert(fields, Change, strict=False)
    except msgspec.ValidationError:
        raise Problem("bad_request") from None


def _bad() -> Any:
    raise Problem("bad_request")


routes = [change_by_hand, copy_to_change]
