"""The manager's page shows the figures that the interface gives, in both languages, without script or outside address."""

import re
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from admin.coverage import analysis, page
from admin.coverage.charts import Spot, funnel, quadrants
from admin.coverage.draw import Curve, MapZone, choropleth, monitoring_chart
from backend.access import Role
from backend.coverage import api
from backend.settings import Settings
from tests.backend.accounts.house import House, house_of
from tests.backend.coverage.test_api import ask, town
from tests.conftest import Database


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    async with house_of(database, settings, *api.routes, *page.routes, *analysis.routes) as made:
        made.app.state.now = made.time
        yield made


class Seen(HTMLParser):
    """Read a page: the tags, the addresses that it names, and the attributes that a strict policy refuses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.refused: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        for name, value in attributes:
            if name in {"href", "src", "action"}:
                self.addresses.append(value or "")
            if name == "style" or name.startswith("on"):
                self.refused.append(name)


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_page_shows_figures_map_and_tables_in_the_language(house: House, locale: str) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    answer = await browser.get("/coverage", params={"locale": locale})
    figures = await ask(browser, world)
    assert answer.status_code == 200, answer.text
    percent = figures["total"]["known"]["percent"]
    assert (percent.replace(".", ",") if locale == "fr" else percent) in answer.text
    assert ("masqué" if locale == "fr" else "hidden") in answer.text
    seen = Seen(answer.text)
    assert seen.tags.count("svg") == 3
    assert seen.tags.count("script") == 1
    assert "style" not in seen.tags
    assert not seen.refused
    assert all(one.startswith(("/", "?", "#")) for one in seen.addresses), seen.addresses
    # A name from a tablet is text, never markup.
    assert "<b>" not in answer.text
    assert "&lt;b&gt;" in answer.text


async def test_filters_live_in_the_address(house: House) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    asked = {"campaign": str(world.ids["campaign"][0]), "group": "other", "by": "age_band", "show": "population"}
    answer = await browser.get("/coverage", params=asked)
    assert answer.status_code == 200
    assert re.search(r'<option value="other" selected>', answer.text)
    assert re.search(r'<option value="age_band" selected>', answer.text)
    assert "group=other&amp;by=age_band" in answer.text
    assert (await browser.get("/coverage", params={**asked, "group": "nobody"})).status_code == 404


async def test_page_of_an_empty_territory_says_that_there_is_no_campaign(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    answer = await (await house.signed_in("awa")).get("/coverage")
    assert answer.status_code == 200
    assert "Aucune campagne" in answer.text


async def test_dispatcher_may_not_open_the_page(house: House) -> None:
    await town(house, "paris")
    await house.user("bob", "paris", Role.DISPATCHER)
    assert (await (await house.signed_in("bob")).get("/coverage")).status_code == 403


SQUARE = '{"type":"Polygon","coordinates":[[[2.3,48.8],[2.4,48.8],[2.4,48.9],[2.3,48.9],[2.3,48.8]]]}'


def test_hidden_zone_is_hatched_and_a_shown_one_carries_its_class() -> None:
    hidden = choropleth([MapZone(SQUARE, None, True, "<x>")], "carte")
    assert 'fill="url(#hidden)"' in hidden
    assert "&lt;x&gt;" in hidden
    shown = choropleth([MapZone(SQUARE, Decimal("61.2"), True, "Z")], "carte")
    assert ">4</text>" in shown
    assert 'fill="url(#uncertain)"' in shown


def test_chart_has_the_target_as_dashes_and_goes_beyond_100_percent() -> None:
    first, last = date(2026, 10, 12), date(2027, 1, 31)
    curve = Curve(((first, Decimal(20)), (date(2026, 11, 2), Decimal(130))), first, last, 75)
    chart = monitoring_chart(curve, "suivi", {first: "12/10/2026", last: "31/01/2027"})
    assert "stroke-dasharray" in chart
    assert 'cy="20.0"' in chart
    assert chart.count("<circle") == 2


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_analysis_shows_the_funnel_and_what_is_hidden(house: House, locale: str) -> None:
    world = await town(house, "paris")
    await house.user("awa", "paris", Role.CENTRE_MANAGER)
    browser = await house.signed_in("awa")
    asked = {"campaign": str(world.ids["campaign"][0]), "locale": locale}
    answer = await browser.get("/coverage/analysis", params=asked)
    assert answer.status_code == 200, answer.text
    assert ("masqué ou sans objet" if locale == "fr" else "hidden or not applicable") in answer.text
    seen = Seen(answer.text)
    assert "style" not in seen.tags
    assert not seen.refused
    assert (
        await browser.get("/coverage/analysis", params={**asked, "campaign": str(world.zones[0])})
    ).status_code == 404


def test_marks_of_charts_differ_in_shape_and_carry_names() -> None:
    spots = [
        Spot("<b>", Decimal(400), Decimal(20)),
        Spot("Z2", Decimal(400), Decimal(50)),
        Spot("Z3", Decimal(4), Decimal(20)),
    ]
    drawn = funnel(spots, Decimal(50), ("t", "x", "y"))
    assert "&lt;b&gt; : 400 / 20 %" in drawn
    assert (drawn.count("▼</text>"), drawn.count("·</text>")) == (1, 2)
    shown = quadrants(
        [Spot("A", Decimal(80), Decimal(5)), Spot("D", Decimal(20), Decimal(40))], 75, 10, ("t", "x", "y")
    )
    assert (shown.count(">A</text>"), shown.count(">D</text>")) == (1, 1)
