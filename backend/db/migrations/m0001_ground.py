"""Make the ground: territory, typed tables, planning, accounts, the log, row-level security."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.db.reviewed_sql import manager_of

ID = "2026-11-22T19:00:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "ground"
FILES = ("0001a_territory", "0001b_kinds", "0001c_planning", "0001d_accounts", "0001e_log", "0001f_rights")


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL files in their order."""
    return manager_of(ID, DESCRIPTION, FILES)
