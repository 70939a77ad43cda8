"""Name our tables and migrations to Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="maraude",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(
        [
            "backend.db.tables.places",
            "backend.db.tables.people",
            "backend.db.tables.visits",
            "backend.db.tables.rounds",
            "backend.db.tables.care",
            "backend.db.tables.centre",
            "backend.db.tables.stock",
            "backend.db.tables.coverage",
            "backend.db.tables.coverage_counts",
            "backend.db.tables.forecast",
            "backend.db.tables.exchange",
            "backend.db.tables.review",
            "backend.db.tables.territory",
            "backend.db.tables.planning",
            "backend.db.tables.accounts",
            "backend.db.tables.break_glass",
            "backend.db.tables.identities",
            "backend.db.tables.log",
            "backend.db.tables.handed_in",
            "backend.db.tables.retention",
            "backend.db.tables.rota",
            "backend.db.tables.phone",
            "backend.db.tables.identity",
            "backend.db.tables.tablet_people",
        ]
    ),
)
