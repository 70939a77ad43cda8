"""Make the tables of questionnaires and adverse events, and the columns of the clocks of products and vials."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:55:00:000012"
VERSION = "1.38.0"
DESCRIPTION = "vaccination"
FILES = ("0012_vaccination",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
