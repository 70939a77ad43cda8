"""Make the table of sealed national identity numbers."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T22:30:00:000011"
VERSION = "1.38.0"
DESCRIPTION = "identity number"
FILES = ("0011_identity_number",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
