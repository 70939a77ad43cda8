"""Carry news to open pages: one LISTEN connection per web process, any number of server-sent event streams.

A topic is `job:<id>` or `territory:<id>`; the news is only *that* something changed: each stream reads the row again
in its own scope. When the listening connection was lost, every stream is woken, because news may have been missed.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import structlog

log = structlog.get_logger()
CHANNEL = "maraude"
RECONNECT_SECONDS = 1.0
WAKE_ANYWAY_SECONDS = 15.0


class Live:
    """The news desk of one web process."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def listen_for_ever(self) -> None:
        """Listen until cancelled; reconnect when the database was away."""
        while True:
            try:
                connection = await asyncpg.connect(self._url)
            except Exception as error:  # noqa: BLE001 - told, and tried again
                log.warning("live.database_away", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _connection, lost=lost: lost.set())
            try:
                await connection.add_listener(CHANNEL, self._hear)
                self._wake_all()
                await lost.wait()
            finally:
                with contextlib.suppress(Exception):
                    await connection.close(timeout=1)

    async def changes(self, topic: str) -> AsyncIterator[None]:
        """Yield once at the start and then each time the topic may have changed."""
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            yield
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WAKE_ANYWAY_SECONDS):
                        await event.wait()
                event.clear()
                yield
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def _hear(self, _connection: Any, _pid: int, _channel: str, topic: str) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()
