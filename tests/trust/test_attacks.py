"""What an attacker sends through the front door: every answer is a refusal with a reason, and nothing has changed."""

import csv
import gzip
import io
import json
from dataclasses import replace
from urllib.parse import quote

import httpx
import msgspec
import pytest
import structlog

from backend.access import RIGHTS, Role
from backend.coverage.csv_export import Variant, write_csv
from backend.edge import logs
from backend.edge.middleware import HEADERS
from backend.ids import new_id
from tests.trust.routes import ROUTES
from tests.trust.town import ADDRESS, PASSPHRASE, Town

XSS = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'-alert(1)-'", "</title><svg onload=alert(1)>",
    "javascript:alert(1)", "{{7*7}}", "<b>\u202e\u0000"[:-1],
)  # fmt: skip
SQL = ("'; DROP TABLE person; --", "' OR '1'='1", "$1", "%s", "\\'; SELECT pg_sleep(5); --", "1; COPY person TO '/x'")
LINES = ("a\r\nSet-Cookie: session=x", 'x"}\n{"event":"forged"}', "a\x1b[2Jb")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")
OF_FHIR = ("/api/import/fhir", "/api/fhir/$immds-forecast")


@pytest.mark.parametrize(("method", "path"), [key for key, entry in ROUTES.items() if "{" not in key[1]])
async def test_every_answer_bears_the_headers_that_keep_a_browser_safe(town: Town, method: str, path: str) -> None:
    """Errors included: a refusal that may be framed or sniffed is a way in too."""
    async with town.browser() as browser:
        answer = await browser.request(method, path, headers={"Origin": "https://evil.test"})
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    # The service worker of the app holds nothing of anybody; a browser that keeps it asks whether it is still the one.
    assert answer.headers["cache-control"] == ("no-cache" if path == "/tablet/sw.js" else "no-store")
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_methods_that_a_route_has_not_are_refused_and_preflights_too(town: Town) -> None:
    async with town.browser() as browser:
        for path in ("/api/me", "/sync/push", "/health/live", "/coverage"):
            for method in ("TRACE", "PATCH", "OPTIONS", "PROPFIND", "CONNECT"):
                asked = {"Origin": "https://evil.test", "Access-Control-Request-Method": "POST"}
                answer = await browser.request(method, path, headers=asked)
                assert answer.status_code == 405, (method, path)
                assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_field_that_a_body_does_not_have_is_refused(town: Town) -> None:
    """Mass assignment: author, role, territory or state beside the asked fields change nothing and are told."""
    tried = 0
    for (method, path), entry in ROUTES.items():
        call = await entry.ask(town, town.mine, town.mine.users[Role.DISPATCHER])
        if call.json is None or path in OF_FHIR or (path.startswith("/sync/") and path != "/sync/enrol"):
            continue
        for name in ("territory_id_of", "role", "user_id", "state", "is_demo"):
            role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
            async with await town.signed_in(role) as browser:
                answer = await browser.request(method, call.path, json={**call.json, name: str(new_id())})
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), (path, name)
            tried += 1
    assert tried >= 50


@pytest.mark.parametrize("path", OF_FHIR)
async def test_a_field_beside_those_we_read_of_fhir_changes_nothing(town: Town, path: str) -> None:
    """FHIR lets a sender say more than we read, so it is not refused; the answer is the one without it."""
    call = await ROUTES["POST", path].ask(town, town.mine, None)
    async with await town.signed_in(Role.CLINICAL_SUPERVISOR) as browser:
        first, plain = [await browser.post(call.path, json=call.json) for _ in range(2)]
        assert (first.status_code, plain.status_code) == (200, 200)
        for name in ("territory_id", "role", "user_id", "state", "is_demo"):
            answer = await browser.post(call.path, json={**(call.json or {}), name: str(town.other.id)})
            assert (answer.status_code, answer.content) == (200, plain.content), name


async def test_words_of_a_proxy_are_not_taken_from_a_stranger(town: Town) -> None:
    """Host, X-Forwarded-* and Forwarded name nobody: no answer repeats them and no address is built from them."""
    forged = {
        "Host": "evil.test", "X-Forwarded-Host": "evil.test", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "ftp",
        "Forwarded": "for=203.0.113.9;host=evil.test", "X-Real-IP": "203.0.113.9", "X-Original-URL": "/metrics",
        "X-HTTP-Method-Override": "DELETE",
    }  # fmt: skip
    async with await town.signed_in(Role.AUDITOR) as browser:
        for path in ("/sign-in", "/coverage", "/my-sessions", "/api/me", "/nowhere"):
            answer = await browser.get(path, headers=forged)
            assert "evil.test" not in answer.text + str(answer.headers), path
            assert "203.0.113.9" not in answer.text
        assert (await browser.get("/health/live", headers=forged)).json() == {"state": "alive"}
    await town.owner.execute("DELETE FROM throttle")
    codes = []
    async with town.browser() as browser:  # one address, whatever it says of itself: the attempts add up
        for number in range(60):
            said = {"X-Forwarded-For": f"203.0.113.{number}"}
            body = {"login": f"nobody-{number}", "passphrase": "x"}
            codes.append((await browser.post("/api/sign-in", json=body, headers=said)).status_code)
    assert codes[0] == 401
    assert 429 in codes
    await town.owner.execute("DELETE FROM throttle")


async def test_packed_bomb_is_not_unpacked_beyond_its_bound(town: Town) -> None:
    tablet = await town.new_tablet(town.mine)
    bomb = gzip.compress(b"0" * 200_000_000, 1)
    while len(bomb) > 900_000:  # a bomb within the bound of bodies
        bomb = gzip.compress(b"0" * 100_000_000, 9)
    headers = tablet.headers("/sync/push", bomb) | {"Content-Encoding": "gzip"}
    async with town.browser() as browser:
        answer = await browser.post("/sync/push", content=bomb, headers=headers)
        assert answer.json()["too_large"] is True
        sound = gzip.compress(tablet.push_of())
        headers = tablet.headers("/sync/push", sound) | {"Content-Encoding": "gzip"}
        assert (await browser.post("/sync/push", content=sound, headers=headers)).json()["expected_n"] == 1
        torn = gzip.compress(tablet.push_of())[:-12]
        headers = tablet.headers("/sync/push", b"\x1f\x8bxx") | {"Content-Encoding": "gzip"}
        assert (await browser.post("/sync/push", content=b"\x1f\x8bxx", headers=headers)).status_code == 400
        headers = tablet.headers("/sync/push", torn) | {"Content-Encoding": "gzip"}
        assert (await browser.post("/sync/push", content=torn, headers=headers)).status_code in {200, 400}


async def test_body_beyond_the_bound_is_refused(town: Town) -> None:
    async with await town.signed_in(Role.DISPATCHER) as browser:
        for path in ("/api/requests", "/api/sign-in", "/sign-in"):
            answer = await browser.post(path, content=b"x" * 2_000_000, headers={"Content-Type": "application/json"})
            assert answer.status_code in {400, 413}, path


@pytest.mark.parametrize("text", [*XSS, *SQL])
async def test_hostile_text_is_inert_where_pages_show_it(town: Town, text: str) -> None:
    """What people type comes back as text: in the page's markup it is escaped, in the database it is what was typed."""
    async with town.browser() as browser:
        shown = await browser.post("/sign-in", data={"login": text[:60], "passphrase": "x"})
        assert _inert(shown, text[:60])
        shown = await browser.post("/set-up", data={"code": text[:60], "passphrase": "trois mouettes lisent"})
        assert _inert(shown, text[:60])
    await town.owner.execute("DELETE FROM throttle")
    token = await town.session(town.mine.users[Role.DISPATCHER], town.mine.id)
    await town.owner.execute(
        "UPDATE sign_in_session SET device_label = $1 WHERE user_id = $2", text, town.mine.users[Role.DISPATCHER]
    )
    async with town.browser(token) as browser:
        assert _inert(await browser.get("/my-sessions"), text)
        body = {"caller_role": "person", "place_id": str(town.mine.ids["place"]), "acts": ["screen"], "reason": text}
        made = await browser.post("/api/requests", json=body)
        assert made.status_code == 201
        rows = await town.as_owner(
            town.mine.id, "SELECT reason FROM request WHERE territory_id = $1 AND id = $2", msgspec.convert(
                made.json()["request_id"], type=type(new_id())
            ),
        )  # fmt: skip
        assert rows[0]["reason"] == text
        assert (await browser.get("/reauthenticate", params={"next": text})).status_code == 200
    async with await town.signed_in(Role.CENTRE_MANAGER) as browser:
        for path in ("/coverage", "/api/coverage", "/api/coverage.csv"):
            asked = {"campaign": str(town.mine.ids["campaign"]), "group": text}
            assert (await browser.get(path, params=asked)).status_code == 404
            assert (await browser.get(path, params={**asked, "campaign": text})).status_code in {400, 404}


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("variant", list(Variant))
def test_formula_in_a_file_stays_text(formula: str, variant: Variant) -> None:
    content = write_csv(["name"], [[formula]], variant).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=";" if variant is Variant.FRENCH else ","))
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))


async def test_log_is_one_line_of_json_per_event_and_holds_no_canary(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing that a stranger sends begins a line of its own, and no name or address of a person is in the log."""
    canaries = ("Zyxocanary", "rue du Canari 12", "0699887766")
    logs.set_up("debug")
    try:
        async with await town.signed_in(Role.DISPATCHER) as browser:
            for line in LINES:
                await browser.get("/api/me", headers={"Accept-Language": line.encode("unicode_escape").decode()})
                await browser.get("/nowhere/" + quote(line))
                await browser.post("/api/sign-in", json={"login": line, "passphrase": line})
            body = {
                "caller_role": "person",
                "place_id": str(new_id()),
                "acts": ["screen"],
                "call_back_phone": canaries[2],
            }
            assert (await browser.post("/api/requests", json={**body, "reason": canaries[1]})).status_code == 400
        tablet = await town.new_tablet(town.mine)
        parts = {"set": {"family_name": canaries[0], "phone": canaries[2], "born_on": "no day"}}
        await town.push(tablet, tablet.line("person", new_id(), town.mine.users[Role.FIELD_TEAM], **parts))
    finally:
        structlog.reset_defaults()
    written = capfd.readouterr().err
    events = [json.loads(line) for line in written.splitlines()]
    assert {"request.answered", "push.answered"} <= {event["event"] for event in events}
    assert not [word for word in (*canaries, "forged") if word in written.replace("forged_", "")]
    await town.owner.execute("DELETE FROM throttle")


async def test_cookies_are_for_this_host_alone_and_out_of_reach_of_scripts(town: Town) -> None:
    plain = town.app.state.accounts
    town.app.state.accounts = replace(plain, settings=replace(plain.settings, secure_cookies=True))
    try:
        login = f"{Role.DISPATCHER.value}-{town.mine.users[Role.DISPATCHER].hex[-8:]}"
        async with town.browser() as browser:
            given = await browser.post("/api/sign-in", json={"login": login, "passphrase": PASSPHRASE})
            page = await browser.get("/sign-in")
    finally:
        town.app.state.accounts = plain
    found = given.headers.get_list("set-cookie") + page.headers.get_list("set-cookie")
    assert any(cookie.startswith("__Host-session=") for cookie in found)
    for cookie in found:
        words = {part.strip().lower() for part in cookie.split(";")}
        assert {"httponly", "samesite=strict", "secure", "path=/"} <= words, cookie
        assert not any(word.startswith("domain") for word in words)
    assert ADDRESS not in str(found)


async def test_description_and_measures_are_not_for_strangers(town: Town) -> None:
    async with town.browser() as browser:
        for path in ("/schema", "/schema/openapi.json", "/metrics"):
            assert (await browser.get(path)).status_code == 401
        for path in (
            "/.git/config",
            "/.env",
            "/debug",
            "/admin",
            "/docs",
            "/static/../pyproject.toml",
            "/openapi.json",
        ):
            assert (await browser.get(path)).status_code == 404, path


def _inert(answer: httpx.Response, text: str) -> bool:
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    dangerous = any(sign in text for sign in "<>\"'")
    return not dangerous or text not in answer.text
