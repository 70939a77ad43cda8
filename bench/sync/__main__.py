"""Run the bench: floor, the engine alone and production take turns in one run; ratios are printed, round by round.

Three columns. The floor merges nothing (floor.py). The engine alone reads, decides, merges, chains and feeds, and does
nothing else (engine.py). Production is the real server with everything on; its pushes are answered before coverage,
forecasts and the rules across records have followed, so the time until these have followed too is told beside it.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from backend import embedded
from backend.access import Scope
from backend.clock import now, wire_instant
from backend.db.migrate import migrate
from backend.embedded import Urls
from backend.ids import TerritoryId, new_id
from backend.log.follow import catch_up
from backend.piccolo_conf import DB
from backend.serve.processes import end, environment_of
from backend.settings import Settings
from bench.sync import material
from sync.decode import envelope
from sync.fields import SCHEMA
from sync.integrity import BucketSum, head
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.wire import PROTOCOL_VERSION, Cursor, HeadRequest, PageEnd, PageHeader, PullRequest, PushHeader

FLOOR_PORT, PRODUCTION_PORT, ENGINE_PORT = 8861, 8862, 8863
DEVICES, BATCH, AT_ONCE = 8, 100, 4
Send = Callable[[httpx.AsyncClient, material.Device, bytes], Awaitable[None]]


def main(words: list[str]) -> int:
    """Read the words and run; 0 always: a bench judges nothing."""
    parser = argparse.ArgumentParser(prog="maraude bench sync")
    parser.add_argument("--records", type=int, default=4000, help="records per round and contender (default 4000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--held", type=int, nargs="+", default=[], help="instead: production alone, in territories that hold so many"
    )
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mb") as folder, embedded.servers(Path(folder) / "d") as urls:
        asyncio.run(_run(options.records, options.rounds, options.held, urls, Path(folder)))
    return 0


async def _run(records: int, rounds: int, held: list[int], urls: Urls, home: Path) -> None:
    await migrate(urls.owner_url, now())
    print(
        f"{records} records of about {material.RECORD_BYTES} bytes a round, {DEVICES} devices, {BATCH} a push, {AT_ONCE} at once"
    )
    settings = Settings(home=home, port=PRODUCTION_PORT, secret_key="00" * 32, secure_cookies=False, queue_name="bench")
    environment = {**environment_of(settings, urls), "MARAUDE_LOG_LEVEL": "warning"}
    floor = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
        [sys.executable, "-m", "bench.sync.floor", str(FLOOR_PORT), urls.owner_url], env=environment
    )
    engine = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "bench.sync.engine", str(ENGINE_PORT), urls.owner_url], env=environment
    )
    production = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "backend.cli", "serve-demo"], env=environment
    )
    try:
        await _until_ready(f"http://127.0.0.1:{FLOOR_PORT}/ready")
        await _until_ready(f"http://127.0.0.1:{ENGINE_PORT}/ready")
        await _until_ready(f"http://127.0.0.1:{PRODUCTION_PORT}/health/ready")
        DB.point_at(urls.app_url)
        await DB.start_connection_pool(min_size=1, max_size=2)
        if held:
            await _with_records_held(records, rounds, held, urls)
            return
        ratios: dict[str, list[float]] = defaultdict(list)
        sizes: dict[str, str] = {}
        for number in range(rounds):
            floor_rates = await _floor_round(records)
            engine_rates = await _engine_round(records)
            *production_rates, followed, sizes = await _production_round(records, urls)
            for act, at_least, alone, ours in zip(
                ("push", "pull"), floor_rates, engine_rates, production_rates, strict=True
            ):
                ratios[f"{act}, engine alone"].append(alone / at_least)
                ratios[f"{act}, production"].append(ours / at_least)
                print(f"round {number + 1}: {act}  floor {at_least:7.0f} records/s  engine alone {alone:7.0f} = "
                      f"{alone / at_least:.2f}  production {ours:7.0f} = {ours / at_least:.2f}")  # fmt: skip
            ratios["push, production until all has followed"].append(followed / floor_rates[0])
            print(f"round {number + 1}: push, until all has followed {followed:7.0f} records/s")
        for name, found in ratios.items():
            print(f"median ratio to the floor: {name} {statistics.median(found):.2f}")
        for name, value in sizes.items():
            print(f"{name}: {value}")
    finally:
        await DB.close_connection_pool()
        end(floor)
        end(engine)
        end(production)


async def _with_records_held(records: int, rounds: int, held: list[int], urls: Urls) -> None:
    """Print what production does in territories that hold more and more; rounds take turns, after one to warm up."""
    rates: dict[int, list[tuple[float, float]]] = defaultdict(list)
    await _production_round(records, urls)
    for _ in range(rounds):
        for count in held:
            pushed, pulled, _, _ = await _production_round(records, urls, count)
            rates[count].append((pushed, pulled))
    for count, found in rates.items():
        pushes, pulls = zip(*found, strict=True)
        print(f"{count:8d} records held: push {statistics.median(pushes):7.0f} records/s, pull {statistics.median(pulls):7.0f}; "
              f"a hundred ops {100_000 / statistics.median(pushes):.1f} ms")  # fmt: skip


async def _until_ready(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                if (await client.get(url)).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(url)


async def _floor_round(records: int) -> tuple[float, float]:
    documents = [json.dumps(material.document(number)).encode() for number in range(records)]
    bodies = [b"\n".join(documents[start : start + BATCH]) for start in range(0, records, BATCH)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{FLOOR_PORT}", timeout=60) as client:
        waiting = list(bodies)

        async def send() -> None:
            while waiting:
                (await client.post("/push", content=waiting.pop())).raise_for_status()

        started = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        pushed = time.perf_counter() - started
        after, found, started = 0, 0, time.perf_counter()
        while True:
            lines = (await client.get("/pull", params={"after": after, "limit": 1000})).content.split(b"\n")
            if len(lines) == 1:
                break
            after, found = int(lines[0]), found + len(lines) - 1
        pulled = time.perf_counter() - started
    return records / pushed, found / pulled


async def _engine_round(records: int) -> tuple[float, float]:
    """The same pushes as production's, unsigned, under actors that no round before has used."""
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

        started = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        pushed = time.perf_counter() - started
        cursor, found, started = Cursor(1, 0, 0), 0, time.perf_counter()
        while True:
            page = await client.get("/pull", params={"xid": cursor.xid, "seq": cursor.seq})
            lines = page.content.removesuffix(b"\n").split(b"\n")
            found += len(lines) - 2
            end_of_page = msgspec.json.decode(lines[-1], type=PageEnd)
            if len(lines) == 2:
                break
            (cursor,) = end_of_page.cursors.values()
        pulled = time.perf_counter() - started
    return records / pushed, found / pulled


async def _production_round(records: int, urls: Urls, held: int = 0) -> tuple[float, float, float, dict[str, str]]:
    """A fresh territory a round: its places are in the round of one team, whose tablet then pulls everything.

    Returned: pushes, pulls, pushes until all has followed, in records a second; and the sizes.
    """
    territory_id, user_id, team_id, places = await material.make_territory(urls.owner_url, now())
    devices = await material.add_devices(urls.owner_url, territory_id, None, DEVICES + 1, now())
    reader = devices.pop()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PRODUCTION_PORT}", timeout=120) as client:
        await _ground(client, urls, reader, user_id, team_id, places)
        if held:
            await material.hold(urls.owner_url, territory_id, held)
        for device in devices:
            material.fill(device, records // DEVICES, BATCH, user_id, places, now())
        waiting = list(devices)

        async def send() -> None:
            while waiting:
                device = waiting.pop()
                for body in device.bodies:
                    await _post(client, device, "/sync/push", body)

        started = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        pushed = time.perf_counter() - started
        while await catch_up(Scope(TerritoryId(territory_id)), now()):
            pass
        followed = time.perf_counter() - started
        started = time.perf_counter()
        found, sizes = await _pull_all(client, reader)
        pulled = time.perf_counter() - started
    return records / pushed, found / pulled, records / followed, sizes


async def _ground(
    client: httpx.AsyncClient, urls: Urls, reader: material.Device, user_id: UUID, team_id: UUID, places: list[UUID]
) -> None:
    """Give the reader's tablet a team with a published round over every place, as publishing would."""
    lines = [
        msgspec.json.encode(
            PushHeader(PROTOCOL_VERSION, str(reader.installation_id), 0, wire_instant(now()), 1000, "b")
        )
    ]
    previous = NO_PREVIOUS
    for n, place_id in enumerate(places, start=1):
        op = Op(
            os.urandom(16).hex(), reader.actor, n, previous, str(place_id), "place", SCHEMA, str(user_id),
            wire_instant(now()), 1000, "b", {"kind": "hotel", "name": "h"},
        )  # fmt: skip
        content = payload(op)
        previous = hash_of(content)
        lines.append(envelope(op.id, n, previous, content))
    await _post(client, reader, "/sync/push", b"\n".join(lines) + b"\n")
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


async def _pull_all(client: httpx.AsyncClient, reader: material.Device) -> tuple[int, dict[str, str]]:
    cursors: dict[str, Cursor] = {}
    found = wire_bytes = raw_bytes = 0
    sums: dict[str, BucketSum] = {}
    version = 0
    while True:
        body = msgspec.json.encode(PullRequest(PROTOCOL_VERSION, cursors))
        response = await _post(client, reader, "/sync/pull", body)
        lines = response.content.removesuffix(b"\n").split(
            b"\n"
        )  # read as the floor's client reads: rows are not decoded
        header, end_of_page = (
            msgspec.json.decode(lines[0], type=PageHeader),
            msgspec.json.decode(lines[-1], type=PageEnd),
        )
        found += len(lines) - 2
        raw_bytes += len(response.content)
        wire_bytes += response.num_bytes_downloaded
        cursors.update(end_of_page.cursors)
        for bucket in header.buckets:
            cursors.setdefault(bucket, Cursor(header.epoch, 0, 0))
        version = header.scope_version
        if not end_of_page.more:
            break
    asked = msgspec.json.encode(HeadRequest(PROTOCOL_VERSION, head(version, sums)))
    quiet = await _post(client, reader, "/sync/head", asked)
    return found, {
        "bytes of a pulled record, compressed / not": f"{wire_bytes / max(1, found):.0f} / {raw_bytes / max(1, found):.0f}",
        "bodies of a sync with nothing to do": f"1 request, {len(asked) + len(quiet.content)} bytes",
    }


async def _post(client: httpx.AsyncClient, device: material.Device, path: str, body: bytes) -> httpx.Response:
    headers = device.headers(path, body, time.time_ns() // 1_000_000)
    response = await client.post(path, content=body, headers=headers)
    response.raise_for_status()
    return response


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
