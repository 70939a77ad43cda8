"""This file answers `/teams`: who goes out together, how they travel, on which days, and whether they still do."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.shared.desk_forms import desk_installation, posted, speaker_of, uuid_or_none
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.teams.read_forms import days_of, sets_of, span_of, team_of
from admin.teams.words import MODES, WEEKDAYS, WORDS
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.dispatch import team_people, teams
from backend.ids import new_id
from backend.log.desk import Act
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone

Req = Request[Any, Any, Any]
Id = Annotated[UUID, Parameter(description="The team's id.")]
_HOME: Final = "/teams"
_MAY: Final = needs(Right.MANAGE_TEAMS)


@get(_HOME, opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_teams(request: Req) -> Response[str]:
    """List the teams and offer to add one."""
    async with transaction(scope_of(request)) as tx:
        say, found = await speaker_of(tx, request), await _teams(tx, request)
        centres = await teams.read_centres(tx)
    done = bool(request.query_params.get("done"))
    return page(
        request, "teams/teams.html", WORDS, say=say, teams=found, one=None, centres=centres, modes=MODES, done=done
    )


@get(f"{_HOME}/{{team_id:uuid}}", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_team(request: Req, team_id: Id) -> Response[str]:
    """Show one team, its next days, and what may be changed."""
    async with transaction(scope_of(request)) as tx:
        say, one = await speaker_of(tx, request), await _team(tx, request, team_id)
        centres, products = await teams.read_centres(tx), await teams.read_products(tx)
        people = await team_people.read_who_goes_out(tx)
    return page(
        request,
        "teams/team.html",
        WORDS,
        say=say,
        one=one,
        centres=centres,
        products=products,
        people=people,
        modes=MODES,
        weekdays=WEEKDAYS,
        today=day_in(say.time_zone, request.app.state.now()),
    )


@post(_HOME, opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def add_team(request: Req) -> Response[Any]:
    """Add a team; it goes out as soon as days are set."""
    form, team_id = await posted(request), new_id()
    wanted = {name: value for name, value in team_of(form).items() if value is not None}
    async with transaction(scope_of(request)) as tx:
        await _refuse_taken_letter(tx, request, team_id, wanted.get("letter"))
        await _save(tx, request, teams.act_of(team_id, None, {**wanted, "state": "active"}, sets_of(form)))
    return Redirect(f"{_HOME}/{team_id}", status_code=303)


@post(f"{_HOME}/{{team_id:uuid}}", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def change_team(request: Req, team_id: Id) -> Response[Any]:
    """Change what a team is."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        known, wanted = await _team(tx, request, team_id), team_of(form)
        if known.state == "active":
            await _refuse_taken_letter(tx, request, team_id, wanted["letter"])
        await _save(tx, request, teams.act_of(team_id, known, wanted, sets_of(form)))
    return _done()


@post(
    f"{_HOME}/{{team_id:uuid}}/standing",
    opt=_MAY,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def set_standing(request: Req, team_id: Id) -> Response[Any]:
    """Suspend a team, or put it back to work."""
    state = (await posted(request)).text("state")
    async with transaction(scope_of(request)) as tx:
        known = await _team(tx, request, team_id)
        if state == "active":
            await _refuse_taken_letter(tx, request, team_id, known.letter)
        await _save(tx, request, teams.act_of(team_id, known, {"state": state}, {}))
    return _done()


@post(
    f"{_HOME}/{{team_id:uuid}}/days", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False
)
async def set_days(request: Req, team_id: Id) -> Response[Any]:
    """Say on which days a team goes out, with which hours and load, or that it does not."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        await _team(tx, request, team_id)
        if form.text("do") == "cancel":
            await teams.cancel_days(tx, team_id, *span_of(form), now)
        else:
            await teams.set_days(tx, team_id, days_of(form, await read_time_zone(tx)), now)
    return _done()


@post(
    f"{_HOME}/{{team_id:uuid}}/people",
    opt=_MAY,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def set_people(request: Req, team_id: Id) -> Response[Any]:
    """Say who goes out with a team; what they see of rounds follows at their next request."""
    form = await posted(request)
    wanted = {uuid_or_none(text) for text in form.texts("member")}
    async with transaction(scope_of(request)) as tx:
        await _team(tx, request, team_id)
        chosen = {one for one in wanted if one is not None}
        if len(chosen) != len(wanted) or not await team_people.set_people(tx, team_id, chosen, request.app.state.now()):
            raise Problem("bad_request", fields=["member"])
    return _done()


async def _teams(tx: Transaction, request: Req) -> list[teams.Team]:
    return await teams.read_teams(tx, day_in(await read_time_zone(tx), request.app.state.now()))


async def _team(tx: Transaction, request: Req, team_id: UUID) -> teams.Team:
    found = next((one for one in await _teams(tx, request) if one.id == team_id), None)
    if found is None:
        raise Problem("not_found")
    return found


async def _refuse_taken_letter(tx: Transaction, request: Req, team_id: UUID, letter: str | int | None) -> None:
    others = [one for one in await _teams(tx, request) if one.id != team_id and one.state == "active"]
    if letter and letter in {one.letter for one in others}:
        raise Problem("team_letter")


async def _save(tx: Transaction, request: Req, act: Act) -> None:
    if why := await teams.save(tx, await desk_installation(tx, request), act, request.app.state.now()):
        raise Problem("bad_request", why=why)


def _done() -> Response[Any]:
    return Redirect(f"{_HOME}?done=1", status_code=303)


routes = [show_teams, show_team, add_team, change_team, set_standing, set_days, set_people]
