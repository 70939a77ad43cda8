"""This file decides which of several web processes takes the next connection: one at a time, who holds few of them first.

A process that is woken would take every connection that waits: of four tablets that came at one moment, one process often
had all four while the others idled. So each takes one, and then leaves the next to the others for a moment.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import structlog
import uvicorn

log = structlog.get_logger()
FEW_CONNECTIONS: Final = 32
PAUSE_SECONDS: Final = 0.001  # for each connection held: long beside a turn of an idle process, short for who waits
REFUSED_PAUSE_SECONDS: Final = 1.0


def pause_seconds(held: int) -> float:
    """Return for how long a process that holds so many connections leaves the next one to others.

    Who holds many does not pause: chance has shared them out by then, and a crowd must not wait.

    >>> pause_seconds(1) < pause_seconds(3), pause_seconds(FEW_CONNECTIONS)
    (True, 0.0)
    """
    return held * PAUSE_SECONDS if held < FEW_CONNECTIONS else 0.0


class SharingServer(uvicorn.Server):
    """A web server that accepts from sockets from which other processes accept too."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._accepting: list[asyncio.Task[None]] = []
        self._greeting: set[asyncio.Task[None]] = set()
        self.before_the_end: list[Callable[[], None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, and accept ourselves."""
        await super().startup(sockets=[])
        self._accepting = [asyncio.create_task(self._accept(one)) for one in sockets or []]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let the others end at the same time, then end as uvicorn does."""
        for tell in self.before_the_end:
            tell()
        for task in self._accepting:
            task.cancel()
        await asyncio.gather(*self._accepting, return_exceptions=True)
        await super().shutdown(sockets=sockets)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listening.setblocking(False)
        while True:
            try:
                connection, _address = await loop.sock_accept(listening)
            except ConnectionError:  # the other side has left already
                continue
            except OSError as error:  # no more files may be opened
                log.warning("web.not_accepted", error=type(error).__name__)
                await asyncio.sleep(REFUSED_PAUSE_SECONDS)
                continue
            greeting = asyncio.create_task(self._greet(connection))
            self._greeting.add(greeting)
            greeting.add_done_callback(self._greeting.discard)
            await asyncio.sleep(pause_seconds(len(self.server_state.connections) + len(self._greeting)))

    async def _greet(self, connection: socket.socket) -> None:
        """Give a connection to the protocol; one whose TLS does not come about is closed, as uvicorn would."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection, ssl=self.config.ssl)
        except OSError as error:
            log.info("web.not_greeted", error=type(error).__name__)
            connection.close()

    def _protocol(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
