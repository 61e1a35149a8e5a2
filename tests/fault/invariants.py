"""Checkers that read a database after any kind of test, and answer what does not hold, in words. The facts of DESIGN,
section 10, that can be seen from the server's side; what is known of phones comes in as arguments.
"""

from collections.abc import Iterable, Mapping

from server.store.audit import verify_audit
from server.store.digests import scope_holding
from server.store.listing import scope_items
from server.store.scope import Scope, scoped
from server.store.session import Tx
from sync.digest import from_signed, hash_item, to_signed, total
from tests.sync import invariants as said

Identity = tuple[str, int]


async def database_is_sound(tx: Tx, project: str) -> list[str]:
    """Everything that holds of a database alone."""
    checks = (
        positions, effects_once, conflicts_balance, digests_are_sums, digests_are_true, received_is_whole,
        events_are_single, audit_holds,
    )  # fmt: skip
    return [fault for check in checks for fault in await check(tx, project)]


async def positions(tx: Tx, project: str) -> list[str]:
    """I4: the feed counts 1, 2, 3 up to the project's counter; every item stands at its newest place."""
    (row,) = await tx.fetch("SELECT position FROM projects WHERE project = $1", project)
    (feed,) = await tx.fetch(
        "SELECT COUNT(*) AS n, COALESCE(MAX(position), 0) AS last FROM feed WHERE project = $1", project
    )
    found = (
        []
        if feed["n"] == feed["last"] == row["position"]
        else [f"I4: {feed['n']} rows up to {feed['last']}, counter {row['position']}"]
    )
    lost = await tx.fetch(
        "SELECT i.kind, i.id FROM items i LEFT JOIN feed f ON f.project = i.project AND f.position = i.position "
        "AND f.kind = i.kind AND f.item_id = i.id WHERE i.project = $1 AND f.position IS NULL LIMIT 3",
        project,
    )
    return found + [f"I4: {kind} {name} has no place in the feed" for kind, name in lost]


async def effects_once(tx: Tx, project: str) -> list[str]:
    """I2: an item has as many revisions as changes that had an effect on it, and no position serves two changes."""
    wrong = await tx.fetch(
        "SELECT i.kind, i.id, i.revision, c.n FROM items i JOIN (SELECT kind, item_id, COUNT(*) AS n FROM changes "
        "WHERE project = $1 AND position IS NOT NULL GROUP BY kind, item_id) c "
        "ON c.kind = i.kind AND c.item_id = i.id WHERE i.project = $1 AND i.revision <> c.n LIMIT 3",
        project,
    )
    twice = await tx.fetch(
        "SELECT position FROM changes WHERE project = $1 AND position IS NOT NULL GROUP BY position "
        "HAVING COUNT(*) > 1 LIMIT 3",
        project,
    )
    return [f"I2: {kind} {name} has revision {revision} after {n} effects" for kind, name, revision, n in wrong] + [
        f"I2: position {row[0]} serves two changes" for row in twice
    ]


async def conflicts_balance(tx: Tx, project: str) -> list[str]:
    """I7: opened = closed + open, and items count their own open ones."""
    (row,) = await tx.fetch(
        "SELECT COUNT(*) AS opened, COUNT(closed_position) AS closed FROM conflicts WHERE project = $1", project
    )
    (items,) = await tx.fetch("SELECT COALESCE(SUM(open_conflicts), 0) AS n FROM items WHERE project = $1", project)
    return said.conflicts_balance(row["opened"], row["closed"], int(items["n"]))


async def digests_are_sums(tx: Tx, project: str) -> list[str]:
    """I6: the sums kept per cell are those of the items."""
    held = "NOT (deleted = 1 AND open_conflicts = 0)"
    rows = await tx.fetch(
        "SELECT audience, area, CASE WHEN audience IN ('team', 'own') THEN author ELSE '' END AS whose, COUNT(*) AS n, "
        "SUM((digest >> 32) & 4294967295) AS high, SUM(digest & 4294967295) AS low, SUM(closed) AS leaving "
        f"FROM items WHERE project = $1 AND {held} GROUP BY 1, 2, 3",
        project,
    )
    true = {
        (audience, area, whose): (int(high) % 2**32, int(low) % 2**32, n, int(leaving))
        for audience, area, whose, n, high, low, leaving in rows
    }
    kept = {
        (audience, area, author): (high, low, count, leaving)
        for audience, area, author, high, low, count, leaving in await tx.fetch(
            "SELECT audience, area, author, high, low, held, leaving FROM digests WHERE project = $1", project
        )
        if count or high or low or leaving
    }
    return [
        f"I6: cell {cell} is kept as {kept.get(cell)}, its items come to {true.get(cell)}"
        for cell in sorted(kept.keys() | true.keys())
        if kept.get(cell) != true.get(cell)
    ][:3]


async def digests_are_true(tx: Tx, project: str) -> list[str]:
    """I6: an item's digest is of its revision and open conflicts."""
    conflicts: dict[tuple[str, str], list[str]] = {}
    for kind, item, name in await tx.fetch(
        "SELECT kind, item_id, id FROM conflicts WHERE project = $1 AND closed_position IS NULL", project
    ):
        conflicts.setdefault((kind, item), []).append(name)
    rows = await tx.fetch("SELECT kind, id, revision, deleted, digest FROM items WHERE project = $1", project)
    return [
        f"I6: the digest of {kind} {name} is not its own"
        for kind, name, revision, deleted, digest in rows
        if to_signed(hash_item(kind, name, revision, bool(deleted), conflicts.get((kind, name), ()))) != digest
    ][:3]


async def received_is_whole(tx: Tx, project: str) -> list[str]:
    """I1, from the server's side: up to received_up_to every change is judged or was declared lost."""
    rows = await tx.fetch(
        "SELECT r.replica, r.received_up_to, r.lost, (SELECT COUNT(*) FROM changes c WHERE c.project = r.project "
        "AND c.replica = r.replica AND c.sequence <= r.received_up_to AND c.status = 'judged') AS n "
        "FROM replicas r WHERE r.project = $1",
        project,
    )
    return [
        f"I1: {row['replica']} is received up to {row['received_up_to']} with {row['n']} changes"
        for row in rows
        if row["n"] != row["received_up_to"] and not row["lost"]
    ]


async def events_are_single(tx: Tx, project: str) -> list[str]:
    """I2: each effect on a submission left one event."""
    (effects,) = await tx.fetch(
        "SELECT COUNT(*) AS n FROM changes WHERE project = $1 AND kind = 'submission' AND position IS NOT NULL", project
    )
    (events,) = await tx.fetch(
        "SELECT COUNT(*) AS n FROM outbox WHERE project = $1 AND event = 'SubmissionReceived'", project
    )
    return [] if events["n"] == effects["n"] else [f"I2: {effects['n']} effects left {events['n']} events"]


async def audit_holds(tx: Tx, project: str) -> list[str]:
    """I17."""
    broken = await verify_audit(tx, project)
    return [] if broken is None else [f"I17: the audit's chain breaks at {broken}"]


async def receipted_is_stored(tx: Tx, project: str, receipted: Mapping[Identity, str]) -> list[str]:
    """I1: `receipted` holds (replica, sequence) -> hash of what phones verified a receipt for."""
    stored = {
        (replica, sequence): text
        for replica, sequence, text in await tx.fetch(
            "SELECT replica, sequence, hash FROM changes WHERE project = $1 AND status = 'judged'", project
        )
    }
    return said.nothing_receipted_is_lost(receipted, stored)


async def should_hold(tx: Tx, scope: Scope) -> str:
    """Digest of what a phone of this scope should hold, counted from the items themselves, as 16 hex digits."""
    digest = total(from_signed(digest) for _, _, digest in await scope_items(tx, scope, 0))
    kept = await scope_holding(tx, scope)
    return f"{digest.high:08x}{digest.low:08x}" if digest == kept.digest else "the kept sums differ"


def outside_scope(scope: Scope, items: Iterable[tuple[str, str, str]]) -> list[str]:
    """I12: (audience, area, author) of everything on a phone."""
    return [f"I12: {scope.person} holds an item of {one}" for one in items if not scope.reads(*one)]


__all__ = ["scoped"]
