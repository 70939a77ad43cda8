"""This file answers `/coverage/gap`: who is due in a zone, what would reach them at which cost, and the work asked for.

Whoever may not see records sees counts that the page of coverage shows, and nothing more: no list, no channel of a
hidden count, no number of requests written.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import QueryParameter
from litestar.response import Redirect

from admin.centre.read_forms import read_session
from admin.coverage.gap_words import CHANNELS, GAP
from admin.coverage.words import GROUPS, word_of
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.centre.store import list_sites
from backend.clock import day_in
from backend.coverage import store
from backend.coverage.channels import channels
from backend.coverage.due import read_due
from backend.coverage.figures import ALL, By, Line, lines
from backend.coverage.from_gap import ask_session, ask_visits, open_phase
from backend.coverage.open_campaign import Phase, may_be_aimed_at
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.journal.store import record as journal
from backend.log.follow import freshen
from backend.problems import Problem

Req = Request[Any, Any, Any]
CampaignQuery = Annotated[UUID, QueryParameter(name="campaign", description="The campaign's id.")]
ZoneQuery = Annotated[UUID, QueryParameter(name="zone", description="The zone's id.")]


@get("/coverage/gap", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_gap(request: Req, campaign: CampaignQuery, zone: ZoneQuery) -> Response[str]:
    """Show a zone's gap in a campaign and what can be done about it."""
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        return await _page(tx, request, campaign, zone)


@post(
    "/coverage/gap/session",
    opt=needs(Right.MANAGE_STOCK),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def open_session(request: Req) -> Response[Any]:
    """Open a session for a zone's gap."""
    form, now = await posted(request), request.app.state.now()
    campaign_id, zone_id = form.id("campaign"), form.id("zone")
    if campaign_id is None or zone_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        chosen, zone_name = await _chosen(tx, campaign_id, zone_id)
        new = read_session(form, say.time_zone)
        if new is None:
            return await _page(tx, request, campaign_id, zone_id, error=say.word(GAP, "bad_hours"))
        reason = f"{chosen.name} – {say.word(CHANNELS, new.kind)}, {zone_name}, {say.instant(new.starts_at)}"
        await ask_session(tx, await desk_installation(tx, request), new, reason, now)
    return Redirect(f"/coverage/gap?campaign={campaign_id}&zone={zone_id}&done=done_session", status_code=303)


@post(
    "/coverage/gap/visits",
    opt=needs(Right.MANAGE_STOCK),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def ask_for_visits(request: Req) -> Response[Any]:
    """Write a request for everybody who is due in a zone."""
    form, now = await posted(request), request.app.state.now()
    campaign_id, zone_id = form.id("campaign"), form.id("zone")
    if campaign_id is None or zone_id is None:
        raise Problem("bad_request")
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        chosen, zone_name = await _chosen(tx, campaign_id, zone_id)
        # The backlog is counted on the page of coverage: it would grow by the very count that is hidden.
        if not scope_of(request).may(Right.SEE_PEOPLE) and (await _line(tx, campaign_id, zone_id)).due is None:
            say = await speaker_of(tx, request)
            return await _page(tx, request, campaign_id, zone_id, error=say.word(GAP, "too_few"))
        due = await read_due(tx, campaign_id, zone_id)
        await ask_visits(tx, await desk_installation(tx, request), due, f"{chosen.name} – {zone_name}", now)
        await journal(tx, "due_asked_for", "person", [one.id for one in due], at=now)
    return Redirect(f"/coverage/gap?campaign={campaign_id}&zone={zone_id}&done=done_visits", status_code=303)


@post(
    "/coverage/gap/campaign",
    opt=needs(Right.SETTLE_CLINICAL),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def open_next_phase(request: Req) -> Response[Any]:
    """Let the campaign go on in a phase of its own, for some groups or with another target."""
    form, now = await posted(request), request.app.state.now()
    campaign_id, zone_id = form.id("campaign"), form.id("zone")
    if campaign_id is None or zone_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        chosen, _ = await _chosen(tx, campaign_id, zone_id)
        say = await speaker_of(tx, request)
        phase = _phase_of(form)
        if phase is None:
            return await _page(tx, request, campaign_id, zone_id, error=say.word(GAP, "no_days"))
        target = min(100, int(typed)) if (typed := form.text("target")[:3]).isdecimal() else 0
        named = (form.text("name")[:120] or chosen.name, target)
        at = (now, day_in(say.time_zone, now))
        refused = await open_phase(tx, await desk_installation(tx, request), chosen, phase, named, at)
        if refused is not None:
            return await _page(tx, request, campaign_id, zone_id, error=say.word(GAP, refused.value))
    return Redirect(f"/coverage/gap?campaign={campaign_id}&zone={zone_id}&done=done_phase", status_code=303)


def _phase_of(form: Posted) -> Phase | None:
    try:
        starts_on, ends_on = (date.fromisoformat(form.text(name)) for name in ("starts_on", "ends_on"))
    except ValueError:
        return None
    groups = form.text("groups")
    return Phase(starts_on, ends_on, frozenset(groups.split("+")) if groups else frozenset())


async def _chosen(tx: Transaction, campaign_id: UUID, zone_id: UUID) -> tuple[store.CampaignShown, str]:
    chosen = next((one for one in await store.list_campaigns(tx) if one.id == campaign_id), None)
    zones = {zone.id: f"{zone.name} ({zone.code})" for zone in await store.list_zones(tx)}
    if chosen is None or zone_id not in zones:
        raise Problem("not_found")
    return chosen, zones[zone_id]


async def _line(tx: Transaction, campaign_id: UUID, zone_id: UUID) -> Line:
    figures = await store.read_campaign_figures(tx, campaign_id)
    if figures is None:
        raise Problem("not_found")
    return next(one for one in lines(figures, By.ZONE, ALL) if one.key == str(zone_id))


async def _page(tx: Transaction, request: Req, campaign_id: UUID, zone_id: UUID, error: str = "") -> Response[str]:
    scope, now = scope_of(request), request.app.state.now()
    chosen, zone_name = await _chosen(tx, campaign_id, zone_id)
    line, figures = await _line(tx, campaign_id, zone_id), await store.read_campaign_figures(tx, campaign_id)
    say = await speaker_of(tx, request)
    may_see = scope.may(Right.SEE_PEOPLE)
    due = await read_due(tx, campaign_id, zone_id) if may_see else []
    if may_see:
        await journal(tx, "due_read", "person", [one.id for one in due], at=now)
    done = request.query_params.get("done", "")
    return page(
        request,
        "coverage/gap.html",
        GAP,
        say=say,
        campaign=chosen,
        zone_id=zone_id,
        zone_name=zone_name,
        line=line,
        # By channel a count of people is told apart again: that is for those who see the list itself.
        channels=channels([one.person for one in due]) if may_see else [],
        channel_words=CHANNELS,
        people=due if may_see else None,
        may_act=scope.may(Right.MANAGE_STOCK),
        # Whoever resolves a selection to people may see them.
        pools=list(filter(may_be_aimed_at, figures.pools)) if figures and scope.may(Right.SETTLE_CLINICAL) else None,
        group_word=lambda pool: word_of(GROUPS, pool, locale_of(request)),
        sites=await list_sites(tx, zone_id),
        day_on=day_in(say.time_zone, now) + timedelta(days=7),
        decimal=lambda value: _decimal(value, locale_of(request)),
        error=error,
        done=done if done in ("done_session", "done_visits", "done_phase") else "",
    )


def _decimal(value: Decimal, locale: str) -> str:
    return str(value) if locale == "en" else str(value).replace(".", ",")


routes = [show_gap, open_session, ask_for_visits, open_next_phase]
