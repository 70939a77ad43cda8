"""Stand between tablets and servers as a bad network: one connection, one request, at most one fault drawn by seed.

A request is read whole before its fate is drawn, so that a cut falls on a byte of our choosing. A server that is not
there is no fault of this network: the connection ends, and nothing is counted.
"""

import asyncio
import contextlib
import random
import threading
from collections import Counter
from enum import StrEnum

PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 31\r\nConnection: close\r\n\r\n"
    b"<html>Sign in to hotel.</html>\n"
)
DELAY_SECONDS_MAX = 0.25
ANSWER_SECONDS_MAX = 30.0


class Fault(StrEnum):
    """What a network does to one request."""

    REQUEST_CUT = "request_cut"  # the server sees its beginning
    ANSWER_DROPPED = "answer_dropped"  # the server did it, the tablet never hears
    ANSWER_HALVED = "answer_halved"  # the tablet hears the beginning
    DELAYED = "delayed"
    SENT_TWICE = "sent_twice"  # both arrive at the same moment, at two servers if there are two
    VANISHED = "vanished"  # sent, and gone before the server answers
    PORTAL = "portal"  # a hotel's sign-in page answers instead


class FaultProxy:
    """A proxy in a thread of its own; `counts` says how often it did what."""

    def __init__(self, upstream_ports: list[int], chance: random.Random, fault_share: float) -> None:
        self.counts: Counter[Fault] = Counter()
        self.port = 0
        self._upstream_ports = upstream_ports
        self._chance = chance
        self._fault_share = fault_share
        self._started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> int:
        """Listen on a free port of the loopback and return it."""
        self._thread.start()
        self._started.wait()
        return self.port

    def stop(self) -> None:
        """Stop listening and drop what is under way."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        self._loop.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            request = await _read_request(reader)
            answer = await self._answer(request)
            if answer:
                writer.write(answer)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    async def _answer(self, request: bytes) -> bytes:
        """Return what of the answer reaches the tablet."""
        chance = self._chance
        fault = chance.choice(list(Fault)) if chance.random() < self._fault_share else None
        port = chance.choice(self._upstream_ports)
        if fault is None:
            return await _ask(port, request)
        answer = await self._spoil(fault, port, request)
        self.counts[fault] += 1
        return answer

    async def _spoil(self, fault: Fault, port: int, request: bytes) -> bytes:
        chance, heard = self._chance, b""
        match fault:
            case Fault.PORTAL:
                heard = PORTAL
            case Fault.REQUEST_CUT:
                await _throw(port, request[: chance.randrange(1, len(request))])
            case Fault.VANISHED:
                await _throw(port, request)
            case Fault.DELAYED:
                await asyncio.sleep(chance.uniform(0, DELAY_SECONDS_MAX))
                heard = await _ask(port, request)
            case Fault.SENT_TWICE:
                other = chance.choice(self._upstream_ports)
                heard, _ = await asyncio.gather(_ask(port, request), _ask(other, request))
            case Fault.ANSWER_DROPPED:
                await _ask(port, request)
            case Fault.ANSWER_HALVED:
                answer = await _ask(port, request)
                heard = answer[: chance.randrange(1, len(answer))]
        return heard


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)


async def _ask(port: int, request: bytes) -> bytes:
    """Return the whole answer: tablets here ask for the connection to be closed after it. Raises OSError."""
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            await writer.drain()
            answer = await reader.read()
        finally:
            writer.close()
    if not answer:
        raise ConnectionResetError
    return answer


async def _throw(port: int, content: bytes) -> None:
    """Send bytes and be gone; raises OSError if no server is there."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(content)
    await writer.drain()
    writer.transport.abort()
