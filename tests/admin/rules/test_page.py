"""What a territory lets unsigned rules say holds at once on every page, is journaled with its reason, and hides no label."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.access import Role
from backend.ids import new_id
from backend.log.desk import Act
from backend.settings import Settings
from backend.territory.generate import SLUG
from tests.admin.desk import Desk, Seen, desk_of, send
from tests.conftest import Database

LABEL = "on validée par un médecin"


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings, people=20) as opened:
        await opened.house.user("alice", SLUG, Role.TERRITORY_ADMINISTRATOR)
        yield opened


async def somebody(desk: Desk, born_on: str = "1950-03-01", conditions: tuple[str, ...] = ()) -> UUID:
    """Make a woman to whom, at 76 years, several vaccinations are due."""
    person = new_id()
    named: dict[str, Any] = {"born_on": born_on, "family_name": "Zzrule", "given_name": "Awa", "sex": "female"}
    added = {"conditions": list(conditions)} if conditions else {}
    assert (await desk.write("dora", [Act("person", person, named, added)])).refused == []
    return person


async def choose(browser: httpx.AsyncClient, choice: str, reason: str = "décision de la commission") -> httpx.Response:
    """Choose on the page."""
    return await send(browser, await browser.get("/rules"), "/rules", unsigned_rules=choice, reason=reason)


async def test_rules_are_shown_with_source_and_as_unsigned_to_whoever_works_here(desk: Desk) -> None:
    for login in ("dora", "selma", "marc", "alice"):
        browser = await desk.house.signed_in(login)
        shown = await browser.get("/rules")
        assert shown.status_code == 200, shown.text
        assert not Seen(shown.text).refused
        assert "non validée par un médecin" in shown.text
        assert "Vaccination Info Service" in shown.text
        assert ('id="choose"' in shown.text) == (login in ("selma", "alice"))
        assert "not validated by a physician" in (await browser.get("/rules?locale=en")).text


async def test_unsigned_rules_say_what_the_territory_chose_and_keep_their_label(desk: Desk) -> None:
    person = await somebody(desk)
    selma = await desk.house.signed_in("selma")
    chart, letter, due = f"/people/{person}/vaccination", f"/people/{person}/letter", "/due?antigen=zoster"
    before = (await selma.get(chart)).text
    assert "à faire selon des règles non validées" in before
    assert "peut être fait" not in before
    assert "Zzrule" in (await selma.get(due)).text

    assert (await choose(selma, "off")).status_code == 303
    off = (await selma.get(chart)).text
    assert "à faire selon" not in off
    assert "Rien n&#39;est dit par des règles" in off
    assert "Rien n&#39;est dit par des règles" in (await selma.get(letter)).text
    assert "rien n&#39;est à faire" not in (await selma.get(letter)).text  # silence is never an all-clear
    listed = (await selma.get(due)).text
    assert "Zzrule" not in listed
    assert "coupées dans ce territoire" in listed

    assert (await choose(selma, "followed")).status_code == 303
    followed = (await selma.get(chart)).text
    assert "peut être fait" in followed
    assert LABEL in followed
    assert "que ce territoire a choisi de suivre" in followed
    assert "alidées par un médecin" in (await selma.get(letter)).text
    assert "Zzrule" in (await selma.get(due)).text

    kept = await desk.rows(
        "SELECT reason FROM journal WHERE territory_id = $1 AND act = 'unsigned_rules_chosen' AND user_id = $2",
        desk.users["selma"],
    )
    assert {row["reason"] for row in kept} == {"off: décision de la commission", "followed: décision de la commission"}
    page = (await selma.get("/rules")).text
    assert page.count("décision de la commission") == 2


async def test_what_must_not_be_given_stays_when_unsigned_rules_are_off(desk: Desk) -> None:
    person = await somebody(desk, born_on="1985-01-10", conditions=("immunodépression",))
    selma = await desk.house.signed_in("selma")
    chart = f"/people/{person}/vaccination"
    assert "ne doit pas être fait" in (await selma.get(chart)).text
    assert (await choose(selma, "off")).status_code == 303
    assert "ne doit pas être fait" in (await selma.get(chart)).text


async def test_choice_needs_a_reason_a_fresh_code_and_somebody_who_may(desk: Desk) -> None:
    selma, alice = [await desk.house.signed_in(login) for login in ("selma", "alice")]
    without = await choose(selma, "off", reason="")
    assert without.status_code == 400
    assert "Dites pourquoi" in without.text
    assert (await choose(selma, "green")).status_code == 400
    # An administrator may make the rules say less; to follow them is a clinician's answer.
    assert (await choose(alice, "followed")).status_code == 403
    assert (await choose(alice, "off")).status_code == 303
    desk.house.time.pass_by(minutes=6)
    assert (await choose(selma, "followed")).status_code in {303, 403}
    made = await desk.rows("SELECT unsigned_rules FROM rules_choice WHERE territory_id = $1")
    assert [row["unsigned_rules"] for row in made] == ["off"]
