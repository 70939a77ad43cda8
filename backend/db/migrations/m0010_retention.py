"""Make what is kept how long: purges with their certificates, holds, and ops whose content was erased."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:45:00:000010"
VERSION = "1.38.0"
DESCRIPTION = "retention"
FILES = ("0010_retention",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
