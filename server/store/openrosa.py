"""Submissions as OpenRosa devices sent them: XML by instance ID and SHA-256. Nothing that arrived is overwritten."""

from typing import Literal

from msgspec import Struct
from piccolo.table import Table

from server.store.engine import ENGINE
from server.store.session import Row, Tx
from server.store.tables import Keyed, blob, key, number, text

State = Literal["taken", "superseded", "reused", "quarantined"]
"""taken: became a change · superseded: what amends it had come before it · reused: other content under the same
instance ID, refused but kept · quarantined: sent by a revoked device.
"""


class OpenRosaInstanceRow(Keyed, Table, tablename="openrosa_instances", db=ENGINE):
    """The table, as the migrations make it."""

    project = key()
    instance = text()
    sha256 = text()
    item = text()
    device = text()
    revision = number()
    state = text()
    xml = blob()
    received_at_ms = number()


class SentInstance(Struct, frozen=True, kw_only=True):
    """One version of a submission. `revision`: of the item after it (0 when it made no change)."""

    project: str
    instance: str
    sha256: str
    item: str
    device: str
    revision: int = 0
    state: State
    xml: bytes
    received_at_ms: int


async def add_instance(tx: Tx, sent: SentInstance) -> None:
    """Keep what was sent. The same bytes again are the same row: so a quarantined one may come to count."""
    await tx.execute(
        "INSERT INTO openrosa_instances (project, instance, sha256, item, device, revision, state, xml, "
        "received_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (project, instance, sha256) DO UPDATE SET item = excluded.item, device = excluded.device, "
        "revision = excluded.revision, state = excluded.state",
        sent.project,
        sent.instance,
        sent.sha256,
        sent.item,
        sent.device,
        sent.revision,
        sent.state,
        sent.xml,
        sent.received_at_ms,
    )


async def list_instances(tx: Tx, project: str, instance: str) -> list[SentInstance]:
    """Everything that was sent under an instance ID, the first first."""
    rows = await tx.fetch(
        "SELECT * FROM openrosa_instances WHERE project = $1 AND instance = $2 ORDER BY received_at_ms, state DESC",
        project,
        instance,
    )
    return [_sent(row) for row in rows]


async def has_successor(tx: Tx, project: str, item: str) -> bool:
    """Did an instance that amends `item` come before it?"""
    row = await tx.fetch_one(
        "SELECT 1 AS one FROM openrosa_instances WHERE project = $1 AND item = $2 AND instance <> $2", project, item
    )
    return row is not None


def _sent(row: Row) -> SentInstance:
    values = {name: row[name] for name in SentInstance.__struct_fields__}
    values["xml"] = bytes(values["xml"])
    return SentInstance(**values)
