"""Give a tablet what its scope holds: head, pages, sums, receipts. What it may hold is decided in sync/scope.py.

Rows are read in (xid, seq) order below the snapshot horizon, so that a row which commits late is never skipped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from backend.access import Scope as AccessScope
from backend.db.together import Together
from backend.db.transaction import Transaction
from backend.journal.store import record_together
from backend.problems import Problem
from backend.tablets.feed_rows import rows_after, rows_to_repair
from backend.tablets.tablet_now import read_tablet_now, scope_of_tablet
from sync.claim import Standing, mark, standing, version_of
from sync.integrity import Broken, BucketSum, head, receipt, short_sums, sub_sums
from sync.ops import NO_PREVIOUS
from sync.pull import Choice, Moment, choose, parts_of_page, write_question
from sync.scope import LANES, Scope
from sync.wire import HeadAnswer, HeadRequest, PullRequest, Receipt, SumsAnswer, SumsRequest

BUCKET_CHARACTERS_MAX = 100


async def answer_head(tx: Transaction, asked: HeadRequest, now: datetime) -> HeadAnswer:
    """Say whether the tablet holds exactly what it would be given: one small answer, whatever it holds."""
    tablet = await read_tablet_now(tx)
    version = version_of(tablet.scope.buckets)
    same = head(version, await _bucket_sums(tx, tablet.scope)) == asked.head
    return HeadAnswer(same, tablet.epoch, _milliseconds(now), 0 if same else version)


async def give_page(
    tx: Transaction, asked: PullRequest, now: datetime, pack: Callable[[Iterable[bytes]], bytes] = b"".join
) -> Awaitable[bytes]:
    """Return the next page, which is being packed: what comes after the places that the tablet claims, today's round first.

    A page is sealed and packed beside the loop, which meanwhile notes what is given and commits that: whoever sends the page
    waits for both.
    """
    tablet = await read_tablet_now(tx)
    at = Moment(tablet.epoch, tablet.horizon, _milliseconds(now))
    beside = asyncio.get_running_loop().run_in_executor
    stands = standing(asked, tablet.scope, at.epoch)
    if stands is None:
        return beside(None, lambda: pack([write_question(asked, version_of(tablet.scope.buckets), at)]))
    rows, is_all = await rows_after(tx, stands.starts, at.horizon)
    choice = choose(rows, stands.starts, at.epoch)
    repaired = await rows_to_repair(tx, list(stands.starts), asked.repair)
    choice = Choice([*repaired, *choice.rows], choice.cursors, choice.more or not is_all)
    packing = beside(None, lambda: pack(parts_of_page(asked, stands, choice, at)))
    await _note_given(tx, asked, stands, choice, now, tablet.held)
    return packing


async def answer_sums(tx: Transaction, asked: SumsRequest) -> SumsAnswer:
    """Return the sums of all buckets in scope, or sub-sums of one, for finding the few records that differ."""
    scope = await scope_of_tablet(tx)
    if not asked.bucket:
        return SumsAnswer(scope_version=version_of(scope.buckets), buckets=short_sums(await _bucket_sums(tx, scope)))
    if asked.bucket not in scope.buckets:
        raise Problem("not_found")
    rows = await tx.fetch(
        "SELECT f.record_id, r.content_sum FROM feed f JOIN record r ON r.territory_id = f.territory_id "
        "AND r.id = f.record_id WHERE f.territory_id = $1 AND f.bucket_id = $2 AND NOT f.gone",
        tx.scope.territory_id,
        asked.bucket,
    )
    return sub_sums({str(row["record_id"]): int(row["content_sum"]) for row in rows}, asked.prefix)


async def give_receipt(tx: Transaction) -> Receipt | Broken:
    """Return the end of this installation's chain, recomputed from the log as it lies there now."""
    rows = await tx.fetch(
        "SELECT o.n, o.hash, o.body, CASE WHEN o.purge_id IS NULL THEN o.verdict ELSE 'purged' END AS verdict "
        "FROM op o JOIN installation i ON i.territory_id = o.territory_id "
        "AND i.actor = o.actor WHERE o.territory_id = $1 AND i.id = $2 ORDER BY o.n",
        tx.scope.territory_id,
        tx.scope.installation_id,
    )
    return (
        receipt((row["n"], row["hash"].hex(), row["body"], row["verdict"]) for row in rows)
        if rows
        else Receipt(0, NO_PREVIOUS)
    )


async def _bucket_sums(tx: Transaction, scope: Scope) -> dict[str, BucketSum]:
    rows = await tx.fetch(
        "SELECT id, records, content_sum FROM bucket WHERE territory_id = $1 AND id = ANY($2::text[])",
        tx.scope.territory_id,
        list(scope.buckets),
    )
    held = {row["id"]: BucketSum(row["records"], int(row["content_sum"])) for row in rows}
    return {bucket: held.get(bucket, BucketSum()) for bucket in scope.buckets}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _is_bucket(name: str) -> bool:
    return name.partition(":")[0] in LANES and name.isprintable() and len(name) <= BUCKET_CHARACTERS_MAX


async def _note_given(
    tx: Transaction, asked: PullRequest, stands: Standing, choice: Choice, now: datetime, known: frozenset[str]
) -> None:
    together = Together(tx)
    _note_held(together, tx.scope, stands, asked, known)
    given = b",".join([rows.given for rows in choice.rows if rows.given])
    record_together(together, tx.scope, "tablet_pulled", "record", given.decode(), now)
    await together.send()


def _note_held(
    together: Together, scope: AccessScope, stands: Standing, asked: PullRequest, known: frozenset[str]
) -> None:
    """Note what the tablet holds from now on, so that a lost one's content can be told. Leaving ones stay for now."""
    leaving = {one for one in asked.cursors if one not in stands.starts and _is_bucket(one)}
    leaving |= {one for one in known - set(stands.starts) if mark(one) in stands.evict}
    wanted = set(stands.starts) | (leaving - set(asked.evicted))
    if wanted - known:
        together.add(
            "INSERT INTO held_bucket (territory_id, installation_id, bucket_id, scope_version) "
            "SELECT $1, $2, b, 0 FROM unnest($3::text[]) AS b ON CONFLICT DO NOTHING",
            scope.territory_id,
            scope.installation_id,
            sorted(wanted - known),
        )
    if known - wanted:
        together.add(
            "DELETE FROM held_bucket WHERE territory_id = $1 AND installation_id = $2 AND bucket_id = ANY($3::text[])",
            scope.territory_id,
            scope.installation_id,
            sorted(known - wanted),
        )
