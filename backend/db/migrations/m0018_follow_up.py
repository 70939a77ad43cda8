"""Make the notes of what the read models and the rules across records have yet to look at."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:50:00:000018"
VERSION = "1.38.0"
DESCRIPTION = "follow_up"
FILES = ("0018_follow_up",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
