"""Personal answers with the day they are due, so that deleting them on time never walks through every submission.

Filled by the first sweep (server/exchange/retention.py), which reads every submission once.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.store.engine import current_session

ID = "2026-11-26T13:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "personal answers by the day they are due, and how far the sweep has come"

STATEMENTS = (
    "CREATE TABLE personal_answers (project TEXT NOT NULL, item TEXT NOT NULL, due_at_ms BIGINT NOT NULL DEFAULT 0, "
    "PRIMARY KEY (project, item))",
    "CREATE INDEX personal_answers_due ON personal_answers (due_at_ms, project)",
    "CREATE TABLE personal_sweeps (project TEXT NOT NULL, position BIGINT NOT NULL DEFAULT 0, "
    "swept_at_ms BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (project))",
    "CREATE INDEX changes_without_effect ON changes (received_at_ms, project) WHERE position IS NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="langnghe", description=DESCRIPTION)

    async def create() -> None:
        for sql in STATEMENTS:
            await current_session().fetch_dicts(sql, ())

    manager.add_raw(create)
    return manager
