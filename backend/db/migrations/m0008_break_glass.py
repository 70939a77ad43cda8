"""Make emergency openings of one record with their reviews, and notices to users."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:30:00:000008"
VERSION = "1.38.0"
DESCRIPTION = "break_glass"
FILES = ("0008_break_glass",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
