"""Make the tables of the centre's day and of its stock."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T22:05:00:000017"
VERSION = "1.38.0"
DESCRIPTION = "centre"
FILES = ("0017_centre",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
