"""A tablet is told what is due to the people of its places and to nobody else, page by page and in few bytes (S6)."""

import gzip
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend import clock
from backend.ids import new_id
from backend.log.desk import Act
from backend.territory.facts import load_facts
from tests.trust.town import Tablet, Town, add_plan

PATH = "/sync/forecasts"
PEOPLE = 100  # forty stops at home and a hotel of sixty


async def ask(town: Town, tablet: Tablet, **asked: Any) -> Any:
    body = json.dumps({"on": str(clock.now().date()), **asked}).encode()
    async with town.browser() as browser:
        return await browser.post(PATH, content=body, headers=tablet.headers(PATH, body))


async def publish(town: Town, place_ids: list[UUID]) -> None:
    """Put these places on today's round of the team of the first territory's tablet."""
    where, round_id = town.mine, new_id()
    plan_id = await add_plan(town, where, 900)
    stops = [
        Act("stop", new_id(), {"round_id": str(round_id), "place_id": str(place_id), "position": n, "state": "planned"})
        for n, place_id in enumerate(place_ids, start=1)
    ]
    today = str(clock.now().date())
    ids = {"plan_id": str(plan_id), "team_id": str(where.ids["team"])}
    await town.at_desk(where, Act("round", round_id, {**ids, "day_on": today, "state": "published"}), *stops)


async def test_tablet_is_told_of_its_places_alone_and_a_day_pack_is_small(town: Town) -> None:
    where, tablet = town.mine, town.mine.tablets["active"]
    assert (await ask(town, tablet)).json()["persons"] == []
    facts = [
        Act("product", new_id(), {"code": f"{one.code}", "nuva_code": one.nuva_code}, {"antigens": [*one.antigens]})
        for one in load_facts().products
    ]
    await town.at_desk(where, *facts)
    homes = [new_id() for _ in range(40)]
    point = {"lon_e7": 23_500_000, "lat_e7": 488_300_000}
    await town.at_desk(where, *(Act("place", home, {"kind": "home", "name": "h", **point}) for home in homes))
    people = {new_id(): homes[n] if n < 40 else where.ids["place"] for n in range(PEOPLE)}
    acts = [
        Act("person", one, {"born_on": f"{1935 + n % 80}-03-01", "sex": "female", "place_id": str(place)})
        for n, (one, place) in enumerate(people.items())
    ]
    doses = [
        Act(
            "dose", new_id(), {"person_id": str(one), "status": "given", "given_on": "2025-10-20"}, {"antigens": [word]}
        )
        for n, one in enumerate(people)
        for word in (("influenza", "zoster") if n % 2 else ("covid19",))
    ]
    for start in range(0, PEOPLE, 50):
        await town.at_desk(where, *acts[start : start + 50])
    await town.at_desk(where, *doses[:100])
    await publish(town, [where.ids["place"], *homes])
    pages, after = [], ""
    while True:
        answer = await ask(town, tablet, after=after)
        assert answer.status_code == 200, answer.text
        pages.append(answer.content)
        after = answer.json()["after"]
        if not after:
            break
    told = [person for page in pages for person in json.loads(page)["persons"]]
    assert {one["id"] for one in told} == {str(one) for one in people} | {str(where.ids["person"])}
    assert [one["id"] for one in told] == sorted(one["id"] for one in told)
    assert any(one["if_given"] for one in told if one["state"] == "computed" and "if_given" in one)
    packed = sum(len(gzip.compress(page, 6)) for page in pages)
    assert packed < 60_000, packed  # of the 200 kB that a day pack may have
    journal = await town.as_owner(
        where.id, "SELECT subject_ids FROM journal WHERE territory_id = $1 AND act = 'tablet_forecasts_read'"
    )
    assert {str(one) for row in journal for one in row["subject_ids"]} == {one["id"] for one in told}
    other = (await ask(town, town.other.tablets["active"])).json()
    assert other["persons"] == []


async def test_day_far_away_a_bad_place_and_a_revoked_tablet_get_nothing(town: Town) -> None:
    tablet = town.mine.tablets["active"]
    far = str(clock.now().date() + timedelta(30))
    assert (await ask(town, tablet, on=far)).status_code == 400
    assert (await ask(town, tablet, after="' OR 1=1")).status_code == 400
    revoked = await ask(town, town.mine.tablets["revoked"])
    assert (revoked.status_code, "persons" in revoked.text) == (403, False)
