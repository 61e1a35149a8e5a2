"""Who is silent, and what is stuck: every commune in one row, every device in one, a person with the last syncs."""

from msgspec import Struct, structs

from server.exchange.roster import leads, sees
from server.problems import Problem
from server.reports.places import all_in, areas_seen, fold, read_places
from server.store.actor import Actor
from server.store.board_settings import Alarm, list_alarms, usable_devices
from server.store.people import Person, get_person
from server.store.session import Tx
from server.store.standings import (
    DAY_MS,
    SILENT_MS,
    AreaStanding,
    DeviceStanding,
    Only,
    Sort,
    SyncSeen,
    Wanted,
    list_area_standings,
    list_standings,
    list_syncs,
    open_conflicts_by,
)
from server.store.tallies import day_of, read_tallies

DAYS = 30


class AreaOnBoard(Struct, frozen=True, kw_only=True):
    """A unit of today. `days`: submissions that arrived on each of the last DAYS days, the last one being today."""

    area: str
    name: str
    kind: str
    parent: str
    region: str
    latitude: float | None
    longitude: float | None
    standing: AreaStanding | None
    conflicts: int
    days: list[int]


class PersonOnBoard(Struct, frozen=True, kw_only=True):
    """A person's page. `reachable`: devices that a reminder by webpush can reach; `can_remind`: the asker leads."""

    person: str
    name: str
    role: str
    areas: tuple[str, ...]
    contact: str
    active: bool
    devices: list[DeviceStanding]
    syncs: list[SyncSeen]
    days: list[int]
    reachable: int
    can_remind: bool


async def area_board(tx: Tx, actor: Actor, now_ms: int) -> list[AreaOnBoard]:
    """Units of today within sight, by code."""
    seen = areas_seen(actor)
    areas, today = await read_places(tx, actor.project)
    standings = await list_area_standings(tx, actor.project, seen, now_ms=now_ms)
    conflicts = await open_conflicts_by(tx, actor.project, "area")
    last = day_of(now_ms)
    days: dict[str, list[int]] = {}
    for period, area, _, count in await read_tallies(tx, actor.project, "day", since=last - DAYS + 1, areas=seen):
        if period <= last:
            days.setdefault(today.get(area, area), [0] * DAYS)[period - last + DAYS - 1] += count
    visible = None if seen is None else set(seen)
    return [
        AreaOnBoard(
            area=code,
            name=area.name,
            kind=area.kind,
            parent=area.parent,
            region=area.region,
            latitude=area.latitude,
            longitude=area.longitude,
            standing=standings.get(code),
            conflicts=conflicts.get(code, 0),
            days=days.get(code, []),
        )
        for code, area in areas.items()
        if area.valid_to_ms is None and (visible is None or code in visible)
    ]


async def device_board(
    tx: Tx, actor: Actor, now_ms: int, *, area: str, only: Only, sort: Sort, q: str, after: int, most: int
) -> list[DeviceStanding]:
    """Devices of people within sight; `q` is looked for in names of people, phones and areas, without marks."""
    seen = areas_seen(actor)
    if area:
        seen = [area] if seen is None or area in seen else []
    wanted = Wanted(areas=seen, asker="" if area else actor.person, only=only, sort=sort, after=after, most=most)
    if area and not seen:
        return []
    if q.strip():
        wanted = structs.replace(wanted, people=await _called(tx, actor.project, fold(q).split()))
    if area:
        bound = await tx.fetch("SELECT person FROM person_areas WHERE project = $1 AND area = $2", actor.project, area)
        people = {row["person"] for row in bound}
        asked = people if wanted.people is None else people & set(wanted.people)
        wanted = structs.replace(wanted, people=sorted(asked), areas=None)
    return await list_standings(tx, actor.project, wanted, now_ms=now_ms)


async def _called(tx: Tx, project: str, words: list[str]) -> list[str]:
    """People whose name, phone, or area is called so; 500 at most."""
    rows = await tx.fetch(
        "SELECT p.person, p.name, d.name AS device, a.name AS area FROM people p "
        "LEFT JOIN devices d ON d.project = p.project AND d.person = p.person "
        "LEFT JOIN person_areas pa ON pa.project = p.project AND pa.person = p.person "
        "LEFT JOIN areas a ON a.project = pa.project AND a.area = pa.area WHERE p.project = $1",
        project,
    )
    found = {row[0] for row in rows if all_in(words, " ".join(part or "" for part in row))}
    return sorted(found)[:500]


async def person_board(tx: Tx, actor: Actor, name: str, now_ms: int) -> PersonOnBoard:
    """Problem person_unknown where out of sight."""
    person = await get_person(tx, actor.project, name)
    if person is None or not sees(actor, person):
        raise Problem("person_unknown")
    wanted = Wanted(areas=None, asker="", people=[name])
    devices = await list_standings(tx, actor.project, wanted, now_ms=now_ms)
    syncs: list[SyncSeen] = []
    for device in devices:
        if device.replica:
            syncs += await list_syncs(tx, actor.project, device.replica)
    syncs.sort(key=lambda one: -one.at_ms)
    last, days = day_of(now_ms), [0] * DAYS
    for sync in syncs:
        if 0 <= (before := last - day_of(sync.at_ms)) < DAYS:
            days[DAYS - 1 - before] += sync.changes
    return PersonOnBoard(
        person=person.person,
        name=person.name,
        role=person.role,
        areas=person.areas,
        contact=person.contact,
        active=person.active,
        devices=devices,
        syncs=syncs[:60],
        days=days,
        reachable=len(await usable_devices(tx, actor.project, [name])),
        can_remind=may_remind(actor, person),
    )


def may_remind(actor: Actor, person: Person) -> bool:
    """Whoever leads a person may remind them."""
    return person.person != actor.person and leads(actor, person)


class Alarmed(Struct, frozen=True, kw_only=True):
    """An alarm rule of the asker, and which devices it speaks of now."""

    measure: str
    days: int
    devices: list[str]
    people: list[str]


async def alarmed(tx: Tx, actor: Actor, now_ms: int) -> list[Alarmed]:
    """Every rule of the asker with what it finds."""
    rules = await list_alarms(tx, actor.project, actor.person)
    return [await find_alarmed(tx, actor, rule, now_ms) for rule in rules]


async def find_alarmed(tx: Tx, actor: Actor, rule: Alarm, now_ms: int) -> Alarmed:
    """Devices whose oldest unsent report, or last contact, is older than the rule allows. Silent ones once enrolled."""
    wanted = Wanted(areas=areas_seen(actor), asker=actor.person, only="old" if rule.measure == "unsent" else "silent")
    before_ms = now_ms - rule.days * DAY_MS
    found = [
        one
        for one in await list_standings(tx, actor.project, wanted, now_ms=before_ms + SILENT_MS)
        if one.revoked_at_ms is None and _since_ms(one, rule.measure) < before_ms
    ]
    names = list(dict.fromkeys(one.person_name for one in found))
    return Alarmed(measure=rule.measure, days=rule.days, devices=[one.device for one in found], people=names)


def _since_ms(one: DeviceStanding, measure: str) -> int:
    if measure == "unsent":
        return one.oldest_unsent_at_ms or 2**62
    return one.last_contact_at_ms or one.enrolled_at_ms
