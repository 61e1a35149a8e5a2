"""The audit: append only, each entry's chain covers the one before, so that a removed or altered entry shows (I17)."""

import hashlib
from typing import Any

from msgspec import Struct

from server.store.session import Row, Tx
from server.store.writer import WriteTx
from sync.canonical import canonical

START = "0" * 64


class Entry(Struct, frozen=True, kw_only=True):
    """Who did what to what; `body` is canonical JSON of the particulars."""

    number: int
    at_ms: int
    actor: str
    verb: str
    subject: str
    body: bytes
    chain: str


async def append_audit(
    tx: WriteTx, project: str, *, at_ms: int, actor: str, verb: str, subject: str, particulars: Any = None
) -> int:
    """Answers the entry's number. `particulars`: JSON values, no personal data of the public."""
    await tx.counter(project)  # one appender at a time
    last = await tx.fetch_one(
        "SELECT number, chain FROM audit WHERE project = $1 ORDER BY number DESC LIMIT 1", project
    )
    number, chain = (1, START) if last is None else (last["number"] + 1, last["chain"])
    body = canonical(particulars if particulars is not None else {})
    await tx.execute(
        "INSERT INTO audit (project, number, at_ms, actor, verb, subject, body, chain) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        project,
        number,
        at_ms,
        actor,
        verb,
        subject,
        body,
        _link(chain, [number, at_ms, actor, verb, subject], body),
    )
    return number


async def list_audit(tx: Tx, project: str, *, after: int = 0, limit: int = 200) -> list[Entry]:
    rows = await tx.fetch(
        "SELECT * FROM audit WHERE project = $1 AND number > $2 ORDER BY number LIMIT $3", project, after, limit
    )
    return [_entry(row) for row in rows]


async def verify_audit(tx: Tx, project: str) -> int | None:
    """Number of the first entry whose chain does not hold; None when all do."""
    chain, expected = START, 1
    while entries := await list_audit(tx, project, after=expected - 1, limit=1000):
        for entry in entries:
            chain = _link(chain, [expected, entry.at_ms, entry.actor, entry.verb, entry.subject], entry.body)
            if entry.number != expected or entry.chain != chain:
                return expected
            expected += 1
    return None


def _link(chain: str, head: list[str | int], body: bytes) -> str:
    return hashlib.sha256(canonical([chain, *head]) + b"\n" + body).hexdigest()


def _entry(row: Row) -> Entry:
    values = {name: row[name] for name in Entry.__struct_fields__}
    values["body"] = bytes(values["body"])
    return Entry(**values)
