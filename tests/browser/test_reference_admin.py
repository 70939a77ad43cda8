"""An administrator changes reference tables in Piccolo's admin: a real process on its own origin, beside the real server.

Cookies know no ports: what a script of that origin could do with the session is tried here from a browser that is told to
ignore its policy, so that our server's own refusal is seen.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend import embedded
from backend.ids import new_id
from backend.reference_admin.tables import REACH
from backend.serve.processes import child, environment_of, wait_until_ready
from tests.browser.conftest import READY_SECONDS_MAX, Site
from tests.browser.test_every_page import ALL, serious

pytestmark = pytest.mark.browser
FORM_FROM_THERE = """(url) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action: url});
  document.body.append(form);
  form.submit();
}"""
SignIn = Callable[[str], Page]
POST_FROM_THERE = """async (url) => {
  try { await fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include'}); return 'sent'; }
  catch (error) { return 'not sent'; }
}"""


@pytest.fixture(scope="module")
def beside(site: Site) -> Iterator[str]:
    """Run the administration as an operator does, as the role that reaches reference tables alone."""
    at, log = site.settings, site.settings.home / "reference-admin.log"
    urls = embedded.Urls(at.database_owner_url, at.database_url, at.redis_url, at.database_reference_url)
    with child(["reference-admin"], environment_of(at, urls), log) as process:
        assert wait_until_ready(at.reference_admin_url, process, READY_SECONDS_MAX), log.read_text("utf-8")
        yield at.reference_admin_url


@pytest.fixture
def enter(site: Site, browser: Browser, sign_in: SignIn) -> Iterator[Callable[..., Page]]:
    """Give a page of somebody at the public address, on whose host the administration lives too."""
    opened: list[BrowserContext] = []

    def open_page(login: str, *, ignoring_policy: bool = False) -> Page:
        cookies = [{**cookie, "domain": "localhost"} for cookie in sign_in(login).context.cookies()]
        context = browser.new_context(locale="fr-FR", base_url=site.settings.public_url, bypass_csp=ignoring_policy)
        context.add_cookies(cookies)  # type: ignore[arg-type]
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


def _target(site: Site) -> tuple[UUID, UUID, str]:
    """Return a target by zone, its campaign, which need not be the latest that the page shows unasked, and the zone's code."""
    (row,) = site.rows(
        "SELECT t.id, t.campaign_id, z.code FROM coverage_target t "
        "JOIN zone z ON (z.territory_id, z.id) = (t.territory_id, t.zone_id) "
        "WHERE t.territory_id = $1 ORDER BY z.code, t.campaign_id LIMIT 1"
    )
    return row["id"], row["campaign_id"], row["code"]


def test_target_that_an_administrator_changes_there_is_on_the_page_of_coverage(
    site: Site, beside: str, enter: Callable[..., Page]
) -> None:
    page, (target_id, campaign_id, zone) = enter("alice"), _target(site)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.goto(f"/coverage?by=zone&campaign={campaign_id}")
    row = page.locator("tr", has=page.locator("th", has_text=f"({zone})")).first
    expect(row.locator("td").nth(4)).to_have_text("75 %")
    page.goto("/reference-tables")
    assert serious(page, ALL) == []
    page.click("#open")
    page.wait_for_url(f"{beside}/**")
    expect(page.locator("#app").first).to_contain_text("coverage target")
    page.goto(f"{beside}/#/coverage_target/{target_id}/")
    page.fill("input[name=target_percent]", "161")
    page.click("[data-uitest=save_button]")
    expect(page.locator("body")).to_contain_text("coverage_target_target_percent_check")
    page.fill("input[name=target_percent]", "61")
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        page.click("[data-uitest=save_button]")
    assert saved.value.status == 200
    page.goto(f"/coverage?by=zone&campaign={campaign_id}")
    expect(row.locator("td").nth(4)).to_have_text("61 %")
    (noted,) = site.rows(
        "SELECT user_id, act, subject_kind, reason FROM journal WHERE territory_id = $1 AND $2 = ANY (subject_ids)",
        target_id,
    )
    assert tuple(noted) == (
        site.users["alice"].id, "reference_changed", "coverage_target", "target_percent: 75 → 61"
    )  # fmt: skip
    assert said == []


def test_only_the_listed_tables_answer(beside: str, enter: Callable[..., Page]) -> None:
    ask = enter("alice").context.request
    listed = {reach.table._meta.tablename for reach in REACH}
    assert set(ask.get(f"{beside}/api/tables/").json()) == listed
    for name in listed:
        assert ask.get(f"{beside}/api/tables/{name}/").status == 200, name
    for path in (
        "api/tables/person/",
        "api/tables/dose/",
        "api/docs/",
        "api/openapi.json",
        "public/login/",
        "api/change-password/",
    ):
        assert ask.get(f"{beside}/{path}").status == 404, path
    policy = ask.get(f"{beside}/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "eval" not in policy


def test_who_may_not_is_sent_to_our_own_pages(site: Site, beside: str, enter: Callable[..., Page]) -> None:
    page = enter("dora")
    answer = page.goto(f"{beside}/")
    assert page.url == f"{site.settings.public_url}/reference-tables"
    assert answer is not None
    assert answer.status == 403
    assert page.context.request.get(f"{beside}/api/tables/zone/").status == 403
    page.context.clear_cookies()
    page.goto(f"{beside}/")
    expect(page.locator("input[name=passphrase]")).to_be_visible()
    assert page.context.request.get(f"{beside}/api/tables/zone/").status == 403


def test_script_of_that_origin_can_do_nothing_with_the_session_here(
    site: Site, beside: str, enter: Callable[..., Page]
) -> None:
    ours = site.settings.public_url
    strict = enter("alice")
    strict.goto(f"{beside}/")
    assert strict.evaluate(POST_FROM_THERE, f"{ours}/api/sign-out") == "not sent"  # its own policy
    page = enter("alice", ignoring_policy=True)
    page.goto(f"{beside}/")
    with page.expect_request(f"{ours}/api/sign-out"):  # it leaves, with the cookie: cookies know no ports
        page.evaluate(POST_FROM_THERE, f"{ours}/api/sign-out")
    read = "async (url) => { try { return await (await fetch(url, {credentials: 'include'})).text(); } catch { return ''; } }"
    assert page.evaluate(read, f"{ours}/api/me") == ""
    assert "session" not in page.evaluate("document.cookie")
    page.evaluate(FORM_FROM_THERE, f"{ours}/sign-out")
    expect(page.locator("main")).to_contain_text("La demande ne vient pas d'une de nos pages")
    page.goto(f"{ours}/")
    expect(page).to_have_url(f"{ours}/")  # still signed in


def test_change_there_needs_its_own_page_and_a_code_given_lately(
    site: Site, beside: str, enter: Callable[..., Page]
) -> None:
    page, (target_id, campaign_id, _zone) = enter("alice"), _target(site)
    path = f"{beside}/api/tables/coverage_target/{target_id}/"
    page.goto(f"{beside}/")
    mark = next(cookie["value"] for cookie in page.context.cookies(beside) if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": mark, "Origin": beside}
    ask, body = page.context.request, {"facts_source": f"town hall {new_id()}"}
    assert ask.patch(path, data=body, headers=headers).status == 200
    refused = ask.patch(f"{beside}/api/tables/campaign/{campaign_id}/", data={"name": "x"}, headers=headers)
    assert (refused.status, "not changed here" in refused.text()) == (405, True)  # a projection of the log
    for foreign in (site.settings.public_url, "null", "https://elsewhere.example"):
        assert ask.patch(path, data=body, headers={**headers, "Origin": foreign}).status == 403, foreign
    session = (
        "UPDATE sign_in_session SET reauthenticated_at = reauthenticated_at - interval '6 minutes' WHERE user_id = $2 "
    )
    site.rows(session + "AND $1::uuid IS NOT NULL", site.users["alice"].id)
    late = ask.patch(path, data=body, headers=headers)
    assert (late.status, "code" in late.text()) == (422, True)
    site.signed_in.pop("alice", None)  # the next who needs a fresh code gives one
