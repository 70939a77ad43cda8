"""This file plays one round of a contender: the same records pushed by several devices at once, then pulled by one tablet."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import asyncpg
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from backend.access import Scope
from backend.clock import now, wire_instant
from backend.embedded import Urls
from backend.ids import TerritoryId, new_id
from backend.log.follow import catch_up
from bench.sync import material
from bench.sync.spent import Meter, Spent
from sync.claim import ask, noted, version_of
from sync.decode import envelope
from sync.fields import SCHEMA
from sync.integrity import head
from sync.ops import NO_PREVIOUS, Op, Scalar, hash_of, payload
from sync.store import Identity
from sync.wire import PROTOCOL_VERSION, Cursor, HeadRequest, PageEnd, PageHeader, PushHeader

FLOOR_PORT, PRODUCTION_PORT, ENGINE_PORT = 8861, 8862, 8863
DEVICES, BATCH, AT_ONCE = 8, 100, 4


@dataclass(frozen=True)
class Act:
    """What came of one act of a contender: so many records, in so many seconds, for so much processor time."""

    records: int
    seconds: float
    spent: Spent

    @property
    def speed(self) -> float:
        """Return records a second."""
        return self.records / self.seconds

    def cost_of_hundred(self, spent_seconds: float) -> float:
        """Return milliseconds of processor time a hundred records."""
        return spent_seconds * 100_000 / self.records


@dataclass(frozen=True)
class Played:
    """One round of a contender."""

    push: Act
    pull: Act


@dataclass(frozen=True)
class PlayedByProduction(Played):
    """A round of production: also the records a second until all that follows a push has followed, and the sizes."""

    followed_speed: float
    sizes: dict[str, str]


@dataclass(frozen=True)
class Town:
    """A territory to play in: who writes there, and the team in whose round its places are."""

    territory_id: UUID
    user_id: UUID
    team_id: UUID
    places: list[UUID]


@dataclass(frozen=True)
class Pulled:
    """A full pull: its records, its bytes as they crossed and unpacked, and what the tablet holds then."""

    records: int
    wire_bytes: int
    raw_bytes: int
    held: dict[str, Cursor]


async def timed(meter: Meter, act: Callable[[], Awaitable[int]]) -> Act:
    """Do one act and tell what it took."""
    before, started = meter.look(), time.perf_counter()
    records = await act()
    return Act(records, time.perf_counter() - started, meter.look().since(before))


async def until_ready(port: int, path: str = "/ready") -> None:
    """Wait until a contender answers; raises TimeoutError."""
    async with httpx.AsyncClient() as client:
        for _ in range(3000):
            try:
                if (await client.get(f"http://127.0.0.1:{port}{path}")).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(port)


async def until_all_serve(owner_url: str, processes: int) -> None:
    """Wait until each web process of production serves: each listens to the database once it does; raises TimeoutError."""
    connection = await asyncpg.connect(owner_url)
    try:
        for _ in range(3000):
            if (
                await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
                >= processes
            ):
                return
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise TimeoutError(processes)


async def floor_round(records: int, meter: Meter) -> Played:
    """Play a round of the floor: documents of the same size, in pushes of the same number."""
    documents = [json.dumps(material.document(number)).encode() for number in range(records)]
    waiting = [b"\n".join(documents[start : start + BATCH]) for start in range(0, records, BATCH)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{FLOOR_PORT}", timeout=60) as client:

        async def send() -> None:
            while waiting:
                (await client.post("/push", content=waiting.pop())).raise_for_status()

        async def push() -> int:
            await asyncio.gather(*(send() for _ in range(AT_ONCE)))
            return records

        return Played(await timed(meter, push), await timed(meter, partial(pull_from_floor, client)))


async def pull_from_floor(client: httpx.AsyncClient) -> int:
    """Pull all that the floor holds, and return how many records came."""
    after = found = 0
    while True:
        lines = (await client.get("/pull", params={"after": after, "limit": 1000})).content.split(b"\n")
        if len(lines) == 1:
            return found
        after, found = int(lines[0]), found + len(lines) - 1


async def engine_round(records: int, meter: Meter) -> Played:
    """Play a round of the engine alone: the same pushes as production's, unsigned, under actors that no round before has used."""
    first = time.time_ns()
    devices = [
        material.Device(UUID(int=1), new_id(), first // 1000 + number, ec.generate_private_key(ec.SECP256R1()), [])
        for number in range(DEVICES)
    ]
    for device in devices:
        material.fill(device, records // DEVICES, BATCH, new_id(), [], now())
    waiting = list(devices)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ENGINE_PORT}", timeout=60) as client:

        async def send() -> None:
            while waiting:
                device = waiting.pop()
                for body in device.bodies:
                    answer = await client.post("/push", params={"actor": device.actor}, content=body)
                    answer.raise_for_status()

        async def push() -> int:
            await asyncio.gather(*(send() for _ in range(AT_ONCE)))
            return records

        return Played(await timed(meter, push), await timed(meter, partial(pull_from_engine, client)))


async def pull_from_engine(client: httpx.AsyncClient) -> int:
    """Pull all that the engine alone holds, and return how many records came."""
    cursor, found = Cursor(1, 0, 0), 0
    while True:
        page = await client.get("/pull", params={"xid": cursor.xid, "seq": cursor.seq})
        lines = page.content.removesuffix(b"\n").split(b"\n")
        found += len(lines) - 2
        end_of_page = msgspec.json.decode(lines[-1], type=PageEnd)
        if len(lines) == 2:
            return found
        (cursor,) = end_of_page.cursors.values()


async def make_town(urls: Urls, held: int = 0) -> Town:
    """Make a territory whose places are in the round of one team; `held` records lie at a place of their own."""
    territory_id, user_id, team_id, places = await material.make_territory(urls.owner_url, now())
    (first,) = await material.add_devices(urls.owner_url, territory_id, None, 1, now())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=120) as client:
        await ground(client, urls, first, user_id, team_id, places)
    if held:
        await material.hold(urls.owner_url, territory_id, held)
    return Town(territory_id, user_id, team_id, places)


async def production_round(records: int, urls: Urls, meter: Meter, town: Town | None = None) -> PlayedByProduction:
    """Play a round in a town, a fresh one if none is given: new tablets push, and a new one of its team pulls everything."""
    town = town or await make_town(urls)
    territory_id = town.territory_id
    devices = await material.add_devices(urls.owner_url, territory_id, None, DEVICES, now())
    (reader,) = await material.add_devices(urls.owner_url, territory_id, town.team_id, 1, now())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=120) as client:
        for device in devices:
            material.fill(device, records // DEVICES, BATCH, town.user_id, town.places, now())
        waiting = list(devices)

        async def send() -> None:
            while waiting:
                device = waiting.pop()
                for body in device.bodies:
                    await post(client, device, "/sync/push", body)

        async def push() -> int:
            await asyncio.gather(*(send() for _ in range(AT_ONCE)))
            return records

        started = time.perf_counter()
        pushed = await timed(meter, push)
        while await catch_up(Scope(TerritoryId(territory_id)), now()):
            pass
        followed = records / (time.perf_counter() - started)
        pulled: list[Pulled] = []

        async def pull() -> int:
            pulled.append(await pull_from_production(client, reader))
            return pulled[0].records

        act = await timed(meter, pull)
        return PlayedByProduction(pushed, act, followed, await _sizes(client, reader, pulled[0]))


async def ground(
    client: httpx.AsyncClient, urls: Urls, reader: material.Device, user_id: UUID, team_id: UUID, places: list[UUID]
) -> None:
    """Give the reader's tablet a team with a published round over every place, as publishing would."""
    header = PushHeader(PROTOCOL_VERSION, str(reader.installation_id), 0, wire_instant(now()), 1000, "b")
    previous, n = NO_PREVIOUS, 0
    hotel: dict[str, Scalar] = {"kind": "hotel", "name": "h"}
    for start in range(0, len(places), BATCH):
        lines = [msgspec.json.encode(header)]
        for place_id in places[start : start + BATCH]:
            n += 1
            op = Op(
                os.urandom(16).hex(), reader.actor, n, previous, str(place_id), "place", SCHEMA, str(user_id),
                wire_instant(now()), 1000, "b", hotel,
            )  # fmt: skip
            content = payload(op)
            previous = hash_of(content)
            lines.append(envelope(op.id, n, previous, content))
        await post(client, reader, "/sync/push", b"\n".join(lines) + b"\n")
    connection = await asyncpg.connect(urls.owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(reader.territory_id))
            await connection.execute(
                "INSERT INTO team (territory_id, id, name) VALUES ($1, $2, 't')", reader.territory_id, team_id
            )
            await connection.execute("UPDATE tablet SET team_id = $2 WHERE id = (SELECT tablet_id FROM installation WHERE id = $1)",
                                     reader.installation_id, team_id)  # fmt: skip
            round_id = await connection.fetchval(
                "INSERT INTO round (territory_id, id, team_id, day_on, state) "
                "VALUES ($1, gen_random_uuid(), $2, current_date, 'published') RETURNING id",
                reader.territory_id,
                team_id,
            )
            await connection.executemany(
                "INSERT INTO stop (territory_id, id, round_id, place_id, state) VALUES ($1, gen_random_uuid(), $2, $3, 'planned')",
                [(reader.territory_id, round_id, place_id) for place_id in places],
            )
    finally:
        await connection.close()


async def pull_from_production(client: httpx.AsyncClient, reader: material.Device) -> Pulled:
    """Pull until nothing waits, as the floor's client reads: what the pages claim is taken, their rows are not decoded."""
    me, held = Identity(str(reader.installation_id), reader.actor), dict[str, Cursor]()
    found = wire_bytes = raw_bytes = 0
    while True:
        response = await post(client, reader, "/sync/pull", msgspec.json.encode(ask(me, held)))
        lines = response.content.removesuffix(b"\n").split(b"\n")
        end_of_page = msgspec.json.decode(lines[-1], type=PageEnd)
        me, cursors = noted(me, held, msgspec.json.decode(lines[0], type=PageHeader), end_of_page)
        held |= cursors
        found += len(lines) - 2
        raw_bytes += len(response.content)
        wire_bytes += response.num_bytes_downloaded
        if not end_of_page.more:
            break
    return Pulled(found, wire_bytes, raw_bytes, held)


async def _sizes(client: httpx.AsyncClient, reader: material.Device, pulled: Pulled) -> dict[str, str]:
    """Return what a pulled record and a sync with nothing to do weigh: asked for apart, since nothing of it is pulled."""
    asked = msgspec.json.encode(HeadRequest(PROTOCOL_VERSION, head(version_of(pulled.held), {})))
    quiet = await post(client, reader, "/sync/head", asked)
    wire, raw = (size / max(1, pulled.records) for size in (pulled.wire_bytes, pulled.raw_bytes))
    return {
        "bytes of a pulled record, compressed / not": f"{wire:.0f} / {raw:.0f}",
        "bodies of a sync with nothing to do": f"1 request, {len(asked) + len(quiet.content)} bytes",
    }


async def post(client: httpx.AsyncClient, device: material.Device, path: str, body: bytes) -> httpx.Response:
    """Send a request as a device signs it; raises if it is refused."""
    headers = device.headers(path, body, time.time_ns() // 1_000_000)
    response = await client.post(path, content=body, headers=headers)
    response.raise_for_status()
    return response
