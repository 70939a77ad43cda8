"""What the administration answers before anybody has passed, and which addresses it may have."""

from collections.abc import AsyncIterator

import httpx
import pytest

from backend import clock
from backend.reference_admin.app import HEADERS, House, behind_our_door
from backend.reference_admin.ask import WebServer
from backend.reference_admin.door import BODY_BYTES_MAX
from backend.settings import BadSetting, read_settings

HERE, OURS = "https://maraude.example:8766", "https://maraude.example"
NOBODY_LISTENS = "http://127.0.0.1:1"
COOKIE = {"Cookie": "session=a-token"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Ask an administration whose web server is away."""
    async with WebServer(NOBODY_LISTENS, "session") as web_server:
        app = behind_our_door(House(HERE, f"{OURS}/reference-tables", web_server, "session", clock.now))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as asking:
            yield asking


async def test_nothing_is_answered_while_the_web_server_is_away(client: httpx.AsyncClient) -> None:
    for path in ("/", "/api/tables/", "/api/tables/zone/", "/public/meta/"):
        assert (await client.get(path, headers=COOKIE)).status_code == 503, path


async def test_who_brings_no_session_is_led_to_our_page(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    assert (page.status_code, page.headers["location"]) == (303, f"{OURS}/reference-tables")
    assert (await client.get("/api/tables/")).status_code == 403


async def test_own_sign_in_files_and_documentation_of_the_package_are_not_found(client: httpx.AsyncClient) -> None:
    for path in (
        "/public/login/",
        "/public/logout/",
        "/api/change-password/",
        "/api/media/",
        "/api/forms/x/",
        "/api/mfa-setup/",
    ):
        assert (await client.post(path, headers={**COOKIE, "Origin": HERE})).status_code == 404, path
    for path in ("/openapi.json", "/api/openapi.json", "/api/docs/", "/public/docs/", "/api/media-files/x"):
        assert (await client.get(path, headers=COOKIE)).status_code == 404, path


async def test_changes_from_elsewhere_and_beyond_measure_go_no_further(client: httpx.AsyncClient) -> None:
    path, body = "/api/tables/zone/1/", {"name": "x" * BODY_BYTES_MAX}
    for origin in ({}, {"Origin": OURS}, {"Origin": "null"}, {"Origin": HERE, "Sec-Fetch-Site": "same-site"}):
        assert (await client.patch(path, json={}, headers={**COOKIE, **origin})).status_code == 403, origin
    assert (await client.patch(path, json=body, headers={**COOKIE, "Origin": HERE})).status_code == 404
    assert (await client.put(path, json={}, headers={**COOKIE, "Origin": HERE})).status_code == 404


async def test_every_answer_bears_the_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/assets/none.js", "/public/login/"):
        answer = await client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path


@pytest.mark.parametrize(
    "address", ["https://other.example:8766", "http://maraude.example:8766", OURS, "maraude.example"]
)
def test_address_that_is_no_other_origin_of_the_same_host_is_refused(address: str) -> None:
    with pytest.raises(BadSetting):
        read_settings({"MARAUDE_PUBLIC_URL": OURS, "MARAUDE_REFERENCE_ADMIN_URL": address})
    assert (
        read_settings({"MARAUDE_PUBLIC_URL": OURS, "MARAUDE_REFERENCE_ADMIN_URL": HERE}).reference_admin_origin == HERE
    )
