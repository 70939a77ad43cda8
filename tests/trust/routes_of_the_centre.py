"""This file says for the routes of coverage, of the centre and of its stock which right each needs and how it is asked."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from backend import clock
from backend.access import Right
from backend.ids import new_id
from backend.log.desk import Act
from tests.trust.asking import Ask, Call, Entry
from tests.trust.asking import plain as _plain
from tests.trust.town import Territory, Town

_DAYS = count()
_HOURS = {
    "kind": "pop_up", "day": "2026-12-01", "from": "09:00", "to": "10:00", "slot_minutes": "15", "slot_persons": "2",
    "antigens": "influenza",
}  # fmt: skip


async def _add_site_session(town: Town, where: Territory) -> UUID:
    """Add a planned session at the territory's place; return its id."""
    session_id = new_id()
    fields: dict[str, Any] = {
        "kind": "centre", "place_id": str(where.ids["place"]), "starts_at": "2026-12-01T08:00:00.000Z",
        "ends_at": "2026-12-01T09:00:00.000Z", "slot_minutes": 15, "slot_persons": 2, "state": "planned",
    }  # fmt: skip
    await town.at_desk(where, Act("site_session", session_id, fields))
    return session_id


async def _add_excursion(town: Town, where: Territory) -> UUID:
    """Add a reading out of range with its undecided excursion; return the excursion's id."""
    reading_id, excursion_id, at = new_id(), new_id(), clock.wire_instant(clock.now())
    reading: dict[str, Any] = {"place_id": str(where.ids["place"]), "read_at": at, "celsius_tenths": 95}
    excursion: dict[str, Any] = {"temperature_id": str(reading_id), "opened_at": at, "state": "open"}
    await town.at_desk(where, Act("temperature", reading_id, reading), Act("excursion", excursion_id, excursion))
    return excursion_id


async def _add_zone(town: Town, where: Territory) -> UUID:
    """Add a zone to the territory; return its id."""
    zone_id = new_id()
    await town.as_owner(
        where.id,
        "INSERT INTO zone (territory_id, id, code, name, geojson, inhabitants, facts_source) "
        "VALUES ($1, $2, $3, 'Z', '{\"type\":\"Polygon\",\"coordinates\":[[[2,48],[3,48],[3,49],[2,48]]]}', 1000, 'test')",
        zone_id,
        zone_id.hex,
    )
    return zone_id


def _of_territory(path: str, shows: str = "{territory}") -> Ask:
    """Ask for a list: who may sees the name of the own territory in it."""

    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        return Call(path, shows=shows.format(territory=where.id))

    return ask


def _of_campaign(path: str, shows: str) -> Ask:
    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        campaign_id = where.ids["campaign"]
        joined = "&" if "?" in path else "?"
        return Call(f"{path}{joined}campaign={campaign_id}", id=campaign_id, shows=shows.format(territory=where.id))

    return ask


def _of_sheet(path: str, form: dict[str, str] | None = None) -> Ask:
    """Ask about a session that was just opened."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        session_id = await _add_site_session(town, where)
        return Call(path.format(id=session_id), form=form, id=session_id)

    return ask


async def _sessions_of_day(town: Town, where: Territory, _user: UUID | None) -> Call:
    session_id = await _add_site_session(town, where)
    return Call("/centre?day=2026-12-01", shows=str(session_id))


async def _find_on_sheet(town: Town, where: Territory, _user: UUID | None) -> Call:
    session_id = await _add_site_session(town, where)
    form = {"q": f"Ada {where.id}"}
    return Call(f"/centre/{session_id}/find", form=form, id=session_id, shows=str(where.ids["person"]))


async def _book(town: Town, where: Territory, _user: UUID | None) -> Call:
    session_id = await _add_site_session(town, where)
    form = {"person": str(where.ids["person"]), "antigen": "influenza", "do": "reserve"}
    return Call(f"/centre/{session_id}/book", form=form, id=session_id)


async def _of_own_lots(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/stock", shows=str(where.ids["lot"]))


async def _recall(town: Town, where: Territory, _user: UUID | None) -> Call:
    lot_id = new_id()
    fields = {"product_id": str(where.ids["product"]), "number": lot_id.hex, "expires_on": "2027-01-01"}
    await town.at_desk(where, Act("lot", lot_id, {**fields}))
    return Call(f"/stock/lots/{lot_id}/recall", form={}, id=lot_id)


async def _report_of(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/coverage/report", shows="/coverage/report/pdf")


def _of_lot(path: str, form: dict[str, str] | None = None) -> Ask:
    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        return Call(path.format(id=where.ids["lot"]), form=form, id=where.ids["lot"])

    return ask


def _of_gap(path: str, form: dict[str, str] | None = None) -> Ask:
    """Ask about a zone of a campaign; the campaign is the id."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        campaign_id, zone_id = where.ids["campaign"], await _add_zone(town, where)
        asked = {"campaign": str(campaign_id), "zone": str(zone_id)}
        if form is None:
            return Call(f"{path}?{urlencode(asked)}", id=campaign_id, shows=f"Flu {where.id}")
        return Call(path, form={**asked, **form, "place": str(where.ids["place"])}, id=campaign_id)

    return ask


async def _of_gap_of_nobody(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Ask for visits where nobody is aimed at: a small number would be hidden, and the manager refused for that."""
    campaign_id, zone_id = new_id(), await _add_zone(town, where)
    fields: dict[str, Any] = {
        "name": "Nobody",
        "antigen": "influenza",
        "age_least_years": 130,
        "starts_on": "2026-10-14",
    }
    await town.at_desk(where, Act("campaign", campaign_id, fields))
    return Call("/coverage/gap/visits", form={"campaign": str(campaign_id), "zone": str(zone_id)}, id=campaign_id)


async def _next_phase(town: Town, where: Territory, _user: UUID | None) -> Call:
    """Ask for the next phase of a campaign against a disease that no other one is against."""
    campaign_id, zone_id = new_id(), await _add_zone(town, where)
    fields: dict[str, Any] = {"name": "One", "antigen": f"a{campaign_id.hex[-8:]}", "starts_on": "2026-10-14"}
    await town.at_desk(where, Act("campaign", campaign_id, fields))
    phase = {"name": "Two", "groups": "", "starts_on": "2099-01-01", "ends_on": "2099-03-01", "target": "80"}
    form = {"campaign": str(campaign_id), "zone": str(zone_id), **phase}
    return Call("/coverage/gap/campaign", form=form, id=campaign_id)


async def _open_campaign(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    """Ask for a campaign on a day of its own, so that none against the same disease runs then."""
    day = date(2040, 1, 1) + timedelta(days=next(_DAYS))
    days = {"starts_on": day.isoformat(), "ends_on": day.isoformat()}
    return Call("/coverage/campaigns", form={"name": "Zona", "antigen": "zoster", "age": "65", "target": "60", **days})


async def _end_campaign(town: Town, where: Territory, _user: UUID | None) -> Call:
    campaign_id = new_id()
    fields: dict[str, Any] = {"name": "One", "antigen": f"a{campaign_id.hex[-8:]}", "starts_on": "2026-10-14"}
    await town.at_desk(where, Act("campaign", campaign_id, fields))
    return Call(f"/coverage/campaigns/{campaign_id}", form={"step": "end"}, id=campaign_id)


async def _add_objective(_town: Town, where: Territory, _user: UUID | None) -> Call:
    campaign_id = where.ids["campaign"]
    form = {"name": "75 %", "campaign": str(campaign_id), "indicator": "known_coverage", "target": "75"}
    return Call("/coverage/report", form=form, id=campaign_id)


async def _open_session(_town: Town, where: Territory, _user: UUID | None) -> Call:
    place_id = where.ids["place"]
    return Call("/centre", form={**_HOURS, "place": str(place_id)}, id=place_id)


async def _receive_lot(_town: Town, where: Territory, _user: UUID | None) -> Call:
    product_id = where.ids["product"]
    form = {"number": new_id().hex, "expires_on": "2027-01-01", "doses": "5", "place": str(where.ids["place"])}
    return Call("/stock/receive", form={**form, "product": str(product_id)}, id=product_id)


async def _move_stock(_town: Town, where: Territory, _user: UUID | None) -> Call:
    lot_id = where.ids["lot"]
    form = {"kind": "found", "doses": "5", "to": str(where.ids["place"]), "lot": str(lot_id)}
    return Call("/stock/move", form=form, id=lot_id)


async def _read_temperature(_town: Town, where: Territory, _user: UUID | None) -> Call:
    place_id = where.ids["place"]
    return Call("/stock/temperature", form={"place": str(place_id), "celsius": "5"}, id=place_id)


async def _name_lot_of_bag(town: Town, where: Territory, _user: UUID | None) -> Call:
    excursion_id = await _add_excursion(town, where)
    form = {"excursion": str(excursion_id), "lot": str(where.ids["lot"])}
    return Call("/stock/bag-lot", form=form, id=excursion_id)


async def _decide_excursion(town: Town, where: Territory, _user: UUID | None) -> Call:
    excursion_id = await _add_excursion(town, where)
    form = {"excursion": str(excursion_id), "decision": "release", "reason": "checked"}
    return Call("/stock/decide", form=form, id=excursion_id)


ROUTES: Final[dict[tuple[str, str], Entry]] = {
    # --- the centre and its stock
    ("GET", "/centre"): Entry(Right.RUN_CENTRE, _sessions_of_day, page=True),
    ("POST", "/centre"): Entry(Right.RUN_CENTRE, _open_session, passed=303, scoped=True, page=True, writes=True),
    ("GET", "/centre/{session_id:uuid}"): Entry(
        Right.RUN_CENTRE, _of_sheet("/centre/{id}"), scoped=True, page=True, act="sheet_read"
    ),
    ("POST", "/centre/{session_id:uuid}/find"): Entry(
        Right.RUN_CENTRE, _find_on_sheet, scoped=True, page=True, act="sheet_read"
    ),
    ("POST", "/centre/{session_id:uuid}/{what:str}"): Entry(
        Right.RUN_CENTRE, _book, passed=303, scoped=True, page=True, writes=True
    ),
    ("GET", "/stock"): Entry(Right.MANAGE_STOCK, _of_own_lots, page=True),
    ("POST", "/stock/receive"): Entry(
        Right.MANAGE_STOCK, _receive_lot, passed=303, scoped=True, page=True, writes=True
    ),
    ("POST", "/stock/move"): Entry(Right.MANAGE_STOCK, _move_stock, passed=303, scoped=True, page=True, writes=True),
    ("POST", "/stock/temperature"): Entry(
        Right.MANAGE_STOCK, _read_temperature, passed=303, scoped=True, page=True, writes=True
    ),
    ("POST", "/stock/decide"): Entry(
        Right.SETTLE_CLINICAL, _decide_excursion, passed=303, scoped=True, page=True, writes=True
    ),
    ("POST", "/stock/bag-lot"): Entry(
        Right.MANAGE_STOCK, _name_lot_of_bag, passed=303, scoped=True, page=True, writes=True
    ),
    ("GET", "/stock/lots/{lot_id:uuid}"): Entry(
        Right.MANAGE_STOCK, _of_lot("/stock/lots/{id}"), scoped=True, page=True, act="lot_read"
    ),
    ("POST", "/stock/lots/{lot_id:uuid}/recall"): Entry(
        Right.MANAGE_STOCK, _recall, passed=303, scoped=True, page=True, writes=True
    ),
    # --- coverage
    ("GET", "/coverage"): Entry(
        Right.SEE_COVERAGE, _of_campaign("/coverage", "Flu {territory}"), scoped=True, page=True
    ),
    ("GET", "/api/coverage"): Entry(Right.SEE_COVERAGE, _of_campaign("/api/coverage", "data_up_to"), scoped=True),
    ("GET", "/api/coverage.csv"): Entry(
        Right.SEE_COVERAGE, _of_campaign("/api/coverage.csv", "known_coverage_percent"), scoped=True
    ),
    ("GET", "/api/coverage/campaigns"): Entry(Right.SEE_COVERAGE, _of_territory("/api/coverage/campaigns")),
    ("GET", "/api/coverage/indicators"): Entry(
        Right.SEE_COVERAGE, _plain("/api/coverage/indicators", shows="known_coverage")
    ),
    ("GET", "/coverage/analysis"): Entry(
        Right.SEE_COVERAGE, _of_campaign("/coverage/analysis", "Flu {territory}"), scoped=True, page=True
    ),
    ("GET", "/coverage/people"): Entry(
        Right.SETTLE_CLINICAL,
        _of_campaign("/coverage/people?measure=consent_refused&detail=fear", "Flu {territory}"),
        scoped=True,
        page=True,
        act="counted_people_read",
    ),
    ("GET", "/coverage/campaigns"): Entry(Right.SEE_COVERAGE, _of_territory("/coverage/campaigns"), page=True),
    ("POST", "/coverage/campaigns"): Entry(Right.SETTLE_CLINICAL, _open_campaign, passed=303, page=True, writes=True),
    ("POST", "/coverage/campaigns/{campaign_id:uuid}"): Entry(
        Right.SETTLE_CLINICAL, _end_campaign, passed=303, scoped=True, page=True, writes=True
    ),
    ("GET", "/coverage/gap"): Entry(Right.SEE_COVERAGE, _of_gap("/coverage/gap"), scoped=True, page=True),
    ("POST", "/coverage/gap/campaign"): Entry(
        Right.SETTLE_CLINICAL, _next_phase, passed=303, scoped=True, page=True, writes=True
    ),
    ("POST", "/coverage/gap/session"): Entry(
        Right.MANAGE_STOCK, _of_gap("/coverage/gap/session", _HOURS), passed=303, scoped=True, page=True, writes=True
    ),
    ("POST", "/coverage/gap/visits"): Entry(
        Right.MANAGE_STOCK, _of_gap_of_nobody, passed=303, scoped=True, page=True, act="due_asked_for"
    ),
    ("GET", "/coverage/report"): Entry(Right.SEE_COVERAGE, _report_of, page=True),
    ("POST", "/coverage/report"): Entry(
        Right.MANAGE_STOCK, _add_objective, passed=303, scoped=True, page=True, writes=True
    ),
    ("GET", "/coverage/report/{kind:str}"): Entry(
        Right.SEE_COVERAGE, _plain("/coverage/report/json"), page=True, act="report_made"
    ),
    ("GET", "/api/coverage/care"): Entry(
        Right.SEE_COVERAGE, _of_campaign("/api/coverage/care", "second_doses"), scoped=True
    ),
    ("GET", "/api/coverage/operations"): Entry(
        Right.SEE_COVERAGE, _of_campaign("/api/coverage/operations", "waste"), scoped=True
    ),
    ("GET", "/api/coverage/two-list-estimate"): Entry(
        Right.SEE_COVERAGE, _plain("/api/coverage/two-list-estimate?first=120&second=80&matches=24", shows="estimate")
    ),
}
