"""What is asked of every page and every form at once: no other site acts, and what people typed is text wherever it is shown."""

from typing import Any

import httpx
import pytest
from litestar.routes import HTTPRoute

from backend.access import RIGHTS, Right, Role
from backend.accounts.csrf import SAFE_METHODS
from tests.trust.asking import Call, Entry
from tests.trust.routes import ROUTES
from tests.trust.town import Town

TYPED = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'-->{{7*7}}"
# Where names, labels and remarks that people typed are kept, as pages show them.
SHOWN_FROM = (
    "UPDATE person SET given_name = $2, family_name = $2, alias = $2, room = $2, phone = $2 WHERE territory_id = $1",
    "UPDATE place SET name = $2, address = $2, access_code = $2 WHERE territory_id = $1",
    "UPDATE team SET name = $2 WHERE territory_id = $1",
    "UPDATE campaign SET name = $2 WHERE territory_id = $1",
    "UPDATE lot SET number = $2 WHERE territory_id = $1",
    "UPDATE product SET name = $2 WHERE territory_id = $1",
    "UPDATE tablet SET label = $2 WHERE territory_id = $1",
    "UPDATE request SET reason = $2, call_back_phone = $2 WHERE territory_id = $1",
)
UNSAFE = sorted(key for key, entry in ROUTES.items() if key[0] not in SAFE_METHODS and entry.right is not Right.TABLET)


@pytest.mark.parametrize(("method", "path"), UNSAFE)
async def test_no_other_site_acts_by_any_route(town: Town, method: str, path: str) -> None:
    """Neither a form of elsewhere, without our token, nor a script of elsewhere, whatever header it manages to send."""
    entry = ROUTES[method, path]
    if _is_sent_by_browsers_alone(town, method, path) or path.startswith("/sync/"):
        return  # it changes nothing of anybody's, or reads no cookie: the proof is in what is sent
    role = _who_may(entry)
    call = await entry.ask(town, town.mine, town.mine.users[role])
    async with await town.signed_in(role) as browser:
        before = await _left(town)
        answers = [await _send(browser, method, call, {"Sec-Fetch-Site": "cross-site"})]
        answers.append(await _send(browser, method, call, {"Sec-Fetch-Site": "same-site"}))
        del browser.headers["X-Maraude-Request"]
        answers.append(await _send(browser, method, call, {}))
    for answer in answers:
        assert answer.status_code == 403, answer.text[:200]
    assert await _left(town) == before


async def test_what_people_typed_is_text_on_every_page(town: Town) -> None:
    """Stored where pages show it, asked for on every page there is: nothing of it becomes markup."""
    faults, shown = [], 0
    calls = [(method, path, entry, await _call_of(town, entry)) for (method, path), entry in ROUTES.items()
             if entry.page and not entry.endless]  # fmt: skip
    for statement in SHOWN_FROM:
        await town.as_owner(town.mine.id, statement, TYPED)
    await town.owner.execute(
        "UPDATE app_user SET full_name = $1 WHERE id = ANY ($2)", TYPED[:60], list(town.mine.users.values())
    )
    for method, path, entry, call in calls:
        await town.owner.execute("DELETE FROM throttle")
        async with await town.signed_in(_who_may(entry)) as browser:
            answer = await _send(browser, method, call, {})
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue  # JSON and files are given as what they are, `nosniff`
        if any(piece in answer.text for piece in ("<script>alert", "<img src=x", "-->{{7*7}}", "-->49")):
            faults.append(f"{method} {path}")
        shown += "&lt;script&gt;alert(1)" in answer.text
    assert not faults, faults
    assert shown >= 20


def _who_may(entry: Entry) -> Role:
    return next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)


async def _call_of(town: Town, entry: Entry) -> Call:
    return await entry.ask(town, town.mine, town.mine.users[_who_may(entry)])


async def _send(browser: httpx.AsyncClient, method: str, call: Call, headers: dict[str, str]) -> httpx.Response:
    content: dict[str, Any] = {"content": call.raw} if call.raw is not None else {}
    content |= {"data": call.form} if call.form is not None else {}
    content |= {"json": call.json} if call.json is not None else {}
    return await browser.request(method, call.path, headers=call.headers | headers, **content)


def _is_sent_by_browsers_alone(town: Town, method: str, path: str) -> bool:
    return any(
        handler.opt.get("by_browser")
        for route in town.app.routes
        if isinstance(route, HTTPRoute) and route.path == path
        for handler in route.route_handlers
        if method in handler.http_methods
    )


async def _left(town: Town) -> tuple[int, ...]:
    rows = await town.as_owner(
        town.mine.id,
        "SELECT (SELECT count(*) FROM op WHERE territory_id = $1 AND kind <> 'review'), "
        "(SELECT count(*) FROM journal WHERE territory_id = $1), "
        "(SELECT count(*) FROM job WHERE territory_id = $1 AND asked_by IS NOT NULL), "
        "(SELECT count(*) FROM sign_in_session)",
    )
    return tuple(rows[0])
