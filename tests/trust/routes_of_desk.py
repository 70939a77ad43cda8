"""This file says for the routes of the dispatcher's desk which right each needs; tests/trust/routes.py takes them in."""

import base64
import itertools
from dataclasses import replace
from typing import Final
from uuid import UUID

from backend import clock
from backend.access import Right, Role, Scope
from backend.db.transaction import transaction
from backend.dispatch.weights import SETTABLE
from backend.dispatch.weights_store import read_weights
from backend.ids import new_id, new_secret
from backend.log.desk import Act
from backend.rota import store as rota
from tests.trust import town as making
from tests.trust.asking import Ask, Call, Entry, in_parts, own, plain
from tests.trust.town import Territory, Town
from tests.trust.town_accounts import add_colleague

_DAYS = itertools.count(5000)


def _of_draft(path: str, **more: str) -> Ask:
    """Ask for a change of a draft, or of a day by a draft, which is in force nowhere."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        plan_id = await making.add_plan(town, where, next(_DAYS))
        return Call(path, form={"plan_id": str(plan_id), **more}, id=plan_id)

    return ask


def _a_list() -> tuple[str, bytes]:
    """Return the name of somebody whom nobody knows yet, and a list of that one person."""
    name = f"Diop{new_id().hex}"
    return name, f"nom;date de naissance\n{name};1950\n".encode()


async def _look_at_list(_town: Town, where: Territory, _user: UUID | None) -> Call:
    (name, content), place_id = _a_list(), where.ids["place"]
    return Call("/lists", **in_parts({"place_id": str(place_id)}, "file", content), id=place_id, shows=name)


async def _list_of_people(_town: Town, where: Territory, _user: UUID | None) -> Call:
    place_id, content = where.ids["place"], base64.b64encode(_a_list()[1]).decode()
    return Call("/lists/take", form={"place_id": str(place_id), "name": "l.csv", "content": content}, id=place_id)


def _of_lists_and_rota(path: str, name: str) -> Ask:
    """Ask for a page that lets one choose a place or a colleague of the own territory."""

    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        return Call(path, shows=str(where.ids[name] if name in where.ids else where.users[Role(name)]))

    return ask


async def _figures_of_the_phone(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Ask for a day of which only the own territory's count is a number that nobody else has."""
    count = where.id.int % 999_983
    await town.as_owner(
        where.id,
        "INSERT INTO phone_day (territory_id, day_on, source, answered, abandoned, missed, told_by, told_at) "
        "VALUES ($1, '2026-01-06', 'desk', $2, 0, 0, $1, now()) ON CONFLICT DO NOTHING",
        count,
    )
    return Call("/phone.csv?since=2026-01-06&until=2026-01-06", shows=f";{count};")


async def _add_to_rota(town: Town, where: Territory, _user: UUID | None) -> Call:
    user_id = where.users[Role.DISPATCHER]
    # Nobody is taken twice for the same hours.
    await town.as_owner(where.id, "DELETE FROM desk_shift WHERE territory_id = $1 AND user_id = $2", user_id)
    form = {"user": str(user_id), "day": "2027-01-01", "from": "08:00", "to": "12:00"}
    return Call("/rota/add", form=form, id=user_id)


async def _remove_from_rota(town: Town, where: Territory, _user: UUID | None) -> Call:
    shift_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO desk_shift (territory_id, id, user_id, starts_at, ends_at, made_by, made_at) "
        "VALUES ($1, $2, $3, '2027-01-01 08:00Z', '2027-01-01 09:00Z', $3, now())",
        shift_id,
        where.users[Role.DISPATCHER],
    )
    return Call("/rota/remove", form={"id": str(shift_id)}, id=shift_id)


async def _calendar(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Ask for the calendar of somebody who opened it just now: the token is the proof, in its own territory alone."""
    async with transaction(Scope(where.id, where.users[Role.AUDITOR])) as tx:
        await rota.keep_token(tx, where.users[Role.AUDITOR], token := new_secret(), clock.now())
    return Call(f"/calendar/{where.id}/{token}", id=where.id, shows="BEGIN:VCALENDAR")


async def _calendar_there(town: Town, where: Territory, user: UUID | None) -> Call:
    """Ask whether a calendar is there: the answer has no body."""
    return replace(await _calendar(town, where, user), shows="")


async def _message_to_team(town: Town, where: Territory, _user: UUID | None) -> Call:
    team_id, day_on = where.ids["team"], "2027-02-01"
    await town.as_owner(
        where.id,
        "INSERT INTO shift (territory_id, id, team_id, day_on, starts_at, ends_at) "
        "VALUES ($1, $2, $3, '2027-02-01', '2027-02-01 08:00Z', '2027-02-01 16:00Z') ON CONFLICT DO NOTHING",
        new_id(),
        team_id,
    )
    return Call("/today/message", form={"team": str(team_id), "text": "x", "day": day_on}, id=team_id)


async def _set_priorities(_town: Town, where: Territory, _user: UUID | None) -> Call:
    async with transaction(Scope(where.id)) as tx:
        version = (await read_weights(tx)).version
    values = {one.name: str(one.default) for one in SETTABLE}
    return Call("/priorities", form={**values, "version": str(version), "reason": "as the commission decided"})


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


async def _people_of_team(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Put somebody into a new team who was just added to the territory."""
    user_id, team_id = await add_colleague(town, where, Role.FIELD_TEAM), new_id()
    await town.at_desk(where, Act("team", team_id, {"name": f"Team {where.id}", "mode": "foot"}))
    return Call(f"/teams/{team_id}/people", form={"member": str(user_id)}, id=team_id)


_DAYS_OF_TEAM: Final = {
    "from": "2027-01-04", "until": "2027-01-10", "on": "0", "starts": "08:30", "ends": "17:00", "lunch_from": "11:45",
    "lunch_until": "14:00", "lunch_minutes": "45", "do": "set",
}  # fmt: skip


async def _of_requests(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Put a request on hold with others."""
    request_id = await making.add_request(town, where)
    return Call(
        "/requests/bulk",
        form={"request": str(request_id), "step": "on_hold", "on_hold_reason": "no_answer"},
        id=request_id,
    )


async def _of_two_requests(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Join two requests for one person."""
    one, other = await making.add_request(town, where), await making.add_request(town, where)
    return Call("/requests/join", form={"request": [str(one), str(other)]}, id=one)


async def _of_joined(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Separate a request from the one that it was joined to."""
    one, other = await making.add_request(town, where), await making.add_request(town, where)
    await town.at_desk(where, Act("request", other, add={"joined_to": [str(one)]}))
    return Call(f"/requests/{other}/separate", form={}, id=other)


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


_TODAY: Final = "tests/admin/dispatcher/test_today_change.py::"
_AT: Final = {"day": "2027-01-01", "at": "2027-01-01T08:00:00.000Z"}
ROUTES: Final[dict[tuple[str, str], Entry]] = {
    ("GET", "/static/lib/{address:path}"): Entry(
        Right.ANYBODY, plain("/static/lib/none/there.js", shows="not_found"), passed=404
    ),
    ("POST", "/plan/change"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/plan/change", version="1", code="swap"), scoped=True, page=True, act="plan_read"
    ),
    ("POST", "/plan/copy"): Entry(
        Right.PLAN_ROUNDS, _of_draft("/plan/copy"), passed=303, scoped=True, page=True, act="plan_copied"
    ),
    ("GET", "/lists"): Entry(Right.PLAN_ROUNDS, _of_lists_and_rota("/lists", "place"), page=True),
    ("POST", "/lists"): Entry(Right.PLAN_ROUNDS, _look_at_list, scoped=True, page=True),
    ("POST", "/lists/take"): Entry(
        Right.PLAN_ROUNDS, _list_of_people, passed=303, scoped=True, page=True, act="people_imported"
    ),
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
    ("POST", "/teams/{team_id:uuid}/people"): Entry(
        Right.MANAGE_TEAMS, _people_of_team, passed=303, scoped=True, page=True, act="team_people_set"
    ),
    ("POST", "/teams/{team_id:uuid}/days"): Entry(
        Right.MANAGE_TEAMS,
        _of_team("/teams/{id}/days", **_DAYS_OF_TEAM),
        passed=303,
        scoped=True,
        page=True,
        act="shifts_set",
    ),
    ("GET", "/priorities"): Entry(Right.SEE_ROUNDS, plain("/priorities", shows="15"), page=True),
    ("POST", "/priorities"): Entry(Right.SET_PRIORITIES, _set_priorities, passed=303, page=True, act="weights_set"),
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
        Right.PLAN_ROUNDS, _of_requests, passed=303, scoped=True, page=True, act="requests_changed", each=True
    ),
    ("POST", "/requests/join"): Entry(
        Right.PLAN_ROUNDS, _of_two_requests, passed=303, scoped=True, page=True, act="requests_joined"
    ),
    ("POST", "/requests/{request_id:uuid}/separate"): Entry(
        Right.PLAN_ROUNDS, _of_joined, passed=303, scoped=True, page=True, act="requests_separated"
    ),
    ("GET", "/partner"): Entry(Right.ADD_REQUESTS, plain("/partner"), page=True, act="own_requests_read"),
    ("POST", "/partner"): Entry(
        Right.ADD_REQUESTS,
        plain("/partner", form={"address": "1 rue X", "acts": "educate"}),
        passed=303,
        page=True,
        writes=True,
    ),
    ("GET", "/handover"): Entry(Right.PLAN_ROUNDS, plain("/handover"), page=True, act="follow_up_read"),
    ("GET", "/rota"): Entry(Right.PLAN_ROUNDS, _of_lists_and_rota("/rota", "dispatcher"), page=True),
    ("POST", "/rota/add"): Entry(
        Right.PLAN_ROUNDS, _add_to_rota, passed=303, scoped=True, page=True, act="rota_changed"
    ),
    ("POST", "/rota/remove"): Entry(
        Right.PLAN_ROUNDS, _remove_from_rota, passed=303, scoped=True, page=True, act="rota_changed"
    ),
    ("GET", "/phone"): Entry(Right.PLAN_ROUNDS, own("/phone"), page=True),
    ("GET", "/phone.csv"): Entry(Right.PLAN_ROUNDS, _figures_of_the_phone, page=True),
    ("POST", "/phone/count"): Entry(
        Right.PLAN_ROUNDS,
        plain("/phone/count", form={"day_on": "2026-01-05", "answered": "3", "abandoned": "1", "missed": "0"}),
        passed=303,
        page=True,
        act="phone_counted",
    ),
    ("POST", "/phone/import"): Entry(
        Right.PLAN_ROUNDS,
        plain("/phone/import", form={}),
        passed=400,
        page=True,
        proved="tests/admin/phone/test_page.py::test_list_of_an_exchange_becomes_counts_by_day",
    ),
    ("GET", "/my-calendar"): Entry(Right.SIGNED_IN, own("/my-calendar"), page=True, inside=True),
    ("POST", "/my-calendar"): Entry(
        Right.SIGNED_IN, plain("/my-calendar", form={}), page=True, inside=True, act="calendar_opened"
    ),
    ("POST", "/my-calendar/close"): Entry(
        Right.SIGNED_IN, plain("/my-calendar/close", form={}), passed=303, page=True, inside=True, act="calendar_closed"
    ),
    ("GET", "/calendar/{territory_id:uuid}/{token:str}"): Entry(
        Right.ANYBODY, _calendar, scoped=True, page=True, act="calendar_read"
    ),
    ("HEAD", "/calendar/{territory_id:uuid}/{token:str}"): Entry(
        Right.ANYBODY,
        _calendar_there,
        scoped=True,
        page=True,
        proved="tests/admin/test_rota.py::test_calendar_is_read_by_its_address_alone_until_it_is_closed",
    ),
    ("GET", "/paper"): Entry(Right.EDIT_PEOPLE, plain("/paper"), page=True, act="rounds_read"),
    ("GET", "/paper/{stop_id:uuid}"): Entry(
        Right.EDIT_PEOPLE, _of_stop("/paper/{id}"), scoped=True, page=True, act="paper_read"
    ),
    ("POST", "/paper/{stop_id:uuid}/find"): Entry(
        Right.EDIT_PEOPLE, _of_stop("/paper/{id}/find", q="Ada"), scoped=True, page=True, act="paper_read"
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
        Right.PLAN_ROUNDS,
        _of_draft("/today/insert", **_AT),
        passed=409,
        scoped=True,
        page=True,
        proved=f"{_TODAY}test_urgent_visit_goes_where_its_reader_chose_and_no_stop_changes_its_team",
    ),
    ("POST", "/today/out"): Entry(
        Right.PLAN_ROUNDS,
        _of_draft("/today/out", **_AT),
        passed=409,
        scoped=True,
        page=True,
        proved=f"{_TODAY}test_team_that_drops_out_gives_its_visits_to_others_and_keeps_what_it_has_done",
    ),
    ("POST", "/today/message"): Entry(
        Right.PLAN_ROUNDS, _message_to_team, passed=303, scoped=True, page=True, act="message_sent"
    ),
}
