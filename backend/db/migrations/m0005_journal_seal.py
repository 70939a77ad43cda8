"""Make the seals of the journal: a chain per territory that says what the journal held, and when."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.piccolo_conf import DB

ID = "2026-11-22T20:20:00:000005"
VERSION = "1.38.0"
DESCRIPTION = "journal seals"
FILES = ("0005_journal_seal",)


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
