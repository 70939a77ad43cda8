"""The server speaks to its database and its queue, and to nobody whom a request names."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import asyncpg

from backend.access import RIGHTS, Right, Role
from tests.trust.routes import ROUTES
from tests.trust.test_raw_socket import SECONDS_MAX
from tests.trust.town import Town

HOSTILE = (
    "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "//evil.test/x", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL", "http://[::1]:1/", "http://2130706433:1/", "\\\\evil.test\\x", "jar:http://evil.test!/",
)  # fmt: skip
_WATCHES: list[list[Any]] = []


@contextmanager
def connections() -> Iterator[list[Any]]:
    """Yield the addresses to which this process connects meanwhile, and the names that it looks up."""
    if not _WATCHES:
        sys.addaudithook(_hear)  # it cannot be taken away again; without a watch it does nothing
        _WATCHES.append([])
    found: list[Any] = []
    _WATCHES.append(found)
    try:
        yield found
    finally:
        _WATCHES.remove(found)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and len(_WATCHES) > 1:
        _WATCHES[-1].append(arguments[1])
    elif event == "socket.getaddrinfo" and len(_WATCHES) > 1:
        _WATCHES[-1].append(arguments[0])


def _own(town: Town) -> set[str]:
    """Return the sockets of the database and of the queue, and the names that are looked up on the way to them."""
    ours = [urlsplit(url) for url in (town.settings.database_url, town.settings.redis_url)]
    return {_socket(url) for url in ours} | {url.hostname for url in ours if url.hostname}


def _socket(url: SplitResult) -> str:
    """Return where an address leads as a connection to it is heard: a file, or a host with its port."""
    named = parse_qs(url.query)
    if "host" in named:
        return f"{named['host'][0]}/.s.PGSQL.{named['port'][0]}"
    return _text((url.hostname, url.port)) if url.hostname else url.path


async def test_server_connects_to_its_database_and_its_queue_and_to_nobody_else(town: Town) -> None:
    """Every route is asked once by somebody who may; signing in through an identity provider is a setting and set here."""
    with connections() as found:
        for (method, path), entry in ROUTES.items():
            if entry.endless or path.startswith("/sign-in/identity"):
                continue
            await _ask(town, method, path)
        assert {_text(one) for one in found} <= _own(town)
        await (await asyncpg.connect(town.settings.database_url)).close()  # the control: a connection is heard
        assert _own(town) & {_text(one) for one in found}


async def test_address_that_somebody_sends_is_fetched_by_nobody(town: Town) -> None:
    """In every field of every body and form: whatever is answered, no socket is opened for it and no name looked up."""
    with connections() as found:
        for (method, path), entry in ROUTES.items():
            if entry.endless or path.startswith("/sign-in/identity") or entry.right is Right.TABLET:
                continue
            call = await entry.ask(town, town.mine, town.mine.users[_role(entry.right)])
            fields = [*(call.json or {}), *(call.form or {})]
            for number, name in enumerate(fields):
                hostile = HOSTILE[number % len(HOSTILE)]
                body = None if call.json is None else {**call.json, name: hostile}
                form = None if call.form is None else {**call.form, name: hostile}
                async with await town.signed_in(_role(entry.right)) as browser:
                    await browser.request(method, call.path, json=body, data=form)
        async with await town.signed_in(Role.DISPATCHER) as browser:
            for hostile in HOSTILE:
                await browser.get("/reauthenticate", params={"next": hostile}, timeout=SECONDS_MAX)
        assert {_text(one) for one in found} <= _own(town)


async def _ask(town: Town, method: str, path: str) -> None:
    entry = ROUTES[method, path]
    role = _role(entry.right)
    call = await entry.ask(town, town.mine, town.mine.users[role])
    if entry.right is Right.TABLET:
        tablet, body = await town.new_tablet(town.mine), call.raw or b""
        async with town.browser() as browser:
            await browser.request(method, call.path, content=body, headers=tablet.headers(call.path, body))
    else:
        async with await town.signed_in(role) as browser:
            await browser.request(method, call.path, json=call.json, data=call.form)


def _role(right: Right) -> Role:
    return next((one for one in Role if right in RIGHTS[one]), Role.DISPATCHER)


def _text(address: Any) -> str:
    return address if isinstance(address, str) else str(address)
