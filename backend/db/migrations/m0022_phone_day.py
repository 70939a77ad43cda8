"""Make the days of the desk's phone."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T04:50:00:000022"
VERSION = "1.38.0"
DESCRIPTION = "phone_day"
FILES = ("0022_phone_day",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
