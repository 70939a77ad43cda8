"""This file measures full pulls alone: floor, engine alone and production take turns, production with a new tablet each time.

A round of the whole bench holds one pull, of less than a tenth of a second: on a machine that others use too, the median of a
few says little. Here the same records are pulled as often as asked for, each turn in another order.
"""

import os
import statistics
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

import httpx

from backend.access import Scope
from backend.clock import now
from backend.embedded import Urls
from backend.ids import TerritoryId
from backend.log.follow import catch_up
from bench.sync import material
from bench.sync.rounds import (
    BATCH,
    DEVICES,
    ENGINE_PORT,
    FLOOR_PORT,
    PRODUCTION_PORT,
    Act,
    engine_round,
    floor_round,
    ground,
    post,
    pull_from_engine,
    pull_from_floor,
    pull_from_production,
    timed,
)
from bench.sync.spent import Meter

WARM_UP = 2  # turns that are not counted: a connection plans its statements once


async def measure_pulls(records: int, pulls: int, urls: Urls, meters: list[Meter], names: tuple[str, ...]) -> None:
    """Print what a thousand records pulled take of each contender, and the ratios to the first, which is the floor."""
    await floor_round(records, meters[0])
    await engine_round(records, meters[1])
    territory_id, team_id = await _filled_territory(records, urls)
    readers = await material.add_devices(urls.owner_url, territory_id, team_id, pulls + WARM_UP, now())
    turns: list[list[Act]] = []
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{FLOOR_PORT}", timeout=60) as floor,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{ENGINE_PORT}", timeout=60) as engine,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=60) as production,
    ):
        for turn, reader in enumerate(readers):
            acts: list[Callable[[], Awaitable[int]]] = [
                partial(pull_from_floor, floor),
                partial(pull_from_engine, engine),
                partial(_records_pulled, production, reader),
            ]
            order = [(turn + place) % len(acts) for place in range(len(acts))]
            found = {number: await timed(meters[number], acts[number]) for number in order}
            turns.append([found[number] for number in range(len(acts))])
    _tell(turns[WARM_UP:], names)


async def _records_pulled(client: httpx.AsyncClient, reader: material.Device) -> int:
    return (await pull_from_production(client, reader)).records


async def _filled_territory(records: int, urls: Urls) -> tuple[UUID, UUID]:
    """Return a territory of so many records, pushed by several devices into the places of one team's round, and that team."""
    territory_id, user_id, team_id, places = await material.make_territory(urls.owner_url, now())
    devices = await material.add_devices(urls.owner_url, territory_id, None, DEVICES + 1, now())
    first = devices.pop()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=120) as client:
        await ground(client, urls, first, user_id, team_id, places)
        for device in devices:
            material.fill(device, records // DEVICES, BATCH, user_id, places, now())
            for body in device.bodies:
                await post(client, device, "/sync/push", body)
    while await catch_up(Scope(TerritoryId(territory_id)), now()):
        pass
    return territory_id, team_id


def _tell(turns: list[list[Act]], names: tuple[str, ...]) -> None:
    """Print medians; the ratio by time is of the same turn, so that what else the machine does weighs on both."""
    print(f"{len(turns)} turns, load {os.getloadavg()[0]:.1f}; a thousand records, milliseconds, medians")
    for number, name in enumerate(names):
        acts = [turn[number] for turn in turns]
        seconds = statistics.median(act.seconds / act.records for act in acts)
        server, postgres, client = (
            statistics.median(getattr(act.spent, part) / act.records for act in acts)
            for part in ("server", "postgres", "client")
        )
        by_time = statistics.median(turn[number].speed / turn[0].speed for turn in turns)
        by_work = statistics.median(
            (turn[0].spent.answering / turn[0].records) / (act.spent.answering / act.records)
            for turn, act in zip(turns, acts, strict=True)
            if act.spent.answering
        )
        print(f"{name:12} time {seconds * 1e6:5.2f}; processor: server {server * 1e6:.2f} + PostgreSQL {postgres * 1e6:.2f}, "
              f"client {client * 1e6:.2f}; ratio by time {by_time:.2f}, by processor time {by_work:.2f}")  # fmt: skip
