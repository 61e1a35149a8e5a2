"""The data model as Piccolo tables. Keys are composite and led by `project`; the migrations write them out in SQL.

Times are BIGINT milliseconds since 1970 (UTC); bodies are canonical JSON bytes. Piccolo knows single keys only, so the
first column is marked as key and saving one row object is refused: say which rows with `where`.
"""

from typing import Any, Never

from piccolo.columns import BigInt, Bytea, DoublePrecision, Text
from piccolo.table import Table

from server.store.engine import ENGINE


def key() -> Text:
    return Text(primary_key=True, default="")


def text() -> Text:
    return Text(default="")


def number() -> BigInt:
    return BigInt(default=0)


def maybe_number() -> BigInt:
    return BigInt(null=True, default=None)


def blob() -> Bytea:
    return Bytea(default=b"")


class Keyed:
    """Before every table: refuses what would touch a whole project by its leading key alone."""

    def save(self, *_: Any, **__: Any) -> Never:
        raise TypeError("rows have composite keys: use update().where(...)")

    def remove(self) -> Never:
        raise TypeError("rows have composite keys: use delete().where(...)")

    def refresh(self, *_: Any, **__: Any) -> Never:
        raise TypeError("rows have composite keys: use select().where(...)")


class Project(Keyed, Table, tablename="projects", db=ENGINE):
    """One row per project: the counter of the feed, updated last in every transaction."""

    project = key()
    name = text()
    epoch = text()
    position = number()
    horizon = number()
    created_at_ms = number()


class ItemRow(Keyed, Table, tablename="items", db=ENGINE):
    project = key()
    kind = text()
    id = text()
    revision = number()
    position = number()
    audience = text()
    area = text()
    author = text()
    form = text()
    topic = text()
    state = text()
    deleted = number()
    closed = number()
    open_conflicts = number()
    created_at_ms = number()
    updated_at_ms = number()
    updated_by = text()
    fields = blob()
    stamps = blob()
    digest = number()


class ChangeRow(Keyed, Table, tablename="changes", db=ENGINE):
    project = key()
    replica = text()
    sequence = number()
    hash = text()
    kind = text()
    item_id = text()
    body = blob()
    outcome = blob()
    status = text()
    position = maybe_number()
    person = text()
    device = text()
    received_at_ms = number()
    problem = text()


class ReusedRow(Keyed, Table, tablename="reused", db=ENGINE):
    """A change whose identity was already taken by other content: kept beside the first, never applied."""

    project = key()
    replica = text()
    sequence = number()
    hash = text()
    body = blob()
    device = text()
    received_at_ms = number()


class FeedRow(Keyed, Table, tablename="feed", db=ENGINE):
    project = key()
    position = number()
    kind = text()
    item_id = text()
    audience = text()
    area = text()
    author = text()
    leaves = number()


class ConflictRow(Keyed, Table, tablename="conflicts", db=ENGINE):
    project = key()
    id = text()
    kind = text()
    item_id = text()
    field = text()
    body = blob()
    opened_position = number()
    opened_at_ms = number()
    place = number()
    closed_position = maybe_number()
    closed_at_ms = maybe_number()
    closed_by_replica = text()
    closed_by_sequence = maybe_number()


class DigestRow(Keyed, Table, tablename="digests", db=ENGINE):
    """Sums over the items of one cell (audience, area, author): what a scope should hold is a sum of cells."""

    project = key()
    audience = text()
    area = text()
    author = text()
    high = number()
    low = number()
    held = number()
    leaving = number()


class ReplicaRow(Keyed, Table, tablename="replicas", db=ENGINE):
    project = key()
    replica = text()
    device = text()
    person = text()
    made_up_to = number()
    received_up_to = number()
    receipted_up_to = number()
    held = number()
    chain = text()
    lost = blob()
    first_at_ms = number()
    last_contact_at_ms = number()
    health = blob()
    app = text()
    language = text()
    oldest_unsent_at_ms = number()
    drafts = number()
    attention = number()
    storage_used = number()
    storage_quota = number()
    persisted = maybe_number()
    webpush = text()
    skew_ms = number()
    repairs = number()
    forked_at_ms = maybe_number()
    scope = text()
    missing = number()
    lost_count = number()


class DeviceRow(Keyed, Table, tablename="devices", db=ENGINE):
    project = key()
    device = text()
    person = text()
    name = text()
    public_key = text()
    session_hash = text()
    enrolled_at_ms = number()
    revoked_at_ms = maybe_number()
    revoked_by = text()
    wiped_at_ms = maybe_number()


class PersonRow(Keyed, Table, tablename="people", db=ENGINE):
    project = key()
    person = text()
    name = text()
    role = text()
    language = text()
    active = number()
    password_hash = text()
    totp_secret = text()
    created_at_ms = number()
    contact = text()


class PersonAreaRow(Keyed, Table, tablename="person_areas", db=ENGINE):
    project = key()
    person = text()
    area = text()


class AreaRow(Keyed, Table, tablename="areas", db=ENGINE):
    project = key()
    area = text()
    name = text()
    kind = text()
    parent = text()
    valid_from_ms = number()
    valid_to_ms = maybe_number()
    successors = blob()
    merged_from = blob()
    latitude = DoublePrecision(null=True, default=None)
    longitude = DoublePrecision(null=True, default=None)
    search = text()
    region = text()


class InvitationRow(Keyed, Table, tablename="invitations", db=ENGINE):
    project = key()
    code_hash = text()
    person = text()
    created_at_ms = number()
    created_by = text()
    expires_at_ms = number()
    used_at_ms = maybe_number()
    device = text()


class FormRow(Keyed, Table, tablename="forms", db=ENGINE):
    project = key()
    form = text()
    title = text()
    version = text()
    closed_at_ms = maybe_number()


class FormVersionRow(Keyed, Table, tablename="form_versions", db=ENGINE):
    project = key()
    form = text()
    version = text()
    title = text()
    hash = text()
    xform = blob()
    published_at_ms = number()
    published_by = text()
    opens_at_ms = maybe_number()
    closes_at_ms = maybe_number()
    purpose = text()
    consent = text()
    retention_days = maybe_number()
    areas = blob()
    roles = blob()
    warnings = blob()


class FormAttachmentRow(Keyed, Table, tablename="form_attachments", db=ENGINE):
    project = key()
    form = text()
    version = text()
    name = text()
    sha256 = text()
    size = number()
    type = text()


class AttachmentRow(Keyed, Table, tablename="attachments", db=ENGINE):
    project = key()
    sha256 = text()
    size = number()
    type = text()
    received = number()
    state = text()
    device = text()
    created_at_ms = number()
    completed_at_ms = maybe_number()


class SubscriptionRow(Keyed, Table, tablename="subscriptions", db=ENGINE):
    project = key()
    device = text()
    endpoint = text()
    p256dh = text()
    auth = text()
    created_at_ms = number()
    proven_at_ms = maybe_number()
    stale_at_ms = maybe_number()
    last_status = maybe_number()
    last_at_ms = maybe_number()


class AlertRow(Keyed, Table, tablename="alerts", db=ENGINE):
    project = key()
    alert = text()
    topic = text()
    body = blob()
    areas = blob()
    status = text()
    message_type = text()
    severity = text()
    revision = number()
    root = text()
    created_at_ms = number()
    created_by = text()
    approved_by = text()
    send_at_ms = maybe_number()
    sent_at_ms = maybe_number()
    expires_at_ms = number()


class AlertReferenceRow(Keyed, Table, tablename="alert_references", db=ENGINE):
    """CAP references: which earlier alert an update or cancel speaks of."""

    project = key()
    alert = text()
    referenced = text()


class DeliveryRow(Keyed, Table, tablename="deliveries", db=ENGINE):
    project = key()
    alert = text()
    device = text()
    person = text()
    area = text()
    revision = number()
    queued_at_ms = number()
    lease_until_ms = number()
    accepted_at_ms = maybe_number()
    shown_at_ms = maybe_number()
    opened_at_ms = maybe_number()
    confirmed_at_ms = maybe_number()
    attempts = number()
    next_try_at_ms = maybe_number()
    problem = text()
    payload_limit = number()
    notice = text()


class AlertStepRow(Keyed, Table, tablename="alert_steps", db=ENGINE):
    """One step of escalation of one alert in one area: coordinator, board, call_list."""

    project = key()
    alert = text()
    area = text()
    step = text()
    at_ms = number()
    unconfirmed = number()


class AlarmRow(Keyed, Table, tablename="alarms", db=ENGINE):
    """A fault of our own that the operator must look at, counted."""

    project = key()
    alarm = text()
    first_at_ms = number()
    last_at_ms = number()
    times = number()
    detail = text()


class OutboxRow(Keyed, Table, tablename="outbox", db=ENGINE):
    project = key()
    id = text()
    event = text()
    body = blob()
    at_ms = number()
    lease_until_ms = number()
    attempts = number()
    done_at_ms = maybe_number()
    problem = text()


class AuditRow(Keyed, Table, tablename="audit", db=ENGINE):
    project = key()
    number = BigInt(default=0)
    at_ms = BigInt(default=0)
    actor = text()
    verb = text()
    subject = text()
    body = blob()
    chain = text()
