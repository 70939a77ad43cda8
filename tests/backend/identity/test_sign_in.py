"""An identity provider signs in whom an administrator linked, and whatever errs in its answer is refused by its name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from admin.sign_in import identity_page, own_page, page
from backend.access import Role
from backend.accounts.csrf import HEADER
from backend.db.transaction import transaction_of_user
from backend.identity import store
from backend.identity.provider import CALLBACK, provider_of
from backend.settings import BadSetting, Settings
from tests.backend.accounts.house import House, house_of
from tests.backend.identity.fake_provider import CLIENT_ID, FakeProvider, fake_provider, with_provider
from tests.conftest import Database

SUBJECT = "f:550dc1c8:899700218896"
Claims = dict[str, Any]
WRONG_CLAIMS: tuple[tuple[str, Claims], ...] = (
    ("iss", {"iss": "http://elsewhere.test"}),
    ("aud", {"aud": "another client"}),
    ("aud", {"aud": ["another client", "and another"]}),
    ("azp", {"aud": [CLIENT_ID, "another"], "azp": None}),
    ("azp", {"azp": "another client"}),
    ("exp", {"exp": 1}),
    ("exp", {"exp": None}),
    ("exp", {"exp": "9999999999"}),
    ("iat", {"iat": 1}),
    ("iat", {"iat": 9_999_999_999}),
    ("nonce", {"nonce": "of another journey"}),
    ("nonce", {"nonce": None}),
    ("acr", {"acr": "eidas0"}),
    ("acr", {"acr": None}),
    ("auth_time", {"auth_time": 1}),
    ("auth_time", {"auth_time": None}),
    ("at_hash", {"at_hash": "of another token"}),
    ("sub", {"sub": ""}),
    ("sub", {"sub": None}),
    ("sub", {"sub": "x" * 256}),
)


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with fake_provider() as made:
        yield made


@pytest.fixture
def provider(running: FakeProvider) -> FakeProvider:
    """The one that runs, erring no more."""
    running.said, running.answer, running.metadata, running.status, running.signs = {}, {}, {}, 200, "RS256"
    return running


@pytest.fixture
async def house(database: Database, settings: Settings, provider: FakeProvider) -> AsyncIterator[House]:
    used = with_provider(settings, provider)
    async with house_of(database, used, *page.routes, *own_page.routes, *identity_page.routes) as made:
        await made.territory("paris")
        awa = await made.user("awa", "paris", Role.DISPATCHER)
        async with transaction_of_user(awa) as tx:
            assert await store.link(tx, provider.url, SUBJECT, awa, None, made.time())
        yield made


def plain(house: House) -> httpx.AsyncClient:
    browser = house.browser()
    browser.headers.pop(HEADER)
    return browser


async def _travel(
    house: House, provider: FakeProvider, browser: httpx.AsyncClient, subject: str = SUBJECT,
    start: str = "/sign-in/identity", **claims: Any,
) -> httpx.Response:  # fmt: skip
    """Go to the provider, prove who one is, and come back."""
    gone = await browser.get(start)
    assert gone.status_code == 303, gone.text
    back = provider.authorise(gone.headers["location"], subject, int(house.time().timestamp()), **claims)
    return await browser.get(CALLBACK, params=back)


async def _signed_in(browser: httpx.AsyncClient) -> bool:
    return (await browser.get("/probe/plan")).status_code == 200


async def test_linked_subject_is_signed_in_with_both_factors_and_how_is_kept(
    house: House, provider: FakeProvider
) -> None:
    browser = plain(house)
    assert "/sign-in/identity" in (await browser.get("/sign-in")).text
    done = await _travel(house, provider, browser)
    assert done.status_code == 200
    assert 'http-equiv="refresh"' in done.text  # the Strict cookie is not sent while the other site leads
    assert await _signed_in(browser)
    rows = await house.as_owner("SELECT proved_by, acr FROM sign_in_session WHERE ended_at IS NULL")
    assert [tuple(row) for row in rows] == [("identity", "eidas1")]
    assert provider.asked[-1]["redirect_uri"] == "http://maraude.test" + CALLBACK


async def test_claim_that_does_not_fit_is_refused_by_its_name(house: House, provider: FakeProvider) -> None:
    for why, claims in WRONG_CLAIMS:
        browser = plain(house)
        answer = await _travel(house, provider, browser, **claims)
        assert answer.status_code == 401, claims
        assert f'<code id="word">{why}</code>' in answer.text, claims
        assert not await _signed_in(browser)
    assert await house.as_owner("SELECT 1 FROM sign_in_session") == []


@pytest.mark.parametrize(
    ("why", "signs"),
    [
        ("algorithm", "none"),
        ("algorithm", "HS256"),
        ("algorithm", "ES256"),
        ("signature", "other key"),
        ("key", "unknown key"),
    ],
)
async def test_signature_that_does_not_fit_is_refused(
    house: House, provider: FakeProvider, why: str, signs: str
) -> None:
    provider.signs = signs
    answer = await _travel(house, provider, plain(house))
    assert (answer.status_code, f'<code id="word">{why}</code>' in answer.text) == (401, True)


@pytest.mark.parametrize(
    "answer", [{"id_token": None}, {"id_token": "x.y.z"}, {"token_type": "mac"}, {"access_token": 5}]
)
async def test_token_answer_that_cannot_be_read_is_refused(
    house: House, provider: FakeProvider, answer: Claims
) -> None:
    provider.answer = answer
    assert '<code id="word">answer</code>' in (await _travel(house, provider, plain(house))).text


async def test_state_is_good_once_and_in_its_own_browser_alone(house: House, provider: FakeProvider) -> None:
    browser, thief = plain(house), plain(house)
    gone = await browser.get("/sign-in/identity")
    now = int(house.time().timestamp())
    stolen = provider.authorise(gone.headers["location"], SUBJECT, now)
    await thief.get("/sign-in/identity")  # with a journey of their own
    for other, back in (
        (thief, stolen),
        (browser, {**stolen, "state": "made up"}),
        (browser, {"code": stolen["code"]}),
    ):
        assert '<code id="word">state</code>' in (await other.get(CALLBACK, params=back)).text
    uses = [plain(house) for _ in range(10)]
    for one in uses:
        one.cookies.update(browser.cookies)
    gone = await browser.get("/sign-in/identity")
    back = provider.authorise(gone.headers["location"], SUBJECT, now)
    for one in uses:
        one.cookies = browser.cookies
    answers = await asyncio.gather(*(one.get(CALLBACK, params=back) for one in uses))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 9]


async def test_journey_that_took_too_long_is_refused(house: House, provider: FakeProvider) -> None:
    browser = plain(house)
    gone = await browser.get("/sign-in/identity")
    house.time.pass_by(minutes=11)
    back = provider.authorise(gone.headers["location"], SUBJECT, int(house.time().timestamp()))
    assert '<code id="word">state</code>' in (await browser.get(CALLBACK, params=back)).text


@pytest.mark.parametrize(
    ("other", "why"), [({"iss": "http://elsewhere.test"}, "iss"), ({"error": "access_denied"}, "provider_error")]
)
async def test_way_back_that_names_another_issuer_or_an_error_is_refused(
    house: House, provider: FakeProvider, other: dict[str, str], why: str
) -> None:
    browser = plain(house)
    gone = await browser.get("/sign-in/identity")
    back = provider.authorise(gone.headers["location"], SUBJECT, int(house.time().timestamp()))
    assert f'<code id="word">{why}</code>' in (await browser.get(CALLBACK, params=back | other)).text


async def test_code_of_another_journey_is_worth_nothing(house: House, provider: FakeProvider) -> None:
    """PKCE: the provider wants the verifier of the journey that the code was made for."""
    mine, theirs = plain(house), plain(house)
    now = int(house.time().timestamp())
    back = provider.authorise((await mine.get("/sign-in/identity")).headers["location"], SUBJECT, now)
    injected = provider.authorise((await theirs.get("/sign-in/identity")).headers["location"], SUBJECT, now)
    answer = await mine.get(CALLBACK, params={**back, "code": injected["code"]})
    assert answer.status_code == 503
    assert not await _signed_in(mine)


async def test_subject_that_nobody_linked_opens_nothing_and_is_told_what_to_give(
    house: House, provider: FakeProvider
) -> None:
    browser = plain(house)
    answer = await _travel(house, provider, browser, "somebody else")
    assert (answer.status_code, "somebody else" in answer.text) == (403, True)
    assert not await _signed_in(browser)


async def test_linked_user_who_was_disabled_stays_out(house: House, provider: FakeProvider) -> None:
    await house.as_owner("UPDATE app_user SET disabled_at = now()")
    assert (await _travel(house, provider, plain(house))).status_code == 401


async def test_session_is_proved_anew_by_the_provider_and_not_by_an_old_proof(
    house: House, provider: FakeProvider
) -> None:
    browser = plain(house)
    await _travel(house, provider, browser)
    house.time.pass_by(minutes=10)
    browser.headers[HEADER] = "1"
    assert (await browser.post("/probe/export")).json()["code"] == "reauthentication_needed"
    before = browser.cookies["session"]
    old = int((house.time() - timedelta(minutes=5)).timestamp())
    answer = await _travel(house, provider, browser, start="/sign-in/identity/again", auth_time=old)
    assert '<code id="word">auth_time</code>' in answer.text
    assert (await _travel(house, provider, browser, start="/sign-in/identity/again")).status_code == 200
    assert browser.cookies["session"] != before
    assert (await browser.post("/probe/export")).status_code == 200


async def test_somebody_else_at_the_provider_proves_nothing_of_this_session(
    house: House, provider: FakeProvider
) -> None:
    paul = await house.user("paul", "paris", Role.DISPATCHER)
    async with transaction_of_user(paul) as tx:
        assert await store.link(tx, provider.url, "paul's", paul, None, house.time())
        assert not await store.link(tx, provider.url, SUBJECT, paul, None, house.time())  # it is Awa's
    browser = plain(house)
    await _travel(house, provider, browser)
    answer = await _travel(house, provider, browser, "paul's", start="/sign-in/identity/again")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "http://elsewhere.test"},
        {"token_endpoint": "http://127.0.0.1:1/token"},
        {"jwks_uri": "http://127.0.0.1:1/k"},
    ],
)
async def test_provider_that_names_other_hosts_is_not_asked(
    house: House, provider: FakeProvider, metadata: Claims
) -> None:
    provider.metadata = metadata
    answer = await plain(house).get("/sign-in/identity")
    assert answer.status_code == 503


async def test_without_a_provider_there_is_no_such_door(database: Database, settings: Settings) -> None:
    async with house_of(database, settings, *page.routes, *identity_page.routes) as house:
        browser = plain(house)
        for path in ("/sign-in/identity", CALLBACK):
            assert (await browser.get(path)).status_code == 404
        assert "/sign-in/identity" not in (await browser.get("/sign-in")).text


@pytest.mark.parametrize(
    "other",
    [{"oidc_issuer": "http://idp.example"}, {"oidc_client_id": ""}, {"oidc_client_secret": ""}, {"public_url": ""}],
)
async def test_setting_that_cannot_be_used_keeps_the_server_from_starting(
    settings: Settings, provider: FakeProvider, other: Claims
) -> None:
    used = replace(with_provider(settings, provider), **other)
    with pytest.raises(BadSetting):
        provider_of(used, lambda: None)  # type: ignore[arg-type,return-value]
