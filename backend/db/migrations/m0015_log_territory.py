"""Let the rows of the log trust the territory that their installation proves."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T05:00:00:000015"
VERSION = "1.38.0"
DESCRIPTION = "log_territory"
FILES = ("0015_log_territory",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
