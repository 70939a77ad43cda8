"""Measure what keeping forecasts current costs: one more dose, and everybody after a release of rules.

`python -m bench.doses_kept` fills a territory of 2,000 persons with three doses each on a throw-away server; `--persons
318000` is the pilot territory, `--workers 2` shares the recompute between processes. The ratio printed is one dose against
recomputing everybody known. The second line is the processor's time, of our processes and of PostgreSQL, and what it makes of
the pilot territory on two cores that do nothing else: reckoned, not run, unless the run was of so many. How far each worker is
stands on the error output; Ctrl-C ends the workers after the persons in hand, and the figures are those of the persons done.
"""

import argparse
import asyncio
import multiprocessing
import os
import resource
import signal
import statistics
import sys
import tempfile
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID

import asyncpg

from backend import embedded
from backend.access import Scope
from backend.clock import now
from backend.db.migrate import migrate
from backend.db.transaction import transaction
from backend.doses.jobs import KIND, forecast_recompute_job
from backend.doses.keep import follow
from backend.ids import JobId, TerritoryId, new_id
from backend.jobs.run import Running
from backend.jobs.store import Leased
from backend.log.projection import Change
from backend.piccolo_conf import DB

ROUNDS = 60
_TELL_SECONDS = 10
PILOT_PERSONS = 318_000
CORES = 2


async def fill(owner_url: str, persons: int) -> Scope:
    """Make a territory in SQL: persons of all ages, three doses each."""
    scope = Scope(TerritoryId(new_id()))
    connection = await asyncpg.connect(owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(scope.territory_id))
    t = f"'{scope.territory_id}'::uuid"
    await connection.execute(
        "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
        f"VALUES ({t}, '{scope.territory_id}', 'B', 'Europe/Paris', {persons}, false, now());"
        "INSERT INTO person (id, territory_id, born_on, sex) SELECT gen_random_uuid(), "
        f"{t}, current_date - 30 - (n::bigint * 7919 % 33000)::int, CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END "
        f"FROM generate_series(1, {persons}) n;"
        "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, state) "
        f"SELECT gen_random_uuid(), {t}, p.id, 'given', v.antigens, current_date - v.days, 'recorded' FROM person p, "
        "(VALUES (ARRAY['influenza'], 390), (ARRAY['diphtheria','tetanus','polio'], 25), (ARRAY['covid19'], 500)) "
        f"AS v (antigens, days) WHERE p.territory_id = {t} AND p.born_on < current_date - v.days;"
        "ANALYZE"
    )
    await connection.close()
    return scope


async def one_more_dose(scope: Scope) -> float:
    """Return the median milliseconds that following one new dose adds to a push."""
    async with transaction(scope) as tx:
        rows = await tx.fetch("SELECT id FROM person WHERE territory_id = $1 LIMIT $2", scope.territory_id, ROUNDS)
    taken = []
    for row in rows:
        dose, fields = new_id(), {"person_id": row["id"]}
        async with transaction(scope) as tx:
            await tx.execute(
                "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, state) "
                "VALUES ($1, $2, $3, 'given', '{zoster}', current_date, 'recorded')",
                dose,
                scope.territory_id,
                row["id"],
            )
            began = time.perf_counter()
            await follow(tx, [Change("dose", dose, None, fields)])
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def recompute_part(url: str, territory: str, part: int, parts: int, stop: Event) -> None:
    """Do one part of the recompute in this process, telling how far it is, until it is told to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and says when to stop
    asyncio.run(_recompute_part(url, Scope(TerritoryId(UUID(territory))), part, parts, stop))


async def _recompute_part(url: str, scope: Scope, part: int, parts: int, stop: Event) -> None:
    DB.point_at(url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    running = Running(
        Leased(JobId(new_id()), scope.territory_id, KIND, {"part": part, "parts": parts}, new_id(), 1, None)
    )
    work, told_next = asyncio.create_task(forecast_recompute_job(running)), time.monotonic()
    while not work.done():
        await asyncio.wait([work], timeout=1)
        if stop.is_set():
            running.stop_reason = "cancel"
        if time.monotonic() >= told_next and (progress := running.take_progress()):
            told_next = time.monotonic() + _TELL_SECONDS
            print(f"  part {part + 1}/{parts}: {progress['done']}/{progress['total']}", file=sys.stderr, flush=True)
    await work
    await DB.close_connection_pool()


def server_seconds(data: Path) -> float:
    """Return the processor seconds that the PostgreSQL of a data directory has used, its ended processes included."""
    (file,) = data.rglob("postmaster.pid")
    postmaster = file.read_text("utf-8").split()[0]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile: the postmaster counts it
            continue
        if stat.parent.name == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _recompute(url: str, scope: Scope, workers: int) -> None:
    """Let the workers forecast everybody anew; on Ctrl-C they end after the persons in hand."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    parts = [
        spawn.Process(target=recompute_part, args=(url, str(scope.territory_id), part, workers, stop))
        for part in range(workers)
    ]
    for one in parts:
        one.start()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    for one in parts:
        one.join()
    signal.signal(signal.SIGINT, before)
    if any(one.exitcode for one in parts):
        raise SystemExit("a part of the recompute failed")


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def measure(urls: embedded.Urls, data: Path, persons: int, workers: int) -> None:
    """Fill, recompute everybody, follow single doses, recompute with nothing to do; print one line."""
    await migrate(urls.owner_url, now())
    scope = await fill(urls.owner_url, persons)
    began, server_before, ours_before = time.perf_counter(), server_seconds(data), _children_seconds()
    _recompute(urls.app_url, scope, workers)
    everybody = time.perf_counter() - began
    ours, server = _children_seconds() - ours_before, server_seconds(data) - server_before
    DB.point_at(urls.app_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    async with transaction(scope) as tx:
        rows = await tx.fetch_value("SELECT count(*) FROM forecast")
        done = await tx.fetch_value("SELECT count(*) FROM forecast_person WHERE computed_for_on IS NOT NULL")
        size = await tx.fetch_value(
            "SELECT pg_total_relation_size('forecast') + pg_total_relation_size('forecast_person')"
        )
    one_dose = await one_more_dose(scope)
    await DB.close_connection_pool()
    print(
        f"{done} of {persons} persons{'' if done == persons else ' (stopped)'}, {workers} workers: {everybody:.1f} s "
        f"({done / everybody:.0f} persons/s, "
        f"{rows} rows, {size / 1e6:.0f} MB); one dose {one_dose:.1f} ms, 1/{everybody * 1000 / one_dose:.0f} of everybody"
    )
    reckoned = (ours + server) / max(done, 1) * PILOT_PERSONS / CORES
    print(
        f"processor: {(ours + server) / max(done, 1) * 1000:.2f} ms a person (ours {ours:.1f} s, PostgreSQL {server:.1f} s); "
        f"{PILOT_PERSONS} persons on {CORES} idle cores, reckoned: {reckoned / 60:.1f} min"
    )


def run(persons: int, workers: int) -> None:
    """Start a throw-away server and measure on it."""
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            asyncio.run(measure(urls, Path(folder), persons, workers))


def main() -> int:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.doses_kept", description=__doc__)
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    run(options.persons, options.workers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
