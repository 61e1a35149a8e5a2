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
from server.store.escalation import Step, count_unconfirmed, list_severe, list_steps, note_step
from server.store.outbox import add_events
from server.store.reach import list_leaders
from server.store.sending import queue_notices
from server.store.session import Tx
from server.store.writer import WriteTx

TOO_LATE_MS: Final = 6 * 3_600_000
"""After a stop of the server of so long, nobody is woken for an alert that old."""
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


async def due_steps(tx: Tx, project: str, *, now_ms: int, rules: AlertRules) -> list[Step]:
    """Every step that is to be taken now, by alert, step and area. A read: an idle minute costs no transaction."""
    found = []
    first_ms = rules.escalation_minutes[0] * 60_000
    for severe in await list_severe(
        tx, project, sent_after_ms=now_ms - TOO_LATE_MS, sent_before_ms=now_ms - first_ms, at_ms=now_ms
    ):
        people = await count_unconfirmed(tx, project, severe.alert)
        taken = {(one.step, one.area) for one in await list_steps(tx, project, severe.alert)}
        found += [
            Step(alert=severe.alert, area=area, step=step, at_ms=now_ms, unconfirmed=people[area])
            for step, minutes in zip(STEPS, rules.escalation_minutes, strict=True)
            if severe.sent_at_ms <= now_ms - minutes * 60_000
            for area in people
            if (step, area) not in taken
        ]
    return found


async def escalate(tx: WriteTx, project: str, *, now_ms: int, rules: AlertRules) -> int:
    """Take every step that is due now; answers how many."""
    taken = [
        step for step in await due_steps(tx, project, now_ms=now_ms, rules=rules) if await note_step(tx, project, step)
    ]
    for name, step in dict.fromkeys((one.alert, one.step) for one in taken):
        alert = await get_alert(tx, project, name)
        if alert is not None and alert.body.get("status") != "test":
            mine = [one for one in taken if (one.alert, one.step) == (name, step)]
            await _tell(tx, alert, step, mine, now_ms)
    return len(taken)


async def _tell(tx: WriteTx, alert: Alert, step: str, due: list[Step], now_ms: int) -> None:
    names = {area.area: area.name for area in await list_areas(tx, alert.project)}
    told: dict[str, _Told] = {}
    for one in due:
        for device, person, area in await list_leaders(tx, alert.project, one.area, TOLD[step]):
            theirs = told.setdefault(device, _Told(person))
            theirs.areas.append(area)
            theirs.people += one.unconfirmed
    key = f"{alert.alert}!{step}:{now_ms}"
    for device, theirs in told.items():
        first = theirs.areas[0]
        place = names.get(first, first) if len(theirs.areas) == 1 else f"{len(theirs.areas)} địa bàn"
        notice = NOTICES[step].format(people=theirs.people, place=place, headline=marked(alert, "vi"))
        told_one = [(device, theirs.person, first)]
        await queue_notices(tx, alert.project, key, notice, told_one, at_ms=now_ms, due_ms=now_ms)
    happened: list[events.Event] = [
        events.AlertEscalated(
            project=alert.project, alert=alert.alert, area=one.area, step=step, unconfirmed=one.unconfirmed
        )
        for one in due
    ]
    await add_events(tx, happened, now_ms, f"alert:{key}")
