"""Which event has which consequences: the whole table on one screen.

A handler stands in a transaction of its own together with the note that its event is done: it happens once or not at
all, whatever dies. So a handler writes to the database only; what must leave the house is queued there for the sender.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import Struct

from server import events
from server.exchange.alert_release import release
from server.jobs.queueing import queue_alert
from server.jobs.rules import quiet_until_ms
from server.settings import AlertRules
from server.store.alarms import raise_alarm
from server.store.alerts import get_alert
from server.store.board_settings import usable_devices
from server.store.items import load_items
from server.store.reach import list_reporters
from server.store.sending import note_report, queue_notices
from server.store.subscriptions import remove_subscription
from server.store.writer import WriteTx

ANSWERED: Final = "Đã có trả lời cho điều bạn báo"

REMINDER: Final = "Anh/chị còn phiếu chưa gửi. Hãy mở ứng dụng ở nơi có sóng để gửi."

log = logging.getLogger("langnghe.jobs")


class Moment(Struct, frozen=True):
    """What a handler may know besides its event: the server's clock now and when the event happened (ms), the rules."""

    now_ms: int
    at_ms: int
    rules: AlertRules


Handler = Callable[[WriteTx, Any, Moment], Awaitable[None]]


async def send_when_due(tx: WriteTx, event: events.AlertSubmitted | events.AlertApproved, moment: Moment) -> None:
    """Without an undo window an alert leaves at once; otherwise the scheduler sends it."""
    alert = await get_alert(tx, event.project, event.alert)
    if alert is not None and alert.status == "scheduled" and (alert.send_at_ms or 0) <= moment.now_ms:
        await release(tx, alert, now_ms=moment.now_ms)


async def queue_deliveries(tx: WriteTx, event: events.AlertSent, moment: Moment) -> None:
    """Write the ledger, unless the alert was closed meanwhile."""
    alert = await get_alert(tx, event.project, event.alert)
    if alert is not None and alert.status == "sent":
        await queue_alert(tx, alert, now_ms=moment.now_ms, rules=moment.rules)


async def note_in_ledger(tx: WriteTx, event: events.DeliveryReported, moment: Moment) -> None:
    """What a phone said of an alert. Its clock may run ahead; the ledger's does not."""
    await note_report(
        tx,
        event.project,
        event.alert,
        event.device,
        shown_at_ms=event.shown_at_ms,
        opened_at_ms=event.opened_at_ms,
        confirmed_at_ms=event.confirmed_at_ms,
        at_ms=moment.at_ms,
    )


async def alarm_operator(tx: WriteTx, event: events.SenderRefused, moment: Moment) -> None:
    """A push service refuses our own request: no subscription is at fault, a person must look."""
    log.error("push service %s refuses our requests: %d %s", event.host, event.status, event.reason)
    alarm = f"webpush:{event.host}:{event.status}"
    await raise_alarm(tx, event.project, alarm, at_ms=moment.at_ms, detail=event.reason)


async def tell_reporters(tx: WriteTx, event: events.AnswerGiven, moment: Moment) -> None:
    """Whoever reported on a topic hears that it was answered: once per answer, not at night."""
    reporters = await list_reporters(tx, event.project, event.topic)
    if reporters:
        items = await load_items(tx, event.project, [("topic", event.topic)])
        topic = items.get(("topic", event.topic))
        title = topic.state.fields.get("title", "") if topic is not None else ""
        due_ms = quiet_until_ms(moment.now_ms, moment.rules)
        notice, key = f"{ANSWERED}: {title}" if title else ANSWERED, f"answer!{event.answer}"
        await queue_notices(tx, event.project, key, notice, reporters, at_ms=moment.now_ms, due_ms=due_ms)


async def forget_subscription(tx: WriteTx, event: events.DeviceRevoked, moment: Moment) -> None:  # noqa: ARG001
    """A revoked device gets no webpush."""
    await remove_subscription(tx, event.project, event.device)


async def remind(tx: WriteTx, event: events.ReminderAsked, moment: Moment) -> None:
    """At most one reminder an hour, whoever asks; not at night."""
    devices = await usable_devices(tx, event.project, [event.person])
    due_ms = quiet_until_ms(moment.now_ms, moment.rules)
    key = f"remind!{event.person}:{moment.at_ms // 3_600_000}"
    await queue_notices(tx, event.project, key, REMINDER, devices, at_ms=moment.now_ms, due_ms=due_ms)


TABLE: dict[type[events.Event], tuple[Handler, ...]] = {
    events.AlertSubmitted: (send_when_due,),
    events.AlertApproved: (send_when_due,),
    events.AlertSent: (queue_deliveries,),
    events.DeliveryReported: (note_in_ledger,),
    events.SenderRefused: (alarm_operator,),
    events.DeviceRevoked: (forget_subscription,),
    events.AnswerGiven: (tell_reporters,),
    events.ReminderAsked: (remind,),
    # For live updates and the record; nothing follows in the database.
    events.AlertUndone: (),
    events.AlertCancelled: (),
    events.AlertExpired: (),
    events.AlertEscalated: (),
    events.SubscriptionEnded: (),
    events.SubmissionReceived: (),
    events.TopicMarkedUrgent: (),
    events.FormPublished: (),
}

BARE: Final = tuple(event.__name__ for event, handlers in TABLE.items() if not handlers)
"""Events that nothing follows from: the relay marks them as handled all at once."""
