"""A passkey stands in for the code: made and proved by Chromium's own authenticator, on a real server."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from backend import clock
from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
LOGIN = "omar"
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    """A page at the public address, with an authenticator."""
    context = browser.new_context(locale="fr-FR", base_url=site.settings.public_url)
    made = context.new_page()
    devtools = context.new_cdp_session(made)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield made
    context.close()


def _give_passphrase(site: Site, page: Page) -> None:
    page.goto("/sign-in")
    page.fill("input[name=login]", LOGIN)
    page.fill("input[name=passphrase]", site.users[LOGIN].passphrase)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")


def _sign_in_by_passkey(site: Site, page: Page) -> None:
    page.goto("/my-sessions")
    page.click("form[action='/sign-out'] button")
    _give_passphrase(site, page)
    page.click("#prove-passkey button")


def test_passkey_is_made_used_counted_and_removed(site: Site, page: Page) -> None:
    _give_passphrase(site, page)
    page.fill("input[name=code]", pyotp.TOTP(site.users[LOGIN].totp_secret).at(clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.goto("/my-passkeys")
    page.fill("input[name=label]", "ma clé")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_contain_text("ma clé")

    sent: list[Any] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == "/api/sign-in/passkey":
            sent.append(request.post_data_json)

    page.on("request", note)
    _sign_in_by_passkey(site, page)
    page.wait_for_url(f"{site.settings.public_url}/")
    proved = "SELECT proved_by FROM sign_in_session WHERE territory_id = $1 ORDER BY created_at DESC LIMIT 1"
    assert site.rows(proved)[0]["proved_by"] == "passkey"

    again = page.evaluate(
        "async body => (await fetch('/api/sign-in/passkey', {method: 'POST', body: JSON.stringify(body), headers: "
        "{'X-Maraude-Request': '1', 'Content-Type': 'application/json'}})).status",
        sent[-1],
    )
    assert again == 401  # the challenge was answered: the same proof proves nothing more

    site.rows("UPDATE passkey SET sign_count = 1000000 WHERE $1::uuid IS NOT NULL RETURNING 1")
    _sign_in_by_passkey(site, page)
    expect(page.locator("#passkey-said")).to_contain_text("ne convient pas")  # a counter that went back is a copy
    site.rows("UPDATE passkey SET sign_count = 0 WHERE $1::uuid IS NOT NULL RETURNING 1")
    page.click("#prove-passkey button")
    page.wait_for_url(f"{site.settings.public_url}/")

    page.goto("/my-passkeys")
    page.get_by_role("button", name="Retirer").click()
    expect(page.locator("main")).to_contain_text("Aucune clé")
    assert site.rows("SELECT 1 FROM passkey WHERE $1::uuid IS NOT NULL") == []
