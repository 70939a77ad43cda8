"""This file answers `/rules`: the vaccination rules in force with who signed them, and the territory's choice for unsigned ones.

What each choice lets rules say is decided in backend/doses/unsigned.py. The page holds nothing about a person.
"""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.rules import words
from admin.shared.desk_forms import Posted, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.doses.read_rules import rules_in_force
from backend.doses.rules.words import release_on
from backend.doses.unsigned import UnsignedRules, may_choose
from backend.doses.unsigned_store import choices, choose, unsigned_rules
from backend.problems import Problem

Req = Request[Any, Any, Any]
LISTED_MOST: Final = 50
REASON_SIGNS: Final = (3, 500)


@get("/rules", opt=needs(Right.SEE_RULES), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_rules(request: Req) -> Response[str]:
    """Show the rules in force and what unsigned ones may say."""
    async with transaction(scope_of(request)) as tx:
        return await _rules_page(tx, request, Posted({}))


@post(
    "/rules",
    opt=needs(Right.CHOOSE_RULES, reauthenticated=True, asked_from="/rules"),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def choose_rules(request: Req) -> Response[Any]:
    """Choose what unsigned rules may say in the territory."""
    form, signed = await posted(request), signed_of(request)
    if form.text("unsigned_rules") not in {one.value for one in UnsignedRules}:
        raise Problem("bad_request", fields=["unsigned_rules"])
    choice = UnsignedRules(form.text("unsigned_rules"))
    if not may_choose(choice, is_clinical=signed.may(Right.SETTLE_CLINICAL)):
        raise Problem("forbidden")
    least, most = REASON_SIGNS
    async with transaction(scope_of(request)) as tx:
        if not least <= len(form.text("reason")) <= most:
            return await _rules_page(tx, request, form, "need_reason")
        await choose(tx, choice, form.text("reason"), signed.user_id, request.app.state.now())
    return Redirect("/rules?done=1", status_code=303)


async def _rules_page(tx: Transaction, request: Req, form: Posted, error: str = "") -> Response[str]:
    say, signed = await speaker_of(tx, request), signed_of(request)
    release = release_on(day_in(say.time_zone, request.app.state.now()))
    return page(
        request,
        "rules/rules.html",
        words.WORDS,
        status=400 if error else 200,
        say=say,
        w=words,
        release=release,
        files=rules_in_force(release),
        present=(await unsigned_rules(tx)).value,
        offered=[(one.value, may_choose(one, is_clinical=signed.may(Right.SETTLE_CLINICAL))) for one in UnsignedRules],
        may_choose=signed.may(Right.CHOOSE_RULES),
        made=await choices(tx, LISTED_MOST),
        form=form,
        error=error,
        done=request.query_params.get("done") == "1",
    )


routes = [show_rules, choose_rules]
