"""The read side of alerts: how far one would reach, how far one has reached, who is left and how to call them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from server.settings import AlertRules
from server.store.actor import Actor
from server.store.alerts import Alert
from server.store.areas import list_areas
from server.store.deliveries import Delivery, list_deliveries
from server.store.escalation import Step, list_steps
from server.store.people import list_people
from server.store.reach import Target, list_contacts, list_targets
from server.store.session import Tx

PROVEN_MS: Final = 48 * 3_600_000
MOST_ROWS: Final = 1_000

Stage = Literal["queued", "accepted", "shown", "opened", "confirmed"]
STAGES: Final[tuple[Stage, ...]] = ("queued", "accepted", "shown", "opened", "confirmed")


class Unreached(Struct, frozen=True, kw_only=True):
    """A person to call. `why`: no_device, no_webpush, gone, unproven, or the ledger's problem."""

    person: str
    name: str
    area: str
    area_name: str
    contact: str
    why: str
    last_contact_at_ms: int | None = None


class AreaReach(Struct, frozen=True, kw_only=True):
    """One bar: people concerned and how many of them are likely to be reached by webpush."""

    area: str
    name: str
    people: int
    proven: int


class Forecast(Struct, frozen=True, kw_only=True):
    """Before sending. `proven`: people of whom a device confirmed a webpush within 48 hours."""

    people: int
    devices: int
    subscribed: int
    proven: int
    areas: list[AreaReach]
    unreachable: list[Unreached]
    """At most MOST_ROWS of them; `left_off` says how many more there are."""
    left_off: int
    needs_approval: bool


class AreaCount(Struct, frozen=True, kw_only=True):
    """One bar of the ledger: devices by how far the alert came, each counted once at its furthest stage and before."""

    area: str
    name: str
    queued: int
    accepted: int
    shown: int
    opened: int
    confirmed: int


class LedgerRow(Struct, frozen=True, kw_only=True):
    """One device (or a person without one: device empty). Times in ms."""

    person: str
    name: str
    area: str
    device: str
    stage: Stage
    problem: str
    attempts: int
    queued_at_ms: int
    accepted_at_ms: int | None
    shown_at_ms: int | None
    opened_at_ms: int | None
    confirmed_at_ms: int | None
    next_try_at_ms: int | None


class Ledger(Struct, frozen=True, kw_only=True):
    """After sending. `not_reached`: people none of whose devices has shown the alert, with how to call them.

    Counts and bars are whole; of rows and people at most MOST_ROWS are listed, `left_off` says how many are not: ask
    for one area.
    """

    alert: str
    status: str
    people: int
    reached: int
    confirmed: int
    areas: list[AreaCount]
    rows: list[LedgerRow]
    not_reached: list[Unreached]
    left_off: int
    steps: list[Step]


async def forecast(
    tx: Tx, project: str, areas: list[str], roles: Iterable[str], *, severity: str, rules: AlertRules, now_ms: int
) -> Forecast:
    """Who would be reached: people and devices in areas and roles."""
    targets = await list_targets(tx, project, areas, sorted(set(roles)))
    names = {area.area: area.name for area in await list_areas(tx, project)}
    by_person: dict[str, list[Target]] = {}
    for target in targets:
        by_person.setdefault(target.person, []).append(target)
    people, proven = Counter[str](), Counter[str]()
    unreachable = []
    for theirs in by_person.values():
        area = theirs[0].area
        people[area] += 1
        if any(_is_proven(one, now_ms) for one in theirs):
            proven[area] += 1
        elif not any(one.endpoint and one.stale_at_ms is None for one in theirs):
            unreachable.append(_unreachable(theirs, names))
    return Forecast(
        people=len(by_person),
        devices=sum(1 for one in targets if one.device),
        subscribed=sum(1 for one in targets if one.endpoint and one.stale_at_ms is None),
        proven=sum(proven.values()),
        areas=[
            AreaReach(area=area, name=names.get(area, area), people=people[area], proven=proven[area])
            for area in sorted(people)
        ],
        unreachable=unreachable[:MOST_ROWS],
        left_off=len(unreachable[MOST_ROWS:]),
        needs_approval=needs_approval(severity, len(by_person), rules),
    )


def needs_approval(severity: str, people: int, rules: AlertRules) -> bool:
    """Whether a second person must look: extreme, and wider than the installation allows one person alone."""
    return severity == "extreme" and people > rules.approval_over


async def ledger(tx: Tx, alert: Alert, actor: Actor, *, area: str = "") -> Ledger:
    """How far an alert came, in one area when it is named. A coordinator sees the rows of the own areas, staff all."""
    rows = await list_deliveries(tx, alert.project, alert.alert)
    rows = [row for row in rows if not area or row.area == area]
    if actor.role == "coordinator":
        rows = [row for row in rows if row.area in actor.below or row.area in actor.above]
    names = {area.area: area.name for area in await list_areas(tx, alert.project)}
    called = {person.person: person.name for person in await list_people(tx, alert.project)}
    by_person: dict[str, list[Delivery]] = {}
    for row in rows:
        by_person.setdefault(row.person, []).append(row)
    missing = [person for person, theirs in by_person.items() if not any(_is_reached(row) for row in theirs)]
    contacts = await list_contacts(tx, alert.project) if missing else {}
    return Ledger(
        alert=alert.alert,
        status=alert.status,
        people=len(by_person),
        reached=len(by_person) - len(missing),
        confirmed=sum(1 for theirs in by_person.values() if any(row.confirmed_at_ms for row in theirs)),
        areas=_bars(rows, names),
        rows=[_row(row, called) for row in rows[:MOST_ROWS]],
        left_off=len(rows[MOST_ROWS:]) + len(missing[MOST_ROWS:]),
        not_reached=[
            Unreached(
                person=person,
                name=called.get(person, person),
                area=by_person[person][0].area,
                area_name=names.get(by_person[person][0].area, ""),
                contact=contacts[person].contact if person in contacts else "",
                last_contact_at_ms=contacts[person].last_contact_at_ms if person in contacts else None,
                why=next((row.problem for row in by_person[person] if row.problem), "") or stage(by_person[person][0]),
            )
            for person in missing[:MOST_ROWS]
        ],
        steps=await list_steps(tx, alert.project, alert.alert),
    )


def stage(row: Delivery) -> Stage:
    """The furthest that a delivery came. What the phone says counts, whatever the push service said."""
    if row.confirmed_at_ms:
        return "confirmed"
    if row.opened_at_ms:
        return "opened"
    if row.shown_at_ms:
        return "shown"
    return "accepted" if row.accepted_at_ms else "queued"


def _bars(rows: Iterable[Delivery], names: Mapping[str, str]) -> list[AreaCount]:
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        reached = STAGES[: STAGES.index(stage(row)) + 1]
        counts.setdefault(row.area, Counter()).update(reached)
    return [
        AreaCount(area=area, name=names.get(area, area), **{name: found[name] for name in STAGES})
        for area, found in sorted(counts.items())
    ]


def _row(row: Delivery, called: Mapping[str, str]) -> LedgerRow:
    return LedgerRow(
        person=row.person,
        name=called.get(row.person, row.person),
        area=row.area,
        device="" if row.device == f"person:{row.person}" else row.device,
        stage=stage(row),
        problem=row.problem,
        attempts=row.attempts,
        queued_at_ms=row.queued_at_ms,
        accepted_at_ms=row.accepted_at_ms,
        shown_at_ms=row.shown_at_ms,
        opened_at_ms=row.opened_at_ms,
        confirmed_at_ms=row.confirmed_at_ms,
        next_try_at_ms=row.next_try_at_ms,
    )


def _is_reached(row: Delivery) -> bool:
    return bool(row.shown_at_ms or row.opened_at_ms or row.confirmed_at_ms)


def _is_proven(target: Target, now_ms: int) -> bool:
    usable = target.endpoint and target.stale_at_ms is None
    return bool(usable and target.proven_at_ms and target.proven_at_ms > now_ms - PROVEN_MS)


def _unreachable(theirs: list[Target], names: Mapping[str, str]) -> Unreached:
    first = theirs[0]
    why = "no_device" if not first.device else "gone" if any(one.stale_at_ms for one in theirs) else "no_webpush"
    return Unreached(
        person=first.person,
        name=first.name,
        area=first.area,
        area_name=names.get(first.area, first.area),
        contact=first.contact,
        why=why,
        last_contact_at_ms=max((one.last_contact_at_ms or 0 for one in theirs), default=0) or None,
    )
