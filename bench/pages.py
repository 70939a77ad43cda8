"""Measure what the pages of the desk cost on the full demo territory, and with --full on one ten times as large.

`maraude bench pages` fills a throw-away server with the demo territory (6,000 people known, 400 open requests), has
its morning planned for sixteen teams and published, and asks every page of a desk in turns, signed in, without a network
between; then it changes a draft by hand again and again. Lines are sorted by their slowest
answers; what is over the limit is marked.
"""

import argparse
import asyncio
import gc
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pyotp
from litestar import Litestar
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from msgspec.structs import replace

from admin.shared.problems import ON_PROBLEM
from backend import embedded
from backend.access import RIGHTS, Right, Role, Scope
from backend.accounts.csrf import HEADER
from backend.accounts.demo_user import add_demo_user
from backend.accounts.user_changes import NewUser, Obstacle
from backend.app import create_app
from backend.clock import day_in, now
from backend.db.migrate import migrate
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.load_day import load_day
from backend.dispatch.plan_day import Planned, plan_day
from backend.dispatch.publish import publish
from backend.dispatch.travel import travel_of_day
from backend.edge.logs import set_up
from backend.ids import TerritoryId, UserId, new_id
from backend.log.desk import installation_for
from backend.log.follow import catch_up
from backend.settings import Settings
from backend.territory.generate import SLUG, generate
from backend.territory.store import WholeTerritory, write_territory
from backend.travel.choose import TravelSources
from backend.visits.take import Wanted, accept_request

WARM_UP_ROUNDS: Final = 3
ANSWER_SECONDS_MOST: Final = 0.3  # what was promised, of a machine that does nothing else meanwhile
TEAMS: Final = 16
ITERATIONS: Final = 4000
COPIES: Final = 9  # beside the original: ten times as large
PASSPHRASE: Final = secrets.token_urlsafe(24)
WHO: Final = (Role.DISPATCHER, Role.CLINICAL_SUPERVISOR, Role.CENTRE_MANAGER)
# What is copied for a larger town, in the order of their references; names of columns that refer to one of these.
COPIED: Final = {
    "place": (), "household": ("place_id",), "person": ("place_id", "household_id"),
    "request": ("place_id", "person_id", "household_id"),
    "visit": ("place_id", "person_id", "household_id", "request_id"), "dose": ("person_id", "visit_id"),
    "forecast_person": ("id", "human_id"), "forecast": ("person_id",),
}  # fmt: skip
NEVER_ASKED: Final = ("/live",)  # it streams until its reader leaves


@dataclass
class Town:
    """A filled territory and the browser of somebody who works there."""

    owner_url: str
    scope: Scope
    browser: httpx.AsyncClient
    today: date


async def fill(owner_url: str, people: int, today: date) -> TerritoryId:
    """Write the demo territory with sixteen teams, and let what follows from its records follow."""
    made = generate(1, today, people)
    teams = [record for record in made.reference_records if record.kind == "team"]
    more = {str(one.record_id): new_id() for one in teams[: TEAMS - len(teams)]}
    whole = WholeTerritory(
        made.slug, made.name, made.time_zone, made.inhabitants, True, made.zone_rows, made.population_cells,
        [*made.shifts, *(replace(one, id=new_id(), team_id=more[str(one.team_id)])
                         for one in made.shifts if str(one.team_id) in more)],
        made.coverage_targets,
        chain(made.records(), (replace(one, record_id=more[str(one.record_id)]) for one in teams
                               if str(one.record_id) in more)),
    )  # fmt: skip
    territory_id = await write_territory(owner_url, whole, now())
    while await catch_up(Scope(territory_id), now()):
        pass
    return territory_id


async def enlarge(owner_url: str, territory_id: TerritoryId) -> None:
    """Make the territory ten times as large: each person, household, place, request, visit and dose nine times more."""
    async with _Owner(owner_url, territory_id) as owner:
        await owner.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, refers in COPIED.items():
            columns = await _columns(owner, table)
            for number in range(COPIES):
                await owner.execute(_copy(table, columns, number, refers), territory_id)
    connection = await asyncpg.connect(owner_url)
    await connection.execute("ANALYZE")
    await connection.close()


class _Owner:
    """A transaction of the owner of the schema, in the scope of one territory."""

    def __init__(self, url: str, territory_id: TerritoryId) -> None:
        self._url, self._territory_id = url, territory_id

    async def __aenter__(self) -> Any:
        self._connection = await asyncpg.connect(self._url)
        self._inner = self._connection.transaction()
        await self._inner.start()
        await self._connection.execute("SELECT set_config('maraude.territory', $1, true)", str(self._territory_id))
        return self._connection

    async def __aexit__(self, error: object, *_: object) -> None:
        await (self._inner.rollback() if error else self._inner.commit())
        await self._connection.close()


async def _columns(owner: Any, table: str) -> list[str]:
    rows = await owner.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = '' AND attidentity = ''",
        table,
    )
    return [row["attname"] for row in rows]


def _copy(table: str, columns: list[str], number: int, refers: tuple[str, ...]) -> str:
    """Return the statement that adds a copy of the original rows of a table, their ids made from the originals' and a number.

    A copy is told by its id, whose first half says so; coordinates move by a few metres, so that nobody shares a door.
    """
    values = []
    for column in columns:
        if column in {"id", *refers}:
            values.append(f"overlay(md5(t.{column}::text || '{number}') placing 'c0b1' from 1)::uuid")
        elif column in {"lon_e7", "lat_e7"}:
            values.append(f"t.{column} + {(number + 1) * 700}")
        else:
            values.append(f"t.{column}")
    whose = "person_id" if table == "forecast" else "id"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} t "
        f"WHERE t.territory_id = $1 AND t.{whose}::text NOT LIKE 'c0b1%'"
    )


async def accept_requests(town: Town) -> None:
    """Accept every open request as a visit, so that a whole day is to be planned."""
    async with transaction(town.scope) as tx:
        rows = await tx.fetch(
            "SELECT id FROM request WHERE territory_id = $1 AND state IN ('open', 'on_hold') ORDER BY id",
            town.scope.territory_id,
        )
    for row in rows:
        async with transaction(town.scope) as tx:
            installation = await installation_for(tx, "bench", now())
            await accept_request(tx, installation, row["id"], new_id(), Wanted(service_minutes=15), now())


async def plan_tomorrow(town: Town) -> store.StoredPlan:
    """Have tomorrow planned as a worker does, publish it, and return a draft of it to be changed by hand."""
    day_on = town.today + timedelta(days=1)
    async with transaction(town.scope) as tx:
        day = await load_day(tx, day_on)
    travel = travel_of_day(day, TravelSources())
    planned = await asyncio.to_thread(plan_day, day, travel, 1, lambda _: ITERATIONS, lambda: True, lambda _: None)
    if not isinstance(planned, Planned):
        raise TypeError("the referee rejected the plan")
    plan = store.StoredPlan(
        store.new_plan_id(), day_on, "draft", 1, planned.problem_hash, 1, planned.iterations, planned.travel_source,
        planned.summary, planned.body, now(),
    )  # fmt: skip
    async with transaction(town.scope) as tx:
        await store.add_draft(tx, plan, None)
    async with transaction(town.scope) as tx:
        await publish(tx, plan, await installation_for(tx, "bench", now()), now(), None)
    async with transaction(town.scope) as tx:
        copy = await store.copy_as_draft(tx, plan, now())
        draft = await store.find(tx, copy)
    if draft is None:
        raise LookupError(copy)
    return draft


def page_paths(app: Litestar) -> list[str]:
    """Return the addresses of every page that the roles of a desk may open and that names nothing in its path."""
    rights = frozenset().union(*(RIGHTS[role] for role in WHO)) | {Right.SIGNED_IN}
    return sorted(
        route.path
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path_parameters and route.path not in NEVER_ASKED
        for handler in route.route_handlers
        if "GET" in handler.http_methods and _is_page(handler)
        and handler.opt.get("right") in rights and not handler.opt.get("reauthenticated")
    )  # fmt: skip


def _is_page(handler: HTTPRouteHandler) -> bool:
    return any(of in (handler.exception_handlers or {}) for of in ON_PROBLEM)


async def more_addresses(town: Town, draft: store.StoredPlan) -> list[str]:
    """Return the pages that matter under other filters, and those of one record."""
    async with transaction(town.scope) as tx:
        person = await tx.fetch_value(
            "SELECT person_id FROM dose WHERE territory_id = $1 ORDER BY id LIMIT 1", town.scope.territory_id
        )
        request = await tx.fetch_value(
            "SELECT id FROM request WHERE territory_id = $1 AND state = 'open' LIMIT 1", town.scope.territory_id
        )
    return [
        "/requests?state=all", "/requests?state=all&page=3", "/requests?group=homeless_hotel", "/requests?due=week",
        "/requests/marks?state=all", "/requests/proposals q=martin", "/requests/proposals q=ma du",
        f"/plan?day={draft.day_on}", f"/plan?day={draft.day_on}&plan={draft.id}", f"/today?day={draft.day_on}",
        f"/today/change?day={draft.day_on}", f"/today/sheets?day={draft.day_on}", f"/paper?day={draft.day_on}",
        f"/requests/{request}/accept", f"/people/{person}/vaccination",
    ]  # fmt: skip


async def ask_pages(town: Town, addresses: list[str], rounds: int) -> dict[str, list[float]]:
    """Ask each address in turns and return the seconds of each; what is no page to these users is left out, and told."""
    taken: dict[str, list[float]] = defaultdict(list)
    for turn in range(rounds + WARM_UP_ROUNDS):
        await _forget_reading(town)
        for address in list(addresses):
            began = time.perf_counter()
            answer = await _ask(town.browser, address)
            seconds = time.perf_counter() - began
            if answer.status_code != httpx.codes.OK:
                print(f"  not measured: {address.partition('?')[0]} answers {answer.status_code}")
                addresses.remove(address)
            elif turn >= WARM_UP_ROUNDS:
                taken[address].append(seconds)
    return taken


async def _forget_reading(town: Town) -> None:
    """Take away what was counted of this reader, who would be slowed down as somebody who reads everything."""
    connection = await asyncpg.connect(town.owner_url)
    await connection.execute("DELETE FROM throttle")
    await connection.close()


async def _ask(browser: httpx.AsyncClient, address: str) -> httpx.Response:
    """Ask for a page; what stands after a blank is typed into its form."""
    path, _, typed = address.partition(" ")
    return await browser.post(path, data=dict([typed.split("=", 1)])) if typed else await browser.get(path)


async def change_by_hand(town: Town, draft: store.StoredPlan, rounds: int) -> dict[str, list[float]]:
    """Lock and unlock a stop of the draft in turns: each time it is loaded, timed, looked at by the referee and kept."""
    visit = draft.body["plan"]["routes"][0]["stops"][0]["visit"]
    taken: dict[str, list[float]] = {"POST /plan/change": [], "POST /plan/change, and the page after it": []}
    for turn in range(rounds + WARM_UP_ROUNDS):
        form = {
            "plan_id": str(draft.id), "version": str(draft.version + turn), "visits": visit,
            "code": "unlock" if turn % 2 else "lock",
        }  # fmt: skip
        began = time.perf_counter()
        answer = await town.browser.post("/plan/change", data=form)
        changed = time.perf_counter() - began
        if answer.status_code != httpx.codes.SEE_OTHER:
            said = re.findall(r"role=\"alert\"[^>]*>(.*?)</section>", answer.text, re.DOTALL)
            raise RuntimeError(f"{visit}: {said}")
        await town.browser.get(answer.headers["location"])
        if turn >= WARM_UP_ROUNDS:
            for name, seconds in zip(taken, (changed, time.perf_counter() - began), strict=True):
                taken[name].append(seconds)
    return taken


async def sign_in(app: Litestar) -> tuple[UserId, httpx.AsyncClient]:
    """Return somebody who holds every role of a desk, and their browser, both factors given."""
    secret = pyotp.random_base32()
    user_id = await add_demo_user(
        app.state.accounts, SLUG, NewUser("bench", "Bench", frozenset(WHO)), PASSPHRASE, secret, now()
    )
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    browser = httpx.AsyncClient(transport=transport, base_url="http://maraude.test", headers={HEADER: "1"}, timeout=120)
    await browser.post("/api/sign-in", json={"login": "bench", "passphrase": PASSPHRASE})
    answer = await browser.post("/api/sign-in/code", json={"code": pyotp.TOTP(secret).at(now())})
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(answer.text)
    if isinstance(user_id, Obstacle):
        raise RuntimeError(user_id.value)  # noqa: TRY004 - an outcome, not a type
    return user_id, browser


def tell(taken: dict[str, list[float]], say: Callable[[str], None]) -> int:
    """Print a line for each address, the slowest first; return how many are over the limit."""
    lines = sorted(
        (
            (statistics.quantiles(one, n=20, method="inclusive")[-1], statistics.median(one), name)
            for name, one in taken.items()
        ),
        reverse=True,
    )
    for slow, median, name in lines:
        mark = "over" if slow > ANSWER_SECONDS_MOST else "    "
        say(f"  {mark} {slow * 1000:6.0f} ms at 95 %, median {median * 1000:6.0f} ms  {name}")
    return sum(slow > ANSWER_SECONDS_MOST for slow, _, _ in lines)


async def run(urls: embedded.Urls, home: Path, people: int, rounds: int, *, full: bool) -> int:
    """Fill, measure, and with `full` enlarge and measure again; return how many answers are over the limit."""
    await migrate(urls.owner_url, now())
    settings = Settings(
        database_url=urls.app_url, database_owner_url=urls.owner_url, redis_url=urls.redis_url, home=home, port=0,
        secret_key="00" * 32, secure_cookies=False,
    )  # fmt: skip
    app = create_app(settings)
    set_up("warning")
    today, over = day_in("Europe/Paris", now()), 0
    async with app.lifespan():
        territory_id = await fill(urls.owner_url, people, today)
        user_id, browser = await sign_in(app)
        town = Town(urls.owner_url, Scope(territory_id, user_id), browser, today)
        await accept_requests(town)
        draft = await plan_tomorrow(town)
        for times in (1, COPIES + 1) if full else (1,):
            if times > 1:
                await enlarge(urls.owner_url, territory_id)
            gc.collect()
            gc.freeze()  # as the web process does when it starts: it has not filled a town before
            print(
                f"{await _size(town)}; {rounds} rounds; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors",
                flush=True,
            )
            over += tell(await ask_pages(town, [*page_paths(app), *await more_addresses(town, draft)], rounds), print)
            if times == 1:
                over += tell(await change_by_hand(town, draft, rounds), print)
    print(f"{over} over {ANSWER_SECONDS_MOST * 1000:.0f} ms")
    return over


async def _size(town: Town) -> str:
    async with transaction(town.scope) as tx:
        row = await tx.fetch_row(
            "SELECT (SELECT count(*) FROM person WHERE territory_id = $1) AS people, (SELECT count(*) FROM request "
            "WHERE territory_id = $1 AND state IN ('open', 'on_hold', 'accepted')) AS requests, "
            "(SELECT count(*) FROM dose WHERE territory_id = $1) AS doses, "
            "(SELECT count(*) FROM stop WHERE territory_id = $1) AS stops",
            town.scope.territory_id,
        )
    return (
        f"{row['people']} people known, {row['requests']} open requests, {row['doses']} doses, {row['stops']} stops"
        if row
        else ""
    )


def main(words: list[str]) -> int:
    """Run the bench on a server of its own; 1 if an answer is over the limit."""
    parser = argparse.ArgumentParser(prog="maraude bench pages", description=__doc__)
    parser.add_argument("--people", type=int, default=6000, help="people known (default 6000)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each page is asked (default 20)")
    parser.add_argument("--full", action="store_true", help="ten times as large, too")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            return int(asyncio.run(run(urls, Path(folder), asked.people, asked.rounds, full=asked.full)) > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
