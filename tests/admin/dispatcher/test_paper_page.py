"""A paper sheet is typed in after the day: once per stop, as ops with their author, and nothing of a faulty entry."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.access import Scope
from backend.db.transaction import transaction
from backend.dispatch.enter_paper import enter_stop
from backend.dispatch.paper import Lot, PersonEntry, SheetLine, StopEntry, Wanted, acts_of_stop
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from backend.log.load import load_rows
from backend.problems import Problem
from backend.settings import Settings
from tests.admin.desk import TODAY, Desk, desk_of, send
from tests.backend.log.meetings import beside
from tests.conftest import Database

YESTERDAY = TODAY - timedelta(days=1)


@dataclass
class Sheet:
    """A round of yesterday with two stops at one hotel: one visit by name, one for a household."""

    stops: list[UUID]
    person_id: UUID
    family: list[UUID]


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def a_sheet(desk: Desk, day_on: date = YESTERDAY) -> Sheet:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")
    team = await desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter LIMIT 1")
    person, household, *family = (new_id() for _ in range(4))
    visits, stops, round_id, product = [new_id(), new_id()], [new_id(), new_id()], new_id(), new_id()
    async with transaction(desk.scope) as tx:
        plan_id = await tx.fetch_value(
            "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, body, "
            "made_at) VALUES ($2, $1, $3, 'published', '', 1, 0, '', '{}', '{}', now()) RETURNING id",
            desk.territory_id, new_id(), day_on,
        )  # fmt: skip
    there: dict[str, Any] = {"place_id": str(place), "state": "planned"}
    of_day = {"plan_id": str(plan_id), "team_id": str(team), "day_on": day_on.isoformat(), "state": "published"}
    on: dict[str, Any] = {"round_id": str(round_id), "place_id": str(place), "state": "planned"}
    acts = [
        Act("product", product, {"code": "FLU-P", "name": "Grippe P"}, {"antigens": ["influenza"]}),
        Act("lot", new_id(), {"product_id": str(product), "number": "L-88", "expires_on": "2027-05-31", "state": "available"}),
        Act("person", person, {"given_name": "Zoé", "family_name": "Zzpapier", "place_id": str(place)}),
        Act("household", household, {"name": "Zzfamille", "place_id": str(place)}),
        *(Act("person", one, {"given_name": f"N{n}", "household_id": str(household)}) for n, one in enumerate(family)),
        Act("visit", visits[0], {**there, "person_id": str(person)}, {"acts": ["vaccinate"]}),
        Act("visit", visits[1], {**there, "household_id": str(household)}, {"acts": ["vaccinate"]}),
        Act("round", round_id, {**of_day}),
        *(
            Act("stop", stop, {**on, "position": n + 1}, {"visit_ids": [str(visits[n])]})
            for n, stop in enumerate(stops)
        ),
    ]  # fmt: skip
    assert not (await desk.write("dora", acts)).refused
    return Sheet(stops, person, family)


async def test_entry_and_a_tablet_that_hands_in_the_same_stop_wait_for_each_other_and_neither_is_ended(
    desk: Desk,
) -> None:
    """A push takes its records in the order of their ids: an entry that had the stop first would block both."""
    sheet = await a_sheet(desk)
    browser = await desk.house.signed_in("dora")
    path = f"/paper/{sheet.stops[0]}"
    shown = await browser.get(path)
    one = str(sheet.person_id)
    typed = {"arrived": "0915", "result": "done", f"status:{one}": "given", f"lot:{one}": "L-88"}
    async with transaction(desk.scope) as tx:
        other = await installation_for(tx, "another", desk.house.time())
        await load_rows(tx, {min(one, str(sheet.stops[0]))})
        entry = beside(send(browser, shown, path, **typed))
        await desk.until_done_or_blocked(entry)
        acts = [Act("person", sheet.person_id, {"room": "12"}), Act("stop", sheet.stops[0], {"position": 1})]
        assert not (await write(tx, other, acts, desk.house.time())).refused
    assert (await entry).status_code == 303
    assert (
        await desk.value("SELECT count(*) FROM dose WHERE territory_id = $1 AND person_id = $2", sheet.person_id) == 1
    )


async def test_sheet_is_typed_in_stop_by_stop_with_doses_refusals_times_and_author(desk: Desk) -> None:
    sheet = await a_sheet(desk)
    browser = await desk.house.signed_in("dora")
    first = f"/paper/{sheet.stops[0]}"
    shown = await browser.get(first)
    assert "Zoé Zzpapier" in shown.text
    assert "N0" not in shown.text  # at the hotel too, but not asked for at this stop
    one = str(sheet.person_id)
    typed = {
        "arrived": "0915", "departed": "9h40", "result": "done", "note": "au rez-de-chaussée",
        f"status:{one}": "given", f"lot:{one}": "l-88", f"site:{one}": "left_arm", f"at:{one}": "0925", f"by:{one}": "person",
    }  # fmt: skip
    answer = await send(browser, shown, first, **typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/paper/{sheet.stops[1]}?done=1")
    assert "précédent est enregistré" in (await browser.get(answer.headers["location"])).text
    dose = (await desk.rows("SELECT * FROM dose WHERE territory_id = $1 AND person_id = $2", sheet.person_id))[0]
    assert (dose["lot_number"], dose["product_code"], dose["antigens"]) == ("L-88", "FLU-P", ["influenza"])
    assert (dose["expires_on"], dose["body_site"]) == (date(2027, 5, 31), "left_arm")
    assert (dose["given_on"], dose["given_at"]) == (YESTERDAY, datetime(2026, 11, 21, 8, 25, tzinfo=UTC))
    assert (dose["recorded_by"], dose["recorded_at"]) == (desk.users["dora"], desk.house.time())
    stop = (await desk.rows("SELECT * FROM stop WHERE territory_id = $1 AND id = $2", sheet.stops[0]))[0]
    assert (stop["state"], stop["departed_at"]) == ("done", datetime(2026, 11, 21, 8, 40, tzinfo=UTC))
    assert (
        await desk.value("SELECT state FROM visit WHERE territory_id = $1 AND id = ANY($2)", stop["visit_ids"])
        == "done"
    )
    assert (
        await desk.value("SELECT decision FROM consent WHERE territory_id = $1 AND person_id = $2", sheet.person_id)
        == "given"
    )

    second = f"/paper/{sheet.stops[1]}"
    shown = await browser.get(second)
    refuser, absent = map(str, sheet.family)
    typed = {
        "arrived": "1000", "result": "refused", f"status:{refuser}": "refused", f"refusal:{refuser}": "fear",
        f"status:{absent}": "absent",
    }  # fmt: skip
    answer = await send(browser, shown, second, person=[refuser, absent], **typed)
    assert answer.headers["location"] == f"/paper?day={YESTERDAY}&done=1"
    reasons = await desk.rows(
        "SELECT not_given_reason AS why FROM dose WHERE territory_id = $1 AND person_id = ANY($2) ORDER BY 1",
        sheet.family,
    )
    assert [row["why"] for row in reasons] == ["absent", "refused"]
    assert (
        await desk.value("SELECT reason FROM consent WHERE territory_id = $1 AND person_id = $2", UUID(refuser))
        == "fear"
    )
    told = await browser.get(second)
    assert "le papier, saisi par Dora" in told.text
    assert 'id="entry"' not in told.text


async def test_stop_is_told_once_whoever_types_it_and_whatever_a_tablet_handed_in(desk: Desk) -> None:
    sheet = await a_sheet(desk)
    entry = StopEntry(result="absent")

    async def type_in(login: str, stop: UUID) -> str:
        try:
            async with transaction(Scope(desk.territory_id, desk.users[login])) as tx:
                await enter_stop(tx, stop, entry, desk.house.time(), TODAY)
        except Problem as problem:
            return problem.code
        return "entered"

    both = await asyncio.gather(*(type_in(login, sheet.stops[0]) for login in ("dora", "david", "selma")))
    assert sorted(both) == ["entered", "stop_told", "stop_told"]
    outcomes = "SELECT count(*) FROM visit_outcome WHERE territory_id = $1 AND stop_id = $2"
    assert await desk.value(outcomes, sheet.stops[0]) == 1
    await desk.write("dora", [Act("stop", sheet.stops[1], {"state": "done"})])  # as a tablet would have
    assert await type_in("david", sheet.stops[1]) == "stop_told"
    assert await desk.value(outcomes, sheet.stops[1]) == 0


FAULTY: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "qu'il en est"),
    ({"result": "done"}, "arrivée manque"),
    ({"result": "done", "arrived": "neuf"}, "ne se lit pas"),
    ({"result": "done", "arrived": "10:00", "departed": "09:00"}, "précède"),
    ({"result": "absent", "status": "given", "lot": "L-88"}, "visite non faite"),
    ({"result": "done", "arrived": "09:00", "status": "given"}, "lot manque"),
    ({"result": "done", "arrived": "09:00", "status": "given", "lot": "X"}, "choisissez le vaccin"),
    (
        {"result": "done", "arrived": "09:00", "status": "given", "lot": "X", "product": "none"},
        "vaccin n'est pas connu",
    ),
    ({"result": "done", "arrived": "0915", "people_seen": "100000"}, "Personnes vues : un nombre de 0 à 500."),
    ({"result": "absent", "people_seen": "beaucoup"}, "Personnes vues : un nombre de 0 à 500."),
    ({"result": "absent", "next_attempt_on": "9999-12-31"}, "Revenir le : cette date ne peut pas être gardée"),
    ({"result": "absent", "next_attempt_on": "2026-11-20"}, "Revenir le : ce jour est avant la visite."),
)


async def test_faulty_entry_is_told_and_kept_on_the_form_and_nothing_is_written(desk: Desk) -> None:
    sheet = await a_sheet(desk)
    browser = await desk.house.signed_in("dora")
    path, one = f"/paper/{sheet.stops[0]}", sheet.person_id
    shown = await browser.get(path)
    for typed, says in FAULTY:
        named = {
            f"{name}:{one}" if name in ("status", "lot", "product") else name: text for name, text in typed.items()
        }
        answer = await send(browser, shown, path, note="à garder", **named)
        assert answer.status_code == 400, typed
        assert says in answer.text.replace("&#39;", "'"), typed
        assert "à garder" in answer.text
    assert await desk.value("SELECT state FROM stop WHERE territory_id = $1 AND id = $2", sheet.stops[0]) == "planned"
    tomorrow = f"/paper/{(await a_sheet(desk, TODAY + timedelta(days=1))).stops[0]}"
    answer = await send(browser, await browser.get(tomorrow), tomorrow, result="absent")
    assert answer.status_code == 400
    assert "pas encore venue" in answer.text


async def test_somebody_who_is_not_on_the_sheet_is_added_and_a_stranger_to_the_form_is_not(desk: Desk) -> None:
    sheet = await a_sheet(desk)
    browser = await desk.house.signed_in("dora")
    path = f"/paper/{sheet.stops[1]}"
    found = await send(browser, await browser.get(path), f"{path}/find", q="zzpapier")
    assert str(sheet.person_id) in found.text
    shown = await browser.get(f"{path}?with={sheet.person_id}")
    typed = {"arrived": "09:00", "result": "done", "person": str(sheet.person_id)}
    typed |= {f"status:{sheet.person_id}": "given", f"lot:{sheet.person_id}": "L-88"}
    answer = await send(browser, shown, path, **typed)
    assert answer.status_code == 303
    assert (
        await desk.value("SELECT count(*) FROM dose WHERE territory_id = $1 AND person_id = $2", sheet.person_id) == 1
    )
    path = f"/paper/{sheet.stops[0]}"
    nobody = {"result": "absent", "person": str(new_id())}
    assert (await send(browser, await browser.get(path), path, **nobody)).status_code == 400


@given(
    statuses=some.lists(some.sampled_from(["given", "refused", "absent", "unwell"]), max_size=6),
    result=some.sampled_from(["done", "absent", "refused"]),
)
def test_each_visit_gets_one_outcome_and_each_line_one_dose_with_the_same_ids_each_time(
    statuses: list[str], result: str
) -> None:
    line = SheetLine(
        UUID(int=1), TODAY, (Wanted(UUID(int=2), None, None), Wanted(UUID(int=3), None, UUID(int=9))),
        {"FLU": ("influenza",)}, (Lot("L", "FLU", None),),
    )  # fmt: skip
    people = tuple(
        PersonEntry(person_id=UUID(int=10 + n), status=status, lot_number="L") for n, status in enumerate(statuses)
    )
    entry = StopEntry(result=result, arrived_at=datetime(2026, 11, 22, 8, tzinfo=UTC), people=people)
    acts = acts_of_stop(line, entry)
    assert acts == acts_of_stop(line, entry)
    assert len({(act.kind, act.record_id) for act in acts}) == len(acts)
    kinds = [act.kind for act in acts]
    assert (kinds.count("visit_outcome"), kinds.count("dose"), kinds.count("stop")) == (2, len(people), 1)
    assert kinds.count("consent") == statuses.count("refused")
