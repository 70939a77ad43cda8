"""Ask for a recount of coverage, whose cells are now counted by zone, by age and by week apart."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T21:40:00:000016"
VERSION = "1.38.0"
DESCRIPTION = "coverage_cells"
FILES = ("0016_coverage_cells",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
