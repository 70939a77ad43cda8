"""Find the temperatures of bags that may open an excursion."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-23T04:50:00:000025"
VERSION = "1.38.0"
DESCRIPTION = "bag_temperature"
FILES = ("0025_bag_temperature",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
