"""What becomes of an alert without anybody's hand: sent when its undo window passes, closed when its time is up.

Called by the scheduler and by the relay, perhaps by two workers at once: the move of the state decides who did it, and
everything that follows is in the same transaction.
"""

from msgspec import structs

from server import events
from server.exchange.alert_items import close_items, write_items
from server.store.alerts import Alert, due_alerts, get_alert, lapsed_alerts, save_alert, set_alert_status
from server.store.audit import append_audit
from server.store.outbox import add_events
from server.store.sending import stop_sending
from server.store.writer import WriteTx


async def release_due(tx: WriteTx, project: str, *, now_ms: int) -> int:
    """Send every alert whose undo window has passed. Answers how many."""
    released = [await release(tx, alert, now_ms=now_ms) for alert in await due_alerts(tx, project, now_ms)]
    return sum(released)


async def release(tx: WriteTx, alert: Alert, *, now_ms: int) -> bool:
    """Let one scheduled alert stand in the feed and close what it refers to. False: not scheduled, or too late."""
    is_late = alert.expires_at_ms <= now_ms
    moved = await set_alert_status(
        tx, alert.project, alert.alert, "expired" if is_late else "sent", expected=("scheduled",)
    )
    if is_late or not moved:
        return False
    sent = structs.replace(alert, status="sent", sent_at_ms=now_ms)
    await save_alert(tx, sent)
    happened: list[events.Event] = [events.AlertSent(project=alert.project, alert=alert.alert)]
    state = "cancelled" if alert.message_type == "cancel" else "replaced"
    for earlier_id in alert.references:
        earlier = await get_alert(tx, alert.project, earlier_id)
        if earlier is None or not await set_alert_status(tx, alert.project, earlier_id, state, expected=("sent",)):
            continue
        await stop_sending(tx, alert.project, earlier_id, state)
        await close_items(tx, earlier, state, by=alert.alert, now_ms=now_ms)
        if state == "cancelled":
            happened.append(events.AlertCancelled(project=alert.project, alert=earlier_id, cancelled_by=alert.alert))
    await write_items(tx, sent, now_ms=now_ms)
    await add_events(tx, happened, now_ms, f"alert:{alert.alert}:sent")
    await append_audit(
        tx, alert.project, at_ms=now_ms, actor="server", verb="alert.send", subject=alert.alert, particulars={}
    )
    return True


async def expire_due(tx: WriteTx, project: str, *, now_ms: int) -> int:
    """Close every alert whose time ran out. Answers how many."""
    closed = 0
    for alert in await lapsed_alerts(tx, project, now_ms):
        if not await set_alert_status(tx, project, alert.alert, "expired", expected=("sent",)):
            continue
        await stop_sending(tx, project, alert.alert, "expired")
        await close_items(tx, alert, "expired", now_ms=now_ms)
        happened: list[events.Event] = [events.AlertExpired(project=project, alert=alert.alert)]
        await add_events(tx, happened, now_ms, f"alert:{alert.alert}:expired")
        await append_audit(
            tx, project, at_ms=now_ms, actor="server", verb="alert.expire", subject=alert.alert, particulars={}
        )
        closed += 1
    return closed
