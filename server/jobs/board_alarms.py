"""Alarm rules of the sync board: whoever set one hears, once per device, that it has been silent or stuck too long."""

from typing import Final

from msgspec import structs

from server.jobs.rules import quiet_until_ms
from server.reports.sync_status import find_alarmed
from server.settings import AlertRules
from server.store.actor import load_person_actor
from server.store.board_settings import list_alarms, save_alarm, usable_devices
from server.store.sending import queue_notices
from server.store.session import Tx
from server.store.writer import WriteTx

NOTICES: Final = {
    "unsent": "{devices} máy còn phiếu chưa gửi quá {days} ngày: {people}",
    "silent": "{devices} máy không liên lạc quá {days} ngày: {people}",
}
NAMED: Final = 3


async def has_rules(tx: Tx, project: str) -> bool:
    """Whether there is anything to look at."""
    return bool(await list_alarms(tx, project))


async def sound_alarms(tx: WriteTx, project: str, *, now_ms: int, rules: AlertRules) -> int:
    """Look at every rule; answers how many notices were queued. A device that recovered may be told of again."""
    queued = 0
    for rule in await list_alarms(tx, project):
        actor = await load_person_actor(tx, project, rule.person)
        if actor is None or actor.revoked:
            continue
        found = await find_alarmed(tx, actor, rule, now_ms)
        fresh = set(found.devices) - set(rule.told)
        if set(found.devices) != set(rule.told):
            await save_alarm(tx, project, structs.replace(rule, told=tuple(sorted(found.devices))), now_ms)
        devices = await usable_devices(tx, project, [rule.person]) if fresh else []
        if not devices:
            continue
        more = len(found.people) - NAMED
        people = ", ".join(found.people[:NAMED]) + (f" và {more} người khác" if more > 0 else "")
        notice = NOTICES[rule.measure].format(devices=len(found.devices), days=rule.days, people=people)
        key = f"alarm!{rule.person}:{rule.measure}:{now_ms}"
        await queue_notices(tx, project, key, notice, devices, at_ms=now_ms, due_ms=quiet_until_ms(now_ms, rules))
        queued += len(devices)
    return queued
