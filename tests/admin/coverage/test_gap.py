"""From gap to action: who may see records gets the list, a manager gets counts and work, and a dispatcher sees it."""

from collections.abc import AsyncIterator
from itertools import product
from uuid import UUID

import pytest

from backend.coverage.rebuild import rebuild_in_steps
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

CANARIES = [f"Zqcanari{number}x" for number in range(6)]


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


async def with_canaries(desk: Desk) -> tuple[UUID, UUID]:
    """Add six people of eighty who are due at one hotel; return the campaign and their zone."""
    place = (await desk.rows("SELECT id, zone_id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id"))[0]
    campaign_id = new_id()
    acts = [
        Act("campaign", campaign_id, {"name": "Grippe T", "antigen": "influenza", "age_least_years": 65, "starts_on": "2026-10-14"})
    ]  # fmt: skip
    acts += [
        Act("person", new_id(), {"family_name": name, "phone": "0611223344", "born_on": "1946-01-01", "place_id": str(place["id"])})
        for name in CANARIES
    ]  # fmt: skip
    await desk.write("dora", acts)
    await desk.write("dora", [Act("campaign", campaign_id, {"target_percent": 75})])
    return campaign_id, place["zone_id"]


async def test_manager_reaches_no_record_by_any_filter_nor_by_asking_for_visits(desk: Desk) -> None:
    campaign, zone = await with_canaries(desk)
    await rebuild_in_steps(desk.scope)
    marc = await desk.house.signed_in("marc")
    pools = ["", *(await marc.get("/coverage", params={"campaign": str(campaign)})).text.split('<option value="')[1:]]
    groups = ["", *{one.split('"')[0] for one in pools if one.split('"')[0] in _GROUPS}]
    addresses = [
        f"/coverage?campaign={campaign}&group={group}&by={by}&show={show}"
        for group, by, show in product(groups, ("zone", "group", "age_band"), ("known", "population"))
    ]
    zones = [row["id"] for row in await desk.rows("SELECT id FROM zone WHERE territory_id = $1 ORDER BY code LIMIT 8")]
    addresses += [f"/coverage/gap?campaign={campaign}&zone={one}" for one in {*zones, zone}]
    addresses += ["/coverage/report", "/coverage/report/json", "/stock"]
    for address in addresses:
        answer = await marc.get(address)
        assert answer.status_code in {200, 404}, address
        for word in (*CANARIES, "0611223344"):
            assert word not in answer.text, address
    address_of_gap = f"/coverage/gap?campaign={campaign}&zone={zone}"
    shown = await marc.get(address_of_gap)
    assert "masqué" in shown.text
    assert "<td>6</td>" not in shown.text
    assert not Seen(shown.text).refused
    # So many requests would show in the backlog: whoever may not see the list cannot ask for a hidden number of them.
    requests = "SELECT count(*) FROM request WHERE territory_id = $1"
    before = await desk.value(requests)
    refused = await send(marc, shown, "/coverage/gap/visits")
    assert "Ce nombre est masqué" in refused.text
    assert await desk.value(requests) == before
    selma = await desk.house.signed_in("selma")
    for _ in range(2):
        assert (await send(selma, await selma.get(address_of_gap), "/coverage/gap/visits")).status_code == 303
    asked = await desk.rows(
        "SELECT p.family_name FROM request r JOIN person p ON p.territory_id = r.territory_id AND p.id = r.person_id "
        "WHERE r.territory_id = $1 AND r.state = 'open' AND r.caller_role = 'team'"
    )
    assert sorted(row["family_name"] for row in asked if row["family_name"] in CANARIES) == CANARIES
    for path in ("/centre", f"/api/people/{new_id()}/export", "/requests", "/reviews"):
        assert (await marc.get(path)).status_code in {403, 404}


_GROUPS = {"homeless_hotel", "housebound_elderly", "large_family", "nursing_home", "other", "unknown"}


async def test_supervisor_sees_the_list_and_the_cheapest_channel_and_dispatcher_the_session(desk: Desk) -> None:
    campaign, zone = await with_canaries(desk)
    await rebuild_in_steps(desk.scope)
    selma, dora = await desk.house.signed_in("selma"), await desk.house.signed_in("dora")
    shown = await selma.get(f"/coverage/gap?campaign={campaign}&zone={zone}")
    assert all(name in shown.text for name in CANARIES)
    assert shown.text.index("site collectif") < shown.text.index("domicile")
    opened = await send(selma, shown, "/coverage/gap/session", kind="group_site", place=str(await _hotel(desk)))
    assert opened.status_code == 303, opened.text
    assert await desk.value("SELECT count(*) FROM site_session WHERE territory_id = $1 AND kind = 'group_site'") == 1
    backlog = await dora.get("/requests")
    assert "Grippe T – site collectif" in backlog.text
    bad = await send(selma, shown, "/coverage/gap/session", **{"kind": "group_site", "from": "12:00", "to": "09:00"})
    assert "ne vont pas" in bad.text


async def test_supervisor_lets_a_campaign_go_on_for_a_group_and_no_two_run_at_once(desk: Desk) -> None:
    campaign, zone = await with_canaries(desk)
    await rebuild_in_steps(desk.scope)
    selma, marc = await desk.house.signed_in("selma"), await desk.house.signed_in("marc")
    address = f"/coverage/gap?campaign={campaign}&zone={zone}"
    shown = await selma.get(address)
    assert not Seen(shown.text).refused
    offered = shown.text.split('name="groups"')[1].split("</select>")[0]
    assert "unknown" not in offered  # the six have no group: nobody can aim at those of whom it is not known
    form = Seen(shown.text).form("/coverage/gap/campaign")
    phase = {"name": "Grippe T, rattrapage", "starts_on": "2027-02-01", "ends_on": "2027-03-31", "target": "90"}
    assert 'id="phase"' not in (await marc.get(address)).text
    as_marc = {**Seen((await marc.get(address)).text).form("/coverage/gap/visits"), **form, **phase}
    assert (await marc.post("/coverage/gap/campaign", data=as_marc)).status_code == 403
    past = await send(selma, shown, "/coverage/gap/campaign", **{**phase, "starts_on": "2026-11-01"})
    assert "un jour à venir" in past.text
    other = {"name": "Autre", "antigen": "influenza", "starts_on": "2027-03-01", "ends_on": "2027-06-01"}
    other_id = new_id()
    await desk.write("dora", [Act("campaign", other_id, dict(other))])
    assert "court alors" in (await send(selma, shown, "/coverage/gap/campaign", **phase)).text
    await desk.write("dora", [Act("campaign", other_id, {"starts_on": "2027-05-01"})])
    assert (await send(selma, shown, "/coverage/gap/campaign", **phase)).status_code == 303
    made = await desk.rows(
        "SELECT * FROM campaign WHERE territory_id = $1 AND antigen = 'influenza' AND id <> $2 ORDER BY starts_on",
        other_id,
    )
    ends = {str(row["name"]): str(row["ends_on"]) for row in made}
    assert ends["Grippe T"] == "2027-01-31"
    assert (ends["Grippe T, rattrapage"], made[-1]["age_least_years"], made[-1]["target_percent"]) == (
        "2027-03-31",
        65,
        90,
    )
    assert "Grippe T, rattrapage" in (await marc.get("/coverage")).text


async def _hotel(desk: Desk) -> UUID:
    found: UUID = await desk.value("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id")
    return found
