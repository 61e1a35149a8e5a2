"""What boards read: submissions and topics within a scope, and how every device stands. Newest first, paged by key."""

import msgspec
from msgspec import Struct

from server.store.items import COLUMNS, StoredItem, from_rows
from server.store.scope import Scope
from server.store.session import Row, Tx
from sync.ranges import count

_ranges = msgspec.json.Decoder(list[tuple[int, int]]).decode
MOST = 200


class DeviceStanding(Struct, frozen=True, kw_only=True):
    """How one replica of one device stands. Times in ms by the server's clock; 0 or null where it never happened.

    `missing`: changes that the phone made and the server neither has nor knows to be lost.
    """

    person: str
    person_name: str
    areas: tuple[str, ...]
    device: str
    device_name: str
    enrolled_at_ms: int
    revoked_at_ms: int | None
    replica: str
    last_contact_at_ms: int
    made: int
    received: int
    missing: int
    held: int
    lost: int
    oldest_unsent_at_ms: int
    drafts: int
    attention: int
    app: str
    storage_used: int
    storage_quota: int
    persisted: int | None
    webpush: str
    skew_ms: int
    repairs: int
    forked_at_ms: int | None


class Wanted(Struct, frozen=True, kw_only=True):
    """Which items of a kind: "" takes all; `before` is the position where the last page ended, 0 at first."""

    kind: str
    topic: str = ""
    area: str = ""
    form: str = ""
    before: int = 0
    most: int = MOST


async def list_board_items(tx: Tx, scope: Scope, wanted: Wanted) -> list[StoredItem]:
    """Items within scope, the newest change first."""
    where, args = scope.where("i", 7)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.kind = $1 AND i.deleted = 0 AND i.position < CAST($2 AS BIGINT) "
        "AND ($3 = '' OR i.topic = $3) AND ($4 = '' OR i.area = $4) AND ($5 = '' OR i.form = $5) "
        f"AND {where} ORDER BY i.position DESC LIMIT $6",
        wanted.kind,
        wanted.before or 2**62,
        wanted.topic,
        wanted.area,
        wanted.form,
        min(wanted.most, MOST),
        *args,
    )
    return await from_rows(tx, scope.project, rows)


async def count_by_topic(tx: Tx, scope: Scope) -> dict[str, int]:
    """Submissions per topic within scope."""
    where, args = scope.where("i", 1)
    rows = await tx.fetch(
        "SELECT i.topic, COUNT(*) AS submissions FROM items i WHERE i.kind = 'submission' AND i.deleted = 0 "
        f"AND i.topic <> '' AND {where} GROUP BY i.topic",
        *args,
    )
    return {row["topic"]: row["submissions"] for row in rows}


_STANDINGS = """
SELECT d.person, p.name AS person_name, d.device, d.name AS device_name, d.enrolled_at_ms, d.revoked_at_ms,
  COALESCE(r.replica, '') AS replica, COALESCE(r.last_contact_at_ms, 0) AS last_contact_at_ms,
  COALESCE(r.made_up_to, 0) AS made, COALESCE(r.received_up_to, 0) AS received, COALESCE(r.held, 0) AS held,
  r.lost AS lost_ranges, COALESCE(r.oldest_unsent_at_ms, 0) AS oldest_unsent_at_ms, COALESCE(r.drafts, 0) AS drafts,
  COALESCE(r.attention, 0) AS attention, COALESCE(r.app, '') AS app, COALESCE(r.storage_used, 0) AS storage_used,
  COALESCE(r.storage_quota, 0) AS storage_quota, r.persisted, COALESCE(r.webpush, '') AS webpush,
  COALESCE(r.skew_ms, 0) AS skew_ms, COALESCE(r.repairs, 0) AS repairs, r.forked_at_ms
FROM devices d JOIN people p ON p.project = d.project AND p.person = d.person
LEFT JOIN replicas r ON r.project = d.project AND r.device = d.device AND r.replica NOT LIKE 'board:%'
WHERE d.project = $1 ORDER BY last_contact_at_ms, d.person, d.device, replica
"""


async def list_standings(tx: Tx, project: str, areas: dict[str, tuple[str, ...]]) -> list[DeviceStanding]:
    """How the devices of these people stand (person -> their areas), the longest silent first."""
    rows = await tx.fetch(_STANDINGS, project)
    return [_standing(row, areas[row["person"]]) for row in rows if row["person"] in areas]


def _standing(row: Row, areas: tuple[str, ...]) -> DeviceStanding:
    lost_ranges = _ranges(row["lost_ranges"]) if row["lost_ranges"] else []
    beyond = count([one for one in lost_ranges if one[0] > row["received"]])
    missing = max(0, row["made"] - row["received"] - row["held"] - beyond)
    values = {name: row[name] for name in DeviceStanding.__struct_fields__ if name not in {"areas", "missing", "lost"}}
    return DeviceStanding(**values, areas=areas, missing=missing, lost=count(lost_ranges))
