"""Let typed rows trust the log that they are written from, and let an index go that every op paid for."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T07:50:00:000028"
VERSION = "1.38.0"
DESCRIPTION = "typed_rows"
FILES = ("0028_typed_rows",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
