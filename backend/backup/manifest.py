"""Say what a backup holds, so that its restoration can be held against it: rows per table, chain ends, bucket sums.

Both are read in one snapshot, by a role that row-level security does not bind.
"""

from typing import Any

import msgspec

_DIGESTS = (
    "SELECT t.slug, "
    "(SELECT encode(sha256(convert_to(coalesce(string_agg(actor || ':' || n_last || ':' || encode(hash_last, 'hex'), ',' "
    "ORDER BY actor), ''), 'UTF8')), 'hex') FROM installation i WHERE i.territory_id = t.id) AS ends, "
    "(SELECT encode(sha256(convert_to(coalesce(string_agg(id || ':' || records || ':' || content_sum, ',' ORDER BY id), ''), "
    "'UTF8')), 'hex') FROM bucket b WHERE b.territory_id = t.id) AS sums FROM territory t ORDER BY t.slug"
)


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds. `ends` and `sums` are digests by territory; `rows` counts by table."""

    made_at: str
    epoch: int
    migrations: list[str]
    rows: dict[str, int]
    ends: dict[str, str]
    sums: dict[str, str]


async def describe(connection: Any, made_at: str) -> Manifest:
    """Return what the database holds in this transaction's snapshot."""
    tables = [
        row["relname"]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
    ]
    digests = await connection.fetch(_DIGESTS)
    return Manifest(
        made_at,
        await connection.fetchval("SELECT epoch FROM server_epoch"),
        [row["name"] for row in await connection.fetch("SELECT name FROM migration ORDER BY name")],
        {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables},
        {row["slug"]: row["ends"] for row in digests},
        {row["slug"]: row["sums"] for row in digests},
    )


def differences(written: Manifest, found: Manifest) -> list[str]:
    """Return, one sentence each, where a restoration differs from what its backup said.

    >>> one = Manifest("", 1, [], {"op": 2}, {}, {})
    >>> differences(one, Manifest("", 1, [], {"op": 1}, {}, {}))
    ['rows of op: 2 were backed up, 1 found']
    """
    differ = []
    for what, before, after in (
        ("rows of", written.rows, found.rows),
        ("chain ends of", written.ends, found.ends),
        ("bucket sums of", written.sums, found.sums),
    ):
        differ += [
            f"{what} {name}: {before.get(name, 'none')} were backed up, {after.get(name, 'none')} found"
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
    if (written.epoch, written.migrations) != (found.epoch, found.migrations):
        differ.append("epoch or migrations differ")
    return differ
