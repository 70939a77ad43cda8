"""The `demo` verb: set everything up, run the day, print the report, serve until stopped."""

import argparse
import asyncio
import contextlib
import shutil
import sys
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyotp

from backend import clock
from backend.accounts.passphrase import Hasher
from backend.accounts.services import accounts_of
from backend.db.migrate import migrate
from backend.demo.database import fresh_database, home_of_demo, with_demo_settings
from backend.demo.day import Day, DayStoppedError, Ground, run_day
from backend.demo.desk import DeskError
from backend.demo.report import DayFigures, Promise, check_promises, read_day
from backend.demo.users import DemoUser, add_users
from backend.embedded import Refused, Urls, servers
from backend.ids import TerritoryId
from backend.piccolo_conf import DB
from backend.serve.lifetime import end_on_term_as_on_interrupt
from backend.serve.port import port_obstacle
from backend.serve.processes import child, environment_of, kept, wait_for_worker, wait_until_ready
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings
from backend.territory.generate import SLUG, Territory, generate
from backend.territory.store import WholeTerritory, write_territory

READY_SECONDS_MAX = 300  # a first compile of the planner on a busy machine


@dataclass
class Teller:
    """Prints what happens, with the seconds since the start."""

    started: float

    def __call__(self, sentence: str) -> None:
        """Print one sentence."""
        print(f"[{time.monotonic() - self.started:6.1f} s] {sentence}", flush=True)


def demo(options: argparse.Namespace, settings: Settings) -> int:
    """Run the demo; with --once, 0 only if every promise on the way held."""
    tell = Teller(time.monotonic())
    port = settings.port if options.port is None else options.port
    settings = with_demo_settings(replace(settings, port=port), home_of_demo(settings.home))
    settings = with_secret_key(settings)
    obstacle = port_obstacle(settings.host, port)
    if obstacle:
        print(f"maraude: {obstacle}", file=sys.stderr)
        return 1
    end_on_term_as_on_interrupt()
    try:
        with servers(settings.home / "data") as urls:
            tell("PostgreSQL and the queue are up.")
            return _with_servers(options, settings, asyncio.run(fresh_database(urls)), tell)
    except Refused as refused:
        print(f"maraude: {refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _with_servers(options: argparse.Namespace, settings: Settings, urls: Urls, tell: Teller) -> int:
    settings = replace(settings, database_url=urls.app_url, database_owner_url=urls.owner_url, redis_url=urls.redis_url)
    asyncio.run(migrate(settings.database_owner_url, clock.now()))
    environment = environment_of(settings, urls)
    url = f"http://{settings.host}:{settings.port}"
    logs = settings.home / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    with (
        # The worker compiles the planner at its first start on a machine: meanwhile the territory is written.
        kept(["worker"], environment, logs / "worker.log") as worker,
        child(["serve-demo"], environment, logs / "web.log") as web,
    ):
        territory_id, users = asyncio.run(_prepare(options, settings, tell))
        if not wait_until_ready(url, web, READY_SECONDS_MAX):
            return _did_not_start("web server", logs / "web.log")
        if not wait_for_worker(settings, worker.process, READY_SECONDS_MAX):
            return _did_not_start("worker", logs / "worker.log")
        tell(f"The web server answers at {url}; an RQ worker waits for jobs.")
        ground = Ground(url, territory_id, users, _folder(settings), options.plan_seconds)
        status, day_on = asyncio.run(_day(settings, ground, tell))
        if options.once:
            return status
        _print_addresses(url, users, day_on)
        with contextlib.suppress(KeyboardInterrupt):
            web.wait()
    return status


def _did_not_start(what: str, log: Path) -> int:
    print(f"maraude: the {what} did not start; its words are in {log}", file=sys.stderr)
    return 1


async def _prepare(
    options: argparse.Namespace, settings: Settings, tell: Teller
) -> tuple[TerritoryId, dict[str, DemoUser]]:
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    accounts = accounts_of(settings, hasher=Hasher())
    try:
        today = clock.day_in("Europe/Paris", clock.now())
        territory = generate(options.seed, today, options.scale)
        tell(f"{territory.name}: {territory.label}")
        written = 0

        def count(records: int) -> None:
            nonlocal written
            written = records
            if records % 20_000 == 0:
                tell(f"  … {records} records written")

        territory_id = await write_territory(settings.database_owner_url, _whole(territory), clock.now(), count)
        users = await add_users(accounts, SLUG, clock.now())
        tell(f"{written} records of places, people, histories and requests are on the log; {len(users)} users.")
        return territory_id, users
    finally:
        accounts.close()
        await DB.close_connection_pool()


def _whole(territory: Territory) -> WholeTerritory:
    return WholeTerritory(
        slug=territory.slug,
        name=territory.name,
        time_zone=territory.time_zone,
        inhabitants=territory.inhabitants,
        is_demo=True,
        zone_rows=territory.zone_rows,
        population_cells=territory.population_cells,
        shifts=territory.shifts,
        coverage_targets=territory.coverage_targets,
        records=territory.records(),
    )


async def _day(settings: Settings, ground: Ground, tell: Teller) -> tuple[int, date | None]:
    """Run the day and print what it came to; return the exit status, and the day of the rounds if there are any."""
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    try:
        day = await run_day(ground, tell)
        figures = await read_day(ground.scope, day.plan_id)
        promises = await check_promises(ground.scope, day.plan_id, day.tablets, (day.before, day.after))
    except (DayStoppedError, DeskError) as stopped:
        print(f"maraude: {stopped}", file=sys.stderr)
        return 1, None
    finally:
        await DB.close_connection_pool()
    _print_report(day, figures, promises)
    return 0 if all(promise.held for promise in promises) else 1, figures.day_on


def _print_report(day: Day, figures: DayFigures, promises: list[Promise]) -> None:
    plan = figures.plan
    reasons = ", ".join(f"{code} {count}" for code, count in sorted(figures.left_out_by_code.items()))
    ops = ", ".join(f"{verdict} {count}" for verdict, count in sorted(figures.ops.items()))
    reviews = ", ".join(f"{rule} {count}" for rule, count in sorted(figures.reviews.items()))
    print("\n--- The day in figures, read from the database ---")
    print(
        f"visits wanted / planned / left out   {plan['visits_wanted']} / {plan['visits_planned']} / {plan['visits_left_out']}"
    )
    print(f"left out because of                  {reasons or 'nobody is left out'}")
    print(f"doses expected to be thrown away     {plan['doses_wasted_expected']}")
    print(f"plan asked, made, read in            {day.plan_seconds:.1f} s")
    print(f"rounds, stops done                   {figures.rounds}, {figures.stops_done}")
    print(f"ops of the tablets                   {sum(figures.ops.values())}: {ops}")
    print(f"open reviews                         {reviews or 'none'}")
    print(f"people nobody knew                   {figures.unknown_people}")
    print("covered + due, by group              before         after")
    for group, (covered, due) in sorted(day.after.by_group.items()):
        was = day.before.by_group.get(group)
        before = f"{was[0]:>5} + {was[1]:<5}" if was else "put together otherwise"
        print(f"  {group or 'all':<34} {before}  {covered:>5} + {due:<5}")
    zones = sum(count != day.before.by_zone.get(zone) for zone, count in day.after.by_zone.items())
    print(f"zones whose published figure moved   {zones} of {len(day.after.by_zone)} (small cells stay hidden)")
    print("\n--- Promises checked on the way ---")
    for promise in promises:
        print(f"{'held  ' if promise.held else 'BROKEN'} {promise.number:<9} {promise.sentence}: {promise.figure}")


def _print_addresses(url: str, users: dict[str, DemoUser], day_on: date | None) -> None:
    print("\n--- Look around (until Ctrl-C) ---")
    rounds = [(f"/today?day={day_on}", "the rounds of the day")] if day_on else []
    pages = [("/sign-in", "sign in"), *rounds, ("/coverage", "coverage"), ("/schema/openapi.json", "the interface")]
    for path, what in pages:
        print(f"{url}{path:<24} {what}")
    print(
        "Users of this demo: sign in with the passphrase, then type the code. A code is good for 30 seconds and works once;"
    )
    print("enter the secret as a key into an authenticator app, which shows the next ones.")
    for user in users.values():
        code = pyotp.TOTP(user.totp_secret).now()
        print(f"  {user.login:<8} {user.role:<24} {user.passphrase:<40} secret {user.totp_secret}  code now {code}")


def _folder(settings: Settings) -> Path:
    folder = settings.home / "tablets"
    shutil.rmtree(folder, ignore_errors=True)
    return folder
