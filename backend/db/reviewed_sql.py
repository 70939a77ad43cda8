"""Make a migration of reviewed SQL files: every file of backend/db/migrations/ is its id, its name and its list of files."""

from pathlib import Path

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.piccolo_conf import DB

FOLDER = Path(__file__).parent / "migrations" / "sql"


def manager_of(migration_id: str, description: str, files: tuple[str, ...]) -> MigrationManager:
    """Return the manager that runs these files of the folder sql/, in their order, in Piccolo's transaction."""
    manager = MigrationManager(migration_id=migration_id, app_name="maraude", description=description)

    async def run_files() -> None:
        transaction = DB.current_transaction.get()
        if transaction is None:
            message = "A migration runs inside the transaction that Piccolo opens for it."
            raise RuntimeError(message)
        for name in files:
            await transaction.connection.execute((FOLDER / f"{name}.sql").read_text("utf-8"))

    manager.add_raw(run_files)
    return manager
