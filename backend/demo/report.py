"""Read from the database what the day came to, and say whether each promise on the way held.

Nothing here knows what the story wished: figures come from the log, the records, the plan and the tablets' own files.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from backend import clock
from backend.access import Scope
from backend.coverage import store as coverage
from backend.coverage.figures import By, lines
from backend.db.transaction import Transaction, transaction
from backend.dispatch import store as plans
from backend.dispatch.problem_of_day import visit_of
from backend.ids import PlanId
from backend.log.follow import catch_up
from backend.reference_tablet.store import SqliteStore
from sync.ids import RecordId
from sync.integrity import Broken, receipt
from sync.state import encode

RECOUNT_SECONDS_MAX = 300


@dataclass(frozen=True)
class Promise:
    """One promise that was checked: its number, what it says, whether it held, and the figure that shows it."""

    number: str
    sentence: str
    held: bool
    figure: str


@dataclass
class CoverageFigures:
    """Persons covered and due by population group, and covered by zone, at one moment."""

    by_group: dict[str, tuple[int, int]] = field(default_factory=dict)
    by_zone: dict[str, int] = field(default_factory=dict)
    doses_given: int = 0
    counted: Counter[str] = field(default_factory=Counter)  # covered by group, shown nowhere


@dataclass(frozen=True)
class DayFigures:
    """What the database says of the day."""

    day_on: date
    plan: dict[str, Any]
    left_out_by_code: dict[str, int]
    ops: dict[str, int]
    reviews: dict[str, int]
    rounds: int
    stops_done: int
    unknown_people: int


async def read_day(scope: Scope, plan_id: PlanId) -> DayFigures:
    """Return the figures of the plan and of what tablets recorded."""
    async with transaction(scope) as tx:
        plan = await plans.find(tx, plan_id)
        if plan is None:
            message = "The plan of the day is not in the database."
            raise LookupError(message)
        return DayFigures(
            plan.day_on,
            plan.summary,
            plan.body["left_out_by_code"],
            await _counts(tx, "SELECT o.verdict, count(*) FROM op o JOIN installation i ON i.territory_id = o.territory_id "
                "AND i.actor = o.actor WHERE o.territory_id = $1 AND i.tablet_id IS NOT NULL GROUP BY 1"),
            await _counts(tx, "SELECT rule, count(*) FROM review WHERE territory_id = $1 AND state = 'open' GROUP BY 1"),
            await _one(tx, "SELECT count(*) FROM round WHERE territory_id = $1 AND state <> 'withdrawn'"),
            await _one(tx, "SELECT count(*) FROM stop WHERE territory_id = $1 AND state = 'done'"),
            await _one(tx, "SELECT count(*) FROM person WHERE territory_id = $1 AND alias LIKE 'Inconnu%'"),
        )  # fmt: skip


async def read_coverage(scope: Scope, campaign_id: UUID) -> CoverageFigures:
    """Return the coverage of a campaign as the page would show it, small cells hidden as there."""
    await _counted(scope)
    async with transaction(scope) as tx:
        figures = await coverage.read_campaign_figures(tx, campaign_id)
        given = await _one(
            tx, "SELECT count(*) FROM dose WHERE territory_id = $1 AND status = 'given' AND source = 'own'"
        )
        counted = await coverage.count_covered(tx, campaign_id)
    if figures is None:
        return CoverageFigures()
    found = CoverageFigures(doses_given=given, counted=counted)
    for line in lines(figures, By.GROUP):
        if line.covered is not None and line.due is not None:
            found.by_group[line.key] = (line.covered, line.due)
    for line in lines(figures, By.ZONE):
        if line.covered is not None:
            found.by_zone[line.key] = line.covered
    return found


async def _counted(scope: Scope) -> None:
    """Let coverage follow all that was written; where that asks for a recount of everybody, wait for the worker's."""
    while await catch_up(scope, clock.now()):
        pass
    ends = time.monotonic() + RECOUNT_SECONDS_MAX
    while time.monotonic() < ends:
        async with transaction(scope) as tx:
            if not await _one(tx, "SELECT count(*) FROM coverage_state WHERE territory_id = $1 "
                              "AND (rebuild_needed_at IS NOT NULL OR generation_building IS NOT NULL)"):  # fmt: skip
                return
        await asyncio.sleep(0.2)
    message = "Coverage was not counted in time."
    raise TimeoutError(message)


async def check_promises(
    scope: Scope, plan_id: PlanId, tablets: list[Path], coverage_of_day: tuple[CoverageFigures, CoverageFigures]
) -> list[Promise]:
    """Check on the database and on the tablets' files every promise that a day can show; coverage is before and after."""
    async with transaction(scope) as tx:
        return [
            await _plan_accepted(tx, plan_id),
            await _all_acknowledged(tx, tablets),
            await _counted_once(tx),
            await _chains_hold(tx),
            await _records_equal(tx, tablets),
            await _sums_hold(tx),
            await _dispute_in_review(tx),
            await _nothing_refused_unseen(tx),
            await _tables_equal_records(tx),
            _coverage_moved(*coverage_of_day),
        ]


def _coverage_moved(before: CoverageFigures, after: CoverageFigures) -> Promise:
    moved = after.counted - before.counted  # by group; what fell counts nothing
    given = after.doses_given - before.doses_given
    return Promise("coverage", "Coverage by group moved with the doses of the day", bool(moved) and given > 0,
                   f"{given} doses given, {moved.total()} more persons covered in {len(moved)} group(s)")  # fmt: skip


async def _plan_accepted(tx: Transaction, plan_id: PlanId) -> Promise:
    plan = await plans.find(tx, plan_id)
    planned = plan.summary["visits_planned"] if plan is not None else 0
    left = plan.summary["visits_left_out"] if plan is not None else 0
    reasons = len({visit_of(one["visit"]) for one in plan.body["left_out"]}) if plan is not None else 0
    held = plan is not None and plan.state == "published" and planned > 0 and reasons >= left
    return Promise("R1 R4", "The referee accepted the published plan; who is left out has a reason", held,
                   f"{planned} planned, {left} left out, {reasons} visits with a reason")  # fmt: skip


async def _all_acknowledged(tx: Transaction, tablets: list[Path]) -> Promise:
    """S1: every op that a tablet has on disk is in the log, with that content."""
    missing = total = 0
    for folder in tablets:
        with SqliteStore(folder / "tablet.sqlite") as store:
            kept = store.ops()
        rows = await tx.fetch(
            "SELECT id, hash FROM op WHERE territory_id = $1 AND id = ANY($2::uuid[])",
            tx.scope.territory_id,
            [one.op.id for one in kept],
        )
        known = {(row["id"].hex, row["hash"].hex()) for row in rows}
        total += len(kept)
        missing += sum((one.op.id, one.hash) not in known or not one.word for one in kept)
    return Promise("S1", "Every op of the tablets is in the log and has its verdict", total > 0 and missing == 0,
                   f"{total} ops, {missing} missing")  # fmt: skip


async def _counted_once(tx: Transaction) -> Promise:
    twice = await _one(tx, "SELECT count(*) FROM (SELECT id FROM op WHERE territory_id = $1 "
                       "AND verdict IN ('stored', 'merged', 'review') GROUP BY id HAVING count(*) > 1) AS t")  # fmt: skip
    return Promise("S2", "No op counts twice", twice == 0, f"{twice} twice")


async def _chains_hold(tx: Transaction) -> Promise:
    actors = await tx.fetch("SELECT actor FROM installation WHERE territory_id = $1", tx.scope.territory_id)
    broken = 0
    for row in actors:
        rows = await tx.fetch("SELECT n, hash, body, verdict FROM op WHERE territory_id = $1 AND actor = $2 ORDER BY n",
                              tx.scope.territory_id, row["actor"])  # fmt: skip
        outcome = receipt((one["n"], one["hash"].hex(), one["body"], one["verdict"]) for one in rows)
        broken += isinstance(outcome, Broken)
    return Promise("S1", "The chain of every installation holds from its first op to its last", broken == 0,
                   f"{len(actors)} chains, {broken} broken")  # fmt: skip


async def _records_equal(tx: Transaction, tablets: list[Path]) -> Promise:
    """S7: what a tablet holds is, byte for byte, what the server holds."""
    total = differ = 0
    for folder in tablets:
        with SqliteStore(folder / "tablet.sqlite") as store:
            held = {
                one: encode(RecordId(one), state).decode()
                for records in store.buckets().values()
                for one, state in records.items()
            }
        rows = await tx.fetch("SELECT id, body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])",
                              tx.scope.territory_id, list(held))  # fmt: skip
        there = {str(row["id"]): row["body"] for row in rows}
        total += len(held)
        differ += sum(there.get(one) != body for one, body in held.items())
    return Promise("S7", "Records on the tablets equal the server's, byte for byte", total > 0 and differ == 0,
                   f"{total} records, {differ} differ")  # fmt: skip


async def _sums_hold(tx: Transaction) -> Promise:
    wrong = await _one(tx, "SELECT count(*) FROM bucket b LEFT JOIN LATERAL (SELECT count(*) AS records, "
        "coalesce(mod(sum(r.content_sum), 18446744073709551616), 0) AS total FROM feed f JOIN record r "
        "ON r.territory_id = f.territory_id AND r.id = f.record_id WHERE f.territory_id = b.territory_id "
        "AND f.bucket_id = b.id AND NOT f.gone) c ON true "
        "WHERE b.territory_id = $1 AND (b.records <> c.records OR b.content_sum <> c.total)")  # fmt: skip
    buckets = await _one(tx, "SELECT count(*) FROM bucket WHERE territory_id = $1")
    return Promise(
        "S7", "Every bucket's sum is the sum of its records", wrong == 0, f"{buckets} buckets, {wrong} wrong"
    )


async def _dispute_in_review(tx: Transaction) -> Promise:
    """S8: the two birth dates are both there, disputed, and asked about; the two phones are both in the record."""
    row = await tx.fetch_row(
        "SELECT p.id, p.born_on, p.phone, (SELECT count(*) FROM review v WHERE v.territory_id = p.territory_id "
        "AND v.rule = 'siblings' AND v.field = 'born_on' AND p.id = ANY(v.record_ids)) AS reviews FROM person p "
        "WHERE p.territory_id = $1 AND 'born_on' = ANY(p.disputed) LIMIT 1",
        tx.scope.territory_id,
    )
    merged = await _one(tx, "SELECT count(*) FROM op WHERE territory_id = $1 AND verdict = 'merged'")
    held = row is not None and row["reviews"] > 0 and row["born_on"] is None and row["phone"] is not None and merged > 0
    return Promise("S8", "Two teams disagree: both birth dates stand, a review is open, the phones are merged", held,
                   f"{row['reviews'] if row is not None else 0} review(s), {merged} merged op(s)")  # fmt: skip


async def _nothing_refused_unseen(tx: Transaction) -> Promise:
    refused = await _one(tx, "SELECT count(*) FROM op WHERE territory_id = $1 AND verdict = 'refused'")
    bare = await _one(tx, "SELECT count(*) FROM op WHERE territory_id = $1 AND verdict = 'refused' AND code = ''")
    return Promise("S5", "No op was refused on an ordinary day; a refusal would have its reason", refused == bare == 0,
                   f"{refused} refused, {bare} without a reason")  # fmt: skip


async def _tables_equal_records(tx: Transaction) -> Promise:
    bare = await _one(tx, "SELECT count(*) FROM record r WHERE r.territory_id = $1 AND r.kind IN ('person', 'dose') "
        "AND NOT EXISTS (SELECT FROM person p WHERE p.territory_id = r.territory_id AND p.id = r.id) "
        "AND NOT EXISTS (SELECT FROM dose d WHERE d.territory_id = r.territory_id AND d.id = r.id)")  # fmt: skip
    rows = await _one(tx, "SELECT (SELECT count(*) FROM person WHERE territory_id = $1) + "
                      "(SELECT count(*) FROM dose WHERE territory_id = $1)")  # fmt: skip
    return Promise(
        "log", "Every record of a person or dose has its typed row", bare == 0, f"{rows} rows, {bare} missing"
    )


async def _counts(tx: Transaction, sql: str) -> dict[str, int]:
    return {row[0]: row[1] for row in await tx.fetch(sql, tx.scope.territory_id)}


async def _one(tx: Transaction, sql: str) -> int:
    return int(await tx.fetch_value(sql, tx.scope.territory_id))
