"""Make the read model of coverage: what is counted, in which cell, and who is counted where."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T19:30:00:000002"
VERSION = "1.38.0"
DESCRIPTION = "coverage"
FILES = ("0002_coverage",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
