"""Give the administration of reference tables a role of its own, and its changes a row of the journal."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T07:40:00:000033"
VERSION = "1.38.0"
DESCRIPTION = "reference_admin"
FILES = ("0033_reference_admin",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
