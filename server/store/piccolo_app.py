"""What Piccolo's command line knows of the house: its tables and where its migrations lie."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

import migrations

APP_CONFIG = AppConfig(
    app_name="langnghe",
    migrations_folder_path=str(Path(migrations.__path__[0])),
    table_classes=table_finder(
        [
            f"server.store.{name}"
            for name in ("tables", "leases", "openrosa", "tallies", "board_settings", "personal_due")
        ],
        exclude_imported=True,
    ),
)
