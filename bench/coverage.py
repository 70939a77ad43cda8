"""Measure what coverage costs: a new dose, a page and a rebuild, beside plain SQL aggregation of the same figures.

`python -m bench.coverage` fills territories of 3,000, 10,000 and 30,000 persons with three doses each on a throw-away
server and prints one line for each; `--persons 318000` measures the whole pilot territory. Ratios are told, since a
machine shared with others has no steady absolute speed.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import asyncpg

from backend import embedded
from backend.access import Scope
from backend.clock import now
from backend.coverage.keep import apply_changes
from backend.coverage.rebuild import rebuild_in_steps
from backend.coverage.store import read_campaign_figures, read_operations
from backend.coverage.touched import Change
from backend.db.migrate import migrate
from backend.db.transaction import Transaction, transaction
from backend.ids import TerritoryId, new_id
from backend.piccolo_conf import DB

ROUNDS = 60
# What a server without a read model would ask for each page: known persons by zone and group, covered or not, and doses.
PLAIN = (
    "SELECT l.zone_id, p.population_group, count(DISTINCT p.id), count(DISTINCT d.person_id), count(d.id) "
    "FROM person p JOIN place l ON l.territory_id = p.territory_id AND l.id = p.place_id "
    "LEFT JOIN dose d ON d.territory_id = p.territory_id AND d.person_id = p.id AND d.status = 'given' "
    "AND d.state IS DISTINCT FROM 'entered_in_error' AND 'influenza' = ANY(d.antigens) AND d.given_on >= '2026-10-14' "
    "WHERE p.territory_id = $1 AND p.born_on <= '1961-10-14' AND p.died_on IS NULL "
    "AND NOT 'statistics' = ANY(p.objections) GROUP BY 1, 2"
)


async def fill(owner_url: str, persons: int, zones: int = 132) -> Scope:
    """Make a territory in SQL: two thousand places, persons of all ages, three doses each, one flu campaign."""
    scope = Scope(TerritoryId(new_id()))
    connection = await asyncpg.connect(owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(scope.territory_id))
    t = f"'{scope.territory_id}'::uuid"
    await connection.execute(
        f"INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
        f"VALUES ({t}, '{scope.territory_id}', 'B', 'Europe/Paris', {persons}, false, now());"
        f"INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, facts_source) "
        f"SELECT gen_random_uuid(), {t}, 'z' || n, 'Z' || n, '{{}}', 1, 'bench' "
        f"FROM generate_series(1, {zones}) n;"
        "INSERT INTO place (id, territory_id, kind, zone_id) SELECT gen_random_uuid(), "
        f"{t}, CASE n % 20 WHEN 0 THEN 'hotel' ELSE 'home' END, "
        f"(SELECT id FROM zone WHERE territory_id = {t} AND code = 'z' || (1 + n % {zones})) "
        "FROM generate_series(1, 2000) n;"
        "INSERT INTO person (id, territory_id, born_on, population_group, place_id) SELECT gen_random_uuid(), "
        f"{t}, date '1930-01-01' + n % 34000, (ARRAY['homeless_hotel','housebound_elderly','other'])[1 + n % 3], "
        f"(ARRAY(SELECT id FROM place WHERE territory_id = {t} ORDER BY id))[1 + n % 2000] "
        f"FROM generate_series(1, {persons}) n;"
        "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, source) SELECT gen_random_uuid(), "
        f"{t}, p.id, 'given', (ARRAY['{{influenza}}','{{covid}}','{{influenza}}'])[k]::text[], "
        "date '2025-10-20' + ((hashtext(p.id::text) & 65535) + k * 131) % 400, (ARRAY['own','card'])[1 + k % 2] "
        f"FROM person p, generate_series(1, 3) k WHERE p.territory_id = {t};"
        "INSERT INTO campaign (id, territory_id, name, antigen, age_least_years, starts_on) "
        f"VALUES (gen_random_uuid(), {t}, 'flu', 'influenza', 65, '2026-10-14');"
    )
    await connection.execute("ANALYZE")
    await connection.close()
    return scope


async def one_dose(tx: Transaction, person_id: object, *, counted: bool) -> None:
    """Write a dose as the projection does; count it or not."""
    dose_id = new_id()
    await tx.execute(
        "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, source) "
        "VALUES ($1, $2, $3, 'given', '{influenza}', '2026-11-20', 'own')",
        dose_id,
        tx.scope.territory_id,
        person_id,
    )
    if counted:
        await apply_changes(tx, [Change("dose", dose_id, None, {"person_id": person_id})])


async def measure(owner_url: str, persons: int) -> None:
    """Fill, rebuild, then measure rounds of a dose, a page and the plain statement, and print one line."""
    scope = await fill(owner_url, persons)
    began = time.perf_counter()
    await rebuild_in_steps(scope)
    rebuilt = time.perf_counter() - began
    async with transaction(scope) as tx:
        campaign_id = await tx.fetch_value("SELECT id FROM campaign WHERE territory_id = $1", scope.territory_id)
        found = await tx.fetch(
            "SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 5000", scope.territory_id
        )
    chance, people = Random(7), [row["id"] for row in found]
    taken: dict[str, list[float]] = {"bare": [], "counted": [], "page": [], "plain": []}
    for _ in range(ROUNDS):
        for name in ("bare", "counted"):
            began = time.perf_counter()
            async with transaction(scope) as tx:
                await one_dose(tx, chance.choice(people), counted=name == "counted")
            taken[name].append(time.perf_counter() - began)
    for _ in range(ROUNDS // 3):
        async with transaction(scope) as tx:
            began = time.perf_counter()
            await read_campaign_figures(tx, campaign_id)
            await read_operations(tx, campaign_id, now().date())
            taken["page"].append(time.perf_counter() - began)
            began = time.perf_counter()
            await tx.fetch(PLAIN, scope.territory_id)
            taken["plain"].append(time.perf_counter() - began)
    middle = {name: statistics.median(values) * 1000 for name, values in taken.items()}
    page_p95 = statistics.quantiles(taken["page"], n=20)[-1] * 1000
    print(
        f"{persons} persons, {3 * persons} doses: a dose {middle['bare']:.1f} ms, counted {middle['counted']:.1f} ms "
        f"(x {middle['counted'] / middle['bare']:.1f}); page {middle['page']:.0f} ms (95 %: {page_p95:.0f} ms), "
        f"plain SQL {middle['plain']:.0f} ms (x {middle['plain'] / middle['page']:.1f}); "
        f"rebuild {rebuilt:.1f} s ({persons / rebuilt:.0f} persons/s)"
    )


async def run(urls: embedded.Urls, sizes: list[int]) -> None:
    """Migrate the throw-away server and measure each size."""
    await migrate(urls.owner_url, now())
    DB.point_at(urls.app_url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    for size in sizes:
        await measure(urls.owner_url, size)
    await DB.close_connection_pool()


def main() -> int:
    """Run the bench on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, nargs="+", default=[3_000, 10_000, 30_000])
    sizes: list[int] = parser.parse_args().persons
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            asyncio.run(run(urls, sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
