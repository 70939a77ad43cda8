"""Make room for what people decide about ops in quarantine, and for attachments."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.piccolo_conf import DB

ID = "2026-11-22T20:10:00:000003"
VERSION = "1.38.0"
DESCRIPTION = "handed in"
FILES = ("0003a_quarantine", "0003b_attachments")


async def _forwards() -> None:
    transaction = DB.current_transaction.get()
    if transaction is None:
        message = "A migration runs inside the transaction that Piccolo opens for it."
        raise RuntimeError(message)
    for name in FILES:
        await transaction.connection.execute((Path(__file__).parent / "sql" / f"{name}.sql").read_text("utf-8"))


async def forwards() -> MigrationManager:
    """Return the manager that runs the reviewed SQL files in their order."""
    manager = MigrationManager(migration_id=ID, app_name="maraude", description=DESCRIPTION)
    manager.add_raw(_forwards)
    return manager
