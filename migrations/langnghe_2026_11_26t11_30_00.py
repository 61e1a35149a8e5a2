"""The first tables. Keys are composite and led by `project`, which Piccolo cannot say: so they are written in SQL.

`BYTES` is BLOB on SQLite and BYTEA on PostgreSQL; `CLUSTERED` tables keep their rows in the key's own tree on SQLite.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.store.engine import current_session

ID = "2026-11-26T11:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"

T = "TEXT NOT NULL DEFAULT ''"
N = "BIGINT NOT NULL DEFAULT 0"
B = "BYTES NOT NULL DEFAULT ''"

TABLES: dict[str, tuple[str, str, bool]] = {
    "projects": (
        f"project TEXT NOT NULL, name {T}, epoch {T}, position {N}, horizon {N}, created_at_ms {N}",
        "project",
        False,
    ),
    "items": (
        f"project TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, revision {N}, position {N}, audience {T}, area {T}, "
        f"author {T}, form {T}, topic {T}, state {T}, deleted {N}, closed {N}, open_conflicts {N}, created_at_ms {N}, "
        f"updated_at_ms {N}, updated_by {T}, fields {B}, stamps {B}, digest {N}",
        "project, kind, id",
        False,
    ),
    "changes": (
        f"project TEXT NOT NULL, replica TEXT NOT NULL, sequence BIGINT NOT NULL, hash {T}, kind {T}, item_id {T}, body {B}, "
        f"outcome {B}, status {T}, position BIGINT, person {T}, device {T}, received_at_ms {N}, problem {T}",
        "project, replica, sequence",
        False,
    ),
    "reused": (
        f"project TEXT NOT NULL, replica TEXT NOT NULL, sequence BIGINT NOT NULL, hash TEXT NOT NULL, body {B}, device {T}, received_at_ms {N}",
        "project, replica, sequence, hash",
        False,
    ),
    "feed": (
        f"project TEXT NOT NULL, position BIGINT NOT NULL, kind {T}, item_id {T}, audience {T}, area {T}, author {T}, leaves {N}",
        "project, position",
        True,
    ),
    "conflicts": (
        f"project TEXT NOT NULL, id TEXT NOT NULL, kind {T}, item_id {T}, field {T}, body {B}, opened_position {N}, opened_at_ms {N}, place {N}, "
        f"closed_position BIGINT, closed_at_ms BIGINT, closed_by_replica {T}, closed_by_sequence BIGINT",
        "project, id",
        False,
    ),
    "digests": (
        f"project TEXT NOT NULL, audience TEXT NOT NULL, area TEXT NOT NULL, author TEXT NOT NULL, high {N}, low {N}, held {N}, leaving {N}",
        "project, audience, area, author",
        True,
    ),
    "replicas": (
        f"project TEXT NOT NULL, replica TEXT NOT NULL, device {T}, person {T}, made_up_to {N}, received_up_to {N}, "
        f"receipted_up_to {N}, held {N}, chain {T}, lost {B}, first_at_ms {N}, last_contact_at_ms {N}, health {B}, app {T}, "
        f"language {T}, oldest_unsent_at_ms {N}, drafts {N}, attention {N}, storage_used {N}, storage_quota {N}, persisted BIGINT, "
        f"webpush {T}, skew_ms {N}, repairs {N}, forked_at_ms BIGINT, scope {T}",
        "project, replica",
        False,
    ),
    "devices": (
        f"project TEXT NOT NULL, device TEXT NOT NULL, person {T}, name {T}, public_key {T}, session_hash {T}, enrolled_at_ms {N}, "
        f"revoked_at_ms BIGINT, revoked_by {T}, wiped_at_ms BIGINT",
        "project, device",
        False,
    ),
    "people": (
        f"project TEXT NOT NULL, person TEXT NOT NULL, name {T}, role {T}, language {T}, active {N}, password_hash {T}, "
        f"totp_secret {T}, created_at_ms {N}",
        "project, person",
        False,
    ),
    "person_areas": ("project TEXT NOT NULL, person TEXT NOT NULL, area TEXT NOT NULL", "project, person, area", True),
    "areas": (
        f"project TEXT NOT NULL, area TEXT NOT NULL, name {T}, kind {T}, parent {T}, valid_from_ms {N}, valid_to_ms BIGINT, "
        f"successors {B}, merged_from {B}, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, search {T}",
        "project, area",
        False,
    ),
    "invitations": (
        f"project TEXT NOT NULL, code_hash TEXT NOT NULL, person {T}, created_at_ms {N}, created_by {T}, expires_at_ms {N}, "
        f"used_at_ms BIGINT, device {T}",
        "project, code_hash",
        False,
    ),
    "forms": (
        f"project TEXT NOT NULL, form TEXT NOT NULL, title {T}, version {T}, closed_at_ms BIGINT",
        "project, form",
        False,
    ),
    "form_versions": (
        f"project TEXT NOT NULL, form TEXT NOT NULL, version TEXT NOT NULL, title {T}, hash {T}, xform {B}, published_at_ms {N}, "
        f"published_by {T}, opens_at_ms BIGINT, closes_at_ms BIGINT, purpose {T}, consent {T}, retention_days BIGINT, areas {B}, "
        f"roles {B}, warnings {B}",
        "project, form, version",
        False,
    ),
    "form_attachments": (
        f"project TEXT NOT NULL, form TEXT NOT NULL, version TEXT NOT NULL, name TEXT NOT NULL, sha256 {T}, size {N}, type {T}",
        "project, form, version, name",
        False,
    ),
    "attachments": (
        f"project TEXT NOT NULL, sha256 TEXT NOT NULL, size {N}, type {T}, received {N}, state {T}, device {T}, created_at_ms {N}, "
        "completed_at_ms BIGINT",
        "project, sha256",
        False,
    ),
    "subscriptions": (
        f"project TEXT NOT NULL, device TEXT NOT NULL, endpoint {T}, p256dh {T}, auth {T}, created_at_ms {N}, proven_at_ms BIGINT, "
        "stale_at_ms BIGINT, last_status BIGINT, last_at_ms BIGINT",
        "project, device",
        False,
    ),
    "alerts": (
        f"project TEXT NOT NULL, alert TEXT NOT NULL, topic {T}, body {B}, areas {B}, status {T}, message_type {T}, severity {T}, "
        f"revision {N}, root {T}, created_at_ms {N}, created_by {T}, approved_by {T}, send_at_ms BIGINT, sent_at_ms BIGINT, expires_at_ms {N}",
        "project, alert",
        False,
    ),
    "alert_references": (
        "project TEXT NOT NULL, alert TEXT NOT NULL, referenced TEXT NOT NULL",
        "project, alert, referenced",
        True,
    ),
    "deliveries": (
        f"project TEXT NOT NULL, alert TEXT NOT NULL, device TEXT NOT NULL, person {T}, area {T}, revision {N}, queued_at_ms {N}, "
        f"lease_until_ms {N}, accepted_at_ms BIGINT, shown_at_ms BIGINT, opened_at_ms BIGINT, confirmed_at_ms BIGINT, attempts {N}, "
        f"next_try_at_ms BIGINT, problem {T}",
        "project, alert, device",
        False,
    ),
    "outbox": (
        f"project TEXT NOT NULL, id TEXT NOT NULL, event {T}, body {B}, at_ms {N}, lease_until_ms {N}, attempts {N}, done_at_ms BIGINT, problem {T}",
        "project, id",
        False,
    ),
    "audit": (
        f"project TEXT NOT NULL, number BIGINT NOT NULL, at_ms {N}, actor {T}, verb {T}, subject {T}, body {B}, chain {T}",
        "project, number",
        True,
    ),
}

# Keys lead with the project, other indexes with what they are for: a plan made while the tables were empty would else take
# any of them for the project alone, and read all of it for ever after (PostgreSQL keeps prepared plans).
INDEXES = (
    "CREATE INDEX items_author ON items (author, project, position)",
    "CREATE INDEX items_area ON items (area, audience, project, position)",
    "CREATE INDEX items_topic ON items (topic, project) WHERE topic <> ''",
    "CREATE INDEX changes_item ON changes (item_id, kind, project, position)",
    "CREATE INDEX changes_waiting ON changes (replica, project, sequence) WHERE status = 'held'",
    "CREATE INDEX feed_leaves ON feed (area, audience, project, position) WHERE leaves = 1",
    "CREATE INDEX digests_author ON digests (author, project)",
    "CREATE INDEX conflicts_item ON conflicts (item_id, kind, project)",
    "CREATE INDEX replicas_device ON replicas (device, project)",
    "CREATE INDEX replicas_person ON replicas (person, project)",
    "CREATE INDEX devices_person ON devices (person, project)",
    "CREATE UNIQUE INDEX devices_session ON devices (session_hash) WHERE session_hash <> ''",
    "CREATE INDEX person_areas_area ON person_areas (area, project)",
    "CREATE INDEX areas_parent ON areas (parent, project)",
    "CREATE INDEX invitations_person ON invitations (person, project)",
    "CREATE INDEX attachments_state ON attachments (state, project)",
    "CREATE INDEX alerts_status ON alerts (status, project, send_at_ms)",
    "CREATE INDEX alert_references_back ON alert_references (referenced, project)",
    "CREATE INDEX deliveries_due ON deliveries (project, next_try_at_ms) WHERE next_try_at_ms IS NOT NULL",
    "CREATE INDEX deliveries_device ON deliveries (device, project)",
    "CREATE INDEX outbox_waiting ON outbox (lease_until_ms, project) WHERE done_at_ms IS NULL",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="langnghe", description=DESCRIPTION)

    async def create() -> None:
        session = current_session()
        blob, clustered = ("BYTEA", "") if session.engine == "postgres" else ("BLOB", " WITHOUT ROWID")
        for name, (columns, primary, cluster) in TABLES.items():
            sql = f"CREATE TABLE {name} ({columns}, PRIMARY KEY ({primary})){clustered if cluster else ''}"
            await session.fetch_dicts(sql.replace("BYTES", blob), ())
        for sql in INDEXES:
            await session.fetch_dicts(sql, ())

    manager.add_raw(create)
    return manager
