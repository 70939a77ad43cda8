"""This file answers `/coverage/campaigns`: the campaigns as they stand, a new one, and a campaign's next state.

Managers see them; whoever settles clinical questions changes them, since whom a campaign aims at, and from which age, is one.
What may be is decided in backend/coverage/open_campaign.py and campaign_steps.py.
"""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.coverage.campaigns_words import CAMPAIGNS, STATES, STEPS
from admin.coverage.words import GROUPS, word_of
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.coverage.campaign_steps import Step, steps
from backend.coverage.campaigns import NewCampaign, open_campaign, read_campaign_lines, read_choices, take_step
from backend.coverage.open_campaign import AGES_LEAST, Phase
from backend.db.transaction import Transaction, transaction
from backend.doses.rules.words import Release, release_on
from backend.edge.locale import locale_of
from backend.log.follow import freshen
from backend.problems import Problem

Req = Request[Any, Any, Any]
CampaignPath = Annotated[UUID, Parameter(description="The campaign's id.")]
_CHANGE = needs(Right.SETTLE_CLINICAL)


@get("/coverage/campaigns", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_campaigns(request: Req) -> Response[str]:
    """Show the campaigns as they stand."""
    async with transaction(scope_of(request)) as tx:
        return await _page(tx, request, Posted({}))


@post("/coverage/campaigns", opt=_CHANGE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def add_campaign(request: Req) -> Response[Any]:
    """Open a campaign."""
    form, now = await posted(request), request.app.state.now()
    await freshen(scope_of(request), now)  # the pools of groups are those of what was handed in up to now
    async with transaction(scope_of(request)) as tx:
        today = day_in((await speaker_of(tx, request)).time_zone, now)
        new = _new_of(form, _antigens(release_on(today)))
        if new is None:
            return await _page(tx, request, form, "no_days")
        refused = await open_campaign(tx, await desk_installation(tx, request), new, now, today)
        if refused is not None:
            return await _page(tx, request, form, refused.value)
    return Redirect("/coverage/campaigns?done=opened", status_code=303)


@post(
    "/coverage/campaigns/{campaign_id:uuid}",
    opt=_CHANGE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def change_campaign(request: Req, campaign_id: CampaignPath) -> Response[Any]:
    """Start, end or withdraw a campaign."""
    form, now = await posted(request), request.app.state.now()
    if form.text("step") not in {one.value for one in Step}:
        raise Problem("bad_request", fields=["step"])
    async with transaction(scope_of(request)) as tx:
        at = (now, day_in((await speaker_of(tx, request)).time_zone, now))
        taken = await take_step(tx, await desk_installation(tx, request), campaign_id, Step(form.text("step")), at)
        if not taken:
            return await _page(tx, request, Posted({}), "moved_on")
    return Redirect("/coverage/campaigns?done=changed", status_code=303)


def _new_of(form: Posted, antigens: dict[str, str]) -> NewCampaign | None:
    """Return the campaign that a form asks for; None if its days are none."""
    age, target = form.text("age")[:3], form.text("target")[:3]
    wrong = [
        name
        for name, right in (
            ("name", bool(form.text("name"))),
            ("antigen", form.text("antigen") in antigens),
            ("age", age.isdecimal()),
            ("target", target.isdecimal() and 1 <= int(target) <= 100),
        )
        if not right
    ]
    if wrong:
        raise Problem("bad_request", fields=wrong)
    try:
        starts_on, ends_on = (date.fromisoformat(form.text(name)) for name in ("starts_on", "ends_on"))
    except ValueError:
        return None
    groups = frozenset(group for pool in form.texts("groups") for group in pool.split("+"))
    return NewCampaign(
        form.text("name")[:120],
        form.text("antigen"),
        form.text("season")[:20],
        int(age),
        Phase(starts_on, ends_on, groups),
        int(target),
    )


def _antigens(release: Release) -> dict[str, str]:
    """Return the antigens in the words of records of which today's rules speak, with the name of their vaccine group."""
    names = {antigen: group.name for group in release.rules.groups for antigen in group.antigens}
    return {word: names.get(meant[0], word) for word, meant in release.words.antigens.items() if meant}


async def _page(tx: Transaction, request: Req, form: Posted, error: str = "") -> Response[str]:
    say, scope = await speaker_of(tx, request), scope_of(request)
    today = day_in(say.time_zone, request.app.state.now())
    may_change = scope.may(Right.SETTLE_CLINICAL)
    lines = await read_campaign_lines(tx)
    done = request.query_params.get("done", "")
    return page(
        request,
        "coverage/campaigns.html",
        CAMPAIGNS,
        say=say,
        lines=lines,
        steps={one.id: steps(one.standing, today) for one in lines} if may_change else {},
        states=STATES,
        step_words=STEPS,
        antigens=_antigens(release_on(today)),
        pools=await read_choices(tx) if may_change else [],
        group_word=lambda pool: word_of(GROUPS, pool, locale_of(request)),
        ages=AGES_LEAST,
        may_change=may_change,
        form=form,
        error=error,
        done=done if done in ("opened", "changed") else "",
    )


routes = [show_campaigns, add_campaign, change_campaign]
