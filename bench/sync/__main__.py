"""Run the bench: floor, the engine alone and production take turns in one run; ratios are printed, round by round.

Three columns. The floor merges nothing (floor.py). The engine alone reads, decides, merges, chains and feeds, and does
nothing else (engine.py). Production is the real server with everything on; its pushes are answered before coverage,
forecasts and the rules across records have followed, so the time until these have followed too is told beside it.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from backend import embedded
from backend.clock import now
from backend.db.migrate import migrate
from backend.embedded import Urls
from backend.piccolo_conf import DB
from backend.serve.processes import end, environment_of
from backend.settings import Settings, read_settings
from bench.sync import material
from bench.sync.one_tablet import measure_one_tablet
from bench.sync.parts import measure_parts
from bench.sync.peer import PEER_PORT, Absent, installed_peer, peer_round, start_peer
from bench.sync.pulls import measure_pulls
from bench.sync.rounds import (
    AT_ONCE,
    BATCH,
    DEVICES,
    ENGINE_PORT,
    FLOOR_PORT,
    PRODUCTION_PORT,
    Act,
    PlayedByProduction,
    engine_round,
    floor_round,
    make_town,
    production_round,
    until_all_serve,
    until_ready,
)
from bench.sync.spent import Meter
from bench.sync.writers import measure_writers

_CONTENDERS = ("floor", "engine alone", "production")
IN_A_TERRITORY = 2_000
_PEER = "PouchDB's protocol from npm"
_COST = "processor time a hundred records, server + PostgreSQL + client"


def main(words: list[str]) -> int:
    """Read the words and run; 0 always: a bench judges nothing."""
    parser = argparse.ArgumentParser(prog="maraude bench sync")
    parser.add_argument("--records", type=int, default=4000, help="records per round and contender (default 4000)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--held", type=int, nargs="+", default=[], help="instead: production alone, in territories that hold so many"
    )
    parser.add_argument(
        "--territories", type=int, nargs="+", default=[],
        help=f"instead: production alone, among so many territories of {IN_A_TERRITORY} records each",
    )  # fmt: skip
    parser.add_argument(
        "--tablet", type=int, default=0, metavar="RECORDS", help="instead: one tablet that holds so many"
    )
    parser.add_argument("--pulls", type=int, default=0, help="instead: so many full pulls of each, taking turns")
    parser.add_argument("--parts", type=int, default=0, metavar="PUSHES", help="instead: so many pushes, taken apart")
    parser.add_argument("--writers", action="store_true", help="instead: eight writers and a reader of the feed")
    parser.add_argument(
        "--processes", type=int, default=0, help="web processes of production (default: as `serve` decides)"
    )
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mb") as folder, embedded.servers(Path(folder) / "d") as urls:
        asyncio.run(_run(options, urls, Path(folder)))
    return 0


async def _run(options: argparse.Namespace, urls: Urls, home: Path) -> None:
    records, rounds, held, processes = options.records, options.rounds, options.held, options.processes
    await migrate(urls.owner_url, now())
    print(
        f"{records} records of about {material.RECORD_BYTES} bytes a round, {DEVICES} devices, {BATCH} a push, {AT_ONCE} at once"
    )
    settings = Settings(
        home=home, port=PRODUCTION_PORT, secret_key="00" * 32, secure_cookies=False, queue_name="bench",
        web_processes=processes or read_settings().web_processes,
    )  # fmt: skip
    print(f"web processes: production {settings.web_processes}, each of the others 1")
    environment = {**environment_of(settings, urls), "MARAUDE_LOG_LEVEL": "warning"}
    commands = [
        ["-m", "bench.sync.floor", str(FLOOR_PORT), urls.owner_url],
        ["-m", "bench.sync.engine", str(ENGINE_PORT), urls.owner_url],
        ["-m", "backend.cli", "serve-demo"],
    ]
    servers = [subprocess.Popen([sys.executable, *command], env=environment) for command in commands]  # noqa: ASYNC220 - before anything is measured
    try:
        await until_ready(FLOOR_PORT)
        await until_ready(ENGINE_PORT)
        await until_ready(PRODUCTION_PORT, "/health/ready")
        if any(server.poll() is not None for server in servers):
            sys.exit(
                "A port of this bench is taken, by another run of it perhaps: what answers there is none of its servers."
            )
        await until_all_serve(urls.owner_url, settings.web_processes)
        DB.point_at(urls.app_url)
        await DB.start_connection_pool(min_size=1, max_size=2)
        meters = [Meter(server.pid, home) for server in servers]
        if options.writers:
            await measure_writers(urls, rounds)
            return
        if options.parts:
            await measure_parts(options.parts, urls, home)
            return
        if options.pulls:
            await measure_pulls(records, options.pulls, urls, meters, _CONTENDERS)
            return
        if options.tablet:
            await measure_one_tablet(urls, options.tablet)
            return
        if options.territories:
            await _among_territories(records, rounds, sorted(options.territories), urls, meters[-1])
            return
        if held:
            await _with_records_held(records, rounds, held, urls, meters[-1])
            return
        peer = await asyncio.to_thread(installed_peer)
        if isinstance(peer, Absent):
            print(f"{_PEER}: not available, {peer.reason}")
        else:
            servers.append(start_peer(peer, home / "peer"))
            await until_ready(PEER_PORT, "/")
            meters.append(Meter(servers[-1].pid, home))
        await _beside_the_floor(records, rounds, urls, meters)
    finally:
        await DB.close_connection_pool()
        for server in servers:
            end(server)


async def _beside_the_floor(records: int, rounds: int, urls: Urls, meters: list[Meter]) -> None:
    """Let the three contenders take turns, and print each round, the medians and the sizes."""
    ratios: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, str] = {}
    for number in range(rounds):
        played = [
            await floor_round(records, meters[0]),
            await engine_round(records, meters[1]),
            await production_round(records, urls, meters[2]),
            *[await peer_round(records, meter) for meter in meters[3:]],
        ]
        for act in ("push", "pull"):
            _tell_act(f"round {number + 1}: {act}", [getattr(one, act) for one in played], ratios)
        ours = played[2]
        if isinstance(ours, PlayedByProduction):
            ratios["push, production until all has followed, to the floor"].append(
                ours.followed_speed / played[0].push.speed
            )
            print(f"round {number + 1}: push, until all has followed {ours.followed_speed:7.0f} records/s")
            sizes = ours.sizes
    for name, found in ratios.items():
        print(f"median ratio: {name} {statistics.median(found):.2f}")
    for name, value in sizes.items():
        print(f"{name}: {value}")


def _tell_act(title: str, acts: list[Act], ratios: dict[str, list[float]]) -> None:
    """Print one act of each contender, and keep its ratios to the first, which is the floor."""
    floor, *others = acts
    word = title.rpartition(" ")[2]
    for peer in others[2:]:
        ratios[f"{word}, production, to {_PEER}"].append(others[1].speed / peer.speed)
    for name, act in zip(_CONTENDERS[1:], others[:2], strict=True):
        ratios[f"{word}, {name} to the floor, by time"].append(act.speed / floor.speed)
        if act.spent.answering:
            cost_of_floor = floor.cost_of_hundred(floor.spent.answering)
            ratios[f"{word}, {name} to the floor, by processor time"].append(
                cost_of_floor / act.cost_of_hundred(act.spent.answering)
            )
    for name, act in zip((*_CONTENDERS, "peer"), acts, strict=False):
        server, postgres, client = map(act.cost_of_hundred, (act.spent.server, act.spent.postgres, act.spent.client))
        print(f"{title} {name:12} {act.speed:7.0f} records/s = {act.speed / floor.speed:.2f}; "
              f"{_COST} {server:.1f} + {postgres:.1f} + {client:.1f} ms")  # fmt: skip


async def _with_records_held(records: int, rounds: int, held: list[int], urls: Urls, meter: Meter) -> None:
    """Print what production does in territories that hold more and more, all filled first; they take turns, a round to warm up."""
    towns = {count: await make_town(urls, count) for count in held}
    found: dict[int, list[PlayedByProduction]] = defaultdict(list)
    for number in range(rounds + 1):
        for count, town in towns.items():
            played = await production_round(records, urls, meter, town)
            if number:
                found[count].append(played)
    for count, several in found.items():
        _tell_production(f"{count:8d} records held", several)


async def _among_territories(records: int, rounds: int, counts: list[int], urls: Urls, meter: Meter) -> None:
    """Print what production does in one territory more, while the server holds more and more others of one shape."""
    others = 0
    for count in counts:
        for _ in range(count - 1 - others):
            territory_id, *_ = await material.make_territory(urls.owner_url, now())
            await material.hold(urls.owner_url, territory_id, IN_A_TERRITORY)
        others = max(others, count - 1)
        town = await make_town(urls, IN_A_TERRITORY)
        played = [await production_round(records, urls, meter, town) for _ in range(rounds + 1)]
        _tell_production(f"{count:4d} territories of {IN_A_TERRITORY} records", played[1:])


def _tell_production(title: str, played: list[PlayedByProduction]) -> None:
    pushes, pulls = ([getattr(one, act) for one in played] for act in ("push", "pull"))
    push, pull = (statistics.median(act.speed for act in acts) for acts in (pushes, pulls))
    cost = [statistics.median(act.cost_of_hundred(act.spent.answering) for act in acts) for acts in (pushes, pulls)]
    print(f"{title}: push {push:7.0f} records/s, pull {pull:7.0f}; a hundred ops {100_000 / push:.1f} ms; "
          f"processor time a hundred records, server and PostgreSQL {cost[0]:.1f} ms pushed, {cost[1]:.1f} ms pulled")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
