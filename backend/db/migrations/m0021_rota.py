"""Make the rota of the desk and the calendars of its people."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T02:00:00:000021"
VERSION = "1.38.0"
DESCRIPTION = "rota"
FILES = ("0021_rota",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
