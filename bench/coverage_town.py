"""This file fills a territory in SQL for the bench of coverage: places, people of all ages, three doses each, one flu campaign."""

import math

import asyncpg
import msgspec

from backend.access import Scope
from backend.ids import TerritoryId, new_id


async def fill(owner_url: str, persons: int, zones: int = 132) -> Scope:
    """Make a territory in SQL: two thousand places, persons of all ages, three doses each, one flu campaign."""
    scope = Scope(TerritoryId(new_id()))
    connection = await asyncpg.connect(owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(scope.territory_id))
    t = f"'{scope.territory_id}'::uuid"
    await connection.execute(
        f"INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
        f"VALUES ({t}, 't{persons}', 'B', 'Europe/Paris', {persons}, true, now());"
    )
    await connection.executemany(
        "INSERT INTO zone (id, territory_id, code, name, geojson, inhabitants, facts_source, income_median) "
        "VALUES ($1, $2, $3, $4, $5, 2400, 'bench', $6)",
        [
            (new_id(), scope.territory_id, f"z{n}", f"Z{n}", outline(n % 12, n // 12), 15_000 + 200 * n)
            for n in range(zones)
        ],
    )
    await connection.execute(
        "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, method, "
        f"facts_source, counted_on) SELECT {t}, id, b, 'all', 90, 100, 110, 'modelled', 'bench', '2026-01-01' "
        f"FROM zone, unnest(ARRAY['65-74', '75-84', '85+']) b WHERE territory_id = {t};"
        "INSERT INTO place (id, territory_id, kind, name, zone_id) SELECT gen_random_uuid(), "
        f"{t}, CASE n % 20 WHEN 0 THEN 'hotel' ELSE 'home' END, 'P' || n, "
        f"(SELECT id FROM zone WHERE territory_id = {t} AND code = 'z' || (n % {zones})) "
        "FROM generate_series(1, 2000) n;"
        "INSERT INTO person (id, territory_id, born_on, population_group, place_id) SELECT gen_random_uuid(), "
        f"{t}, date '1930-01-01' + n % 34000, (ARRAY['homeless_hotel','housebound_elderly','other'])[1 + n % 3], "
        f"(ARRAY(SELECT id FROM place WHERE territory_id = {t} ORDER BY id))[1 + n % 2000] "
        f"FROM generate_series(1, {persons}) n;"
        "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, source) SELECT gen_random_uuid(), "
        f"{t}, p.id, 'given', (ARRAY['{{influenza}}','{{covid}}','{{influenza}}'])[k]::text[], "
        "date '2025-10-20' + ((hashtext(p.id::text) & 65535) + k * 131) % 400, "
        "(ARRAY['own','card'])[1 + ((hashtext(p.id::text) >> k) & 1)] "
        f"FROM person p, generate_series(1, 3) k WHERE p.territory_id = {t};"
        "INSERT INTO campaign (id, territory_id, name, antigen, age_least_years, starts_on, target_percent) "
        f"VALUES (gen_random_uuid(), {t}, 'flu', 'influenza', 65, '2026-10-14', 75);"
    )
    await connection.execute("ANALYZE")
    await connection.close()
    return scope


def outline(column: int, row: int, points: int = 60) -> str:
    """Return a zone's outline with as many points as a real one has."""
    west, south = 2.32 + 0.01 * column, 48.81 + 0.006 * row
    ring = [
        [west + 0.005 * math.cos(2 * math.pi * n / points), south + 0.003 * math.sin(2 * math.pi * n / points)]
        for n in range(points)
    ]
    return msgspec.json.encode({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}).decode()
