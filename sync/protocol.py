"""Every message that a phone and the server may say to each other.

One request carries both directions: `POST /sync` takes a SyncRequest and answers a SyncResponse. `POST /sync/repair`
settles what a digest found to differ. All values of fields are text or null, so both languages hash and compare them
alike. Rules with numbers are in PROTOCOL.md; the mirror of this file is pwa/src/sync/protocol.ts.
"""

from typing import Literal

from msgspec import Struct, field

PROTOCOL_VERSION = 1
"""History: 1 (2026-11) first version."""

ItemKind = Literal["form", "area", "submission", "topic", "alert", "answer", "delivery"]
"""form: a published form version · area: a node of the area tree · submission: one filled-out form · topic: what people
in a place worry about · alert: a broadcast, one item per alert and area (id `ALERT:AREA`) · answer: an official answer
to a topic · delivery: what one device says of one alert (id `ALERT:DEVICE`, fields shown_at_ms, opened_at_ms,
confirmed_at_ms)."""

Intent = Literal["create", "edit", "delete", "resolve"]
Result = Literal["applied", "merged", "conflicted", "held", "rejected"]
Retry = Literal["never", "later", "after_pull"]
Value = str | None
"""Text of one field; null where the field is absent."""


class _Message(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of every message: immutable; defaults are left off the wire."""


class Change(_Message, frozen=True):
    """One intent of one replica on one item. (replica, sequence) is its identity.

    Field names: `/data/group/question` is an answer (repeat instances by stable id: `/data/repeat[ID]/question`, their
    order in `/data/repeat#order` as ids with one space between), `file:NAME` an attachment (`SHA256HEX BYTES TYPE`), a
    plain word a property of the item (submission: form, form_version, area, topic; topic: title, area, state, urgency,
    owner, due_at_ms, ...).
    """

    sequence: int
    intent: Intent
    kind: ItemKind
    id: str
    base: int = 0
    """Revision of the item that the phone saw when the change was made; 0 when it creates."""
    fields: dict[str, Value] = field(default_factory=dict)
    """What is written; null takes a field away. For resolve: the chosen value of every field whose conflict it settles.
    The name `deleted` is the deletion itself: "1" deleted, null alive."""
    before: dict[str, Value] = field(default_factory=dict)
    """What the phone saw in these fields; shown on the conflict card, decides nothing."""
    settles: list[str] = field(default_factory=list)
    """Ids of the conflicts that a resolve closes."""
    made_at_ms: int = 0
    """The phone's clock, as data only (I10)."""


class Outcome(_Message, frozen=True):
    """What became of one change. Stored, and said again word for word when the change is pushed again."""

    sequence: int
    result: Result
    revision: int = 0
    conflicts: list[str] = field(default_factory=list)
    """Ids of the conflicts this change opened."""
    code: str = ""
    """For rejected: one of REJECTIONS."""
    retry: Retry | None = None
    duplicate: bool = False
    """True when this is the stored outcome of an earlier push of the same change."""
    position: int = 0
    """Where the item that this change created stands, when a lean answer leaves the item itself out."""


REJECTIONS: dict[str, Retry] = {
    "identity_reused": "never",
    "item_unknown": "after_pull",
    "item_exists": "never",
    "item_deleted": "never",
    "out_of_scope": "never",
    "not_allowed": "never",
    "form_unknown": "after_pull",
    "form_closed": "never",
    "conflict_unknown": "after_pull",
    "change_malformed": "never",
    "change_too_large": "never",
}
"""Rejection code -> retry advice."""


class Conflict(_Message, frozen=True):
    """Two values for one field, kept for a person to choose. `id` is `REPLICA:SEQUENCE:FIELD` of the arriving change.

    Field `deleted` with arriving "1": a deletion came while an edit stood. Field `/data/repeat[ID]`: the removal
    (arriving null) of a repeat instance in which somebody else had written.
    """

    id: str
    field: str
    before: Value = None
    standing: Value = None
    standing_by: str = ""
    standing_at_ms: int = 0
    standing_deleted: bool = False
    """The item had been deleted when the arriving edit came."""
    arriving: Value = None
    arriving_by: str = ""
    arriving_at_ms: int = 0
    """Names of people, for the card; times by the server's clock."""
    revision: int = 0
    """The item's revision that opened it."""


class Item(_Message, frozen=True):
    """The state of one item at one revision, as a phone holds it."""

    kind: ItemKind
    id: str
    revision: int
    position: int
    fields: dict[str, str] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    author: str = ""
    """Id of the person who created it."""
    updated_at_ms: int = 0
    updated_by: str = ""
    deleted: bool = False
    """True only while a conflict about the deletion is open; a settled deletion is Gone."""


class Gone(_Message, frozen=True):
    """A tombstone, or an item that left the actor's scope: the phone removes it."""

    kind: ItemKind
    id: str


class Receipt(_Message, frozen=True):
    """The server's signed word that it durably has every change of a replica up to a sequence.

    `chain` is hex SHA-256 of (previous chain + change hash), change by change, from 64 zeros (a lost
    sequence counts with 64 zeros as its hash); `signature` is base64url
    ECDSA P-256/SHA-256 (r||s) over the canonical JSON of the other members.
    """

    epoch: str
    replica: str
    up_to: int
    chain: str
    at_ms: int
    signature: str = ""


class Health(_Message, frozen=True):
    """What a phone says of itself for the sync-status board. Sent when it changed, and once a day."""

    app: str = ""
    language: str = ""
    clock_ms: int = 0
    drafts: int = 0
    oldest_draft_at_ms: int = 0
    oldest_unsent_at_ms: int = 0
    attention: int = 0
    storage_used: int = 0
    storage_quota: int = 0
    persisted: bool | None = None
    webpush: Literal["", "granted", "denied", "default", "unsupported", "proven"] = ""
    repairs: int = 0


class SyncRequest(_Message, frozen=True):
    """Body of POST /sync. Changes are in order of sequence; `cursor` is empty at the first sync."""

    protocol: int
    replica: str
    made_up_to: int = 0
    """Highest sequence this replica ever gave out; the server's gaps are measured against it."""
    changes: list[Change] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    """Sequences (inclusive ranges) that the phone knows it can no longer send."""
    receipt_up_to: int = 0
    """`up_to` of the last receipt that the phone verified and saved."""
    epoch: str = ""
    """The epoch the phone knows. If not the server's, nothing is judged or paged: the answer names epoch and gaps."""
    cursor: str = ""
    page_bytes: int = 0
    """The most item bytes wanted in one answer; 0 leaves it to the server."""
    lean: bool = False
    """The phone holds what it creates: an applied creation is not sent back, its outcome says the position."""
    health: Health | None = None


class SyncResponse(_Message, frozen=True):
    """Answer of POST /sync, given after COMMIT."""

    protocol: int
    epoch: str
    outcomes: list[Outcome] = field(default_factory=list)
    receipt: Receipt | None = None
    """Present when it covers more than the request's receipt_up_to."""
    received_up_to: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    cursor: str = ""
    more: bool = False
    floor: int = 0
    """Closed items at or below this position are over the phone's budget: it removes them."""
    digest: str = ""
    """Digest of everything the phone should hold now; only when `more` is false."""
    server_at_ms: int = 0
    retry_after_ms: int = 0


class Held(_Message, frozen=True):
    """One item as named in a repair: kind, id, revision."""

    kind: ItemKind
    id: str
    revision: int


class RepairRequest(_Message, frozen=True):
    """Body of POST /sync/repair. First with `buckets` only; then with `held` for the buckets that differ."""

    protocol: int
    replica: str
    cursor: str = ""
    buckets: list[str] = field(default_factory=list)
    """The phone's digest of each of the DIGEST_BUCKETS buckets."""
    bucket: int = -1
    """Which bucket `held` names; -1 with `buckets`."""
    held: list[Held] = field(default_factory=list)
    page_bytes: int = 0


class RepairResponse(_Message, frozen=True):
    """Which buckets differ; or, for one bucket, what to take and to remove. `more`: ask for the same bucket again."""

    differing: list[int] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    more: bool = False
    cursor: str = ""


class ParcelContents(_Message, frozen=True):
    """What a courier carries, before it is sealed: a replica's unreceipted changes in order of sequence."""

    protocol: int
    epoch: str
    replica: str
    made_up_to: int
    changes: list[Change] = field(default_factory=list)


class SignedContents(_Message, frozen=True):
    """What is sealed, so that no courier can speak for another phone.

    `contents`: ParcelContents as JSON text, so both sides sign the same bytes. `signature`: base64url ECDSA
    P-256/SHA-256 (r||s) by the key that `device` enrolled with, over the text
    `lang-nghe parcel 1|PROJECT|REPLICA|DEVICE|CONTENTS`.
    """

    device: str
    contents: str
    signature: str


class Parcel(_Message, frozen=True):
    """Body of POST /courier and of the file that leaves a phone. The courier can read nothing but these names.

    `sealed`: base64url of HPKE's encapsulated key (65 bytes) and the ciphertext of gzipped SignedContents, to the
    project's seal key: RFC 9180 base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM; `info` is the text
    `lang-nghe parcel 1|PROJECT|REPLICA`, no associated data.
    """

    project: str
    replica: str
    sealed: str


class ParcelAnswer(_Message, frozen=True):
    """What the courier brings back: a receipt, which says nothing about the contents."""

    replica: str
    receipt: Receipt | None = None
    code: str = ""
    """Empty, or why nothing was taken: `epoch_changed` | `seal_broken` | `replica_unknown` | `protocol_unknown` |
    `kept_apart` (its device was revoked: a person will look at it)."""


DIGEST_BUCKETS = 16
ITEM_BUDGET = 10_000
"""The most items one phone is asked to hold."""
