"""What boards read instead of counting a million items: tallies; what every replica still owes; views, alarms, outlines.

`tallies` are kept in the transaction of the change itself (server/store/tallies.py). Here they are counted once from
the items that stand already, so that an upgraded database shows its past.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.store.engine import current_session

ID = "2026-11-26T12:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "tallies, what replicas owe, views, alarm rules and outlines of boards"

T = "TEXT NOT NULL DEFAULT ''"
N = "BIGINT NOT NULL DEFAULT 0"
DAY_MS = 86_400_000
OFFSET_MS = 7 * 3_600_000
"""Days begin at midnight in Vietnam."""

TABLES = {
    "tallies": (
        "project TEXT NOT NULL, measure TEXT NOT NULL, name TEXT NOT NULL, period BIGINT NOT NULL, area TEXT NOT NULL, "
        f"part TEXT NOT NULL, submissions {N}",
        "project, measure, name, period, area, part",
        True,
    ),
    "board_views": (
        f"project TEXT NOT NULL, person TEXT NOT NULL, board TEXT NOT NULL, name TEXT NOT NULL, query {T}, saved_at_ms {N}",
        "project, person, board, name",
        False,
    ),
    "board_alarms": (
        f"project TEXT NOT NULL, person TEXT NOT NULL, measure TEXT NOT NULL, days {N}, told BYTES NOT NULL DEFAULT '', set_at_ms {N}",
        "project, person, measure",
        False,
    ),
    "outlines": (
        f"project TEXT NOT NULL, name TEXT NOT NULL, body BYTES NOT NULL DEFAULT '', saved_at_ms {N}, saved_by {T}",
        "project, name",
        False,
    ),
}
STATEMENTS = (
    f"ALTER TABLE replicas ADD COLUMN missing {N}",
    f"ALTER TABLE replicas ADD COLUMN lost_count {N}",
    f"ALTER TABLE areas ADD COLUMN region {T}",
    "UPDATE replicas SET missing = made_up_to - received_up_to - held WHERE made_up_to > received_up_to + held",
    f"INSERT INTO tallies SELECT project, 'day', '', (created_at_ms + {OFFSET_MS}) / {DAY_MS}, area, '', COUNT(*) FROM items "
    "WHERE kind = 'submission' AND deleted = 0 GROUP BY 1, 2, 3, 4, 5, 6",
    "INSERT INTO tallies SELECT project, 'topic', topic, 0, area, '', COUNT(*) FROM items "
    "WHERE kind = 'submission' AND deleted = 0 AND topic <> '' GROUP BY 1, 2, 3, 4, 5, 6",
    # 1 January 1970 was a Thursday: three days back it was a Monday.
    f"INSERT INTO tallies SELECT project, 'topic_week', topic, ((created_at_ms + {OFFSET_MS}) / {DAY_MS} + 3) / 7, area, '', "
    "COUNT(*) FROM items WHERE kind = 'submission' AND deleted = 0 AND topic <> '' GROUP BY 1, 2, 3, 4, 5, 6",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="langnghe", description=DESCRIPTION)

    async def create() -> None:
        session = current_session()
        blob, clustered = ("BYTEA", "") if session.engine == "postgres" else ("BLOB", " WITHOUT ROWID")
        for name, (columns, primary, cluster) in TABLES.items():
            sql = f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({primary})){clustered if cluster else ''}"
            await session.fetch_dicts(sql.replace("BYTES", blob), ())
        for sql in STATEMENTS:
            await session.fetch_dicts(sql, ())

    manager.add_raw(create)
    return manager
