"""Measure what keeping forecasts current costs: one more dose, and everybody after a release of rules.

`python -m bench.doses_kept` fills a territory of 2,000 persons with three doses each on a throw-away server; `--persons
318000` is the pilot territory, `--workers 2` shares the recompute between processes. The ratio printed is one dose against
recomputing everybody known.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
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
        f"{t}, current_date - 30 - (n * 7919) % 33000, CASE n % 2 WHEN 0 THEN 'female' ELSE 'male' END "
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


def recompute_part(url: str, territory: str, part: int, parts: int) -> None:
    """Do one part of the recompute in this process, telling how far it is."""
    asyncio.run(_recompute_part(url, Scope(TerritoryId(UUID(territory))), part, parts))


async def _recompute_part(url: str, scope: Scope, part: int, parts: int) -> None:
    DB.point_at(url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    running = Running(
        Leased(JobId(new_id()), scope.territory_id, KIND, {"part": part, "parts": parts}, new_id(), 1, None)
    )
    work = asyncio.create_task(forecast_recompute_job(running))
    while not work.done():
        await asyncio.wait([work], timeout=10)
        if progress := running.take_progress():
            print(f"  part {part + 1}/{parts}: {progress['done']}/{progress['total']}", file=sys.stderr)
    await work
    await DB.close_connection_pool()


async def measure(urls: embedded.Urls, persons: int, workers: int) -> None:
    """Fill, recompute everybody, follow single doses, recompute with nothing to do; print one line."""
    await migrate(urls.owner_url, now())
    scope = await fill(urls.owner_url, persons)
    began = time.perf_counter()
    spawn = multiprocessing.get_context("spawn")
    parts = [
        spawn.Process(target=recompute_part, args=(urls.app_url, str(scope.territory_id), part, workers))
        for part in range(workers)
    ]
    for one in parts:
        one.start()
    for one in parts:
        one.join()
    if any(one.exitcode for one in parts):
        raise SystemExit("a part of the recompute failed")
    everybody = time.perf_counter() - began
    DB.point_at(urls.app_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    async with transaction(scope) as tx:
        rows = await tx.fetch_value("SELECT count(*) FROM forecast")
        size = await tx.fetch_value(
            "SELECT pg_total_relation_size('forecast') + pg_total_relation_size('forecast_person')"
        )
    one_dose = await one_more_dose(scope)
    await DB.close_connection_pool()
    print(
        f"{persons} persons, {workers} workers: everybody {everybody:.1f} s ({persons / everybody:.0f} persons/s, "
        f"{rows} rows, {size / 1e6:.0f} MB); one dose {one_dose:.1f} ms, 1/{everybody * 1000 / one_dose:.0f} of everybody"
    )


def main() -> int:
    """Read the options, start a throw-away server and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.doses_kept", description=__doc__)
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            asyncio.run(measure(urls, options.persons, options.workers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
