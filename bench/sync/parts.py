"""This file takes a push of production apart: what is left of it if reading, deciding and projecting cost nothing.

Each push of a hundred new persons is first appended and rolled back, while its statements are noted with their values. Then the
same statements are sent again with the values ready, and committed: turns of the event loop, driver and PostgreSQL. What the
whole takes beside that is Python of our own. One push after the other in one process, the two taking turns; no HTTP.
"""

import os
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from backend.access import Scope
from backend.clock import now
from backend.db.transaction import transaction
from backend.edge.logs import set_up
from backend.embedded import Urls
from backend.ids import InstallationId, TerritoryId
from backend.log.append import append
from backend.tablets.push import take_push
from bench.sync import material
from bench.sync.rounds import BATCH, PRODUCTION_PORT, ground
from bench.sync.spent import Meter
from sync.decode import Batch, decode

WARM_UP = 10  # pushes that are not counted: a connection plans its statements once
Statement = tuple[str, tuple[Any, ...]]


class _RollBackError(Exception):
    """Ends a transaction whose statements are all that was wanted of it."""


async def measure_parts(pushes: int, urls: Urls, home: Path) -> None:
    """Print what pushes of a hundred new persons take, and what their statements alone take."""
    set_up("warning")
    territory_id, user_id, team_id, places = await material.make_territory(urls.owner_url, now())
    first, *devices = await material.add_devices(urls.owner_url, territory_id, None, 1 + 2 * (pushes + WARM_UP), now())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=60) as client:
        await ground(client, urls, first, user_id, team_id, places)
    pairs: list[tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[object]]]] = []
    for device, other in zip(devices[::2], devices[1::2], strict=True):
        for one in (device, other):
            material.fill(one, BATCH, BATCH, user_id, places, now())
        scope, other_scope = (
            Scope(TerritoryId(territory_id), None, installation_id=InstallationId(one.installation_id))
            for one in (device, other)
        )
        sent = await _sent_by(other_scope, other.bodies[0])
        pairs.append((partial(take_push, scope, device.bodies[0], now()), partial(_send_again, other_scope, sent)))
    for whole_push, statements_alone in pairs[:WARM_UP]:
        await whole_push()
        await statements_alone()
    await _tidy(urls)
    meter = Meter(os.getpid(), home)
    taken = [(await _taken(meter, one), await _taken(meter, other)) for one, other in pairs[WARM_UP:]]
    whole, statements = zip(*taken, strict=True)
    for name, found in (("whole push", whole), ("its statements alone, values ready", statements)):
        python, postgres = (statistics.median(part) * 1000 for part in zip(*found, strict=True))
        print(
            f"{name:35} Python {python:5.2f} + PostgreSQL {postgres:5.2f} ms a hundred persons, medians of {len(found)}"
        )


async def _tidy(urls: Urls) -> None:
    """Clear away what was rolled back, once the tables are no longer empty: plans are made by what is told of them here."""
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _taken(meter: Meter, act: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Do one act; return the seconds of processor time of this process and of PostgreSQL."""
    before, started = meter.look(), time.process_time()
    await act()
    python = time.process_time() - started
    return python, meter.look().since(before).postgres


async def _sent_by(scope: Scope, body: bytes) -> list[Statement]:
    """Return the statements of a push with their values, in their order; the push itself is rolled back."""
    batch = decode(body)
    if not isinstance(batch, Batch) or scope.installation_id is None:
        raise TypeError(batch)
    sent: list[Statement] = []
    try:
        async with transaction(scope, plans_are_kept=True) as tx:
            with tx.connection.query_logger(lambda query: sent.append((query.query, query.args))):
                await append(tx, scope.installation_id, batch, now())
            _roll_back()
    except _RollBackError:
        pass
    return sent


def _roll_back() -> None:
    raise _RollBackError


async def _send_again(scope: Scope, statements: list[Statement]) -> None:
    async with transaction(scope, plans_are_kept=True) as tx:
        for sql, values in statements:
            await tx.fetch(sql, *values)
