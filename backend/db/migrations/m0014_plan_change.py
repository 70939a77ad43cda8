"""Keep each change by hand of a draft plan, so that it can be told to others and taken back."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T22:00:00:000014"
VERSION = "1.38.0"
DESCRIPTION = "plan_change"
FILES = ("0014_plan_change",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
