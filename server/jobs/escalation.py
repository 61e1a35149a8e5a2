"""A severe alert that people have not confirmed goes up: to their coordinator, to the board, to a list for calling.

Each step is taken once per alert and area (the row in `alert_steps` decides), in one transaction with its notices.
"""

from typing import Final

from server import events
from server.jobs.messages import headline
from server.settings import AlertRules
from server.store.alerts import get_alert
from server.store.areas import get_area
from server.store.escalation import Step, Unconfirmed, list_unconfirmed, note_step
from server.store.outbox import add_events
from server.store.reach import list_leaders
from server.store.sending import queue_notices
from server.store.session import Tx
from server.store.writer import WriteTx

STEPS: Final = ("coordinator", "board", "call_list")
TOLD: Final = {
    "coordinator": ("coordinator",),
    "board": ("staff", "administrator"),
    "call_list": ("coordinator", "staff", "administrator"),
}
"""Whose devices get a notice: coordinators of the area, staff of the whole project."""
NOTICES: Final = {
    "coordinator": "{people} người tại {area} chưa xác nhận: {headline}",
    "board": "{people} người tại {area} vẫn chưa xác nhận: {headline}",
    "call_list": "Cần gọi điện cho {people} người tại {area}: {headline}",
}


async def has_unconfirmed(tx: Tx, project: str, *, now_ms: int, rules: AlertRules) -> bool:
    """Whether any step is due: a read, so that an idle minute costs no transaction."""
    for step, minutes in zip(STEPS, rules.escalation_minutes, strict=True):
        if await list_unconfirmed(tx, project, step, sent_before_ms=now_ms - minutes * 60_000, at_ms=now_ms):
            return True
    return False


async def escalate(tx: WriteTx, project: str, *, now_ms: int, rules: AlertRules) -> int:
    """Take every step that is due now; answers how many."""
    taken = 0
    for step, minutes in zip(STEPS, rules.escalation_minutes, strict=True):
        due = await list_unconfirmed(tx, project, step, sent_before_ms=now_ms - minutes * 60_000, at_ms=now_ms)
        for unconfirmed in due:
            taken += await _take(tx, project, step, unconfirmed, now_ms)
    return taken


async def _take(tx: WriteTx, project: str, step: str, unconfirmed: Unconfirmed, now_ms: int) -> bool:
    alert = await get_alert(tx, project, unconfirmed.alert)
    noted = Step(
        alert=unconfirmed.alert, area=unconfirmed.area, step=step, at_ms=now_ms, unconfirmed=unconfirmed.people
    )
    if alert is None or not await note_step(tx, project, noted):
        return False
    if alert.body.get("status") == "test":
        return True
    area = await get_area(tx, project, unconfirmed.area)
    notice = NOTICES[step].format(
        people=unconfirmed.people, area=area.name if area else unconfirmed.area, headline=headline(alert, "vi")
    )
    leaders = await list_leaders(tx, project, unconfirmed.area, TOLD[step])
    key = f"{alert.alert}!{step}:{unconfirmed.area}"
    await queue_notices(tx, project, key, notice, leaders, at_ms=now_ms)
    happened: list[events.Event] = [
        events.AlertEscalated(
            project=project, alert=alert.alert, area=unconfirmed.area, step=step, unconfirmed=unconfirmed.people
        )
    ]
    await add_events(tx, happened, now_ms, f"alert:{key}")
    return True
