"""The engine alone: the floor's tools with the real reading, deciding, merging, chains, feed and sums, and nothing else.

No signature, no rights, no typed tables, no journal: what merging itself costs. `python -m bench.sync.engine PORT
DATABASE_URL` serves it.
"""

import sys
import time
from typing import Any

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post

from sync.canonical import sum64
from sync.claim import Standing
from sync.decode import Batch, decode
from sync.ids import RecordId
from sync.ledger import Decision, Installation, Known, Stored
from sync.ops import NO_PREVIOUS
from sync.pull import FeedRows, Moment, choose, write_page
from sync.push import decide, needs
from sync.state import decode as decode_record
from sync.state import encode
from sync.wire import PROTOCOL_VERSION, PullRequest

_TABLES = """
CREATE TABLE IF NOT EXISTS e_installation (actor bigint PRIMARY KEY, n_last bigint NOT NULL, hash_last text NOT NULL);
CREATE TABLE IF NOT EXISTS e_op (actor bigint, n bigint, id uuid NOT NULL, hash text NOT NULL, verdict text NOT NULL,
  code text NOT NULL, body bytea NOT NULL, PRIMARY KEY (actor, n));
CREATE INDEX IF NOT EXISTS e_op_id ON e_op (id);
CREATE TABLE IF NOT EXISTS e_record (id uuid PRIMARY KEY, body text NOT NULL);
CREATE TABLE IF NOT EXISTS e_feed (record_id uuid PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigserial);
CREATE INDEX IF NOT EXISTS e_feed_order ON e_feed (xid, seq);
CREATE TABLE IF NOT EXISTS e_bucket (id int PRIMARY KEY, records bigint NOT NULL, content_sum numeric NOT NULL);
INSERT INTO e_bucket VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
"""
_BUCKET = "reference:all"


def make_app(database_url: str) -> Litestar:
    """Return the application of the engine alone."""
    pools: dict[str, Any] = {}

    async def start() -> None:
        pools["db"] = await asyncpg.create_pool(database_url, min_size=4, max_size=8)
        async with pools["db"].acquire() as connection:
            await connection.execute(_TABLES)

    @post("/push", status_code=200)
    async def push(request: Request[Any, Any, Any], actor: int) -> Response[bytes]:
        batch = decode(await request.body())
        if not isinstance(batch, Batch):
            return Response(b"", status_code=400)
        async with pools["db"].acquire() as connection, connection.transaction():
            known = await _load(connection, batch, actor)
            decision = decide(batch, known, time.time_ns() // 1_000_000)
            await _save(connection, decision, known)
        return Response(msgspec.json.encode(decision.answer()), media_type="application/json")

    @get("/pull")
    async def pull(xid: int, seq: int) -> Response[bytes]:
        async with pools["db"].acquire() as connection:
            rows = await connection.fetch(
                "SELECT f.xid::text::bigint AS xid, f.seq, r.body FROM e_feed f JOIN e_record r ON r.id = f.record_id "
                "WHERE (f.xid, f.seq) > ($1::text::xid8, $2) AND f.xid < pg_snapshot_xmin(pg_current_snapshot()) "
                "ORDER BY f.xid, f.seq LIMIT 2400",
                str(xid),
                seq,
            )
        found = [FeedRows(_BUCKET, row["xid"], row["seq"], row["body"].encode()) for row in rows]
        stands = Standing(1, {_BUCKET: (xid, seq)})
        choice = choose(found, stands.starts, 1)
        choice = msgspec.structs.replace(choice, more=bool(choice.rows))
        page = write_page(PullRequest(PROTOCOL_VERSION), stands, choice, Moment(1, 0, 0))
        return Response(page, media_type="application/x-ndjson")

    @get("/ready")
    async def ready() -> str:
        return "yes"

    return Litestar([push, pull, ready], on_startup=[start], logging_config=None)


async def _load(connection: Any, batch: Batch, actor: int) -> Known:
    wanted = needs(batch)
    row = await connection.fetchrow(
        "INSERT INTO e_installation VALUES ($1, 0, $2) ON CONFLICT (actor) DO UPDATE SET n_last = e_installation.n_last "
        "RETURNING n_last, hash_last",
        actor,
        NO_PREVIOUS,
    )
    records = await connection.fetch(
        "SELECT body FROM e_record WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", list(wanted.records)
    )
    ops = await connection.fetch("SELECT * FROM e_op WHERE id = ANY($1::uuid[])", list(wanted.op_ids))
    stored = {
        op["id"].hex: Stored(op["actor"], op["n"], op["id"].hex, op["hash"], op["verdict"], op["code"], op["body"])
        for op in ops
    }
    states = dict(decode_record(one["body"].encode()) for one in records)
    installation = Installation(actor, row["n_last"] + 1, row["hash_last"])
    return Known(installation, {str(one): state for one, state in states.items()}, stored, {}, [], 1)


async def _save(connection: Any, decision: Decision, known: Known) -> None:
    bodies = {one: encode(RecordId(one), state) for one, state in decision.records.items()}
    before = {one: encode(RecordId(one), known.records[one]) for one in bodies if one in known.records}
    change = sum(map(sum64, bodies.values())) - sum(map(sum64, before.values()))
    await connection.execute(
        "INSERT INTO e_op SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], "
        "$7::bytea[])",
        known.installation.actor,
        [row.n for row in decision.log],
        [row.id for row in decision.log],
        [row.hash for row in decision.log],
        [row.word for row in decision.log],
        [row.code for row in decision.log],
        [row.raw for row in decision.log],
    )
    await connection.execute(
        "INSERT INTO e_record SELECT * FROM unnest($1::uuid[], $2::text[]) "
        "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        list(bodies),
        [body.decode() for body in bodies.values()],
    )
    await connection.execute(
        "INSERT INTO e_feed (record_id) SELECT unnest($1::uuid[]) ON CONFLICT (record_id) "
        "DO UPDATE SET xid = pg_current_xact_id(), seq = excluded.seq",
        list(bodies),
    )
    await connection.execute(
        "UPDATE e_installation SET n_last = $2, hash_last = $3 WHERE actor = $1",
        known.installation.actor,
        decision.installation.expected_n - 1,
        decision.installation.head,
    )
    await connection.execute(
        "UPDATE e_bucket SET records = records + $1, content_sum = mod(content_sum + $2::text::numeric, 18446744073709551616) "
        "WHERE id = 1",
        len(bodies) - len(before),
        str(change),
    )


if __name__ == "__main__":
    uvicorn.run(make_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
