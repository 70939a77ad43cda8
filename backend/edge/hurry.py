"""This file closes connections that dawdle: a request whose headers or body never end would hold its place for ever.

Uvicorn bounds the pause between two requests and nothing inside one. Headers have SECONDS_FOR_HEADERS from the first
byte or the opening of the connection and HEADER_BYTES_MAX in all; a body has SECONDS_FOR_BODY, which is enough for a
push of 256 kB at 5 kB/s. How large a body may be is decided in backend/app.py.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS_FOR_HEADERS = 10.0
SECONDS_FOR_BODY = 60.0
HEADER_BYTES_MAX = 64_000


class HurriedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with a clock on each request."""

    _timer: asyncio.TimerHandle | None = None
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a connection that says nothing is closed too."""
        super().connection_made(transport)
        self._give(SECONDS_FOR_HEADERS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Start the clock of a request."""
        super().on_message_begin()
        self._header_bytes = 0
        self._give(SECONDS_FOR_HEADERS)

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Give the body its time."""
        self._give(SECONDS_FOR_BODY)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the clock: how long the answer takes is our own affair."""
        self._stop()
        super().on_message_complete()

    def _give(self, seconds: float) -> None:
        self._stop()
        self._timer = self.loop.call_later(seconds, self._close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _count(self, length: int) -> None:
        self._header_bytes += length
        if self._header_bytes > HEADER_BYTES_MAX:
            self._close()

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
