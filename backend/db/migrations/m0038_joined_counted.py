"""Count joined requests as one in coverage: where there are any, the territory is counted again."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T11:20:00:000380"
VERSION = "1.38.0"
DESCRIPTION = "joined_counted"
FILES = ("0038_joined_counted",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
