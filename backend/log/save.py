"""Save a decision in the transaction that loaded it: log rows, records, typed rows, feed, sums, reviews (S1, S9).

Nothing is answered before this transaction is committed. A record that was not there is inserted and never upserted:
if another push made it meanwhile, the insert fails and the whole push is decided again on what is there now.
"""

from datetime import datetime

import msgspec

from backend.db.together import Together
from backend.db.transaction import Transaction
from backend.ids import InstallationId
from backend.log.anchors import NOWHERE, Standing, standing, subject_of
from backend.log.load import SAMPLES_KEPT, Loaded, Row, load_others, load_rows
from backend.log.places import zones_of_places
from backend.log.projection import Change, First, Projected, project
from backend.log.rows import write_feed, write_rows
from backend.territory.time_zone import read_time_zone
from sync.canonical import sum64
from sync.ids import RecordId
from sync.ledger import Decision, LogRow
from sync.review import Review, opening
from sync.state import RecordState, encode


async def save(
    tx: Transaction,
    installation_id: InstallationId,
    loaded: Loaded,
    decision: Decision,
    now: datetime,
    together: Together,
) -> list[Change]:
    """Let the rows of a decision wait in `together`, but for typed rows that are read at once; return what changed in those."""
    _append(together, decision, now)
    _advance(together, installation_id, loaded, decision, now)
    opened = await _not_open_yet(tx, list(decision.reviews.values()))
    states = {**opened, **decision.records}
    return await save_records(tx, states, loaded.rows, loaded.others, _firsts(decision), together)


async def save_records(
    tx: Transaction,
    states: dict[str, RecordState],
    before: dict[str, Row],
    others: dict[str, tuple[str, Standing]],
    firsts: dict[str, First],
    together: Together,
) -> list[Change]:
    """Write the typed rows of records or let them wait in `together`, as the records, their feed and the sums of its buckets do.

    Whoever writes in a bucket waits for who has changed its sum and not committed yet. So the sums come last of all.
    """
    if not states:
        return []
    rows = dict(before)
    standings = await standings_of(tx, states, rows, others)
    moved = await _dependents_of_moved(tx, states, rows, standings)
    bodies = {record_id: encode(RecordId(record_id), state) for record_id, state in (states | moved).items()}
    sums = {record_id: sum64(body) for record_id, body in bodies.items()}
    write_rows(together, states | moved, rows, standings, bodies, sums)
    write_feed(together, states | moved, rows, standings, sums)
    zones = await zones_of_places(tx, states)
    return await project(
        tx,
        [
            Projected(
                record_id,
                state,
                bodies[record_id],
                record_id not in rows,
                firsts.get(record_id),
                {"zone_id": zones.get(record_id)} if state.kind == "place" else {},
            )
            for record_id, state in states.items()
        ],
        together,
    )


async def open_reviews(tx: Transaction, reviews: list[Review]) -> list[Change]:
    """Open reviews that are not there yet; their ids are derived, so a question is asked once (S2)."""
    together = Together(tx)
    changes = await save_records(tx, await _not_open_yet(tx, reviews), {}, {}, {}, together)
    await together.send()
    return changes


async def _not_open_yet(tx: Transaction, reviews: list[Review]) -> dict[str, RecordState]:
    if not reviews:
        return {}
    known = await load_rows(tx, {review.id for review in reviews})
    return {str(review.id): opening(review) for review in reviews if review.id not in known}


def _append(together: Together, decision: Decision, now: datetime) -> None:
    if not decision.log:
        return
    rows = decision.log
    details = {verdict.n: verdict.detail[:500] for verdict in decision.verdicts if verdict.detail}
    together.add(
        _INSERT_OPS,
        together.territory_id,
        decision.installation.actor,
        now,
        rows[0].n,
        [row.id for row in rows],
        bytes.fromhex("".join([row.hash for row in rows])),
        [row.record or None for row in rows],
        ",".join([row.kind for row in rows]),
        ",".join([row.word for row in rows]),
        ",".join([row.code for row in rows]),
        [details.get(row.n, "") for row in rows] if details else [],
        [row.raw for row in rows],
        "\n".join([_seen_text(row) for row in rows]),
        ",".join([str(row.corrected_at or "") for row in rows]),
        ",".join(["" if row.bound_ms is None else str(row.bound_ms) for row in rows]),
        ",".join([row.clock for row in rows]),
    )


# asyncpg looks at each element of an array: words without a comma go as one text, and hashes as one. A text of one empty word is
# read as none. The rows of a decision are numbered one after the other (S2).
_INSERT_OPS = (
    "INSERT INTO op (territory_id, actor, received_at, n, id, hash, record_id, kind, verdict, code, detail, body, "
    "merged_seen, corrected_at, clock_bound_ms, clock_flag) "
    "SELECT $1, $2, $3, $4 + o.place - 1, o.id, substring($6::bytea FROM 32 * o.place::int - 31 FOR 32), o.record_id, "
    "coalesce(o.kind, ''), o.word, coalesce(o.code, ''), coalesce(o.detail, ''), o.body, coalesce(o.seen, ''), "
    "to_timestamp(o.at::bigint / 1000.0), o.bound::bigint, coalesce(o.flag, '') "
    "FROM unnest($5::uuid[], $7::uuid[], string_to_array($8, ','), string_to_array($9, ','), "
    "string_to_array($10, ','), $11::text[], $12::bytea[], string_to_array($13, E'\\n'), string_to_array($14, ',', ''), "
    "string_to_array($15, ',', ''), string_to_array($16, ',')) WITH ORDINALITY "
    "AS o(id, record_id, kind, word, code, detail, body, seen, at, bound, flag, place)"
)


def _seen_text(row: LogRow) -> str:
    return msgspec.json.encode(row.seen).decode() if row.seen else ""


def _firsts(decision: Decision) -> dict[str, First]:
    """Return who wrote the first op of each record in this decision, and when."""
    firsts: dict[str, First] = {}
    for row in decision.log:
        if row.record and row.record not in firsts:
            firsts[row.record] = First(row.author, row.corrected_at)
    return firsts


async def standings_of(
    tx: Transaction, states: dict[str, RecordState], rows: dict[str, Row], others: dict[str, tuple[str, Standing]]
) -> dict[str, Standing]:
    """Return where each record stands now; records it is about are looked up here, before, and in the database."""
    missing = {
        about
        for record_id, state in states.items()
        if (about := subject_of(record_id, state)) and about not in states and about not in rows and about not in others
    }
    found = {**others, **(await load_others(tx, missing) if missing else {})}
    resolved: dict[str, Standing] = {}
    has_vials = any(state.kind == "vial" for state in states.values())  # whose day is the territory's
    time_zone = await read_time_zone(tx) if has_vials else "UTC"

    def resolve(record_id: str) -> Standing:
        if record_id in resolved:
            return resolved[record_id]
        if record_id in states:
            resolved[record_id] = NOWHERE  # two records that are about each other stand nowhere, and end here
            resolved[record_id] = standing(record_id, states[record_id], resolve, time_zone)
            return resolved[record_id]
        if record_id in rows:
            return rows[record_id].standing
        return found[record_id][1] if record_id in found else NOWHERE

    return {record_id: resolve(record_id) for record_id in states}


async def _dependents_of_moved(
    tx: Transaction, states: dict[str, RecordState], rows: dict[str, Row], standings: dict[str, Standing]
) -> dict[str, RecordState]:
    """Return the records about a person, visit or round that moved: they travel with it. Adds them to the rows.

    A record that is new may have such records too: while tablets offer again, a dose may come before its person. They are looked up
    now and not before the locks of this push, under which they may have come.
    """
    moved = [one for one in states if (rows[one].standing if one in rows else NOWHERE) != standings[one]]
    if not moved:
        return {}
    ids = await tx.fetch(
        "SELECT id FROM record WHERE territory_id = $1 AND subject_id = ANY($2::uuid[])", tx.scope.territory_id, moved
    )
    dependents = await load_rows(tx, {str(row["id"]) for row in ids} - states.keys())
    for record_id, row in dependents.items():
        standings[record_id] = standing(record_id, row.state, standings.__getitem__)
    rows.update(dependents)
    return {record_id: row.state for record_id, row in dependents.items()}


def _advance(
    together: Together, installation_id: InstallationId, loaded: Loaded, decision: Decision, now: datetime
) -> None:
    """Move the installation's counter and chain on, and keep its latest clock samples."""
    samples = [*loaded.known.samples, decision.sample][-SAMPLES_KEPT:]
    together.add(
        "UPDATE installation SET n_last = $3, hash_last = $4, clock_samples = $5, seen_at = $6 "
        "WHERE territory_id = $1 AND id = $2",
        together.territory_id,
        installation_id,
        decision.installation.expected_n - 1,
        bytes.fromhex(decision.installation.head),
        msgspec.json.encode(samples).decode(),
        now,
    )
