"""Make the read model of forecasts: what is due to whom, why, and by which release of the rules."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.piccolo_conf import DB

ID = "2026-11-22T20:10:00:000004"
VERSION = "1.38.0"
DESCRIPTION = "forecast"
FILES = ("0004_forecast",)


async def _forwards() -> None:
    transaction = DB.current_transaction.get()
    if transaction is None:
        message = "A migration runs inside the transaction that Piccolo opens for it."
        raise RuntimeError(message)
    for name in FILES:
        await transaction.connection.execute((Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8"))


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="maraude", description=DESCRIPTION)
    manager.add_raw(_forwards)
    return manager
