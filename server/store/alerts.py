"""Alerts as they are composed, approved, sent and cancelled; their CAP fields are one JSON body."""

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx

_json = msgspec.json.Encoder(order="deterministic").encode


class Alert(Struct, frozen=True, kw_only=True):
    """`body`: the CAP 1.2 fields (texts); `root`: id of the first alert of its chain; `references`: earlier
    alerts that an update or cancel speaks of.
    Status: draft | waiting_approval | scheduled | sent | cancelled | expired | undone."""

    project: str
    alert: str
    topic: str = ""
    body: dict[str, str] = {}
    areas: tuple[str, ...] = ()
    status: str = "draft"
    message_type: str = "alert"
    severity: str = ""
    revision: int = 1
    root: str = ""
    references: tuple[str, ...] = ()
    created_at_ms: int = 0
    created_by: str = ""
    approved_by: str = ""
    send_at_ms: int | None = None
    sent_at_ms: int | None = None
    expires_at_ms: int = 0


async def save_alert(tx: Tx, alert: Alert) -> None:
    """Create or replace, with its references."""
    await tx.execute(
        "INSERT INTO alerts (project, alert, topic, body, areas, status, message_type, severity, revision, root, "
        "created_at_ms, created_by, approved_by, send_at_ms, sent_at_ms, expires_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
        "ON CONFLICT (project, alert) DO UPDATE SET topic = excluded.topic, body = excluded.body, "
        "areas = excluded.areas, status = excluded.status, message_type = excluded.message_type, "
        "severity = excluded.severity, "
        "revision = excluded.revision, root = excluded.root, approved_by = excluded.approved_by, "
        "send_at_ms = excluded.send_at_ms, sent_at_ms = excluded.sent_at_ms, expires_at_ms = excluded.expires_at_ms",
        alert.project,
        alert.alert,
        alert.topic,
        _json(alert.body),
        _json(alert.areas),
        alert.status,
        alert.message_type,
        alert.severity,
        alert.revision,
        alert.root or alert.alert,
        alert.created_at_ms,
        alert.created_by,
        alert.approved_by,
        alert.send_at_ms,
        alert.sent_at_ms,
        alert.expires_at_ms,
    )
    await tx.execute("DELETE FROM alert_references WHERE project = $1 AND alert = $2", alert.project, alert.alert)
    await tx.executemany(
        "INSERT INTO alert_references (project, alert, referenced) VALUES ($1, $2, $3)",
        [(alert.project, alert.alert, referenced) for referenced in alert.references],
    )


async def set_alert_status(tx: Tx, project: str, alert: str, status: str, *, expected: tuple[str, ...]) -> bool:
    """False when the alert stands in none of the `expected` statuses: somebody else moved it first."""
    names = ", ".join(f"${number}" for number in range(4, 4 + len(expected)))
    touched = await tx.execute(
        f"UPDATE alerts SET status = $3 WHERE project = $1 AND alert = $2 AND status IN ({names})",
        project,
        alert,
        status,
        *expected,
    )
    return touched > 0


async def get_alert(tx: Tx, project: str, alert: str) -> Alert | None:
    found = await _select(tx, "a.alert = $2", project, alert)
    return found[0] if found else None


async def list_alerts(tx: Tx, project: str, *, limit: int = 200) -> list[Alert]:
    """Newest first."""
    return await _select(tx, "$2 >= 0 ORDER BY a.created_at_ms DESC, a.alert LIMIT $2", project, limit)


async def due_alerts(tx: Tx, project: str, at_ms: int) -> list[Alert]:
    """Scheduled ones whose undo window (send_at_ms) has passed."""
    return await _select(tx, "a.status = 'scheduled' AND a.send_at_ms <= $2 ORDER BY a.send_at_ms", project, at_ms)


async def lapsed_alerts(tx: Tx, project: str, at_ms: int) -> list[Alert]:
    """Sent ones that have expired."""
    return await _select(tx, "a.status = 'sent' AND a.expires_at_ms <= $2 ORDER BY a.expires_at_ms", project, at_ms)


async def _select(tx: Tx, where: str, project: str, value: str | int) -> list[Alert]:
    rows = await tx.fetch(f"SELECT a.* FROM alerts a WHERE a.project = $1 AND {where}", project, value)
    alerts = []
    for row in rows:
        references = await tx.fetch(
            "SELECT referenced FROM alert_references WHERE project = $1 AND alert = $2 ORDER BY referenced",
            project,
            row["alert"],
        )
        alerts.append(_alert(row, tuple(reference["referenced"] for reference in references)))
    return alerts


def _alert(row: Row, references: tuple[str, ...]) -> Alert:
    values = {name: row[name] for name in Alert.__struct_fields__ if name != "references"}
    values["body"] = msgspec.json.decode(values["body"], type=dict[str, str])
    values["areas"] = msgspec.json.decode(values["areas"], type=tuple[str, ...])
    return Alert(**values, references=references)
