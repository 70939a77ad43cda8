"""Make linked identities, journeys to their provider, and passkeys."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:30:00:000009"
VERSION = "1.38.0"
DESCRIPTION = "identities"
FILES = ("0009_identities",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
