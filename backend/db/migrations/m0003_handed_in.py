"""Make room for what people decide about ops in quarantine, and for attachments."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T20:10:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "handed in"
FILES = ("0003a_quarantine", "0003b_attachments")


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL files in their order."""
    return manager_of(ID, DESCRIPTION, FILES)
