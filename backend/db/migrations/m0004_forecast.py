"""Make the read model of forecasts: what is due to whom, why, and by which release of the rules."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T20:10:00:000004"
VERSION = "1.38.0"
DESCRIPTION = "forecast"
FILES = ("0004_forecast",)


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    return manager_of(ID, DESCRIPTION, FILES)
