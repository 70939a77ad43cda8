"""A route without a right does not start, and an unsafe request that another site made does nothing."""

from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar, Request, WebSocket, get
from litestar.handlers import asgi, websocket
from litestar.types import Receive, Scope, Send

from backend.access import Right, Role
from backend.accounts.authenticate import check_every_route_has_a_right, check_right, needs, signed_of
from backend.accounts.csrf import FIELD, HEADER, form_token
from tests.backend.accounts.house import House

ELSEWHERE = {"sec-fetch-site": "cross-site", HEADER: "1"}


async def test_application_with_rights_on_every_route_passes_the_check(house: House) -> None:
    check_every_route_has_a_right(house.app)


def _bare_get() -> Any:
    @get("/bare", sync_to_thread=False)
    def bare() -> str:
        return "open"

    return bare


def _word_get() -> Any:
    @get("/bare", opt={"right": "see_people"}, sync_to_thread=False)
    def bare() -> str:
        return "open"

    return bare


def _bare_socket() -> Any:
    @websocket("/bare")
    async def bare(socket: WebSocket[Any, Any, Any]) -> None:
        await socket.close()

    return bare


def _bare_mount() -> Any:
    @asgi("/bare", copy_scope=True)
    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        return None

    return bare


@pytest.mark.parametrize("made", [_bare_get, _word_get, _bare_socket, _bare_mount])
def test_application_with_a_bare_route_does_not_start(made: Any) -> None:
    app = Litestar([made()], guards=[check_right], openapi_config=None)
    with pytest.raises(RuntimeError, match="/bare"):
        check_every_route_has_a_right(app)


async def test_bare_route_that_slipped_through_answers_no(house: House) -> None:
    """The guard does not lean on the check at the start: without a right the answer is no, even to the right people."""
    await house.territory("paris")
    await house.user("awa", "paris", *Role)
    browser = await house.signed_in("awa")
    house.app.register(_bare_get())
    assert (await browser.get("/bare")).status_code == 403


@pytest.mark.parametrize("path", ["/probe/places", "/probe/plan", "/api/me", "/api/me/sign-in-sessions"])
@pytest.mark.parametrize("cookie", [None, "", "x", "é", "a" * 5000])
async def test_nobody_is_signed_in_without_a_token_of_ours(house: House, path: str, cookie: str | None) -> None:
    headers = {} if cookie is None else {"cookie": f"session={cookie}".encode()}
    answer = await house.browser().get(path, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_tablet_route_knows_nobody_without_a_way_to_know_tablets(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", *Role)
    browser = await house.signed_in("awa")
    assert (await browser.get("/probe/tablet")).json()["code"] == "tablet_unknown"


async def test_options_tell_other_sites_nothing(house: House) -> None:
    """No preflight is ever answered: that is what makes the header a proof."""
    asked = {"origin": "https://evil.test", "access-control-request-method": "POST"}
    answer = await house.browser().options("/api/sign-in", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_unsafe_request_of_another_site_changes_nothing(house: House) -> None:
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    browser = await house.signed_in("awa")
    for headers in ({HEADER: ""}, ELSEWHERE, {**ELSEWHERE, "sec-fetch-site": "same-site"}):
        answer = await browser.post("/api/sign-out", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert (await browser.get("/api/me")).status_code == 200
    assert (await browser.post("/api/sign-out")).status_code == 204


async def test_form_is_taken_with_the_token_of_its_cookie_alone(house: House) -> None:
    browser = house.browser()
    browser.headers.pop(HEADER)
    browser.cookies.set("form", "mine", domain="maraude.test", path="/")
    box = house.accounts.box
    for token, status in ((form_token(box, "mine"), 200), (form_token(box, "theirs"), 403), ("", 403), ("é", 403)):
        assert (await browser.post("/probe/form", data={FIELD: token})).status_code == status
    assert (await browser.post("/probe/form", data={})).status_code == 403
    for token, status in ((form_token(box, "mine"), 200), (form_token(box, "theirs"), 403)):
        assert (await browser.post("/probe/form", files={FIELD: (None, token)})).status_code == status
    browser.cookies.clear()
    assert (await browser.post("/probe/form", data={FIELD: form_token(box, "")})).status_code == 403


async def test_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts(house: House) -> None:
    house.app.state.accounts = replace(house.accounts, settings=replace(house.accounts.settings, secure_cookies=True))
    await house.territory("paris")
    await house.user("awa", "paris", Role.FIELD_TEAM)
    browser = house.browser()
    first = await browser.post(
        "/api/sign-in", json={"login": "awa", "passphrase": "trois mouettes lisent un journal humide"}
    )
    name, _, rest = first.headers["set-cookie"].partition("=")
    token = rest.split(";")[0]
    second = await browser.post(
        "/api/sign-in/code", json={"code": house.code()}, headers={"cookie": f"__Host-session={token}"}
    )
    written = [first.headers["set-cookie"], *second.headers.get_list("set-cookie")]
    assert name == "__Host-session"
    assert len(written) == 3
    for one in written:
        attributes = {part.strip().lower() for part in one.split(";")[1:]}
        assert {"httponly", "secure", "samesite=strict", "path=/"} <= attributes
        assert one.startswith("__Host-")
        assert not any(part.startswith("domain") for part in attributes)


async def test_answers_are_not_kept_by_browsers(house: House) -> None:
    assert (await house.browser().get("/api/me")).headers["cache-control"] == "no-store"


async def test_handler_that_asks_who_signed_on_an_open_route_gets_a_problem(house: House) -> None:
    @get("/open", opt=needs(Right.ANYBODY), sync_to_thread=False)
    def ask(request: Request[Any, Any, Any]) -> str:
        return signed_of(request).login

    house.app.register(ask)
    assert (await house.browser().get("/open")).status_code == 401
