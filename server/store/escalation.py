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


class Unconfirmed(Struct, frozen=True, kw_only=True):
    """People of one area none of whose devices confirmed an alert."""

    alert: str
    area: str
    people: int


async def list_unconfirmed(tx: Tx, project: str, step: str, *, sent_before_ms: int, at_ms: int) -> list[Unconfirmed]:
    """Areas of severe and extreme alerts that were sent before, still stand, and have not had this step."""
    rows = await tx.fetch(
        "SELECT v.alert, v.area, COUNT(DISTINCT v.person) AS people FROM alerts a "
        "JOIN deliveries v ON v.project = a.project AND v.alert = a.alert "
        "WHERE a.project = $1 AND a.status = 'sent' AND a.severity IN ('severe', 'extreme') "
        "AND a.message_type <> 'cancel' AND a.sent_at_ms <= $3 AND a.expires_at_ms > $4 "
        "AND NOT EXISTS (SELECT 1 FROM deliveries c WHERE c.project = v.project AND c.alert = v.alert "
        "AND c.person = v.person AND c.confirmed_at_ms IS NOT NULL) "
        "AND NOT EXISTS (SELECT 1 FROM alert_steps t WHERE t.project = v.project AND t.alert = v.alert "
        "AND t.area = v.area AND t.step = $2) GROUP BY v.alert, v.area ORDER BY v.alert, v.area",
        project,
        step,
        sent_before_ms,
        at_ms,
    )
    return [Unconfirmed(alert=row["alert"], area=row["area"], people=row["people"]) for row in rows]


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
