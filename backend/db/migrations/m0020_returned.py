"""Give rounds the doses and tests that came back, and the tests that left."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T01:10:00:000020"
VERSION = "1.38.0"
DESCRIPTION = "returned"
FILES = ("0020_returned",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
