"""Make the weights of a territory's plans."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T01:50:00:000027"
VERSION = "1.38.0"
DESCRIPTION = "planning_weights"
FILES = ("0027_planning_weights",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
