"""Faults of our own that the operator must look at (a push service refuses our request), each kind counted once."""

from msgspec import Struct

from server.store.session import Tx


class Alarm(Struct, frozen=True, kw_only=True):
    """`alarm` is what and where (`webpush:HOST:STATUS`); times in ms."""

    alarm: str
    first_at_ms: int
    last_at_ms: int
    times: int
    detail: str = ""


async def raise_alarm(tx: Tx, project: str, alarm: str, *, at_ms: int, detail: str) -> None:
    """Count one more of this kind; the newest detail stays."""
    await tx.execute(
        "INSERT INTO alarms (project, alarm, first_at_ms, last_at_ms, times, detail) VALUES ($1, $2, $3, $3, 1, $4) "
        "ON CONFLICT (project, alarm) DO UPDATE SET last_at_ms = excluded.last_at_ms, times = alarms.times + 1, "
        "detail = excluded.detail",
        project,
        alarm,
        at_ms,
        detail[:500],
    )


async def list_alarms(tx: Tx, project: str, *, since_ms: int = 0) -> list[Alarm]:
    """The newest first."""
    rows = await tx.fetch(
        "SELECT alarm, first_at_ms, last_at_ms, times, detail FROM alarms "
        "WHERE project = $1 AND last_at_ms >= $2 ORDER BY last_at_ms DESC, alarm",
        project,
        since_ms,
    )
    return [Alarm(**{name: row[name] for name in Alarm.__struct_fields__}) for row in rows]
