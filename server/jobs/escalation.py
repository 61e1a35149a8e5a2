"""A severe alert that people have not confirmed goes up: to their coordinator, to the board, to a list for calling.

Each step is taken once per alert and area (the row in `alert_steps` decides), in one transaction with its notices.
Whoever leads several areas gets one notice for all that went up together.
"""

from typing import Final

from msgspec import Struct, field

from server import events
from server.jobs.messages import marked
from server.settings import AlertRules
from server.store.alerts import Alert, get_alert
from server.store.areas import list_areas
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
    "coordinator": "{people} người tại {place} chưa xác nhận: {headline}",
    "board": "{people} người tại {place} vẫn chưa xác nhận: {headline}",
    "call_list": "Cần gọi điện cho {people} người tại {place}: {headline}",
}


class _Told(Struct):
    """What one device is to be told."""

    person: str
    areas: list[str] = field(default_factory=list)
    people: int = 0


async def has_unconfirmed(tx: Tx, project: str, *, now_ms: int, rules: AlertRules) -> bool:
    """Whether any step is due: a read, so that an idle minute costs no transaction."""
    for step, minutes in zip(STEPS, rules.escalation_minutes, strict=True):
        if await list_unconfirmed(tx, project, step, sent_before_ms=now_ms - minutes * 60_000, at_ms=now_ms):
            return True
    return False


async def escalate(tx: WriteTx, project: str, *, now_ms: int, rules: AlertRules) -> int:
    """Take every step that is due now; answers how many areas went up."""
    taken = 0
    for step, minutes in zip(STEPS, rules.escalation_minutes, strict=True):
        due = await list_unconfirmed(tx, project, step, sent_before_ms=now_ms - minutes * 60_000, at_ms=now_ms)
        for name in sorted({one.alert for one in due}):
            alert = await get_alert(tx, project, name)
            mine = [one for one in due if one.alert == name and await _note(tx, project, step, one, now_ms)]
            if alert is not None and mine and alert.body.get("status") != "test":
                await _tell(tx, alert, step, mine, now_ms)
            taken += len(mine)
    return taken


async def _note(tx: Tx, project: str, step: str, one: Unconfirmed, now_ms: int) -> bool:
    return await note_step(
        tx, project, Step(alert=one.alert, area=one.area, step=step, at_ms=now_ms, unconfirmed=one.people)
    )


async def _tell(tx: WriteTx, alert: Alert, step: str, due: list[Unconfirmed], now_ms: int) -> None:
    names = {area.area: area.name for area in await list_areas(tx, alert.project)}
    told: dict[str, _Told] = {}
    for one in due:
        for device, person, area in await list_leaders(tx, alert.project, one.area, TOLD[step]):
            theirs = told.setdefault(device, _Told(person))
            theirs.areas.append(area)
            theirs.people += one.people
    key = f"{alert.alert}!{step}:{now_ms}"
    for device, theirs in told.items():
        first = theirs.areas[0]
        place = names.get(first, first) if len(theirs.areas) == 1 else f"{len(theirs.areas)} địa bàn"
        notice = NOTICES[step].format(people=theirs.people, place=place, headline=marked(alert, "vi"))
        told_one = [(device, theirs.person, first)]
        await queue_notices(tx, alert.project, key, notice, told_one, at_ms=now_ms, due_ms=now_ms)
    happened: list[events.Event] = [
        events.AlertEscalated(
            project=alert.project, alert=alert.alert, area=one.area, step=step, unconfirmed=one.people
        )
        for one in due
    ]
    await add_events(tx, happened, now_ms, f"alert:{key}")
