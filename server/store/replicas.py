"""Replicas: what each made, what of it is here, the chain of its receipts, and what it says of its health."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx, fetch_wanted, insert_rows
from sync.protocol import Health
from sync.ranges import Range, count
from sync.receipt import START

_encode = msgspec.json.Encoder().encode
_ranges = msgspec.json.Decoder(tuple[tuple[int, int], ...]).decode


class Replica(Struct, frozen=True, kw_only=True):
    """`received_up_to`: every sequence up to here was judged or is lost; `chain` is over those; `held`: how many wait
    beyond; `forked_at_ms`: when another copy under this id was noticed. Times in ms by the server's clock."""

    replica: str
    device: str
    person: str
    made_up_to: int = 0
    received_up_to: int = 0
    receipted_up_to: int = 0
    held: int = 0
    chain: str = START
    lost: tuple[Range, ...] = ()
    first_at_ms: int = 0
    last_contact_at_ms: int = 0
    forked_at_ms: int | None = None
    scope: str = ""
    """Hash of the scope it was last served."""


_COLUMNS = ", ".join(Replica.__struct_fields__)
_CHANGING = (
    "made_up_to", "received_up_to", "receipted_up_to", "held", "chain", "lost", "last_contact_at_ms", "forked_at_ms",
    "scope", "missing", "lost_count",
)  # fmt: skip
_UPDATE = " ON CONFLICT (project, replica) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _CHANGING
)


async def get_replica(tx: Tx, project: str, replica: str) -> Replica | None:
    return (await load_replicas(tx, project, [replica])).get(replica)


async def load_replicas(tx: Tx, project: str, replicas: Iterable[str]) -> dict[str, Replica]:
    """Those that are known."""
    rows = await fetch_wanted(
        tx,
        {"name": "text"},
        [(replica,) for replica in sorted(set(replicas))],
        f"{_COLUMNS} FROM replicas r WHERE r.project = $1 AND r.replica = w.name",
        project,
    )
    return {row["replica"]: _replica(row) for row in rows}


async def save_replicas(tx: Tx, project: str, replicas: Sequence[Replica]) -> None:
    """Create, or update what changes; device and person stay those of the first contact. Each replica once."""
    rows = []
    for replica in replicas:
        values = {name: getattr(replica, name) for name in Replica.__struct_fields__}
        values["lost"] = _encode(replica.lost) if replica.lost else b""
        rows.append((project, *values.values(), missing(replica), count(replica.lost)))
    columns = ("project", *Replica.__struct_fields__, "missing", "lost_count")
    await insert_rows(tx, "replicas", columns, rows, _UPDATE)


def missing(replica: Replica) -> int:
    """Changes that the phone made and the server neither has nor knows to be lost."""
    beyond = count([one for one in replica.lost if one[0] > replica.received_up_to])
    return max(0, replica.made_up_to - replica.received_up_to - replica.held - beyond)


async def save_health(tx: Tx, project: str, replica: str, health: Health, now_ms: int) -> None:
    """What the phone says of itself; `skew_ms` is how far its clock is ahead."""
    await tx.execute(
        "UPDATE replicas SET health = $3, app = $4, language = $5, oldest_unsent_at_ms = $6, drafts = $7, "
        "attention = $8, storage_used = $9, storage_quota = $10, persisted = $11, webpush = $12, skew_ms = $13, "
        "repairs = $14 WHERE project = $1 AND replica = $2",
        project,
        replica,
        _encode(health),
        health.app[:100],
        health.language[:20],
        health.oldest_unsent_at_ms,
        health.drafts,
        health.attention,
        health.storage_used,
        health.storage_quota,
        None if health.persisted is None else int(health.persisted),
        health.webpush,
        health.clock_ms - now_ms if health.clock_ms else 0,
        health.repairs,
    )


async def count_repair(tx: Tx, project: str, replica: str) -> None:
    await tx.execute("UPDATE replicas SET repairs = repairs + 1 WHERE project = $1 AND replica = $2", project, replica)


def _replica(row: Row) -> Replica:
    values = {name: row[name] for name in Replica.__struct_fields__}
    values["lost"] = _ranges(values["lost"]) if values["lost"] else ()
    values["chain"] = values["chain"] or START
    return Replica(**values)
