"""This file keeps the read model of coverage in step with the records, at a cost by what changed.

It remembers in which cells each subject is counted. After a change it reads the touched subjects again, subtracts
what was counted and adds what counts now: the same change twice is counted once (S2), and order does not matter (S3).
Whole-territory recounts are in backend/coverage/rebuild.py; while one runs, what is written goes into both generations.

`apply_touched` is called once per transaction, last before the commit: it takes its locks in a fixed order.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from backend.coverage import load
from backend.coverage.count import cells_of
from backend.coverage.look_up import look_up, with_joined
from backend.coverage.subjects import CellKey, Subject, SubjectKind
from backend.coverage.touched import Change, Touched, gathered, touched_by
from backend.db.transaction import Transaction

# More subjects than this are not recounted within somebody's push: a rebuild in short steps is asked for instead.
SUBJECTS_MAX: Final = 2000
NO_ID: Final = UUID(int=0)
NO_DAY: Final = date.min  # stands in the database as -infinity
_LOCK: Final = 7_227_002


class Applied(StrEnum):
    """What became of a set of changes."""

    COUNTED = "counted"
    REBUILD_NEEDED = "rebuild_needed"  # noted in coverage_state: a job runs backend.coverage.rebuild in steps


class Generations(NamedTuple):
    """Which counts serve, and which are being built."""

    serving: int
    building: int | None


async def apply_changes(tx: Transaction, changes: Sequence[Change]) -> Applied:
    """Count again what these changes touch, in the caller's transaction.

    `before` and `after` hold the typed columns, of places `zone_id` too.
    """
    return await apply_touched(tx, touched_by(changes))


async def apply_touched(tx: Transaction, touched: Touched) -> Applied:
    """Count again what was touched. A changed campaign rule, or more than SUBJECTS_MAX subjects, is only noted.

    Then the caller has the rebuild run as a job.
    """
    if touched == gathered(()):
        return Applied.COUNTED
    # Subjects may be counted by records that they do not name (joined persons, a place that changed zone).
    await lock(tx, alone=True)
    subjects = await look_up(tx, touched)
    if touched.everybody or len(subjects) > SUBJECTS_MAX:
        await _note_rebuild(tx)
    if len(subjects) <= SUBJECTS_MAX:
        await recount(tx, subjects)
    return Applied.REBUILD_NEEDED if touched.everybody or len(subjects) > SUBJECTS_MAX else Applied.COUNTED


async def lock(tx: Transaction, *, alone: bool) -> None:
    """Take the territory's coverage lock until the end of the transaction, shared or alone."""
    shared = "" if alone else "_shared"
    await tx.execute(f"SELECT pg_advisory_xact_lock{shared}($1, hashtext($2))", _LOCK, str(tx.scope.territory_id))


async def generations(tx: Transaction) -> Generations:
    """Return the generations of the territory; the coverage lock must be held."""
    territory = tx.scope.territory_id
    row = await tx.fetch_row(
        "SELECT generation, generation_building FROM coverage_state WHERE territory_id = $1", territory
    )
    if row is None:
        await tx.execute("INSERT INTO coverage_state (territory_id) VALUES ($1) ON CONFLICT DO NOTHING", territory)
        return Generations(1, None)
    return Generations(row["generation"], row["generation_building"])


async def recount(tx: Transaction, subjects: Iterable[Subject]) -> None:
    """Read these subjects again and correct the counts by the difference; the coverage lock must be held."""
    counted, human_of = await _hold(tx, set(subjects))
    now = await generations(tx)
    facts = await load.facts_of(tx, list(counted), human_of)
    campaigns, windows = await load.campaigns(tx), load.windows()
    new = {
        subject: cells_of(facts[subject], campaigns, windows) if subject in facts else Counter() for subject in counted
    }
    cell_id = await _cell_ids(tx, {key for cells in new.values() for key in cells})

    deltas: dict[int, Counter[int]] = defaultdict(Counter)
    kept: list[dict[str, Any]] = []
    for subject, (generation, old) in counted.items():
        cells = Counter({cell_id[key]: n for key, n in new[subject].items()})
        _add_difference(deltas[now.serving], cells, old)
        if now.building is not None:
            _add_difference(deltas[now.building], cells, old if generation == now.building else Counter())
        kept.append({"kind": subject.kind, "id": str(subject.id), "cells": sorted(cells), "ns": _in_order(cells)})
    for number in sorted(deltas):
        await _add(tx, number, deltas[number])
    await _keep(tx, kept, now.building or now.serving)


def _in_order(cells: Counter[int]) -> list[int]:
    return [cells[cell] for cell in sorted(cells)]


def _add_difference(into: Counter[int], new: Counter[int], old: Counter[int]) -> None:
    for cell, n in new.items():
        into[cell] += n
    for cell, n in old.items():
        into[cell] -= n


async def _hold(
    tx: Transaction, subjects: set[Subject]
) -> tuple[dict[Subject, tuple[int, Counter[int]]], dict[UUID, UUID]]:
    """Lock the subjects, joined persons included, and return where each was counted; and the human of each person."""
    human_of = await with_joined(tx, {one.id for one in subjects if one.kind is SubjectKind.PERSON})
    in_order = sorted(subjects | {Subject(SubjectKind.PERSON, id_) for id_ in human_of})
    rows = await tx.fetch(
        "INSERT INTO coverage_subject AS s (territory_id, kind, id) "
        "SELECT $1, kind, id FROM unnest($2::text[], $3::uuid[]) AS u (kind, id) "
        "ON CONFLICT (territory_id, kind, id) DO UPDATE SET generation = s.generation "
        "RETURNING kind, id, generation, cell_ids, cell_ns",
        tx.scope.territory_id,
        [one.kind.value for one in in_order],
        [one.id for one in in_order],
    )
    held = {
        Subject(SubjectKind(row["kind"]), row["id"]): (
            row["generation"],
            Counter(dict(zip(row["cell_ids"], row["cell_ns"], strict=True))),
        )
        for row in rows
    }
    return held, human_of


async def _cell_ids(tx: Transaction, keys: set[CellKey]) -> dict[CellKey, int]:
    """Return the id of each cell, making those that nothing was counted in before."""
    rows = sorted(_columns(key) for key in keys)
    found = await _find_cells(tx, rows)
    missing = [row for row in rows if row not in found]
    if missing:
        await tx.execute(
            "INSERT INTO coverage_cell (territory_id, measure, campaign_id, zone_id, population_group, age_band, "
            f"period_on, detail) SELECT $1, {_COLUMNS} FROM {_UNNEST} ON CONFLICT DO NOTHING",
            tx.scope.territory_id,
            *_transposed(missing),
        )
        found |= await _find_cells(tx, missing)
    return {key: found[_columns(key)] for key in keys}


_Columns = tuple[str, UUID, UUID, str, str, date, str]
_COLUMNS = "measure, campaign_id, zone_id, population_group, age_band, period_on, detail"
_UNNEST = (
    "unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::text[]) "
    "AS u (measure, campaign_id, zone_id, population_group, age_band, period_on, detail)"
)


def _columns(key: CellKey) -> _Columns:
    return (
        key.measure,
        key.campaign_id or NO_ID,
        key.zone_id or NO_ID,
        key.population_group,
        key.age_band,
        key.period_on or NO_DAY,
        key.detail,
    )


def _transposed(rows: Sequence[_Columns]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def _find_cells(tx: Transaction, rows: Sequence[_Columns]) -> dict[_Columns, int]:
    if not rows:
        return {}
    # One look into the index for each key, whatever the planner thinks of the table's size.
    found = await tx.fetch(
        f"SELECT (SELECT c.id FROM coverage_cell c WHERE c.territory_id = $1 AND ({_prefixed('c')}) = "
        f"({_prefixed('u')})) AS id, {_COLUMNS} FROM {_UNNEST}",
        tx.scope.territory_id,
        *_transposed(rows),
    )
    return {
        (
            row["measure"],
            UUID(bytes=row["campaign_id"].bytes),
            UUID(bytes=row["zone_id"].bytes),
            row["population_group"],
            row["age_band"],
            row["period_on"],
            row["detail"],
        ): row["id"]
        for row in found
        if row["id"] is not None
    }


def _prefixed(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in _COLUMNS.split(", "))


async def _add(tx: Transaction, generation: int, delta: Counter[int]) -> None:
    cells = sorted(cell for cell, n in delta.items() if n)
    if not cells:
        return
    territory = tx.scope.territory_id
    await tx.execute(
        "INSERT INTO coverage_count AS c (territory_id, generation, cell_id, n) "
        "SELECT $1, $2, cell, n FROM unnest($3::bigint[], $4::bigint[]) AS u (cell, n) "
        "ON CONFLICT (territory_id, generation, cell_id) DO UPDATE SET n = c.n + excluded.n",
        territory,
        generation,
        cells,
        [delta[cell] for cell in cells],
    )
    lessened = [cell for cell in cells if delta[cell] < 0]
    if lessened:
        await tx.execute(
            "DELETE FROM coverage_count WHERE territory_id = $1 AND generation = $2 AND cell_id = ANY($3) AND n = 0",
            territory,
            generation,
            lessened,
        )


async def _keep(tx: Transaction, kept: Sequence[dict[str, Any]], generation: int) -> None:
    """Remember where each subject is counted; one that is counted nowhere needs no row."""
    somewhere = [one for one in kept if one["cells"]]
    nowhere = [one for one in kept if not one["cells"]]
    if somewhere:
        await tx.execute(
            "INSERT INTO coverage_subject (territory_id, kind, id, generation, cell_ids, cell_ns) "
            "SELECT $1, kind, id, $2, cells, ns "
            "FROM jsonb_to_recordset($3::text::jsonb) AS u (kind text, id uuid, cells bigint[], ns bigint[]) "
            "ON CONFLICT (territory_id, kind, id) DO UPDATE "
            "SET generation = excluded.generation, cell_ids = excluded.cell_ids, cell_ns = excluded.cell_ns",
            tx.scope.territory_id,
            generation,
            json.dumps(somewhere),
        )
    if nowhere:
        await tx.execute(
            "DELETE FROM coverage_subject WHERE territory_id = $1 AND kind = ANY($2) AND id = ANY($3)",
            tx.scope.territory_id,
            sorted({one["kind"] for one in nowhere}),
            [UUID(one["id"]) for one in nowhere],
        )


async def _note_rebuild(tx: Transaction) -> None:
    await tx.execute(
        "INSERT INTO coverage_state AS s (territory_id, rebuild_needed_at) VALUES ($1, now()) "
        "ON CONFLICT (territory_id) DO UPDATE SET rebuild_needed_at = coalesce(s.rebuild_needed_at, now())",
        tx.scope.territory_id,
    )
