"""The floor: Litestar and asyncpg on the same PostgreSQL, one table, no merge, no signature, no rights.

What a push and a pull cost at least with these tools. `python -m bench.sync.floor PORT DATABASE_URL` serves it.
"""

import gc
import sys
from typing import Any

import asyncpg
import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post

_TABLE = "CREATE TABLE IF NOT EXISTS doc (seq bigserial PRIMARY KEY, id text UNIQUE, body text NOT NULL)"


def make_app(database_url: str) -> Litestar:
    """Return the floor's application."""
    pools: dict[str, Any] = {}

    async def start() -> None:
        gc.freeze()  # as production's web process does
        pools["db"] = await asyncpg.create_pool(database_url, min_size=4, max_size=8)
        async with pools["db"].acquire() as connection:
            await connection.execute(_TABLE)

    @post("/push", status_code=200)
    async def push(request: Request[Any, Any, Any]) -> dict[str, int]:
        lines = (await request.body()).splitlines()
        ids = [msgspec.json.decode(line, type=_Doc)._id for line in lines]  # noqa: SLF001 - the peer's own field name
        async with pools["db"].acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO doc (id, body) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (id) DO NOTHING",
                ids,
                [line.decode() for line in lines],
            )
        return {"stored": len(lines)}

    @get("/pull")
    async def pull(after: int, limit: int) -> Response[bytes]:
        async with pools["db"].acquire() as connection:
            rows = await connection.fetch(
                "SELECT seq, body FROM doc WHERE seq > $1 ORDER BY seq LIMIT $2", after, limit
            )
        last = rows[-1]["seq"] if rows else after
        body = b"\n".join([str(last).encode(), *(row["body"].encode() for row in rows)])
        return Response(body, media_type="application/x-ndjson")

    @get("/ready")
    async def ready() -> str:
        return "yes"

    return Litestar([push, pull, ready], on_startup=[start], logging_config=None)


class _Doc(msgspec.Struct):
    _id: str


if __name__ == "__main__":
    uvicorn.run(make_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_config=None, access_log=False)
