"""Values that break programs, in every text field of every body and address: refused or kept as typed, never a 500."""

import copy
import json
from typing import Any

import pytest

from backend.access import RIGHTS, Right, Role
from tests.trust.routes import ROUTES
from tests.trust.town import Town

VALUES: dict[str, Any] = {
    "nul": "a\x00b",
    "lone surrogate": "\\ud800",
    "right to left": "\u202eabc\u200b",
    "very long": "x" * 70_000,
    "number": 7,
    "huge number": 10**30,
    "below zero": -(10**18),
    "not a number": float("nan"),
    "list": ["a"],
    "object": {"a": {"b": []}},
    "null": None,
    "year one": "0001-01-01T00:00:00+14:00",
    "path": "../../etc/passwd",
}
_IN_PARTS = "multipart/form-data; boundary=b"
_PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: x; charset=none\r\n\r\n1\r\n--b--\r\n'
_DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000


@pytest.mark.parametrize(
    ("method", "path"), [key for key, one in ROUTES.items() if not (one.endless or key[1].startswith("/health"))]
)
async def test_hostile_value_in_any_field_is_no_error_of_ours(town: Town, method: str, path: str) -> None:
    entry = ROUTES[method, path]
    role = next((one for one in Role if entry.right in RIGHTS[one]), Role.DISPATCHER)
    call = await entry.ask(town, town.mine, town.mine.users[role])
    faults = []
    for name, value in VALUES.items():
        for part, content in _changed(call.json, call.form, value):
            answer = await _ask(town, entry.right, role, method, call.path, content)
            if answer >= 500:
                faults.append(f"{name} in {part}: {answer}")
        if "?" in call.path:
            address = (
                call.path.split("?")[0] + "?campaign=" + str(value).replace("\x00", "%00")[:200].replace(" ", "%20")
            )
            if (status := await _ask(town, entry.right, role, method, address.replace("\u202e", "%E2"), {})) >= 500:
                faults.append(f"{name} in the address: {status}")
    for content in ({"content": _DEEP}, {"content": b"\xff\xfe"}, {"content": _PART}, {"content": b""}):
        for kind in ("application/json", _IN_PARTS) if content["content"] is not _DEEP else ("application/json",):
            headers = {"Content-Type": kind}
            status = await _ask(town, entry.right, role, method, call.path, {**content, "headers": headers})
            if status >= 500:
                faults.append(f"bytes {content['content'][:5]!r} as {kind}: {status}")
    assert not faults, "\n".join(faults)


def _changed(body: dict[str, Any] | None, form: dict[str, str] | None, value: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return the call's content with one field changed, for each field."""
    if form is not None:
        return [(name, {"data": {**form, name: str(value)}}) for name in form]
    found = []
    for name in body or {}:
        changed = copy.deepcopy(body or {})
        changed[name] = value
        text = json.dumps(changed).replace("\\\\ud800", "\\ud800")
        found.append((name, {"content": text.encode(), "headers": {"Content-Type": "application/json"}}))
    return found


async def _ask(town: Town, right: Right, role: Role, method: str, path: str, content: dict[str, Any]) -> int:
    await town.owner.execute("DELETE FROM throttle")
    if right is Right.TABLET:
        tablet = await town.new_tablet(town.mine)
        body = content.get("content", b"")
        async with town.browser() as browser:
            answer = await browser.request(method, path, content=body, headers=tablet.headers(path, body))
    else:
        async with await town.signed_in(role) as browser:
            answer = await browser.request(method, path, **content)
    return answer.status_code
