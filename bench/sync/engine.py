"""The engine alone: the floor's tools with the real reading, deciding, merging, chains, feed and sums, and nothing else.

No signature, no rights, no typed tables, no journal: what merging itself costs. A push reads in one statement and saves in
another, which fails as a whole if anything it was decided from has changed meanwhile; then it is decided again.
`python -m bench.sync.engine PORT DATABASE_URL` serves it.
"""

import gc
import sys
import time
from collections.abc import Iterable
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
from sync.pull import Moment, choose, in_pieces, write_page
from sync.push import decide, needs
from sync.state import RecordState, encode
from sync.state import decode as decode_record
from sync.wire import PROTOCOL_VERSION, PullRequest

_TABLES = """
CREATE TABLE IF NOT EXISTS e_installation (actor bigint PRIMARY KEY, n_last bigint NOT NULL, hash_last text NOT NULL);
CREATE TABLE IF NOT EXISTS e_op (actor bigint, n bigint, id uuid NOT NULL, hash bytea NOT NULL, verdict text NOT NULL,
  code text NOT NULL, body bytea NOT NULL, PRIMARY KEY (actor, n));
CREATE INDEX IF NOT EXISTS e_op_id ON e_op (id);
CREATE TABLE IF NOT EXISTS e_record (id uuid PRIMARY KEY, body text NOT NULL, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigserial);
CREATE INDEX IF NOT EXISTS e_record_feed ON e_record (xid, seq);
CREATE TABLE IF NOT EXISTS e_bucket (id int PRIMARY KEY, records bigint NOT NULL, content_sum numeric NOT NULL);
INSERT INTO e_bucket VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
"""
_LOAD = (
    "SELECT 'installation' AS what, n_last AS n, NULL::uuid AS id, hash_last AS hash, '' AS code, ''::bytea AS body, actor "
    "FROM e_installation WHERE actor = $1 "
    "UNION ALL SELECT 'record', seq, id, '', '', convert_to(body, 'UTF8'), 0 FROM e_record WHERE id = ANY($2::text::uuid[]) "
    "UNION ALL SELECT verdict, n, id, encode(hash, 'hex'), code, body, actor FROM e_op WHERE id = ANY($3::text::uuid[])"
)
# Parts of one WITH that nobody reads run in the reverse of their order: the bucket, for which all wait, comes last.
# What another push made meanwhile (a record, this number of this installation) breaks a key; what it changed is not
# found with the seq that was read, so that the division fails.
_SAVE = """
WITH bucket AS (UPDATE e_bucket SET records = records + $10,
    content_sum = mod(content_sum + $11::text::numeric, 18446744073709551616) WHERE id = 1),
  given AS (SELECT * FROM unnest($7::text::uuid[], string_to_array($8::text, E'\\n'), $9::text::bigint[]) AS g(id, body, seq)),
  op AS (INSERT INTO e_op SELECT $1, $2 + place, id, substring($4::bytea FROM 32 * place::int + 1 FOR 32),
    split_part(word, ' ', 1), split_part(word, ' ', 2), body
    FROM (SELECT g.*, g.ordinality - 1 AS place FROM unnest($3::text::uuid[], $5::text::text[], $6::bytea[])
      WITH ORDINALITY AS g(id, word, body, ordinality)) AS numbered),
  installation AS (INSERT INTO e_installation VALUES ($1, $2 + cardinality($6::bytea[]) - 1, $12)
    ON CONFLICT (actor) DO UPDATE SET n_last = excluded.n_last, hash_last = excluded.hash_last),
  made AS (INSERT INTO e_record (id, body) SELECT id, body FROM given WHERE seq = 0),
  changed AS (UPDATE e_record AS r SET body = given.body, xid = pg_current_xact_id(), seq = nextval('e_record_seq_seq')
    FROM given WHERE given.seq > 0 AND r.id = given.id AND r.seq = given.seq RETURNING r.id)
SELECT 1 / ((SELECT count(*) FROM changed) = (SELECT count(*) FROM given WHERE seq > 0))::int
"""
_MEANWHILE = (asyncpg.UniqueViolationError, asyncpg.DivisionByZeroError, asyncpg.DeadlockDetectedError)
_TRIES = 10
_BUCKET = "reference:all"


def make_app(database_url: str) -> Litestar:
    """Return the application of the engine alone."""
    pools: dict[str, Any] = {}

    async def start() -> None:
        gc.freeze()  # as production's web process does
        pools["db"] = await asyncpg.create_pool(database_url, min_size=4, max_size=8)
        async with pools["db"].acquire() as connection:
            await connection.execute(_TABLES)

    @post("/push", status_code=200)
    async def push(request: Request[Any, Any, Any], actor: int) -> Response[bytes]:
        batch = decode(await request.body())
        if not isinstance(batch, Batch):
            return Response(b"", status_code=400)
        async with pools["db"].acquire() as connection:
            for _ in range(_TRIES):
                known, seqs = await _load(connection, batch, actor)
                decision = decide(batch, known, time.time_ns() // 1_000_000)
                try:
                    await _save(connection, decision, known, seqs)
                except _MEANWHILE:  # another push was quicker: this one is decided again, on what is there now
                    continue
                return Response(msgspec.json.encode(decision.answer()), media_type="application/json")
        return Response(b"", status_code=503)

    @get("/pull")
    async def pull(xid: int, seq: int) -> Response[bytes]:
        async with pools["db"].acquire() as connection:
            rows = await connection.fetch(
                "SELECT xid, seq, textsend(body) FROM e_record WHERE (xid, seq) > ($1::text::xid8, $2) "
                "AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, seq LIMIT 2400",
                str(xid),
                seq,
            )
        xids, seqs, bodies = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
        found = in_pieces(_BUCKET, xids, seqs, [body[2:38] for body in bodies], bodies)
        stands = Standing(1, {_BUCKET: (xid, seq)})
        choice = choose(found, stands.starts, 1)
        choice = msgspec.structs.replace(choice, more=bool(choice.rows))
        page = write_page(PullRequest(PROTOCOL_VERSION), stands, choice, Moment(1, 0, 0))
        return Response(page, media_type="application/x-ndjson")

    @get("/ready")
    async def ready() -> str:
        return "yes"

    return Litestar([push, pull, ready], on_startup=[start], logging_config=None)


async def _load(connection: Any, batch: Batch, actor: int) -> tuple[Known, dict[str, int]]:
    """Return what is known, at one moment, and the seq of each record; nothing is locked."""
    wanted = needs(batch)
    installation = Installation(actor, 1, NO_PREVIOUS)
    states: dict[str, RecordState] = {}
    stored: dict[str, Stored] = {}
    seqs: dict[str, int] = {}
    for row in await connection.fetch(_LOAD, actor, _list_text(wanted.records), _list_text(wanted.op_ids)):
        what, n, found_id, content_hash, code, body, of_actor = row
        if what == "installation":
            installation = Installation(actor, n + 1, content_hash)
        elif what == "record":
            record_id, states[str(found_id)] = decode_record(body)
            seqs[record_id] = n
        else:
            stored[found_id.hex] = Stored(of_actor, n, found_id.hex, content_hash, what, code, body)
    return Known(installation, states, stored, {}, [], 1), seqs


async def _save(connection: Any, decision: Decision, known: Known, seqs: dict[str, int]) -> None:
    """Save all in one statement, which is a transaction; the numbers of a push follow each other."""
    rows = decision.log
    if not rows:
        return
    bodies = {one: encode(RecordId(one), state) for one, state in decision.records.items()}
    before = {one: encode(RecordId(one), known.records[one]) for one in bodies if one in known.records}
    change = sum(map(sum64, bodies.values())) - sum(map(sum64, before.values()))
    await connection.fetch(
        _SAVE,
        known.installation.actor,
        rows[0].n,
        _list_text([row.id for row in rows]),
        bytes.fromhex("".join([row.hash for row in rows])),
        _list_text([f"{row.word} {row.code}" for row in rows]),
        [row.raw for row in rows],
        _list_text(bodies),
        b"\n".join(bodies.values()).decode(),  # JSON holds no line's end
        _list_text([str(seqs.get(one, 0)) for one in bodies]),
        len(bodies) - len(before),
        str(change),
        decision.installation.head,
    )


def _list_text(words: Iterable[str]) -> str:
    """Return a list as PostgreSQL reads it, so that the driver sends one text; the words hold no quote and no comma."""
    return f"{{{','.join(words)}}}"


if __name__ == "__main__":
    uvicorn.run(make_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
