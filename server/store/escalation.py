"""Severe alerts that nobody confirmed, by area, and which step was taken for them. A step is noted once for ever."""

from msgspec import Struct

from server.store.session import Tx


class Step(Struct, frozen=True, kw_only=True):
    """One step taken: coordinator, board or call_list. `unconfirmed` people at that moment."""

    alert: str
    area: str
    step: str
    at_ms: int
    unconfirmed: int


class Severe(Struct, frozen=True, kw_only=True):
    """An alert that may have to go up."""

    alert: str
    sent_at_ms: int


async def list_severe(tx: Tx, project: str, *, sent_after_ms: int, sent_before_ms: int, at_ms: int) -> list[Severe]:
    """Severe and extreme alerts that stand, were sent in this span, and have not come to their last step."""
    rows = await tx.fetch(
        "SELECT a.alert, a.sent_at_ms FROM alerts a WHERE a.project = $1 AND a.status = 'sent' "
        "AND a.severity IN ('severe', 'extreme') AND a.message_type <> 'cancel' AND a.sent_at_ms > $2 "
        "AND a.sent_at_ms <= $3 AND a.expires_at_ms > $4 AND NOT EXISTS (SELECT 1 FROM alert_steps t "
        "WHERE t.project = a.project AND t.alert = a.alert AND t.step = 'call_list') ORDER BY a.sent_at_ms, a.alert",
        project,
        sent_after_ms,
        sent_before_ms,
        at_ms,
    )
    return [Severe(alert=row["alert"], sent_at_ms=row["sent_at_ms"]) for row in rows]


async def count_unconfirmed(tx: Tx, project: str, alert: str) -> dict[str, int]:
    """People by area none of whose devices confirmed an alert. Linear in its deliveries."""
    rows = await tx.fetch(
        "SELECT area, COUNT(*) AS people FROM (SELECT person, MIN(area) AS area, MAX(confirmed_at_ms) AS confirmed "
        "FROM deliveries WHERE project = $1 AND alert = $2 GROUP BY person) theirs WHERE confirmed IS NULL "
        "GROUP BY area ORDER BY area",
        project,
        alert,
    )
    return {row["area"]: row["people"] for row in rows}


async def note_step(tx: Tx, project: str, step: Step) -> bool:
    """False when this step was taken before."""
    touched = await tx.execute(
        "INSERT INTO alert_steps (project, alert, area, step, at_ms, unconfirmed) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT DO NOTHING",
        project,
        step.alert,
        step.area,
        step.step,
        step.at_ms,
        step.unconfirmed,
    )
    return touched > 0


async def list_steps(tx: Tx, project: str, alert: str) -> list[Step]:
    """Steps taken for an alert, in time."""
    rows = await tx.fetch(
        "SELECT alert, area, step, at_ms, unconfirmed FROM alert_steps WHERE project = $1 AND alert = $2 "
        "ORDER BY at_ms, area, step",
        project,
        alert,
    )
    return [Step(**{name: row[name] for name in Step.__struct_fields__}) for row in rows]
