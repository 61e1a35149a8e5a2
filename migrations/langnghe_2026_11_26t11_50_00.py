"""What alerts need besides their first tables: leases by name, steps of escalation, the operator's alarms, how to call.

`leases` elects one scheduler among several workers. `alert_steps` notes each step once per alert and area, so that a
killed worker repeats none. `alarms` are faults of our own that a person must look at.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.store.engine import current_session

ID = "2026-11-26T11:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "leases, steps of escalation, alarms, how to call a person"

T = "TEXT NOT NULL DEFAULT ''"
N = "BIGINT NOT NULL DEFAULT 0"

STATEMENTS = (
    f"CREATE TABLE leases (project TEXT NOT NULL, name TEXT NOT NULL, holder {T}, until_ms {N}, PRIMARY KEY (project, name))",
    f"CREATE TABLE alert_steps (project TEXT NOT NULL, alert TEXT NOT NULL, area TEXT NOT NULL, step TEXT NOT NULL, at_ms {N}, "
    f"unconfirmed {N}, PRIMARY KEY (project, alert, area, step))",
    f"CREATE TABLE alarms (project TEXT NOT NULL, alarm TEXT NOT NULL, first_at_ms {N}, last_at_ms {N}, times {N}, detail {T}, "
    "PRIMARY KEY (project, alarm))",
    f"ALTER TABLE people ADD COLUMN contact {T}",
    f"ALTER TABLE deliveries ADD COLUMN payload_limit {N}",
    f"ALTER TABLE deliveries ADD COLUMN notice {T}",
    "DROP INDEX deliveries_due",
    "CREATE INDEX deliveries_due ON deliveries (project, next_try_at_ms, device, alert) WHERE next_try_at_ms IS NOT NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="langnghe", description=DESCRIPTION)

    async def create() -> None:
        for sql in STATEMENTS:
            await current_session().fetch_dicts(sql, ())

    manager.add_raw(create)
    return manager
