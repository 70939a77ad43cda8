"""Let a pull write less: ids of the journal as they are, and one check for each bucket that a tablet begins to hold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T11:10:00:000370"
VERSION = "1.38.0"
DESCRIPTION = "pull"
FILES = ("0037_pull",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
