"""Bring the schema forward, one process at a time."""

import contextlib
import importlib
import io
import pkgutil
from datetime import datetime

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards

from backend.db import migrations
from backend.ids import new_epoch
from backend.piccolo_conf import DB

_LOCK = 7_227_001  # any number: the advisory lock that migrations of one database share


async def migrate(owner_url: str, at: datetime) -> None:
    """Run the migrations that are missing, as the owner; two processes at once wait for each other.

    Raises SystemExit through Piccolo when a migration fails: nothing of it is kept.
    """
    guard = await asyncpg.connect(owner_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK)
        DB.point_at(owner_url)
        with contextlib.redirect_stdout(io.StringIO()):  # Piccolo's banner is for its own command line
            result = await run_forwards("all")
        if not result.success:
            raise RuntimeError(result.message)
        await guard.execute("SELECT maraude_grant_reference()")  # the role may have been made since
        await guard.execute(
            "INSERT INTO server_epoch (epoch, started_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", new_epoch(), at
        )
    finally:
        await guard.close()


def known_migrations() -> list[str]:
    """Return the ids of the migrations that this code has, in their order."""
    names = sorted(module.name for module in pkgutil.iter_modules(migrations.__path__) if module.name != "sql")
    return [importlib.import_module(f"{migrations.__name__}.{name}").ID for name in names]


async def missing_migrations(url: str) -> list[str]:
    """Return the ids of the migrations that this code has and the database has not."""
    wanted = known_migrations()
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT to_regclass('public.migration')") is None:
            return wanted
        done = {row["name"] for row in await connection.fetch("SELECT name FROM migration WHERE app_name = 'maraude'")}
    finally:
        await connection.close()
    return [one for one in wanted if one not in done]
