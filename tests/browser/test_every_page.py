"""Every page of the desk can be read by everybody, fits its screen and a tablet's, and speaks one language at a time."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from backend.access import RIGHTS, Right, Role
from backend.ids import new_id
from backend.log.desk import Act
from tests.admin.two_languages import WORDS
from tests.browser.conftest import Site, too_wide
from tests.trust.routes import ROUTES

pytestmark = pytest.mark.browser
SERIOUS: Final = {"serious", "critical"}
AXE: Final = Axe()
ALL: Final = {"resultTypes": ["violations"]}
OF_THE_SIZE: Final = {**ALL, "runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
DESK, TABLET = (1280, 720), (820, 1180)
WHO: Final = {"dora": Role.DISPATCHER, "selma": Role.CLINICAL_SUPERVISOR, "marc": Role.CENTRE_MANAGER}
# Ways in, parts of pages, and what a browser downloads.
NO_PAGE: Final = re.compile(
    r"^/(?:api|sync|static|schema|health|tablet)\b|/sign-in|/set-up|/reauthenticate|/live|/metrics|/proposals|/marks$|/ways$|\.\w+$|/fhir|/json$|/report/"
)
# Reached from no page of these roles on this territory as it is here.
BY_ADDRESS: Final = ("/partner", "/my-calendar", "/handover", "/reviews", "/paper", "/today/change", "/today/sheets")
TEXTS: Final = """() => {
  const found = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!parent.closest("script, style, .who, [lang]:not(html)")) found.add(walk.currentNode.textContent.trim());
  }
  return [...found];
}"""


def test_no_page_has_a_serious_fault_is_wider_than_its_screen_or_mixes_languages(
    site: Site, sign_in: Callable[[str], Page]
) -> None:
    made = _give_something_to_read(site)
    seen: dict[str, str] = {}
    faults: list[str] = []
    for login in WHO:
        page = sign_in(login)
        _note_what_is_missing(page, faults)
        waiting = ["/", *BY_ADDRESS, *_with_ids(site, made)]
        while waiting:
            address = waiting.pop(0)
            template = template_of(address)
            if template is None or template in seen or not _may(login, template):
                continue
            seen[template] = address
            faults += [f"{address}: {one}" for one in _faults_of(page, address)]
            waiting += page.evaluate(
                "[...document.querySelectorAll('a[href^=\"/\"]')].map(one => one.getAttribute('href'))"
            )
    assert faults == [], "\n".join(faults)
    assert sorted(pages_of(WHO.values()) - set(seen)) == []
    _planted_faults_are_found(sign_in("dora"))


def _note_what_is_missing(page: Page, faults: list[str]) -> None:
    page.on("response", lambda one: faults.append(f"{one.url}: {one.status}") if one.status >= 400 else None)


def template_of(address: str) -> str | None:
    """Return the template of the page that an address opens; None for what is no page to be read."""
    path = address.partition("?")[0]
    return next(
        (
            one
            for one in sorted(pages_of(Role), key=lambda one: one.count("{"))
            if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", one), path)
        ),
        None,
    )


def pages_of(roles: Any) -> set[str]:
    """Return the pages that these roles may open without a further code."""
    rights = frozenset().union(*(RIGHTS[role] for role in roles)) | {Right.SIGNED_IN}
    return {
        path for (method, path), entry in ROUTES.items()
        if method == "GET" and entry.page and entry.right in rights and not entry.reauthenticated and not NO_PAGE.search(path)
    }  # fmt: skip


def _may(login: str, template: str) -> bool:
    return template in pages_of([WHO[login]])


def _faults_of(page: Page, address: str) -> list[str]:
    """Return what is wrong with a page: in French at the desk, in English on a tablet."""
    found: list[str] = []
    for (width, height), locale, other in ((DESK, "fr", 1), (TABLET, "en", 0)):
        page.set_viewport_size({"width": width, "height": height})
        answer = page.goto(f"{address}{'&' if '?' in address else '?'}locale={locale}")
        if answer is None or not answer.ok:
            return [f"answers {answer.status if answer else 'nothing'}"]
        found += serious(page, ALL if locale == "fr" else OF_THE_SIZE)
        found += [f"wider than {width}: {one}" for one in too_wide(page, width)]
        if page.locator("html").get_attribute("lang") != locale or page.locator("h1").count() != 1:
            found.append(f"has no {locale}, or not one heading")
        found += [
            f"says in the other language than {locale}: {one}" for one in page.evaluate(TEXTS) if one in WORDS[other]
        ]
    return found


def serious(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe finds that is serious: its rule and where."""
    found = AXE.run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]


def _planted_faults_are_found(page: Page) -> None:
    page.goto("/")
    page.evaluate("document.querySelector('main').append(document.createElement('input'), 'Demandes')")
    assert any(one.startswith("label") for one in serious(page, ALL))
    assert "Demandes" in WORDS[0] & set(page.evaluate(TEXTS))


def _with_ids(site: Site, made: dict[str, UUID]) -> list[str]:
    """Return an address of each page that is about one thing: one that was made for it, else the latest."""
    first = {
        kind: site.rows(f"SELECT id FROM {kind} WHERE territory_id = $1 ORDER BY id DESC LIMIT 1")[0]["id"]
        for kind in (
            "person",
            "request",
            "review",
            "site_session",
            "lot",
            "stop",
            "dose",
            "campaign",
            "zone",
            "adverse_event",
            "tablet",
        )
    } | made
    of = first["person"]
    return [
        f"/coverage/gap?campaign={first['campaign']}&zone={first['zone']}",
        f"/requests/{first['request']}/accept", f"/reviews/{first['review']}", f"/centre/{first['site_session']}",
        f"/stock/lots/{first['lot']}", f"/paper/{first['stop']}", f"/people/{of}/vaccination",
        f"/people/{of}/letter", f"/people/{of}/adverse-events/new", f"/people/{of}/adverse-events/{first['adverse_event']}",
        f"/people/{of}/doses/{first['dose']}/correct", f"/tablets/{first['tablet']}",
    ]  # fmt: skip


def _give_something_to_read(site: Site) -> dict[str, UUID]:
    """Write down one of each thing that a page is about; return the ids of those that belong together."""
    place = str(
        site.rows("SELECT id FROM place WHERE territory_id = $1 AND kind = 'hotel' ORDER BY id LIMIT 1")[0]["id"]
    )
    team = str(site.rows("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter LIMIT 1")[0]["id"])
    before = (site.today - timedelta(days=2)).isoformat()  # a day of no other test
    plan = site.rows(
        "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, body, "
        "made_at) VALUES ($2, $1, $3::text::date, 'published', '', 1, 0, '', '{}', '{}', now()) RETURNING id", new_id(), before,
    )[0]["id"]  # fmt: skip
    person, visit, round_, stop, product, lot, session, dose, reported = (new_id() for _ in range(9))
    asked = {"caller_role": "sas", "place_id": place, "received_at": f"{before}T08:00:00.000Z", "state": "open"}
    event = {"person_id": str(person), "reported_at": f"{before}T09:00:00.000Z"}
    given = {
        "person_id": str(person),
        "status": "given",
        "given_on": before,
        "product_code": "FLU-R",
        "lot_number": "L-99",
    }
    there: dict[str, Any] = {"place_id": place, "state": "planned"}
    site.write("dora", [
        Act("person", person, {"given_name": "Léa", "family_name": "Zzlecture", "place_id": place, "born_on": "1940-02-03"}),
        Act("product", product, {"code": "FLU-R", "name": "Grippe R", "doses_per_vial": 1}, {"antigens": ["influenza"]}),
        Act("lot", lot, {"product_id": str(product), "number": "L-99", "expires_on": "2030-01-01", "state": "available"}),
        Act("visit", visit, {**there, "person_id": str(person)}, {"acts": ["vaccinate"]}),
        Act("round", round_, {"plan_id": str(plan), "team_id": team, "day_on": before, "state": "published"}),
        Act("stop", stop, {**there, "round_id": str(round_), "position": 1}, {"visit_ids": [str(visit)]}),
        Act("request", new_id(), {**asked}, {"acts": ["screen"]}),
        Act("adverse_event", reported, {**event}, {"signs": ["fever"]}),
        Act("dose", dose, {**given}, {"antigens": ["influenza"]}),
        Act("site_session", session, {
            "kind": "centre", "place_id": place, "starts_at": f"{before}T08:00:00.000Z", "ends_at": f"{before}T10:00:00.000Z",
            "slot_minutes": 20, "slot_persons": 2, "state": "planned",
        }, {"antigens": ["influenza"]}),
    ])  # fmt: skip
    site.rows(
        "INSERT INTO tablet (id, territory_id, label, team_id, state, enrolled_at) VALUES ($2, $1, 'T1', $3, 'active', now())",
        new_id(),
        UUID(team),
    )
    for login, born_on in (("dora", "1950-03-04"), ("selma", "1951-03-04")):
        site.write(login, [Act("person", person, {"born_on": born_on}, seen={})])
    return {
        "person": person,
        "dose": dose,
        "adverse_event": reported,
        "stop": stop,
        "lot": lot,
        "site_session": session,
    }
