"""What people set up on boards: saved views, alarm rules, and the outlines of areas that an administrator uploaded."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from piccolo.table import Table

from server.store.engine import ENGINE
from server.store.session import Tx
from server.store.tables import Keyed, blob, key, number, text

_encode = msgspec.json.Encoder().encode
_names = msgspec.json.Decoder(list[str]).decode


class BoardViewRow(Keyed, Table, tablename="board_views", db=ENGINE):
    project = key()
    person = text()
    board = text()
    name = text()
    query = text()
    saved_at_ms = number()


class BoardAlarmRow(Keyed, Table, tablename="board_alarms", db=ENGINE):
    project = key()
    person = text()
    measure = text()
    days = number()
    told = blob()
    set_at_ms = number()


class OutlineRow(Keyed, Table, tablename="outlines", db=ENGINE):
    project = key()
    name = text()
    body = blob()
    saved_at_ms = number()
    saved_by = text()


class View(Struct, frozen=True):
    """A saved way of looking: `query` is the board's own address query."""

    name: str
    query: str


class Alarm(Struct, frozen=True, kw_only=True):
    """Tell `person` when a device's `measure` (unsent, silent) is older than `days`. `told`: who was said already."""

    person: str
    measure: str
    days: int
    told: tuple[str, ...] = ()


async def list_views(tx: Tx, project: str, person: str, board: str) -> list[View]:
    """By name."""
    rows = await tx.fetch(
        "SELECT name, query FROM board_views WHERE project = $1 AND person = $2 AND board = $3 ORDER BY name",
        project,
        person,
        board,
    )
    return [View(row["name"], row["query"]) for row in rows]


async def save_view(tx: Tx, project: str, person: str, board: str, view: View, *, now_ms: int) -> None:
    """Create or replace; an empty query removes it."""
    if not view.query:
        await tx.execute(
            "DELETE FROM board_views WHERE project = $1 AND person = $2 AND board = $3 AND name = $4",
            project,
            person,
            board,
            view.name,
        )
        return
    await tx.execute(
        "INSERT INTO board_views (project, person, board, name, query, saved_at_ms) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (project, person, board, name) DO UPDATE SET query = excluded.query, "
        "saved_at_ms = excluded.saved_at_ms",
        project,
        person,
        board,
        view.name,
        view.query,
        now_ms,
    )


async def list_alarms(tx: Tx, project: str, person: str = "") -> list[Alarm]:
    """Alarm rules, of one person or of everybody."""
    rows = await tx.fetch(
        "SELECT person, measure, days, told FROM board_alarms WHERE project = $1 AND ($2 = '' OR person = $2) "
        "ORDER BY person, measure",
        project,
        person,
    )
    return [
        Alarm(
            person=row["person"],
            measure=row["measure"],
            days=row["days"],
            told=tuple(_names(row["told"])) if row["told"] else (),
        )
        for row in rows
    ]


async def save_alarm(tx: Tx, project: str, alarm: Alarm, now_ms: int) -> None:
    """Create or replace; 0 days removes the rule."""
    if alarm.days <= 0:
        await tx.execute(
            "DELETE FROM board_alarms WHERE project = $1 AND person = $2 AND measure = $3",
            project,
            alarm.person,
            alarm.measure,
        )
        return
    await tx.execute(
        "INSERT INTO board_alarms (project, person, measure, days, told, set_at_ms) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (project, person, measure) DO UPDATE SET days = excluded.days, told = excluded.told",
        project,
        alarm.person,
        alarm.measure,
        alarm.days,
        _encode(alarm.told),
        now_ms,
    )


async def save_outline(tx: Tx, project: str, name: str, body: bytes, *, by: str, now_ms: int) -> None:
    """A GeoJSON FeatureCollection under a name."""
    await tx.execute(
        "INSERT INTO outlines (project, name, body, saved_at_ms, saved_by) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (project, name) DO UPDATE SET body = excluded.body, saved_at_ms = excluded.saved_at_ms, "
        "saved_by = excluded.saved_by",
        project,
        name,
        body,
        now_ms,
        by,
    )


async def get_outline(tx: Tx, project: str, name: str) -> bytes | None:
    row = await tx.fetch_one("SELECT body FROM outlines WHERE project = $1 AND name = $2", project, name)
    return None if row is None else bytes(row["body"])


async def usable_devices(tx: Tx, project: str, people: Sequence[str]) -> list[tuple[str, str, str]]:
    """Devices of these people that a webpush may reach, (device, person, area) each."""
    if not people:
        return []
    places = ", ".join(f"${place}" for place in range(2, 2 + len(people)))
    rows = await tx.fetch(
        "SELECT d.device, d.person FROM devices d JOIN subscriptions s ON s.project = d.project "
        "AND s.device = d.device AND s.stale_at_ms IS NULL WHERE d.project = $1 AND d.revoked_at_ms IS NULL "
        f"AND d.wiped_at_ms IS NULL AND d.person IN ({places}) ORDER BY d.device",
        project,
        *people,
    )
    return [(row["device"], row["person"], "") for row in rows]
