"""What the tablet shows after a dose is what the engine says, for every product: the app's own module in a real browser."""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route

from backend.doses.history import RecordedDose, RecordedPerson
from backend.doses.pack import PackPerson, PackProduct, PackRules, Texts, pack_person
from backend.doses.rules.words import release_on
from backend.doses.unsigned import UnsignedRules
from backend.territory.facts import load_facts

pytestmark = pytest.mark.browser
MODULE = Path(__file__).resolve().parents[2] / "sync" / "tablet" / "doses" / "forecast.js"
ON = date(2025, 11, 20)  # in the season of flu and COVID-19
RELEASE = release_on(ON)
PRODUCTS = [PackProduct(one.code, one.nuva_code, tuple(one.antigens)) for one in load_facts().products]
ASK = """async (asked) => {
  const {forecastNow} = await import("http://tablet.test/forecast.js");
  return asked.map((one) => forecastNow(one.person, one.doses, one.pack_on, one.day, one.words));
}"""


@pytest.fixture
def page(browser: Browser) -> Page:
    def answer(route: Route) -> None:
        is_module = route.request.url.endswith(".js")
        kind = "text/javascript" if is_module else "text/html"
        route.fulfill(body=MODULE.read_text("utf-8") if is_module else "<!doctype html>", content_type=kind)

    page = browser.new_page()
    page.route("http://tablet.test/**", answer)
    page.goto("http://tablet.test/")
    return page


def told(
    known: RecordedPerson, doses: list[RecordedDose], unsigned: UnsignedRules = UnsignedRules.LABELLED
) -> PackPerson:
    return pack_person(UUID(int=7), known, doses, None, PackRules(ON, RELEASE, unsigned), PRODUCTS, Texts())


def people(count: int) -> list[tuple[RecordedPerson, list[RecordedDose]]]:
    """Make people of every age with a few past doses and conditions, from a seed."""
    chance, made = random.Random(5), []
    for _ in range(count):
        born_on = ON - timedelta(chance.randrange(60, 95 * 365))
        lived = (ON - born_on).days
        doses = []
        for number in range(chance.randrange(4)):
            product, day = chance.choice(PRODUCTS), born_on + timedelta(chance.randrange(lived))
            doses.append(RecordedDose(f"past-{number}", day, product.antigens, product.code, product.nuva_code))
        conditions = (chance.choice(["diabète", "bpco", "immunodépression"]),) if chance.random() < 0.3 else ()
        made.append((RecordedPerson(born_on, sex=chance.choice(["female", "male"]), conditions=conditions), doses))
    return made


def as_record(dose: RecordedDose, **more: Any) -> dict[str, Any]:
    base = {"id": dose.id, "status": "given", "product_code": dose.product_code, "antigens": list(dose.antigens)}
    return base | {"given_on": str(dose.given_on), **more}


def asked(person: PackPerson, doses: list[dict[str, Any]], day: date = ON) -> dict[str, Any]:
    written = json.loads(msgspec.json.encode(person))
    return {"person": written, "doses": doses, "pack_on": str(ON), "day": str(day), "words": RELEASE.words.antigens}


def comparable(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["antigen"]: {k: v for k, v in one.items() if k not in ("lines", "guidance", "stale")} for one in lines}


def test_after_any_product_given_today_the_tablet_shows_what_the_engine_says(page: Page) -> None:
    questions, expected = [], []
    for known, doses in people(40):
        before = told(known, doses)
        for product in PRODUCTS:
            new = RecordedDose("given-now", ON, product.antigens, product.code, product.nuva_code)
            if any(product.code in one.products for one in before.if_given):
                questions.append(asked(before, [*map(as_record, doses), as_record(new)]))
                expected.append(told(known, [*doses, new]))
    found = page.evaluate(ASK, questions)
    assert len(found) > 150
    for lines, person in zip(found, expected, strict=True):
        assert not any(one["stale"] for one in lines)
        assert comparable(lines) == comparable(json.loads(msgspec.json.encode(person.due)))


def test_two_products_of_one_visit_are_both_laid_over(page: Page) -> None:
    """The visit that the field makes most: flu and COVID-19 in one go."""
    known = RecordedPerson(date(1950, 3, 1), sex="female")
    by_code = {one.code: one for one in PRODUCTS}
    given = [by_code["efluelda"], by_code["comirnaty_lp81"]]
    new = [RecordedDose(f"new-{n}", ON, one.antigens, one.code, one.nuva_code) for n, one in enumerate(given)]
    before = told(known, [])
    assert {one for what in before.if_given for one in what.products} >= {"efluelda"}
    usable = [dose for dose in new if any(dose.product_code in what.products for what in before.if_given)]
    (lines,) = page.evaluate(ASK, [asked(before, list(map(as_record, usable)))])
    assert comparable(lines) == comparable(json.loads(msgspec.json.encode(told(known, usable).due)))


def test_what_only_the_server_can_tell_is_marked_and_asks_a_doctor(page: Page) -> None:
    known = RecordedPerson(date(1950, 3, 1), sex="female")
    past = RecordedDose("past", date(2024, 11, 1), ("zoster",), "shingrix", "VAC0567")
    before = told(known, [past])
    unknown = RecordedDose("x", ON, ("pneumococcal",), "nobody_knows")
    late = RecordedDose("y", ON - timedelta(1), ("rsv",), "abrysvo", "VAC1047")
    cases = [
        ([as_record(past, state="entered_in_error")], {"zoster"}),
        ([as_record(past), as_record(unknown)], {"pneumococcal"}),
        ([as_record(past), as_record(late)], {"rsv"}),
        ([as_record(past), as_record(unknown, status="not_given")], set()),
        ([as_record(past), as_record(unknown, state="entered_in_error")], set()),
    ]
    found = page.evaluate(ASK, [asked(before, doses) for doses, _ in cases])
    for lines, (_, stale) in zip(found, cases, strict=True):
        assert {one["antigen"] for one in lines if one["stale"]} == stale
        assert all(one["advice"] == "ask_doctor" for one in lines if one["stale"])


def test_a_day_later_the_words_follow_the_dates(page: Page) -> None:
    known = RecordedPerson(date(1950, 3, 1), sex="female")
    past = RecordedDose("past", ON - timedelta(59), ("zoster",), "shingrix", "VAC0567")
    before = told(known, [past])
    days = [ON + timedelta(days) for days in range(4)]
    found = page.evaluate(ASK, [asked(before, [as_record(past)], day) for day in days])
    said = [next(one["advice"] for one in lines if one["antigen"] == "zoster") for lines in found]
    assert said[0] == "not_yet"
    assert said[-1] == "not_validated"
    assert sorted(said) == sorted(["not_yet"] * said.count("not_yet") + ["not_validated"] * said.count("not_validated"))


def test_tablet_says_of_unsigned_rules_what_the_territory_chose(page: Page) -> None:
    known = RecordedPerson(date(1950, 3, 1), sex="female")
    said = {}
    for choice in UnsignedRules:
        person = told(known, [], choice)
        (lines,) = page.evaluate(ASK, [asked(person, [])])
        said[choice] = {one["advice"] for one in lines}
        assert comparable(lines) == comparable(json.loads(msgspec.json.encode(person.due)))
        assert not any(one.get("validated") for one in lines)
        assert bool(person.kept_back) == (choice is UnsignedRules.OFF)
    assert said[UnsignedRules.OFF] == set()
    assert "not_validated" in said[UnsignedRules.LABELLED]
    assert "may_be_given" not in said[UnsignedRules.LABELLED]
    assert "may_be_given" in said[UnsignedRules.FOLLOWED]
