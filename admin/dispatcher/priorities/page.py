"""This file answers `/priorities`: what a good plan is worth to the territory, in words, and every change of it.

What may be set, between which bounds, is decided in backend/dispatch/weights.py.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.dispatcher.priorities.words import FAULTS, WEIGHTS, WORDS
from admin.shared.desk_forms import Posted, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.db.transaction import Transaction, transaction
from backend.dispatch.weights import SETTABLE, Wrong, values_of, weights_of
from backend.dispatch.weights_store import read_settings_made, read_weights, set_weights
from backend.problems import Problem

Req = Request[Any, Any, Any]
REASON_CHARACTERS_LEAST, REASON_CHARACTERS_MAX = 10, 500


@get("/priorities", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_priorities(request: Req) -> Response[str]:
    """Show the weights in force, what each means, and who changed them when and why."""
    async with transaction(scope_of(request)) as tx:
        return await _page(tx, request, Posted({}), [])


@post(
    "/priorities",
    opt=needs(Right.SET_PRIORITIES),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def set_priorities(request: Req) -> Response[Any]:
    """Set the weights for the next plans; what is wrong is said, and nothing is saved then."""
    form, wrong = await posted(request), list[str]()
    values = {
        one.name: int(text)
        for one in SETTABLE
        if (text := form.text(one.name)).isdecimal() and len(text) <= len("9999")
    }
    version, reason = form.text("version"), form.text("reason")
    if not version.isdecimal() or len(version) > len("999999") or len(reason) > REASON_CHARACTERS_MAX:
        raise Problem("bad_request", fields=["version", "reason"])
    wrong += ["no_number"] if len(values) < len(SETTABLE) else []
    wrong += ["reason_missing"] if len(reason) < REASON_CHARACTERS_LEAST else []
    async with transaction(scope_of(request)) as tx:
        weights = weights_of(values)
        if wrong or isinstance(weights, list):
            return await _page(tx, request, form, wrong, weights if isinstance(weights, list) else [])
        await set_weights(tx, values, reason, int(version), request.app.state.now())
    return Redirect("/priorities?saved=1", status_code=303)


async def _page(
    tx: Transaction, request: Req, form: Posted, wrong: list[str], faults: list[Wrong] | None = None
) -> Response[str]:
    in_force = await read_weights(tx)
    return page(
        request,
        "dispatcher/priorities/priorities.html",
        WORDS,
        status=400 if wrong or faults else 200,
        say=await speaker_of(tx, request),
        settable=SETTABLE,
        weight_words=WEIGHTS,
        fault_words=FAULTS,
        wrong=wrong,
        faults=faults or [],
        in_force=in_force,
        values=values_of(in_force.weights),
        typed=form.text,
        may_set=signed_of(request).may(Right.SET_PRIORITIES),
        changes=await read_settings_made(tx),
        saved=request.query_params.get("saved") == "1",
        reason_least=REASON_CHARACTERS_LEAST,
        reason_most=REASON_CHARACTERS_MAX,
    )


routes = [show_priorities, set_priorities]
