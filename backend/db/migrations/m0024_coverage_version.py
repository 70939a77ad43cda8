"""Give every state of a territory's figures of coverage a version of its own."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T04:20:00:000024"
VERSION = "1.38.0"
DESCRIPTION = "coverage_version"
FILES = ("0024_coverage_version",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
