"""Make the list of doses keyed into the national register by hand."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T20:30:00:000006"
VERSION = "1.38.0"
DESCRIPTION = "exchange"
FILES = ("0006_exchange",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
