"""Keep the shares without which a tablet cannot be read."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T20:30:00:000007"
VERSION = "1.38.0"
DESCRIPTION = "tablet_people"
FILES = ("0007_tablet_people",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
