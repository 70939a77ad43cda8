"""Measure what security costs: pushes, pages and pulls on the product and on a copy of it without protections, in turns.

Both servers are processes of their own on one database; each round asks both for the same work, first the one and then the
other, so that a machine shared with others weighs on both alike. The figures are p95 over all rounds, and their ratio.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pyotp

from backend import embedded
from backend.access import Role
from backend.accounts.csrf import HEADER
from backend.accounts.demo_user import add_demo_user
from backend.accounts.services import accounts_of
from backend.accounts.user_changes import NewUser, Obstacle
from backend.clock import day_in, now
from backend.db.migrate import migrate
from backend.embedded import Urls
from backend.embedded.layout import SUPER_ROLE, Layout, passwords_of, postgres_url
from backend.embedded.privilege import decide_runs_as, home_for
from backend.ids import TerritoryId, UserId
from backend.piccolo_conf import DB
from backend.serve.processes import end, environment_of, wait_until_ready
from backend.settings import Settings
from backend.territory.generate import SLUG, generate
from backend.territory.store import WholeTerritory, write_territory
from bench.sync import material
from sync.wire import PROTOCOL_VERSION, PullRequest

GUARDED, UNGUARDED = "guarded", "unguarded"
PORTS = {GUARDED: 8871, UNGUARDED: 8872}
PEOPLE, OPS_A_PUSH, WARM_UP_ROUNDS = 3000, 20, 2
PAGES = {"page of requests": "/requests", "page of today": "/"}
READY_SECONDS_MAX = 120
PASSPHRASE = "trois mouettes lisent un journal humide"  # noqa: S105 - of a database that lives as long as the run


@dataclass
class Asker:
    """One client of one server: a tablet with its pushes, and the cookies of a dispatcher."""

    http: httpx.AsyncClient
    device: material.Device
    cookies: dict[str, str]

    async def push(self) -> float:
        """Hand the next ops in; return the seconds."""
        return await self._post("/sync/push", self.device.bodies.pop(0))

    async def pull(self) -> float:
        """Ask for the first page of the feed; return the seconds."""
        return await self._post("/sync/pull", msgspec.json.encode(PullRequest(PROTOCOL_VERSION, held=[])))

    async def page(self, path: str) -> float:
        """Open a page; return the seconds."""
        return await self._timed(self.http.build_request("GET", path, cookies=self.cookies))

    async def _post(self, path: str, body: bytes) -> float:
        headers = self.device.headers(path, body, int(now().timestamp() * 1000))
        return await self._timed(self.http.build_request("POST", path, content=body, headers=headers))

    async def _timed(self, request: httpx.Request) -> float:
        started = time.perf_counter()
        answer = await self.http.send(request)
        seconds = time.perf_counter() - started
        answer.raise_for_status()
        return seconds


def main(words: list[str]) -> int:
    """Read the words and run; 0 always: a bench judges nothing."""
    parser = argparse.ArgumentParser(prog="maraude bench trust", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40, help="rounds of both servers (default 40)")
    parser.add_argument("--asks", type=int, default=5, help="pushes, pages and pulls a round and server (default 5)")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "d") as urls:
            asyncio.run(_run(options.rounds, options.asks, urls, Path(folder)))
    return 0


async def _run(rounds: int, asks: int, urls: Urls, home: Path) -> None:
    await migrate(urls.owner_url, now())
    settings = Settings(
        database_url=urls.app_url, home=home, secret_key="00" * 32, secure_cookies=False, queue_name="bench"
    )
    territory_id, nurse_id, secret = await _fill(urls.owner_url, settings)
    pushes = (rounds + WARM_UP_ROUNDS) * asks
    with _served(settings, urls, home):
        async with _askers(urls.owner_url, territory_id, nurse_id, secret, pushes) as askers:
            for _ in range(WARM_UP_ROUNDS):
                await _round(askers, asks, defaultdict(list))
            taken: dict[tuple[str, str], list[float]] = defaultdict(list)
            for number in range(rounds):
                turn = askers if number % 2 else dict(reversed(askers.items()))
                await _round(turn, asks, taken)
    print(f"{rounds} rounds of {asks}, {OPS_A_PUSH} ops a push, {PEOPLE} people known; milliseconds")
    for what in dict.fromkeys(what for what, _ in taken):
        print(sentence(what, taken[what, GUARDED], taken[what, UNGUARDED]))


def sentence(what: str, guarded: list[float], unguarded: list[float]) -> str:
    """Return a line of the report: p95 of both in milliseconds, and the ratios of p95 and of the median.

    >>> sentence("push", [0.003] * 20, [0.002] * 20)
    'push: p95 3.0 guarded, 2.0 unguarded: x 1.50; median x 1.50'
    """
    with_it, without = (quantiles(seconds, n=20)[-1] * 1000 for seconds in (guarded, unguarded))
    middle = median(guarded) / median(unguarded)
    return (
        f"{what}: p95 {with_it:.1f} guarded, {without:.1f} unguarded: x {with_it / without:.2f}; median x {middle:.2f}"
    )


async def _round(askers: dict[str, Asker], asks: int, taken: dict[tuple[str, str], list[float]]) -> None:
    for _ in range(asks):
        for name, asker in askers.items():
            taken["push", name].append(await asker.push())
        for what, path in PAGES.items():
            for name, asker in askers.items():
                taken[what, name].append(await asker.page(path))
        for name, asker in askers.items():
            taken["pull", name].append(await asker.pull())


async def _fill(owner_url: str, settings: Settings) -> tuple[TerritoryId, UserId, str]:
    """Write the invented territory, a dispatcher who can sign in, and a nurse who signs what tablets record."""
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    accounts = accounts_of(settings)
    try:
        made = generate(1, day_in("Europe/Paris", now()), PEOPLE)
        whole = WholeTerritory(
            made.slug, made.name, made.time_zone, made.inhabitants, True, made.zone_rows, made.population_cells,
            made.shifts, made.coverage_targets, made.records(),
        )  # fmt: skip
        territory_id = await write_territory(owner_url, whole, now())
        secret, ids = pyotp.random_base32(), []
        for login, role in (("dora", Role.DISPATCHER), ("nina", Role.FIELD_TEAM)):
            user = NewUser(login, login, frozenset({role}))
            added = await add_demo_user(accounts, SLUG, user, PASSPHRASE, secret, now())
            if isinstance(added, Obstacle):
                raise RuntimeError(added.value)  # noqa: TRY004 - an outcome, not a type
            ids.append(added)
        return territory_id, ids[1], secret
    finally:
        accounts.close()
        await DB.close_connection_pool()


@contextlib.contextmanager
def _served(settings: Settings, urls: Urls, home: Path) -> Iterator[None]:
    """Run both servers as long as the context lasts."""
    bare = replace(urls, app_url=_unbound_url(urls, home / "d"))
    programs = {GUARDED: (["backend.cli", "serve-demo"], urls), UNGUARDED: (["bench.trust.unguarded"], bare)}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, (words, addresses) in programs.items():
            environment = environment_of(replace(settings, port=PORTS[name]), addresses)
            with (home / f"{name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *words],
                        env={**environment, "MARAUDE_LOG_LEVEL": "warning"},
                        stdout=log,
                        stderr=log,
                    )
                )
            if not wait_until_ready(f"http://127.0.0.1:{PORTS[name]}", running[-1], READY_SECONDS_MAX):
                raise RuntimeError((home / f"{name}.log").read_text("utf-8")[-800:])
        yield
    finally:
        for process in running:
            end(process)


def _unbound_url(urls: Urls, data: Path) -> str:
    """Return the database's address as a role that row-level security does not bind."""
    layout = Layout(data, home_for(data, decide_runs_as()))
    parts = urlsplit(urls.app_url)
    return postgres_url(
        SUPER_ROLE, passwords_of(layout).super_role, Path(parse_qs(parts.query)["host"][0]), parts.path.lstrip("/")
    )


@contextlib.asynccontextmanager
async def _askers(
    owner_url: str, territory_id: TerritoryId, nurse_id: UserId, secret: str, pushes: int
) -> AsyncIterator[dict[str, Asker]]:
    """Give each server a tablet of its own, enrolled for a team with a round, and the dispatcher's one session."""
    places = await _places(owner_url, territory_id)
    devices = await material.add_devices(owner_url, territory_id, None, len(PORTS), now())
    async with contextlib.AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60))
            for name, port in PORTS.items()
        }
        cookies = await _sign_in(clients[GUARDED], secret)
        for device in devices:
            material.fill(device, pushes * OPS_A_PUSH, OPS_A_PUSH, nurse_id, places, now())
        yield {
            name: Asker(client, device, cookies)
            for (name, client), device in zip(clients.items(), devices, strict=True)
        }


async def _sign_in(client: httpx.AsyncClient, secret: str) -> dict[str, str]:
    given = {"login": "dora", "passphrase": PASSPHRASE}
    (await client.post("/api/sign-in", json=given, headers={HEADER: "1"})).raise_for_status()
    code = {"code": pyotp.TOTP(secret).now()}
    (await client.post("/api/sign-in/code", json=code, headers={HEADER: "1"})).raise_for_status()
    cookies = dict(client.cookies)
    client.cookies.clear()
    return cookies


async def _places(owner_url: str, territory_id: TerritoryId) -> list[UUID]:
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            rows = await connection.fetch("SELECT id FROM place WHERE territory_id = $1 ORDER BY id", territory_id)
    finally:
        await connection.close()
    return [row["id"] for row in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
