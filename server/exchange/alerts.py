"""An alert's life up to its sending: composed, approved by a second person, undone, updated, cancelled; its readers.

Every step is one transaction that moves the state and notes the events. An update or a cancellation is a message of
its own (CAP 1.2) that refers to the earlier ones; `root` is the first of the chain. Whoever may compose for an area may
also approve, update and cancel there, but nobody approves their own alert. What follows is in alert_release.py.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from server import events
from server.exchange.alert_draft import Compose, inherit, to_body
from server.exchange.alert_ledger import forecast, needs_approval
from server.exchange.alert_release import release
from server.problems import Problem
from server.settings import AlertRules
from server.store.actor import Actor
from server.store.alerts import Alert, get_alert, list_alerts, save_alert, set_alert_status
from server.store.areas import list_areas
from server.store.audit import append_audit
from server.store.outbox import add_events
from server.store.session import Tx
from server.store.writer import WriteTx

MAY_COMPOSE: Final = ("coordinator", "staff", "administrator")
PENDING: Final = ("draft", "waiting_approval", "scheduled")


async def compose(tx: WriteTx, actor: Actor, draft: Compose, *, new_id: str, rules: AlertRules, now_ms: int) -> Alert:
    """Take in a new alert: it waits for a second person, or for its undo window to pass.

    The same `new_id` again is the same request again (its answer was lost): the alert as it stands. Problems:
    not_allowed (role or area), alert_invalid.
    """
    if again := await get_alert(tx, actor.project, new_id):
        return again
    must_answer_for(actor, draft.areas)
    names = {area.area: area.name for area in await list_areas(tx, actor.project)}
    body, expires_at_ms = to_body(draft, names, now_ms)
    alert = Alert(
        project=actor.project,
        alert=new_id,
        root=new_id,
        topic=draft.topic,
        body=body,
        areas=tuple(draft.areas),
        severity=body["severity"],
        created_at_ms=now_ms,
        created_by=actor.person,
        expires_at_ms=expires_at_ms,
    )
    return await _submit(tx, actor, alert, rules, now_ms)


async def update(
    tx: WriteTx, actor: Actor, earlier_id: str, draft: Compose, *, new_id: str, rules: AlertRules, now_ms: int
) -> Alert:
    """Say something newer about a sent alert. It reaches the old areas too: nobody is left with the old word.

    Problems: alert_unknown, alert_state_wrong, and those of compose.
    """
    if again := await get_alert(tx, actor.project, new_id):
        return again
    earlier = await _get(tx, actor, earlier_id)
    _must_stand(earlier, ("sent",))
    draft = inherit(draft, earlier.body, earlier.areas)
    must_answer_for(actor, draft.areas)
    names = {area.area: area.name for area in await list_areas(tx, actor.project)}
    body, expires_at_ms = to_body(draft, names, now_ms)
    alert = Alert(
        project=actor.project,
        alert=new_id,
        root=earlier.root,
        topic=draft.topic or earlier.topic,
        body=body,
        areas=tuple(draft.areas),
        message_type="update",
        severity=body["severity"],
        revision=earlier.revision + 1,
        references=(*earlier.references, earlier.alert),
        created_at_ms=now_ms,
        created_by=actor.person,
        expires_at_ms=expires_at_ms,
    )
    return await _submit(tx, actor, alert, rules, now_ms)


async def cancel(tx: WriteTx, actor: Actor, alert_id: str, reason: str, *, new_id: str, now_ms: int) -> Alert:
    """Take a sent alert back with a message that says so; one that nobody saw yet is simply undone.

    A cancellation goes out at once. Answers the cancelling message, or the undone alert. Problems: alert_unknown,
    alert_state_wrong.
    """
    earlier = await _get(tx, actor, alert_id)
    _must_stand(earlier, (*PENDING, "sent"))
    if earlier.status != "sent":
        return await undo(tx, actor, alert_id, now_ms=now_ms)
    body = dict(earlier.body) | {
        "description": reason.strip(),
        "response_type": "allclear",
        "effective_at_ms": str(now_ms),
    }
    body.pop("instruction", None)
    body |= {"description_en": "", "instruction_en": ""}
    alert = Alert(
        project=earlier.project,
        alert=new_id,
        root=earlier.root,
        topic=earlier.topic,
        body={name: value for name, value in body.items() if value},
        areas=earlier.areas,
        status="scheduled",
        message_type="cancel",
        severity=earlier.severity,
        revision=earlier.revision + 1,
        references=(*earlier.references, earlier.alert),
        created_at_ms=now_ms,
        created_by=actor.person,
        send_at_ms=now_ms,
        expires_at_ms=max(earlier.expires_at_ms, now_ms + 3_600_000),
    )
    await save_alert(tx, alert)
    await _audit(tx, actor, "alert.cancel", alert, now_ms)
    await release(tx, alert, now_ms=now_ms)
    return await _get(tx, actor, new_id)


async def approve(tx: WriteTx, actor: Actor, alert_id: str, *, rules: AlertRules, now_ms: int) -> Alert:
    """The second pair of eyes. Problems: alert_unknown, alert_state_wrong, approval_needs_another, not_allowed."""
    alert = await _get(tx, actor, alert_id)
    _must_stand(alert, ("waiting_approval",))
    must_answer_for(actor, alert.areas)
    if alert.created_by == actor.person:
        raise Problem("approval_needs_another")
    approved = structs.replace(
        alert, status="scheduled", approved_by=actor.person, send_at_ms=now_ms + rules.undo_seconds * 1000
    )
    await save_alert(tx, approved)
    happened: list[events.Event] = [events.AlertApproved(project=alert.project, alert=alert.alert, person=actor.person)]
    await add_events(tx, happened, now_ms, f"alert:{alert.alert}:approved")
    await _audit(tx, actor, "alert.approve", approved, now_ms)
    return approved


async def undo(tx: WriteTx, actor: Actor, alert_id: str, *, now_ms: int) -> Alert:
    """Take an alert back before anybody has seen it. Problems: alert_unknown, alert_state_wrong."""
    alert = await _get(tx, actor, alert_id)
    _must_stand(alert, PENDING)
    if not await set_alert_status(tx, alert.project, alert.alert, "undone", expected=PENDING):
        raise Problem("alert_state_wrong", state="sent")
    await add_events(
        tx, [events.AlertUndone(project=alert.project, alert=alert.alert)], now_ms, f"alert:{alert.alert}:undone"
    )
    await _audit(tx, actor, "alert.undo", alert, now_ms)
    return structs.replace(alert, status="undone")


async def read_alert(tx: Tx, actor: Actor, alert_id: str) -> Alert:
    """One alert within the actor's scope. Problem alert_unknown."""
    return await _get(tx, actor, alert_id)


async def read_alerts(tx: Tx, actor: Actor) -> list[Alert]:
    """The newest alerts within the actor's scope."""
    return [alert for alert in await list_alerts(tx, actor.project) if _concerns(actor, alert)]


async def _submit(tx: WriteTx, actor: Actor, alert: Alert, rules: AlertRules, now_ms: int) -> Alert:
    reach = await forecast(
        tx,
        alert.project,
        list(alert.areas),
        alert.body["roles"].split(","),
        severity=alert.severity,
        rules=rules,
        now_ms=now_ms,
    )
    waits = alert.body["status"] != "test" and needs_approval(alert.severity, reach.people, rules)
    if waits:
        alert = structs.replace(alert, status="waiting_approval")
    else:
        alert = structs.replace(alert, status="scheduled", send_at_ms=now_ms + rules.undo_seconds * 1000)
    await save_alert(tx, alert)
    happened: list[events.Event] = [
        events.AlertSubmitted(project=alert.project, alert=alert.alert, needs_approval=waits)
    ]
    await add_events(tx, happened, now_ms, f"alert:{alert.alert}:submitted")
    await _audit(tx, actor, "alert.compose", alert, now_ms)
    return alert


async def _get(tx: Tx, actor: Actor, alert_id: str) -> Alert:
    alert = await get_alert(tx, actor.project, alert_id)
    if alert is None or not _concerns(actor, alert):
        raise Problem("alert_unknown")
    return alert


def _concerns(actor: Actor, alert: Alert) -> bool:
    if actor.role in ("staff", "administrator"):
        return True
    near = actor.below | actor.above
    if actor.role == "coordinator":
        return bool(near.intersection(alert.areas)) or alert.created_by == actor.person
    return alert.status not in (*PENDING, "undone") and bool(near.intersection(alert.areas))


def must_answer_for(actor: Actor, areas: Sequence[str]) -> None:
    """Staff answer for the whole project, a coordinator for own areas and what lies below. Problem not_allowed."""
    if actor.role not in MAY_COMPOSE or (actor.role == "coordinator" and not set(areas) <= actor.below):
        raise Problem("not_allowed")


def _must_stand(alert: Alert, states: Sequence[str]) -> None:
    if alert.status not in states:
        raise Problem("alert_state_wrong", state=alert.status)


async def _audit(tx: WriteTx, actor: Actor, verb: str, alert: Alert, now_ms: int) -> None:
    particulars = {"areas": list(alert.areas), "severity": alert.severity, "status": alert.body["status"]}
    await append_audit(
        tx, alert.project, at_ms=now_ms, actor=actor.person, verb=verb, subject=alert.alert, particulars=particulars
    )
