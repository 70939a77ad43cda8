"""Every route, asked by everybody: who may gets the row, who may not gets one same refusal and leaves no trace.

A route that tests/trust/routes.py does not know fails here: nobody adds one without saying who may ask it.
"""

import re
from dataclasses import astuple, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from backend import clock
from backend.access import RIGHTS, Right, Role
from backend.ids import TerritoryId, UserId
from tests.trust.asking import Call, Entry
from tests.trust.routes import ROUTES
from tests.trust.town import Tablet, Territory, Town, without_request_id

_BY_SESSION = (Right.SIGNING_IN, Right.SIGNED_IN)


@dataclass(frozen=True)
class Knock:
    """One way to come to the door: a kind of session or tablet, with the role of whoever holds it."""

    name: str
    role: Role | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.role}" if self.role else self.name


KNOCKS = (
    Knock("anonymous"),
    Knock("made_up_token"),
    *(Knock("signed_in", role) for role in Role),
    *(Knock("passphrase_only", role) for role in Role),
    Knock("ended", Role.DISPATCHER),
    Knock("idle", Role.TERRITORY_ADMINISTRATOR),
    Knock("too_old", Role.CLINICAL_SUPERVISOR),
    Knock("disabled", Role.DISPATCHER),
    Knock("code_long_ago", Role.CLINICAL_SUPERVISOR),
    *(Knock("no_role", role) for role in Role),
    Knock("tablet"),
    Knock("tablet_revoked"),
    Knock("tablet_forged"),
    Knock("tablet_of_other"),
)
# Where a page leads who misses a step, instead of refusing.
LED_TO = {
    "not_signed_in": "/sign-in",
    "second_factor_needed": "/sign-in",
    "reauthentication_needed": "/reauthenticate",
}
# What they name by an id is of the asker, of another route's test, or found by a name that holds the id in these towns.
OWN_IDS_ALONE = {
    "/notices/read", "/break-glass", "/journal/people", "/requests/proposals", "/due/find", "/sync/people/sign-in",
    "/sync/people/unlock",
}  # fmt: skip
# Whoever holds the code of a tablet, or the token of a calendar, may use it: it is the proof, in its own territory alone.
PROVED_BY_THEIR_ADDRESS = {"/sync/enrol", "/calendar/{territory_id:uuid}/{token:str}"}
CHECKOUT = Path(__file__).resolve().parents[2]
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
DEAD = {"anonymous", "made_up_token", "ended", "idle", "too_old", "disabled"}


@dataclass(frozen=True)
class Trace:
    """How many rows of the territory there are: entries of the route's act, all entries, those of nobody, ops and jobs."""

    acts: int
    entries: int
    of_nobody: int
    written: int

    def __sub__(self, before: "Trace") -> "Trace":
        return Trace(*(a - b for a, b in zip(astuple(self), astuple(before), strict=True)))

    def faults(self, entry: Entry, *, may: bool, as_wanted: bool) -> list[str]:
        """Return what is wrong with what a request left behind: who may leaves its row, who may not leaves nothing."""
        if not may:
            return [f"a refusal that left {self}"] * (self != Trace(0, 0, 0, 0))
        found = [f"{self.acts} entries `{entry.act}`"] * (bool(entry.act) and self.acts != 1)
        found += ["nothing was written"] * (entry.writes and as_wanted and not self.written)
        return found + ["an entry in the journal that names nobody"] * bool(self.of_nobody)


def expected(entry: Entry, knock: Knock) -> tuple[int, str]:
    """Return status and code that a knock must get, from the table of backend/access.py; no code: the guard lets pass."""
    refused: tuple[int, str] | None = None
    tablet = knock.name.startswith("tablet")
    if entry.right is Right.TABLET:
        if knock.name == "tablet_revoked" and not entry.deposit:
            refused = (403, "tablet_deposit_only")
        elif knock.name not in {"tablet", "tablet_revoked"}:
            refused = (401, "tablet_unknown")
    elif entry.right is not Right.ANYBODY:
        if tablet or knock.name in DEAD:
            refused = (401, "not_signed_in")
        elif knock.name == "passphrase_only" and entry.right is not Right.SIGNING_IN:
            refused = (403, "second_factor_needed")
        elif (
            entry.right not in _BY_SESSION
            and (knock.name == "no_role" or knock.role is None or entry.right not in RIGHTS[knock.role])
        ) or (entry.inside and (knock.name == "no_role")):
            refused = (403, "forbidden")
        elif entry.reauthenticated and knock.name == "code_long_ago":
            refused = (403, "reauthentication_needed")
        elif entry.members and knock.name == "no_role":
            refused = (404, "not_found")
    if refused is None:
        return entry.passed, ""
    return (303, LED_TO[refused[1]]) if entry.page and refused[1] in LED_TO else refused


async def test_every_route_of_the_application_has_an_entry_that_names_its_right(town: Town) -> None:
    assert _rights_of(town.app) == {key: entry.right for key, entry in ROUTES.items()}


async def test_a_route_without_an_entry_or_with_another_right_is_seen(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks above must themselves see a new route, and one whose right was loosened."""
    handler = next(
        one for route in town.app.routes if isinstance(route, HTTPRoute) and route.path == "/metrics"
        for one in route.route_handlers if "GET" in one.http_methods
    )  # fmt: skip
    monkeypatch.setitem(handler.opt, "right", Right.ANYBODY)
    assert _rights_of(town.app) != {key: entry.right for key, entry in ROUTES.items()}
    monkeypatch.undo()
    without = {key: entry.right for key, entry in ROUTES.items() if key != ("GET", "/metrics")}
    assert _rights_of(town.app) != without


async def test_every_route_has_a_control_that_an_empty_answer_would_not_pass(town: Town) -> None:
    """And what names something by its id is asked for with the other territory's too."""
    weak = []
    for (method, path), entry in ROUTES.items():
        role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
        call = await entry.ask(town, town.mine, town.mine.users[role])
        if not (call.shows or entry.act or entry.writes or entry.endless or _is_a_test(entry.proved)):
            weak.append(f"{method} {path}: who may shows nothing and leaves nothing")
        if entry.passed >= 400 and not (call.shows or _is_a_test(entry.proved)):
            weak.append(f"{method} {path}: nobody gets through, and no test is named in which somebody does")
        if _UUID.search(f"{call.path} {call.json} {call.form}") and not (entry.scoped or path in OWN_IDS_ALONE):
            weak.append(f"{method} {path}: names something by its id, and is not `scoped`")
    assert not weak, "\n".join(weak)


def test_a_control_without_a_test_behind_it_is_seen() -> None:
    assert _is_a_test("tests/trust/test_matrix.py::test_a_control_without_a_test_behind_it_is_seen")
    assert not [one for one in ("", "tests/trust/test_matrix.py::test_of_none") if _is_a_test(one)]


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
async def test_route_answers_each_who_knocks_as_the_table_of_rights_says(town: Town, method: str, path: str) -> None:
    """Whoever may gets the row; whoever may not gets the refusal, and the journal holds no act of theirs."""
    entry, faults, passed = ROUTES[method, path], [], 0
    for knock in KNOCKS:
        if entry.endless and not expected(entry, knock)[1]:
            passed += 1
            continue
        call = await entry.ask(town, town.mine, _user_of(town, knock, town.mine))
        before = await _trace(town, entry)
        answer = await _knock(town, knock, method, town.mine, call)
        left = await _trace(town, entry) - before
        wanted, code = expected(entry, knock)
        faults += [f"{knock}: {fault}" for fault in _faults(answer, entry, (wanted, code), call)]
        faults += [
            f"{knock}: {fault}" for fault in left.faults(entry, may=not code, as_wanted=answer.status_code == wanted)
        ]
        passed += not code
    assert not faults, "\n".join(faults)
    assert passed, "no positive control: the route answers nobody"


@pytest.mark.parametrize(("method", "path"), sorted(key for key, entry in ROUTES.items() if entry.scoped))
async def test_id_of_another_territory_answers_exactly_as_one_that_nobody_has(
    town: Town, method: str, path: str
) -> None:
    """Not even that a thing exists is told: status, headers and body are those of an unknown id."""
    entry = ROUTES[method, path]
    role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
    user_there = town.other.users[role]
    call = await entry.ask(town, town.other, user_there)
    assert call.id is not None
    unknown = call.about_nothing()
    nothing, there = await _asked_from_mine(town, entry, method, role, unknown, call)
    if path in PROVED_BY_THEIR_ADDRESS:
        assert there.status_code == 200
        assert 400 <= nothing.status_code < 500
    else:
        assert without_request_id(there, call.id) == without_request_id(nothing, unknown.id)
        assert there.status_code == entry.passed if entry.each else 400 <= there.status_code < 500
        assert not (entry.each and call.shows) or call.shows not in there.text
    control = await entry.ask(town, town.mine, town.mine.users[role])
    (answer,) = await _asked_from_mine(town, entry, method, role, control)
    assert answer.status_code == entry.passed
    assert control.shows in answer.text


async def test_answers_hold_nothing_of_another_territory(town: Town) -> None:
    """Lists, pages and feeds of one territory never name an id or a word of the other's."""
    canaries = [str(town.mine.id), *map(str, town.mine.ids.values()), *map(str, town.mine.users.values())]
    canaries += [str(tablet.tablet_id) for tablet in town.mine.tablets.values()]
    for (method, path), entry in ROUTES.items():
        if entry.endless:
            continue
        role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
        call = await entry.ask(town, town.other, town.other.users[role])
        knock = Knock("tablet") if entry.right is Right.TABLET else Knock("signed_in", role)
        answer = await _knock(town, knock, method, town.other, call)
        assert answer.status_code in {entry.passed, entry.also}, path
        assert not [word for word in canaries if word in answer.text], path


def _is_a_test(proved: str) -> bool:
    file, _, name = proved.partition("::")
    return bool(name) and f"def {name}(" in (CHECKOUT / file).read_text(encoding="utf-8")


def _rights_of(app: Litestar) -> dict[tuple[str, str], Right]:
    return {
        (method, route.path): handler.opt["right"]
        for route in app.routes
        for handler in (route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler])
        for method in sorted(getattr(handler, "http_methods", {"WEBSOCKET"}))
        if method != "OPTIONS"
    }


def _user_of(town: Town, knock: Knock, where: Territory) -> UserId | None:
    return (town.other if knock.name == "no_role" else where).users[knock.role] if knock.role else None


async def _knock(town: Town, knock: Knock, method: str, where: Territory, call: Call) -> httpx.Response:
    await town.owner.execute("DELETE FROM throttle")
    user = _user_of(town, knock, where)
    if knock.name.startswith("tablet"):
        return await _sent_by_tablet(town, call, method, knock.name, where)
    token = await _token(town, knock, where)
    async with town.browser(token) as browser:
        answer = await browser.request(method, call.path, **_content(call))
    if knock.name == "disabled" and user:
        await town.owner.execute("UPDATE app_user SET disabled_at = NULL WHERE id = $1", user)
    return answer


async def _asked_from_mine(town: Town, entry: Entry, method: str, role: Role, *calls: Call) -> list[httpx.Response]:
    """Ask as who may in the first territory: a tablet of it, or somebody of this role in one session."""
    if entry.right is Right.TABLET:
        return [await _sent_by_tablet(town, call, method, "tablet", town.mine) for call in calls]
    async with await town.signed_in(role) as browser:
        return [await browser.request(method, call.path, **_content(call)) for call in calls]


async def _token(town: Town, knock: Knock, where: Territory) -> str:
    """Return the token of a session of this kind; empty for who has none."""
    if knock.role is None:
        return "made-up-by-somebody" if knock.name == "made_up_token" else ""
    now = clock.now()
    columns: dict[str, dict[str, Any]] = {
        "passphrase_only": {"second_factor_at": None, "reauthenticated_at": None},
        "ended": {"ended_at": now},
        "idle": {"seen_at": now - timedelta(minutes=16)},
        "code_long_ago": {"reauthenticated_at": now - timedelta(hours=8)},
        "too_old": {"ends_at": now - timedelta(seconds=1)},
    }
    territory_id = where.id
    if knock.name == "no_role":  # of the other territory, with a session that claims this one
        return await town.session(town.other.users[knock.role], territory_id)
    if knock.name == "passphrase_only":
        return await town.session(where.users[knock.role], None, **columns[knock.name])
    token = await town.session(where.users[knock.role], territory_id, **columns.get(knock.name, {}))
    if knock.name == "disabled":
        await town.owner.execute("UPDATE app_user SET disabled_at = now() WHERE id = $1", where.users[knock.role])
    return token


async def _sent_by_tablet(town: Town, call: Call, method: str, name: str, where: Territory) -> httpx.Response:
    state = "deposit_only" if name == "tablet_revoked" else "active"
    home = town.other if name == "tablet_of_other" else where
    tablet = await town.new_tablet(home, state)
    body = tablet.push_of() if call.path == "/sync/push" else _bytes_of(call)
    signer = tablet if name != "tablet_forged" else await town.new_tablet(where)
    async with town.browser() as browser:
        headers = _signed(tablet, signer, method, call.path, body, where.id) | call.headers
        if call.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await browser.request(method, call.path, content=body, headers=headers)


def _signed(
    tablet: Tablet, signer: Tablet, method: str, path: str, body: bytes, claimed: TerritoryId
) -> dict[str, str]:
    headers = signer.headers(path, body, method=method)
    return headers | {"maraude-installation": f"{claimed}/{tablet.installation_id}"}


def _content(call: Call) -> dict[str, Any]:
    headers = {"headers": call.headers} if call.headers else {}
    if call.form is not None:
        return {"data": call.form, **headers}
    return ({"json": call.json} if call.json is not None else {"content": call.raw or b""}) | headers


def _bytes_of(call: Call) -> bytes:
    request = httpx.Request("POST", "http://x", **_content(call))
    return request.read()


def _faults(answer: httpx.Response, entry: Entry, expected_: tuple[int, str], call: Call) -> list[str]:
    wanted, code = expected_
    if not code:
        led_on = entry.also and answer.status_code == entry.also
        ok = led_on or (answer.status_code == wanted and call.shows in answer.text)
        return [] if ok else [f"{answer.status_code} {answer.text[:200]}, not {wanted} with {call.shows!r}"]
    found = answer.headers.get("location", "").partition("?")[0] if wanted == 303 else _code_of(answer)
    if answer.status_code != wanted or found not in {code, ""}:
        return [f"{answer.status_code} {found}, not {wanted} {code}"]
    return [f"a refusal that shows {call.shows!r}"] if len(call.shows) > 30 and call.shows in answer.text else []


def _code_of(answer: httpx.Response) -> str:
    """Return the problem's code; the answer to a HEAD has none, since it has no body."""
    return str(answer.json()["code"]) if answer.content and "json" in answer.headers["content-type"] else ""


async def _trace(town: Town, entry: Entry) -> Trace:
    rows = await town.as_owner(
        town.mine.id,
        "SELECT count(*) FILTER (WHERE act = $2), count(*), count(*) FILTER (WHERE user_id IS NULL AND "
        "installation_id IS NULL AND act <> 'tablet_enrolled'), "
        "(SELECT count(*) FROM op WHERE territory_id = $1 AND kind <> 'review') "  # rules open reviews by themselves
        "+ (SELECT count(*) FROM job WHERE territory_id = $1 AND asked_by IS NOT NULL) "
        "FROM journal WHERE territory_id = $1",
        entry.act,
    )
    return Trace(*rows[0])
