"""Restore a backup beside the database in use, prove it, begin a new epoch, and only then put it in its place.

Nothing is overwritten: the database that was in use is renamed and stays until somebody drops it. In the restored one

* the epoch is new and `reoffering` is on, so that every tablet offers again what this server forgot (S1);
* feed rows get this cluster's transaction number: those of the former cluster may lie above its horizon, where no pull
  would ever see them. Their order stays, by `seq`; cursors of another epoch start anew (sync/pull.py);
* actors leap forward: a number given after the backup was made must never be given again, since its dots are on tablets;
* sessions and enrolment codes end: one that was ended after the backup must not live again.

Tablets revoked and users disabled after the backup was made are active again: only people know, and the command says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from backend.backup.manifest import Manifest, describe, differences
from backend.backup.seal import UnreadableError, opened
from backend.backup.tools import load
from backend.backup.verify import verify_territory
from backend.backup.write import LENGTH_BYTES, pieces_of

ACTORS_LEAPT = 1_000_000  # more than a territory could enrol between a backup and its restoration


@dataclass(frozen=True)
class Restored:
    """A backup that stands in a database of its own: what it says of itself, and what is wrong with it."""

    database: str
    manifest: Manifest
    wrongs: list[str]
    is_demo: bool


async def restore_aside(url: str, owner: str, program: str, path: Path, key: X25519PrivateKey, name: str) -> Restored:
    """Restore into a new database of this name, owned by `owner`, and compare it with what the backup says of itself.

    Raises UnreadableError or ToolError: then the database is gone again.
    """
    await _as_super(url, f'CREATE DATABASE "{name}" OWNER "{owner}"')
    try:
        content = opened(pieces_of(path), key)
        manifest, rest = _read_manifest(content)
        load(program, at_database(url, name), rest)
        for _ in content:  # the end of the file is proved too, should the tool have stopped reading before it
            pass
        return Restored(name, manifest, *await _compare(at_database(url, name), manifest))
    except BaseException:
        await drop(url, name)
        raise


async def begin_epoch(url: str, epoch: int, at: datetime) -> None:
    """Make a restored database the beginning of a new life of the server."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(
                "UPDATE server_epoch SET epoch = $1, reoffering = true, started_at = $2", epoch, at
            )
            await connection.execute("UPDATE feed SET xid = pg_current_xact_id()")
            await connection.execute("SELECT setval('actor_number', nextval('actor_number') + $1)", ACTORS_LEAPT)
            await connection.execute("UPDATE sign_in_session SET ended_at = $1 WHERE ended_at IS NULL", at)
            await connection.execute("UPDATE enrolment_code SET used_at = $1 WHERE used_at IS NULL", at)
            await connection.execute("UPDATE set_up_code SET used_at = $1 WHERE used_at IS NULL", at)
            await connection.execute(
                "INSERT INTO journal (territory_id, at, act) SELECT id, $1, 'backup_restored' FROM territory", at
            )
    finally:
        await connection.close()


async def put_in_place(url: str, restored: str, at: datetime) -> str:
    """Rename the database in use away and the restored one into its place; return the former's new name."""
    database = database_of(url)
    former = f"{database}_before_{at:%Y%m%d_%H%M%S}"
    await _as_super(
        url,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{database}', '{restored}')",
        f'ALTER DATABASE "{database}" RENAME TO "{former}"',
        f'ALTER DATABASE "{restored}" RENAME TO "{database}"',
    )
    return former


async def drop(url: str, name: str) -> None:
    """Drop a database that was restored for a look."""
    await _as_super(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def at_database(url: str, name: str) -> str:
    """Return the same address with another database's name."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def database_of(url: str) -> str:
    """Return the name of the database of an address."""
    return urlsplit(url).path.lstrip("/")


async def _compare(url: str, manifest: Manifest) -> tuple[list[str], bool]:
    """Return where the restored database differs from what its backup says, and whether it is a demo's."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            wrongs = differences(manifest, await describe(connection, manifest.made_at))
        for row in await connection.fetch("SELECT id, slug FROM territory"):
            found = await verify_territory(connection, row["id"], row["slug"])
            wrongs += [f"{one.what} {one.which}: {one.reason}" for one in found.wrongs]
        is_demo = await connection.fetchval("SELECT EXISTS (SELECT FROM territory WHERE is_demo)")
    finally:
        await connection.close()
    return wrongs, is_demo


def _read_manifest(content: Iterator[bytes]) -> tuple[Manifest, Iterator[bytes]]:
    first = next(content, b"")
    while len(first) < LENGTH_BYTES or len(first) < LENGTH_BYTES + int.from_bytes(first[:LENGTH_BYTES], "big"):
        piece = next(content, b"")
        if not piece:
            raise UnreadableError("not_a_backup")
        first += piece
    end = LENGTH_BYTES + int.from_bytes(first[:LENGTH_BYTES], "big")
    manifest = msgspec.json.decode(first[LENGTH_BYTES:end], type=Manifest)

    def rest() -> Iterator[bytes]:
        yield first[end:]
        yield from content

    return manifest, rest()


async def _as_super(url: str, *statements: str) -> None:
    """Run statements that no transaction may hold, from the server's own database."""
    connection: Any = await asyncpg.connect(at_database(url, "postgres"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
