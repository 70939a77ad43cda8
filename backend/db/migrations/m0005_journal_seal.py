"""Make the seals of the journal: a chain per territory that says what the journal held, and when."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T20:20:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "journal seals"
FILES = ("0005_journal_seal",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
