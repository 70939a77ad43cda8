"""Look up joined requests by an index, and keep nothing that no rule reads."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T09:20:00:000341"
VERSION = "1.38.0"
DESCRIPTION = "joined"
FILES = ("0034b_joined",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
