"""Alerts as items of the feed: one per alert and area (`ALERT:AREA`), so that they ride every sync.

Written by the server's own replica in the name of whoever composed the alert. A closed alert keeps its items, with
`state` cancelled, replaced or expired: a phone shows no notification of it any more, and what it said stays readable.
"""

from server.exchange.push import apply_server_changes
from server.store.alerts import Alert
from server.store.people import get_person
from server.store.writer import WriteTx
from sync.protocol import Change, Value

_TEXTS = (
    *("event", "event_en", "category", "response_type", "urgency", "severity", "certainty", "status", "language"),
    *("headline", "description", "instruction", "headline_en", "description_en", "instruction_en", "contact"),
    *("effective_at_ms", "kind"),
)


def item_fields(alert: Alert, area: str) -> dict[str, str]:
    """What a phone gets of one alert in one area. `revision_of` is the root of the chain, `number` its place in it."""
    fields = {
        "alert": alert.alert,
        "revision_of": alert.root,
        "number": str(alert.revision),
        "message_type": alert.message_type,
        "references": " ".join(alert.references),
        "topic": alert.topic,
        "area": area,
        "sent_at_ms": str(alert.sent_at_ms or 0),
        "expires_at_ms": str(alert.expires_at_ms),
        "state": "sent",
    } | {name: alert.body.get(name, "") for name in _TEXTS}
    return {name: value for name, value in fields.items() if value}


async def write_items(tx: WriteTx, alert: Alert, *, now_ms: int) -> None:
    """Create the items of an alert that is sent now."""
    changes = [
        Change(sequence=1, intent="create", kind="alert", id=f"{alert.alert}:{area}", fields=_values(alert, area))
        for area in alert.areas
    ]
    await _apply(tx, alert, changes, now_ms)


async def close_items(tx: WriteTx, alert: Alert, state: str, *, now_ms: int, by: str = "") -> None:
    """Say that an alert no longer stands: `state` cancelled, replaced (both `by` a later message) or expired."""
    fields: dict[str, Value] = {"state": state}
    if by:
        fields["replaced_by"] = by
    changes = [
        Change(sequence=1, intent="edit", kind="alert", id=f"{alert.alert}:{area}", base=1, fields=dict(fields))
        for area in alert.areas
    ]
    await _apply(tx, alert, changes, now_ms)


def _values(alert: Alert, area: str) -> dict[str, Value]:
    return dict(item_fields(alert, area))


async def _apply(tx: WriteTx, alert: Alert, changes: list[Change], now_ms: int) -> None:
    person = await get_person(tx, alert.project, alert.created_by)
    name = person.name if person is not None else ""
    outcomes = await apply_server_changes(tx, alert.project, changes, now_ms=now_ms, person=alert.created_by, name=name)
    refused = [outcome for outcome in outcomes if outcome.result not in ("applied", "merged")]
    if refused:
        raise RuntimeError(f"alert {alert.alert}: its items were not taken: {refused[0]}")
