"""The `rebuild` verb: make records, typed rows, feed and sums of every territory again from the log."""

import argparse
import asyncio

import asyncpg

from backend.access import Scope
from backend.ids import TerritoryId
from backend.log.rebuild import rebuild as rebuild_territory
from backend.piccolo_conf import DB
from backend.settings import Settings


def add_rebuild_command(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rebuild` to the command line."""
    does = "Make records, typed tables, feed and sums again from the log, while others work."
    parser = verbs.add_parser(
        "rebuild",
        help=does,
        description=does,
        epilog="Example:\n  maraude rebuild",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=rebuild, needs_servers=True)


def rebuild(_options: argparse.Namespace, settings: Settings) -> int:
    """Rebuild every territory of the database that the settings name, and say what lay otherwise."""
    return asyncio.run(_rebuild(settings))


async def _rebuild(settings: Settings) -> int:
    connection = await asyncpg.connect(settings.database_owner_url)
    try:
        territories = await connection.fetch("SELECT id, slug FROM territory ORDER BY slug")
    finally:
        await connection.close()
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    try:
        for row in territories:
            done = await rebuild_territory(Scope(TerritoryId(row["id"])))
            print(
                f"{row['slug']}: {done.records} records made again, {done.mended} lay otherwise, "
                f"{done.buckets} buckets counted, {done.strays} records that no op explains"
            )
    finally:
        await DB.close_connection_pool()
    return 0
