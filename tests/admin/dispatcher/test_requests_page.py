"""A dispatcher takes a call, finds who is known, filters the backlog; what is typed is never lost nor run."""

from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape

import asyncpg
import pytest

from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from backend.visits.store import list_zones
from tests.admin.desk import TOMORROW, Desk, Seen, desk_of, send
from tests.conftest import Database

PERSON = (
    "SELECT id, given_name, family_name, place_id FROM person "
    "WHERE territory_id = $1 AND place_id IS NOT NULL ORDER BY id LIMIT 1"
)


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as opened:
        yield opened


async def test_call_about_a_known_person_becomes_a_visit_that_the_planner_may_plan(desk: Desk) -> None:
    person = (await desk.rows(PERSON))[0]
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    fields = Seen(shown.text).form("/requests/new")
    found = await browser.post(
        "/requests/proposals", data={**fields, "q": f"{person['family_name'][:3]} {person['given_name']}"}
    )
    assert f"person:{person['id']}" in found.text
    answer = await send(
        browser, shown, "/requests/new", do="save", whom=f"person:{person['id']}", acts=["vaccinate", "consult"],
        priority="4", due_on=TOMORROW.isoformat(), caller_role="professional", windows=["08:30-12:30", "13:30-17:30"],
        accept="yes", reason="chute hier",
    )  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, "/requests?done=saved_visit")
    row = (await desk.rows(
        "SELECT v.*, r.state AS request_state, r.reason FROM visit v JOIN request r ON r.territory_id = v.territory_id "
        "AND r.id = v.request_id WHERE v.territory_id = $1 AND v.person_id = $2 ORDER BY v.id DESC LIMIT 1",
        person["id"],
    ))[0]  # fmt: skip
    assert (row["state"], row["request_state"], row["reason"]) == ("wanted", "accepted", "chute hier")
    assert (sorted(row["acts"]), row["priority"], row["service_minutes"]) == (["consult", "vaccinate"], 4, 30)
    assert sorted(row["skills"]) == ["doctor", "nurse"]
    assert sorted(row["windows"]) == ["08:30-12:30", "13:30-17:30"]
    assert row["place_id"] == person["place_id"]


async def test_visit_at_an_address_without_a_position_is_said_and_named_by_the_plan(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    saved = await send(
        browser, shown, "/requests/new", do="save", address="3 rue imaginée", family_name="Zznullepart", acts="educate",
        accept="yes",
    )  # fmt: skip
    assert saved.headers["location"] == "/requests?done=saved_nowhere"
    told = unescape((await browser.get(saved.headers["location"])).text)
    assert "sans pouvoir la prendre" in told
    assert "le prochain plan peut prendre" not in told
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND address = '3 rue imaginée'")
    plan_id = await desk.draft()
    page = unescape((await browser.get(f"/plan?day={TOMORROW}&plan={plan_id}")).text)
    named = page.split('id="misplaced"')[1].split("</div>")[0]
    assert f'href="/requests?state=all&place={place}">Zznullepart</a> – 3 rue imaginée' in named
    assert "Zznullepart" in (await browser.get(f"/requests?state=all&place={place}")).text


async def test_call_without_an_act_says_so_where_it_is_missing_and_begins_there(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    assert shown.text.count("autofocus") == 1
    told = await send(browser, shown, "/requests/new", do="save", whom=f"place:{place}")
    assert told.status_code == 400
    acts = told.text.split('id="no-act"')[1].split("</div>")[0]
    assert "Choisissez au moins un acte" in acts
    assert told.text.count("autofocus") == acts.count("autofocus") == 1


async def test_call_about_somebody_unknown_writes_person_place_and_request_down(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    fields = Seen(shown.text).form("/requests/new") | {
        "do": "save", "address": "3 rue imaginée", "coordinates": "48.8301, 2.3555", "family_name": "Zzinconnu",
        "born_on": "1940-05-06", "acts": "screen", "access_code": "12A45", "floor": "3", "mobility": "needs_help",
    }  # fmt: skip
    fields.pop("accept")
    answer = await browser.post("/requests/new", data=fields)
    assert answer.headers["location"] == "/requests?done=saved"
    row = (await desk.rows(
        "SELECT p.lon_e7, p.lat_e7, p.zone_id, p.access_code, p.floor, h.mobility, h.born_on, r.state "
        "FROM request r JOIN person h ON h.territory_id = "
        "r.territory_id AND h.id = r.person_id JOIN place p ON p.territory_id = r.territory_id AND p.id = r.place_id "
        "WHERE r.territory_id = $1 AND h.family_name = 'Zzinconnu'"
    ))[0]  # fmt: skip
    assert (row["lon_e7"], row["lat_e7"], row["state"]) == (23_555_000, 488_301_000, "open")
    assert row["zone_id"] is not None
    assert (row["access_code"], row["floor"], row["mobility"]) == ("12A45", 3, "needs_help")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"acts": "vaccinate"},
        {"acts": "vaccinate", "whom": "person:nobody"},
        {"acts": "dance", "address": "ici"},
        {"acts": "screen", "address": "ici", "coordinates": "là"},
        {"acts": "screen", "address": "ici", "coordinates": "99, 2"},
        {"acts": "screen", "address": "ici", "priority": "9"},
        {"acts": "screen", "address": "ici", "due_on": "demain"},
        {"acts": "screen", "address": "ici", "people_count": "0", "accept": "yes"},
        {"acts": "screen", "address": "ici", "windows": "le matin", "accept": "yes"},
        {"acts": "screen", "address": "x" * 301},
    ],
)
async def test_call_that_cannot_be_written_is_shown_again_with_what_was_typed(
    desk: Desk, typed: dict[str, str]
) -> None:
    before = await desk.value("SELECT count(*) FROM op WHERE territory_id = $1")
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    answer = await send(browser, shown, "/requests/new", do="save", reason="motif <b>tapé</b>", **typed)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "motif &lt;b&gt;tapé&lt;/b&gt;" in answer.text
    assert await desk.value("SELECT count(*) FROM op WHERE territory_id = $1") == before


async def test_search_button_works_without_script_and_keeps_what_was_typed(desk: Desk) -> None:
    person = (await desk.rows(PERSON))[0]
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    answer = await send(browser, shown, "/requests/new", do="search", q=person["family_name"], reason="toux")
    assert answer.status_code == 200
    assert f"person:{person['id']}" in answer.text
    assert 'value="toux"' in answer.text


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' OR true --", "<script>", "élodie", "x" * 500, "  "])
async def test_search_takes_every_sign_literally(desk: Desk, typed: str) -> None:
    browser = await desk.house.signed_in("dora")
    fields = Seen((await browser.get("/requests/new")).text).form("/requests/new")
    answer = await browser.post("/requests/proposals", data={**fields, "q": typed})
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    if typed.strip() in {"%", "_", "\\", ""}:
        assert 'type="radio"' not in answer.text


async def test_two_of_one_name_are_told_apart_by_where_they_live(desk: Desk) -> None:
    home, other = new_id(), new_id()
    acts = [Act("place", place, {"kind": "home", "address": address, "lon_e7": 23500000, "lat_e7": 488300000})
            for place, address in ((home, "3 rue Une"), (other, "9 rue Deux"))]  # fmt: skip
    acts += [Act("person", new_id(), {"family_name": "Homonyme", "place_id": str(place)}) for place in (home, other)]
    await desk.write("dora", acts)
    browser = await desk.house.signed_in("dora")
    shown = await browser.post("/requests/proposals", data={"q": "homonyme"})
    assert ["– 3 rue Une" in shown.text, "– 9 rue Deux" in shown.text] == [True, True]


async def test_zones_of_one_name_have_their_code_beside_it(desk: Desk, database: Database) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("SELECT set_config('maraude.territory', $1, false)", str(desk.territory_id))
    for code, name in (("z1", "Seine Et Berges"), ("z2", "Seine Et Berges"), ("z3", "Butte")):
        await owner.execute(
            "INSERT INTO zone (territory_id, id, code, name, geojson, inhabitants, facts_source) "
            "VALUES ($1, $2, $3, $4, '{}', 9, 'census')",
            desk.territory_id, new_id(), code, name,
        )  # fmt: skip
    await owner.close()
    async with transaction(desk.scope) as tx:
        names = dict(await list_zones(tx))
    assert [names[code] for code in ("z1", "z2", "z3")] == ["Seine Et Berges (z1)", "Seine Et Berges (z2)", "Butte"]


async def test_search_finds_names_with_and_without_their_accents_from_the_start_of_each_word(desk: Desk) -> None:
    person_id = new_id()
    await desk.write(
        "dora", [Act("person", person_id, {"given_name": "Élodie", "family_name": "MÜLLER-N’Diaye Šimić"})]
    )
    browser = await desk.house.signed_in("dora")
    for typed, found in (
        ("elo mul dia", True),
        ("ÉLODIE müll simi", True),
        ("n'dia", True),
        ("lodie", False),
        ("m.ll", False),
    ):
        text = (await browser.post("/requests/proposals", data={"q": typed})).text
        assert (f"person:{person_id}" in text) is found, typed


async def test_search_takes_words_of_the_name_and_of_the_place_together(desk: Desk) -> None:
    place_id, person_id = new_id(), new_id()
    await desk.write(
        "dora",
        [
            Act("place", place_id, {"kind": "hotel", "name": "Hôtel du Zzgrand Lion"}),
            Act("person", person_id, {"given_name": "Awa", "family_name": "Zzkonaté", "place_id": str(place_id)}),
        ],
    )
    browser = await desk.house.signed_in("dora")
    for typed, found in (("zzkon", 1), ("zzgrand", 1), ("zzkon zzgrand", 1), ("awa lion hotel", 1), ("awa zztigre", 0)):
        text = (await browser.post("/requests/proposals", data={"q": typed})).text
        assert text.count(f"person:{person_id}") == found, typed


async def test_filters_of_the_address_narrow_the_backlog(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")

    async def count(query: str) -> int:
        text = (await browser.get(f"/requests?{query}")).text
        return Seen(text.split('id="live"')[1]).tags.count("tr") - (0 if "Aucune demande" in text else 1)

    every = await desk.value("SELECT count(*) FROM request WHERE territory_id = $1")
    assert await count("state=all") == every
    for name, column in (("priority", "priority"), ("state", "state")):
        for row in await desk.rows(
            f"SELECT {column} AS value, count(*) AS n FROM request WHERE territory_id = $1 GROUP BY 1"
        ):
            more = "" if name == "state" else "state=all&"
            assert await count(f"{more}{name}={row['value']}") == row["n"]
    vaccinate = await desk.value("SELECT count(*) FROM request WHERE territory_id = $1 AND 'vaccinate' = ANY(acts)")
    assert await count("state=all&act=vaccinate") == vaccinate
    assert await count("priority=x&page=-3&zone=%27") == await count("")


async def test_request_on_hold_is_accepted_and_a_revoked_one_is_not(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")
    request_id = new_id()
    fields = {"caller_role": "sas", "place_id": str(place), "received_at": "2026-11-22T08:00:00.000Z", "state": "open"}
    await desk.write("dora", [Act("request", request_id, {**fields}, {"acts": ["screen"]})])
    browser = await desk.house.signed_in("dora")
    path = f"/requests/{request_id}"
    assert (
        await browser.post(f"{path}/state", data={"step": "on_hold", "on_hold_reason": "no_answer"})
    ).status_code == 303
    assert (await browser.post(f"{path}/state", data={"step": "closed"})).status_code == 409
    shown = await browser.get(f"{path}/accept")
    assert (await send(browser, shown, f"{path}/accept", people_count="5")).status_code == 303
    again = await send(browser, shown, f"{path}/accept")
    assert again.status_code == 409
    visits = await desk.rows(
        "SELECT people_count, service_minutes FROM visit WHERE territory_id = $1 AND request_id = $2", request_id
    )
    assert [(row["people_count"], row["service_minutes"]) for row in visits] == [(5, 52)]


async def test_reading_the_backlog_is_journaled_with_what_was_shown(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    await browser.get("/requests?state=all")
    row = (
        await desk.rows("SELECT subject_ids, user_id FROM journal WHERE territory_id = $1 AND act = 'requests_read'")
    )[0]
    assert row["user_id"] == desk.users["dora"]
    shown = await desk.rows(
        "SELECT DISTINCT h.id FROM person h JOIN request r ON r.territory_id = h.territory_id AND (h.id = r.person_id "
        "OR (r.person_id IS NULL AND h.household_id = r.household_id)) WHERE h.territory_id = $1"
    )
    assert set(row["subject_ids"]) == {one["id"] for one in shown}
    assert shown


async def test_age_is_late_when_the_due_day_is_past(desk: Desk) -> None:
    desk.house.time.at += timedelta(days=20)
    browser = await desk.house.signed_in("dora")
    text = (await browser.get("/requests?due=overdue")).text
    assert "en retard" in text
    assert "à temps" not in text


async def test_chosen_requests_are_put_on_hold_together_and_one_that_moved_on_is_left(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id LIMIT 1")
    asked = {"caller_role": "sas", "place_id": str(place), "received_at": "2026-11-22T08:00:00.000Z", "state": "open"}
    ids = [new_id() for _ in range(3)]
    await desk.write("dora", [Act("request", one, {**asked}, {"acts": ["screen"]}) for one in ids])
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests?state=open&act=screen")
    await desk.write("david", [Act("request", ids[2], {"state": "revoked"})])
    chosen = {"request": [str(one) for one in ids], "step": "on_hold", "on_hold_reason": "date_wanted"}
    done = await send(browser, shown, "/requests/bulk", **chosen)
    assert done.status_code == 303
    assert "state=open&act=screen" in done.headers["location"]
    assert "2 demande(s)" in (await browser.get(done.headers["location"])).text
    rows = await desk.rows("SELECT id, state FROM request WHERE territory_id = $1 AND id = ANY($2)", ids)
    assert {row["id"]: row["state"] for row in rows} == dict(zip(ids, ["on_hold", "on_hold", "revoked"], strict=True))
    assert (await send(browser, shown, "/requests/bulk", step="closed", request=str(ids[0]))).status_code == 400


async def test_birth_after_today_is_refused_in_a_sentence(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    answer = await send(
        browser, shown, "/requests/new", do="save", address="3 rue imaginée", coordinates="48.8301, 2.3555",
        family_name="Zzdemain", born_on=TOMORROW.isoformat(), acts="screen",
    )  # fmt: skip
    assert answer.status_code == 400
    assert "La date de naissance est après aujourd&#39;hui" in answer.text


async def test_who_may_not_plan_is_offered_no_act_on_the_backlog(desk: Desk) -> None:
    acts = ("/requests/new", "/requests/bulk", "/accept", "/state")
    offered = (await (await desk.house.signed_in("dora")).get("/requests")).text
    assert [act for act in acts if act not in offered] == []
    seen = (await (await desk.house.signed_in("selma")).get("/requests")).text
    assert [act for act in acts if act in seen] == []


UNFIT = (
    ("born_on", "0050-02-01", "Date de naissance : cette date ne peut pas être gardée"),
    ("born_on", "1800-01-01", "Date de naissance : cette date ne peut pas être gardée"),
    ("due_on", "9999-12-31", "À voir avant le : cette date ne peut pas être gardée"),
    ("due_on", "demain", "À voir avant le : cette date ne peut pas être gardée"),
    ("people_count", "501", "Personnes à voir : un nombre de 1 à 500"),
    ("people_count", "trois", "Personnes à voir : un nombre de 1 à 500"),
    ("service_minutes", "481", "Minutes sur place (vide : estimées) : un nombre de 1 à 480"),
    ("floor", "201", "Étage : un nombre de -10 à 200"),
    ("family_name", "x" * 201, "Nom : au plus 200 signes"),
    ("mobility", "flies", "Déplacements : cette valeur ne convient pas"),
    ("coordinates", "48,83", "Latitude, longitude (si connues) : ne se lit pas"),
    ("coordinates", "2.36, 48.826", "Vouliez-vous dire 48.826, 2.36 ?"),
    ("coordinates", "-33.87, 151.2", "ce point est loin du territoire"),
)


async def test_value_that_would_not_be_kept_is_named_and_typing_begins_there(desk: Desk) -> None:
    before = await desk.value("SELECT count(*) FROM op WHERE territory_id = $1")
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    typed = {"do": "save", "address": "3 rue imaginée", "family_name": "Zzlong", "acts": "screen", "reason": "zzgardé"}
    for field, value, said in UNFIT:
        answer = await send(browser, shown, "/requests/new", **{**typed, field: value})
        assert answer.status_code == 400, field
        assert said in unescape(answer.text.split('id="fault">')[1].split("</p>")[0])
        begins = [tag for tag in answer.text.split("<") if "autofocus" in tag]
        assert [f'name="{field}"' in tag for tag in begins] == [True], field
        assert 'value="zzgardé"' in answer.text
    assert await desk.value("SELECT count(*) FROM op WHERE territory_id = $1") == before


async def test_fault_is_told_in_the_language_of_the_page(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new?locale=en")
    answer = await send(browser, shown, "/requests/new", do="save", address="x", acts="screen", people_count="501")
    assert "People to see: a number from 1 to 500" in answer.text


async def test_coordinates_are_read_as_people_write_them(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    for typed in ("48,83 2,35", "48.83, 2.35", "48,83; 2,35", "48.83,2.35"):
        asked = {"do": "save", "address": f"zz {typed}", "coordinates": typed, "acts": "screen"}
        assert (await send(browser, shown, "/requests/new", **asked)).status_code == 303, typed
    rows = await desk.rows("SELECT lon_e7, lat_e7 FROM place WHERE territory_id = $1 AND address LIKE 'zz %'")
    assert [(row["lon_e7"], row["lat_e7"]) for row in rows] == [(23_500_000, 488_300_000)] * 4


async def test_call_that_the_log_refuses_is_shown_again_and_nothing_of_it_stays(desk: Desk) -> None:
    before = await desk.value("SELECT count(*) FROM op WHERE territory_id = $1")
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    nobodys = f"place:{new_id()}"  # of no record: the log refuses what refers to it
    answer = await send(browser, shown, "/requests/new", do="save", whom=nobodys, acts="screen", reason="zzgardé")
    assert answer.status_code == 400
    assert "Rien n&#39;est enregistré" in answer.text
    assert 'value="zzgardé"' in answer.text
    assert await desk.value("SELECT count(*) FROM op WHERE territory_id = $1") == before


async def test_acceptance_names_the_field_that_does_not_fit_and_keeps_the_others(desk: Desk) -> None:
    place = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")
    request_id = new_id()
    fields = {"caller_role": "sas", "place_id": str(place), "received_at": "2026-11-22T08:00:00.000Z", "state": "open"}
    await desk.write("dora", [Act("request", request_id, {**fields}, {"acts": ["screen"]})])
    browser = await desk.house.signed_in("dora")
    path = f"/requests/{request_id}/accept"
    answer = await send(browser, await browser.get(path), path, people_count="501", service_minutes="44")
    assert answer.status_code == 400
    assert "Personnes à voir : un nombre de 1 à 500" in answer.text
    assert 'value="44"' in answer.text


async def test_call_sent_after_the_session_ended_is_kept_and_sent_again_after_sign_in(desk: Desk) -> None:
    browser = await desk.house.signed_in("dora")
    shown = await browser.get("/requests/new")
    fields = Seen(shown.text).form("/requests/new") | {
        "do": "save", "address": "3 rue Zzgardée", "acts": "screen", "reason": 'motif "<b>',
    }  # fmt: skip
    await desk.house.as_owner("DELETE FROM sign_in_session")
    from_page = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
    for elsewhere in ({}, {**from_page, "sec-fetch-site": "cross-site"}, {**from_page, "sec-fetch-mode": "cors"}):
        lost = await browser.post("/requests/new", data=fields, headers=elsewhere)
        assert lost.headers["location"] == "/sign-in?ended=sending"  # what another site sends is never shown as ours
    kept = await browser.post("/requests/new", data=fields, headers=from_page)
    assert kept.status_code == 401
    again = Seen(kept.text).form("/requests/new")
    assert again["reason"] == fields["reason"]
    still_out = await browser.post("/requests/new", data=again, headers=from_page)
    assert Seen(still_out.text).form("/requests/new")["address"] == "3 rue Zzgardée"
    inside = await desk.house.signed_in("dora")
    browser.cookies.update(inside.cookies)
    done = await browser.post("/requests/new", data=Seen(still_out.text).form("/requests/new"), headers=from_page)
    assert done.status_code == 303
    assert done.headers["location"].startswith("/requests?done=saved")
    found = "SELECT count(*) FROM place WHERE territory_id = $1 AND address = '3 rue Zzgardée'"
    assert await desk.value(found) == 1
