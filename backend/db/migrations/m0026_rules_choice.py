"""Make the table of what a territory lets unsigned vaccination rules say."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T01:15:00:000026"
VERSION = "1.38.0"
DESCRIPTION = "rules_choice"
FILES = ("0026_rules_choice",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
