"""This file says for the routes of the dispatcher's desk which right each needs; tests/trust/routes.py takes them in."""

import base64
import itertools
from typing import Final
from uuid import UUID

from backend.access import Right
from backend.ids import new_id
from backend.log.desk import Act
from tests.trust import town as making
from tests.trust.asking import Ask, Call, Entry, plain
from tests.trust.town import Territory, Town

_DAYS = itertools.count(5000)


def _of_draft(path: str, **more: str) -> Ask:
    """Ask for a change of a draft, or of a day by a draft, which is in force nowhere."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        plan_id = await making.add_plan(town, where, next(_DAYS))
        return Call(path, form={"plan_id": str(plan_id), **more}, id=plan_id)

    return ask


async def _list_of_people(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    """Take a list for a place that nobody has."""
    form = {"place_id": str(UUID(int=1)), "name": "l.csv", "content": base64.b64encode(b"nom\nDiop\n").decode()}
    return Call("/lists/take", form=form)


def _of_stop(path: str, **form: str) -> Ask:
    """Ask about a stop of a round that is over, or say what came of it."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        stop_id = await making.add_stop(town, where, "2026-01-05")
        return Call(path.format(id=stop_id), form=form or None, id=stop_id)

    return ask


async def _of_own_teams(_town: Town, where: Territory, _user: UUID | None) -> Call:
    """Ask for the list: who may sees the own territory's team in it."""
    return Call("/teams", shows=f"Team {where.id}")


def _of_team(path: str, shows: str = "", **form: str) -> Ask:
    """Ask about a team that was made for it, or change it."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        team_id = new_id()
        await town.at_desk(where, Act("team", team_id, {"name": f"Team {where.id}", "mode": "foot"}))
        return Call(path.format(id=team_id), form=form or None, id=team_id, shows=shows.format(territory=where.id))

    return ask


_DAYS_OF_TEAM: Final = {
    "from": "2027-01-04", "until": "2027-01-10", "on": "0", "starts": "08:30", "ends": "17:00", "lunch_from": "11:45",
    "lunch_until": "14:00", "lunch_minutes": "45", "do": "set",
}  # fmt: skip


async def _of_requests(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Put a request on hold with others."""
    request_id = await making.add_request(town, where)
    return Call("/requests/bulk", form={"request": str(request_id), "step": "on_hold"}, id=request_id)


async def _of_test(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Note the result of a test that is pending."""
    test_id = new_id()
    fields = {"test_type": "pcr", "pathogen": "x", "collected_at": "2026-11-20T10:00:00.000Z", "result": "pending"}
    await town.at_desk(where, Act("screening", test_id, {**fields, "person_id": str(where.ids["person"])}))
    return Call("/follow-up/result", form={"id": str(test_id), "result": "detected"}, id=test_id)


async def _of_contact(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Note the call to a contact."""
    exposure_id, person = new_id(), str(where.ids["person"])
    fields = {"index_person_id": person, "contact_person_id": person, "last_on": "2026-11-20", "follow_up": "listed"}
    await town.at_desk(where, Act("exposure", exposure_id, {**fields}))
    return Call("/follow-up/contact", form={"id": str(exposure_id), "follow_up": "lost"}, id=exposure_id)


async def _of_door(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Decide to come again where a door stayed shut three times."""
    visit_id = new_id()
    shut = {"visit_id": str(visit_id), "result": "absent", "departed_at": "2026-11-20T10:00:00.000Z"}
    visit = {"place_id": str(where.ids["place"]), "state": "attempted"}
    acts = [Act("visit_outcome", new_id(), {**shut}) for _ in range(3)]
    await town.at_desk(where, Act("visit", visit_id, {**visit}, {"acts": ["educate"]}), *acts)
    form = {"id": str(visit_id), "do": "again", "from_on": "2099-01-01"}
    return Call("/follow-up/door", form=form, id=visit_id)


_AT: Final = {"day": "2027-01-01", "at": "2027-01-01T08:00:00.000Z"}
ROUTES: Final[dict[tuple[str, str], Entry]] = {
    ("GET", "/static/lib/{address:path}"): Entry(Right.ANYBODY, plain("/static/lib/none/there.js"), passed=404),
    ("POST", "/plan/change"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/plan/change", version="1", code="swap"), scoped=True, page=True, act="plan_read"
    ),
    ("POST", "/plan/copy"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/plan/copy"), passed=303, scoped=True, page=True, act="plan_copied"
    ),
    ("GET", "/lists"): Entry(Right.PLAN_ROUNDS, plain("/lists"), page=True),
    ("POST", "/lists"): Entry(Right.PLAN_ROUNDS, plain("/lists", form={"place_id": ""}), passed=400, page=True),
    ("POST", "/lists/take"): Entry(Right.PLAN_ROUNDS, _list_of_people, passed=404, page=True),
    ("GET", "/today/change"): Entry(Right.PLAN_ROUNDS, plain("/today/change"), page=True, act="rounds_read"),
    ("GET", "/today/sheets"): Entry(Right.PLAN_ROUNDS, plain("/today/sheets"), page=True, act="sheets_read"),
    ("GET", "/teams"): Entry(Right.MANAGE_TEAMS, _of_own_teams, page=True),
    ("POST", "/teams"): Entry(
        Right.MANAGE_TEAMS,
        plain("/teams", form={"name": "Nord", "mode": "foot"}),
        passed=303,
        page=True,
        act="team_changed",
    ),
    ("GET", "/teams/{team_id:uuid}"): Entry(
        Right.MANAGE_TEAMS, _of_team("/teams/{id}", shows="Team {territory}"), scoped=True, page=True
    ),
    ("POST", "/teams/{team_id:uuid}"): Entry(
        Right.MANAGE_TEAMS,
        _of_team("/teams/{id}", name="Sud", mode="car"),
        passed=303,
        scoped=True,
        page=True,
        act="team_changed",
    ),
    ("POST", "/teams/{team_id:uuid}/standing"): Entry(
        Right.MANAGE_TEAMS,
        _of_team("/teams/{id}/standing", state="suspended"),
        passed=303,
        scoped=True,
        page=True,
        act="team_changed",
    ),
    ("POST", "/teams/{team_id:uuid}/days"): Entry(
        Right.MANAGE_TEAMS,
        _of_team("/teams/{id}/days", **_DAYS_OF_TEAM),
        passed=303,
        scoped=True,
        page=True,
        act="shifts_set",
    ),
    ("GET", "/priorities"): Entry(Right.SEE_ROUNDS, plain("/priorities"), page=True),
    ("POST", "/priorities"): Entry(
        Right.SET_PRIORITIES, plain("/priorities", form={"version": "0"}), passed=400, page=True
    ),
    ("GET", "/follow-up"): Entry(Right.EDIT_PEOPLE, plain("/follow-up"), page=True, act="follow_up_read"),
    ("POST", "/follow-up/result"): Entry(
        Right.EDIT_PEOPLE, _of_test, passed=303, scoped=True, page=True, act="result_noted"
    ),
    ("POST", "/follow-up/contact"): Entry(
        Right.EDIT_PEOPLE, _of_contact, passed=303, scoped=True, page=True, act="contact_called"
    ),
    ("POST", "/follow-up/door"): Entry(
        Right.EDIT_PEOPLE, _of_door, passed=303, scoped=True, page=True, act="door_decided"
    ),
    ("POST", "/requests/bulk"): Entry(
        Right.PLAN_ROUNDS, _of_requests, passed=303, page=True, act="requests_changed", each=True
    ),
    ("GET", "/partner"): Entry(Right.ADD_REQUESTS, plain("/partner"), page=True, act="own_requests_read"),
    ("POST", "/partner"): Entry(
        Right.ADD_REQUESTS, plain("/partner", form={"address": "1 rue X", "acts": "educate"}), passed=303, page=True
    ),
    ("GET", "/handover"): Entry(Right.PLAN_ROUNDS, plain("/handover"), page=True, act="follow_up_read"),
    ("GET", "/rota"): Entry(Right.PLAN_ROUNDS, plain("/rota"), page=True),
    ("POST", "/rota/add"): Entry(
        Right.PLAN_ROUNDS,
        plain("/rota/add", form={"user": str(UUID(int=1)), "day": "2027-01-01"}),
        passed=404,
        page=True,
    ),
    ("POST", "/rota/remove"): Entry(
        Right.PLAN_ROUNDS, plain("/rota/remove", form={"id": str(UUID(int=1))}), passed=404, page=True
    ),
    ("GET", "/my-calendar"): Entry(Right.SIGNED_IN, plain("/my-calendar"), page=True, inside=True),
    ("POST", "/my-calendar"): Entry(
        Right.SIGNED_IN, plain("/my-calendar", form={}), page=True, inside=True, act="calendar_opened"
    ),
    ("POST", "/my-calendar/close"): Entry(
        Right.SIGNED_IN, plain("/my-calendar/close", form={}), passed=303, page=True, inside=True, act="calendar_closed"
    ),
    ("GET", "/calendar/{territory_id:uuid}/{token:str}"): Entry(
        Right.ANYBODY, plain(f"/calendar/{UUID(int=1)}/made-up"), passed=404, page=True
    ),
    ("GET", "/paper"): Entry(Right.EDIT_PEOPLE, plain("/paper"), page=True, act="rounds_read"),
    ("GET", "/paper/{stop_id:uuid}"): Entry(
        Right.EDIT_PEOPLE, _of_stop("/paper/{id}"), scoped=True, page=True, act="paper_read"
    ),
    ("POST", "/paper/{stop_id:uuid}"): Entry(
        Right.EDIT_PEOPLE,
        _of_stop("/paper/{id}", result="absent"),
        passed=303,
        scoped=True,
        page=True,
        act="paper_entered",
    ),
    ("POST", "/today/insert"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/today/insert", **_AT), passed=409, scoped=True, page=True
    ),
    ("POST", "/today/out"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/today/out", **_AT), passed=409, scoped=True, page=True
    ),
    ("POST", "/today/message"): Entry(
        Right.PLAN_ROUNDS, plain("/today/message", form={"team": str(UUID(int=1)), "text": "x"}), passed=404, page=True
    ),
}
