"""Behind every number of persons there is a list for the clinical supervisor, noted in the journal, and for nobody else."""

import re
from collections.abc import AsyncIterator
from html import unescape
from uuid import UUID

import pytest

from backend.coverage.rebuild import rebuild_in_steps
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from sync.ops import Scalar
from tests.admin.desk import Desk, Seen, desk_of
from tests.conftest import Database

REFUSERS = {"fear": [f"Zqpeur{n}x" for n in range(12)], "belief": [f"Zqcroit{n}x" for n in range(3)]}
ABSENT = [f"Zqabsent{n}x" for n in range(12)]


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


async def with_reasons(desk: Desk) -> UUID:
    """Add a campaign, people who refused for two reasons, and people who were not in; return the campaign."""
    campaign_id = new_id()
    campaign: dict[str, Scalar] = {"name": "Grippe R", "antigen": "influenza", "age_least_years": 65}
    acts = [Act("campaign", campaign_id, {**campaign, "starts_on": "2026-10-14"})]
    for reason, names in REFUSERS.items():
        refusal: dict[str, Scalar] = {"act": "vaccinate", "decision": "refused", "reason": reason}
        for name in names:
            person = new_id()
            at: dict[str, Scalar] = {"person_id": str(person), "decided_at": "2026-11-02T10:00:00.000Z"}
            acts.append(Act("person", person, {"family_name": name, "born_on": "1946-01-01"}))
            acts.append(Act("consent", new_id(), {**refusal, **at}))
    for name in ABSENT:
        person = new_id()
        dose = {
            "person_id": str(person),
            "status": "not_given",
            "not_given_reason": "absent",
            "given_on": "2026-11-02",
            "source": "own",
        }
        acts += [Act("person", person, {"family_name": name, "born_on": "1946-01-01"})]
        acts += [
            Act("dose", new_id(), {**dose, "given_on": "2026-11-02", "source": "own"}, {"antigens": ["influenza"]})
        ]
    assert not (await desk.write("dora", acts)).refused
    await rebuild_in_steps(desk.scope)
    return campaign_id


def names_in(text: str) -> set[str]:
    return {name for name in [*ABSENT, *REFUSERS["fear"], *REFUSERS["belief"]] if name in text}


async def test_each_reason_leads_to_its_people_for_the_supervisor_alone(desk: Desk) -> None:
    campaign = await with_reasons(desk)
    selma, marc = await desk.house.signed_in("selma"), await desk.house.signed_in("marc")
    address = f"/coverage/people?campaign={campaign}&measure="
    wanted = {
        "consent_refused&detail=fear": set(REFUSERS["fear"]),
        "consent_refused&detail=belief": set(REFUSERS["belief"]),
        "dose_not_given&detail=absent": set(ABSENT),
        "dose_not_given&detail=refused": set(),
    }
    for what, names in wanted.items():
        listed = await selma.get(address + what)
        assert (listed.status_code, names_in(listed.text)) == (200, names), what
        assert not Seen(listed.text).refused
        assert (await marc.get(address + what)).status_code == 403
    noted = await desk.rows(
        "SELECT cardinality(subject_ids) AS people FROM journal WHERE territory_id = $1 "
        "AND act = 'counted_people_read' ORDER BY seq"
    )
    assert [row["people"] for row in noted] == [12, 3, 12, 0]
    for wrong in (f"{address}site&detail=x", f"/coverage/people?campaign={new_id()}&measure=person&detail=own"):
        assert (await selma.get(wrong)).status_code == 404


async def test_every_number_with_people_behind_it_leads_to_as_many(desk: Desk) -> None:
    campaign = await with_reasons(desk)
    selma, marc = await desk.house.signed_in("selma"), await desk.house.signed_in("marc")
    followed = 0
    for page in ("/coverage", "/coverage/analysis"):
        shown = (await selma.get(page, params={"campaign": str(campaign)})).text
        links = re.findall(r'<a href="(/coverage/people[^"]+)"[^>]*>([^<]*)</a>', shown)
        assert links, page
        for address, number in links:
            listed = await selma.get(unescape(address))
            assert listed.status_code == 200, address
            people = listed.text.split('id="people"')[-1].count('<th scope="row">')
            assert not number.isdigit() or people == int(number), address
            followed += number.isdigit()
        assert "/coverage/people" not in (await marc.get(page, params={"campaign": str(campaign)})).text
    assert followed >= 3
