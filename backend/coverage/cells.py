"""This file reads the cells of the read model that serve, and what each holds; every statement carries the territory.

Cells and counts are read apart and put together here: a join of the two is fast only while PostgreSQL's statistics of
both tables are fresh, and these change all day.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from backend.coverage.figures import Counted, measure_of, pools_of
from backend.coverage.keep import NO_DAY, NO_ID
from backend.db.transaction import Transaction

# The shortest breakdown that counts everybody of a campaign, and everybody known.
_OF_POOLS = ("person_by_age", "dose_given_by_age", "known")


async def read_counted(
    tx: Transaction, campaign_ids: Collection[UUID | None], measures: Sequence[str]
) -> list[Counted]:
    """Return the cells of some measures of these campaigns (None: of none) that hold something."""
    cells = await tx.fetch(
        "SELECT id, measure, zone_id, population_group, age_band, period_on, detail FROM coverage_cell "
        "WHERE territory_id = $1 AND measure = ANY($3) AND campaign_id = ANY($2)",
        tx.scope.territory_id,
        [one or NO_ID for one in campaign_ids],
        measures,
    )
    held = await _held(tx, cells)
    return [
        Counted(
            row["measure"],
            None if row["zone_id"] == NO_ID else row["zone_id"],
            row["population_group"],
            row["age_band"],
            None if row["period_on"] == NO_DAY else row["period_on"],
            row["detail"],
            held[row["id"]],
        )
        for row in cells
        if held.get(row["id"])
    ]


async def read_pools(tx: Transaction) -> dict[str, str]:
    """Return the pool of each population group, the same for all tables of the territory."""
    cells = await tx.fetch(
        "SELECT id, campaign_id, measure, detail, population_group FROM coverage_cell "
        "WHERE territory_id = $1 AND measure = ANY($2)",
        tx.scope.territory_id,
        _OF_POOLS,
    )
    held = await _held(tx, cells)
    by_group: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in cells:
        measure = measure_of(row["measure"], row["detail"]) or row["measure"]
        by_group[str(row["campaign_id"]), measure][row["population_group"]] += held.get(row["id"], 0)
    return pools_of(by_group)


async def _held(tx: Transaction, cells: Sequence[Any]) -> dict[int, int]:
    rows = await tx.fetch(
        "SELECT cell_id, n FROM coverage_count WHERE territory_id = $1 AND cell_id = ANY($2) "
        "AND generation = (SELECT generation FROM coverage_state WHERE territory_id = $1)",
        tx.scope.territory_id,
        [row["id"] for row in cells],
    )
    return {row["cell_id"]: row["n"] for row in rows}
