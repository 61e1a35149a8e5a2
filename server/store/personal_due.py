"""Which submissions hold personal answers, by the day these are due, and how far the sweep has read the feed."""

from collections.abc import Collection, Sequence

import msgspec
from msgspec import Struct
from piccolo.table import Table

from server.store.engine import ENGINE
from server.store.session import Row, Tx
from server.store.tables import Keyed, key, number, text

_fields = msgspec.json.Decoder(dict[str, str]).decode


class PersonalAnswerRow(Keyed, Table, tablename="personal_answers", db=ENGINE):
    project = key()
    item = text()
    due_at_ms = number()


class PersonalSweepRow(Keyed, Table, tablename="personal_sweeps", db=ENGINE):
    project = key()
    position = number()
    swept_at_ms = number()


class Sweep(Struct, frozen=True):
    """The feed is read up to `position`; changes without effect that had come in time for `swept_at_ms` are blanked."""

    position: int
    swept_at_ms: int


class Submission(Struct, frozen=True):
    """A submission as far as its personal answers go."""

    item: str
    position: int
    fields: dict[str, str]
    created_at_ms: int


async def last_sweep(tx: Tx, project: str) -> Sweep | None:
    """None before the first one."""
    row = await tx.fetch_one("SELECT position, swept_at_ms FROM personal_sweeps WHERE project = $1", project)
    return None if row is None else Sweep(row["position"], row["swept_at_ms"])


async def save_sweep(tx: Tx, project: str, sweep: Sweep) -> None:
    await tx.execute(
        "INSERT INTO personal_sweeps (project, position, swept_at_ms) VALUES ($1, $2, $3) ON CONFLICT (project) "
        "DO UPDATE SET position = excluded.position, swept_at_ms = excluded.swept_at_ms",
        project,
        sweep.position,
        sweep.swept_at_ms,
    )


async def submissions_changed(tx: Tx, project: str, after: int, up_to: int, most: int) -> list[Submission]:
    """Those changed after one position of the feed and up to another, in its order."""
    rows = await tx.fetch(
        "SELECT i.id, i.position, i.fields, i.created_at_ms FROM feed f JOIN items i "
        "ON i.project = f.project AND i.kind = f.kind AND i.id = f.item_id AND i.position = f.position "
        "WHERE f.project = $1 AND f.position > $2 AND f.position <= $3 AND f.kind = 'submission' "
        "ORDER BY f.position LIMIT $4",
        project,
        after,
        up_to,
        most,
    )
    return [_submission(row) for row in rows]


async def submissions_after(tx: Tx, project: str, item: str, most: int) -> list[Submission]:
    """All of them, a page at a time, by id."""
    rows = await tx.fetch(
        "SELECT id, position, fields, created_at_ms FROM items WHERE project = $1 AND kind = 'submission' "
        "AND id > $2 ORDER BY id LIMIT $3",
        project,
        item,
        most,
    )
    return [_submission(row) for row in rows]


async def note_due(tx: Tx, project: str, due: Sequence[tuple[str, int]]) -> None:
    """(submission, ms) each; noted again, the later word stands."""
    await tx.executemany(
        "INSERT INTO personal_answers (project, item, due_at_ms) VALUES ($1, $2, $3) "
        "ON CONFLICT (project, item) DO UPDATE SET due_at_ms = excluded.due_at_ms",
        [(project, item, due_at_ms) for item, due_at_ms in due],
    )


async def due_by(tx: Tx, project: str, at_ms: int, most: int) -> list[str]:
    """Submissions whose personal answers are due, the oldest first."""
    rows = await tx.fetch(
        "SELECT item FROM personal_answers WHERE due_at_ms <= $2 AND project = $1 ORDER BY due_at_ms LIMIT $3",
        project,
        at_ms,
        most,
    )
    return [row["item"] for row in rows]


async def forget_due(tx: Tx, project: str, items: Collection[str]) -> None:
    await tx.executemany(
        "DELETE FROM personal_answers WHERE project = $1 AND item = $2", [(project, item) for item in items]
    )


def _submission(row: Row) -> Submission:
    return Submission(row["id"], row["position"], _fields(row["fields"]), row["created_at_ms"])
