"""What only a raw socket can send: two lengths in one request, headers that never end. The web server itself answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from backend.edge import hurry
from tests.trust.town import Town
from tests.trust.web import AMBIGUOUS, served_at

SMUGGLED = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
SECONDS_MAX = 20.0


@pytest.fixture
async def port(town: Town) -> AsyncIterator[int]:
    async with served_at(town.app, town.settings) as found:
        yield found


async def _said(port: int, *parts: bytes, pause_seconds: float = 0.0) -> bytes:
    """Send parts and return all that came until the server closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            with contextlib.suppress(ConnectionError):
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(pause_seconds)
            with contextlib.suppress(ConnectionError):
                return await reader.read()
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("lengths", AMBIGUOUS)
async def test_request_with_two_lengths_is_refused_and_the_connection_closed(port: int, lengths: bytes) -> None:
    """A proxy and we must never disagree where a request ends: the second request is not answered."""
    said = await _said(port, b"POST /health/live HTTP/1.1\r\nHost: x\r\n" + lengths + SMUGGLED)
    assert said.startswith(b"HTTP/1.1 400") or said == b"", said[:200]
    assert said.count(b"HTTP/1.1 ") <= 1


async def test_sound_request_is_answered_on_the_same_server(port: int) -> None:
    """The positive control of this file, with keep-alive and a body in parts."""
    head = b"POST /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    last = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    said = await _said(port, head, b"2\r\nab\r\n", b"0\r\n\r\n" + last, pause_seconds=0.02)
    assert said.count(b"HTTP/1.1 405") == 1
    assert said.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [b"GET /health/live HTTP/1.1\r\n", *(b"X-A: b\r\n" for _ in range(20))],
        [b"POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", *(b"x" for _ in range(20))],
    ],
    ids=["silence", "headers", "body"],
)
async def test_request_that_never_ends_is_closed(
    port: int, parts: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hurry, "SECONDS_FOR_HEADERS", 0.2)
    monkeypatch.setattr(hurry, "SECONDS_FOR_BODY", 0.2)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert b"200 OK" not in await _said(port, *parts, pause_seconds=0.05)
    assert loop.time() - began < SECONDS_MAX / 2


async def test_headers_beyond_their_bound_close_the_connection(port: int) -> None:
    line = b"X-A: " + b"b" * 1000 + b"\r\n"
    said = await _said(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\n", *(line for _ in range(80)), b"\r\n")
    assert b"200 OK" not in said
    few = [line] * 10
    said = await _said(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", *few, b"\r\n")
    assert b"200 OK" in said
