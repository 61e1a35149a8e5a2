"""Submissions as ODK Collect sent them: by instance ID and by what they said, so that neither bytes nor a quarrel is lost.

`item` is the submission they belong to: an instance that amends another (deprecatedID) belongs to the same item.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.store.engine import current_session

ID = "2026-11-26T12:05:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "instances sent by OpenRosa devices"

T = "TEXT NOT NULL DEFAULT ''"
N = "BIGINT NOT NULL DEFAULT 0"


def blob() -> str:
    """Bytes, by the engine."""
    return "BYTEA" if current_session().engine == "postgres" else "BLOB"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="langnghe", description=DESCRIPTION)

    async def create() -> None:
        for sql in (
            "CREATE TABLE openrosa_instances (project TEXT NOT NULL, instance TEXT NOT NULL, sha256 TEXT NOT NULL, "
            f"item {T}, device {T}, revision {N}, state {T}, xml {blob()} NOT NULL, received_at_ms {N}, "
            "PRIMARY KEY (project, instance, sha256))",
            "CREATE INDEX openrosa_instances_item ON openrosa_instances (project, item)",
        ):
            await current_session().fetch_dicts(sql, ())

    manager.add_raw(create)
    return manager
