"""Give requests the protocol of their call, the reason why they wait, and the request that they are joined to."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T09:00:00:000034"
VERSION = "1.38.0"
DESCRIPTION = "intake"
FILES = ("0034_intake",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
