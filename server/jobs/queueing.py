"""From an alert that was sent to the rows of its ledger: one per device, and one for a person who has none."""

from typing import Final

from msgspec import structs

from server.jobs.rules import first_try_ms
from server.settings import AlertRules
from server.store.alerts import Alert
from server.store.deliveries import Delivery, list_deliveries, queue_deliveries
from server.store.reach import Target, list_targets
from server.store.session import Tx

NO_DEVICE: Final = "no_device"
NO_WEBPUSH: Final = "no_webpush"


async def queue_alert(tx: Tx, alert: Alert, *, now_ms: int, rules: AlertRules) -> int:
    """Write the ledger of an alert. An update or cancellation also goes to whoever got what it refers to.

    Answers how many rows; running it again adds none.
    """
    due_ms = first_try_ms(alert.severity, alert.expires_at_ms, now_ms, rules)
    targets = await list_targets(tx, alert.project, alert.areas, alert.body.get("roles", "").split(","))
    rows = {row.device: row for row in (_row(alert, one, now_ms, due_ms) for one in targets)}
    for earlier in alert.references:
        for row in await list_deliveries(tx, alert.project, earlier):
            if row.device not in rows and (row.accepted_at_ms or row.shown_at_ms):
                rows[row.device] = structs.replace(
                    _blank(alert, row.person, row.area, now_ms), device=row.device, next_try_at_ms=due_ms
                )
    await queue_deliveries(tx, list(rows.values()))
    return len(rows)


def _row(alert: Alert, target: Target, now_ms: int, due_ms: int) -> Delivery:
    blank = _blank(alert, target.person, target.area, now_ms)
    if not target.device:
        return structs.replace(blank, device=f"person:{target.person}", problem=NO_DEVICE)
    if not target.endpoint or target.stale_at_ms is not None:
        return structs.replace(blank, device=target.device, problem=NO_WEBPUSH)
    return structs.replace(blank, device=target.device, next_try_at_ms=due_ms)


def _blank(alert: Alert, person: str, area: str, now_ms: int) -> Delivery:
    return Delivery(
        project=alert.project,
        alert=alert.alert,
        device="",
        person=person,
        area=area,
        revision=alert.revision,
        queued_at_ms=now_ms,
    )
