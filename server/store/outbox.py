"""Events that wait for the relay, written in the transaction that made them true, claimed with a lease."""

from collections.abc import Sequence

from msgspec import Struct

from server import events
from server.store.session import Tx, insert_rows


class Waiting(Struct, frozen=True):
    """A claimed event: at least once, so handlers must bear a second delivery."""

    project: str
    id: str
    event: str
    body: bytes
    at_ms: int
    attempts: int


async def add_events(tx: Tx, happened: list[events.Event], at_ms: int, id_of: str) -> None:
    """`id_of` names the cause (`REPLICA:SEQUENCE`, `alert:ID:1`); the event's number in the list follows it, so the
    same cause never adds twice."""
    rows = [events.to_row(event, at_ms) for event in happened]
    await add_rows(tx, [(row.project, f"{id_of}:{number}", row) for number, row in enumerate(rows)])


async def add_rows(tx: Tx, rows: list[tuple[str, str, events.OutboxRow]], *, are_new: bool = False) -> None:
    """(project, id, row) each; an id that is there already stays as it is, unless the caller knows them to be new."""
    await insert_rows(
        tx,
        "outbox",
        ("project", "id", "event", "body", "at_ms", "done_at_ms"),
        [
            (project, key, row.event, row.body, row.at_ms, row.at_ms if row.event in events.DONE_AT_ONCE else None)
            for project, key, row in rows
        ],
        "" if are_new else " ON CONFLICT DO NOTHING",
    )


async def claim_events(tx: Tx, project: str, at_ms: int, lease_ms: int, limit: int) -> list[Waiting]:
    """Oldest first, held until at_ms + lease_ms. Run in a writer's unit."""
    rows = await tx.fetch(
        "SELECT project, id, event, body, at_ms, attempts FROM outbox WHERE project = $1 AND done_at_ms IS NULL "
        "AND lease_until_ms <= $2 ORDER BY at_ms, id LIMIT $3" + (" FOR UPDATE" if tx.engine == "postgres" else ""),
        project,
        at_ms,
        limit,
    )
    await tx.executemany(
        "UPDATE outbox SET lease_until_ms = $3, attempts = attempts + 1 WHERE project = $1 AND id = $2",
        [(project, row["id"], at_ms + lease_ms) for row in rows],
    )
    return [
        Waiting(row["project"], row["id"], row["event"], bytes(row["body"]), row["at_ms"], row["attempts"])
        for row in rows
    ]


async def finish_events(tx: Tx, project: str, ids: list[str], at_ms: int) -> None:
    await tx.executemany(
        "UPDATE outbox SET done_at_ms = $3 WHERE project = $1 AND id = $2", [(project, key, at_ms) for key in ids]
    )


async def finish_named(tx: Tx, project: str, names: Sequence[str], at_ms: int) -> int:
    """Mark every waiting event of these names as handled, in one statement: those that nothing follows from."""
    listed = ", ".join(f"${number}" for number in range(3, 3 + len(names)))
    return await tx.execute(
        f"UPDATE outbox SET done_at_ms = $2 WHERE project = $1 AND done_at_ms IS NULL AND event IN ({listed})",
        project,
        at_ms,
        *names,
    )


async def finish_event(tx: Tx, project: str, key: str, at_ms: int) -> bool:
    """Mark one event as handled; False when it was handled before: undo what was done for it now."""
    touched = await tx.execute(
        "UPDATE outbox SET done_at_ms = $3, problem = '' WHERE project = $1 AND id = $2 AND done_at_ms IS NULL",
        project,
        key,
        at_ms,
    )
    return touched > 0


async def put_back_event(tx: Tx, project: str, key: str, again_at_ms: int, problem: str) -> None:
    """A handler failed: the event waits until again_at_ms."""
    await tx.execute(
        "UPDATE outbox SET lease_until_ms = $3, problem = $4 WHERE project = $1 AND id = $2 AND done_at_ms IS NULL",
        project,
        key,
        again_at_ms,
        problem[:500],
    )


async def forget_done_events(tx: Tx, project: str, before_ms: int) -> None:
    await tx.execute("DELETE FROM outbox WHERE project = $1 AND done_at_ms < $2", project, before_ms)


async def count_waiting(tx: Tx, project: str) -> int:
    row = await tx.fetch_one("SELECT COUNT(*) AS n FROM outbox WHERE project = $1 AND done_at_ms IS NULL", project)
    return int(row["n"]) if row is not None else 0
