"""The read side of alerts: how far one would reach, how far one has reached, who is left and how to call them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from server.settings import AlertRules
from server.store.actor import Actor
from server.store.alerts import Alert
from server.store.areas import list_areas
from server.store.escalation import Step, list_steps
from server.store.ledger import AreaCount, LedgerLine, count_people, count_stages, list_lines, list_unreached
from server.store.reach import Target, list_targets
from server.store.session import Tx

PROVEN_MS: Final = 48 * 3_600_000
MOST_ROWS: Final = 1_000

Stage = Literal["queued", "accepted", "shown", "opened", "confirmed"]


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
    project, name = alert.project, alert.alert
    near = None if actor.role in ("staff", "administrator") else sorted(actor.below | actor.above)
    areas = near if not area else [area] if near is None or area in near else []
    bars = await count_stages(tx, project, name, areas)
    people = await count_people(tx, project, name, areas)
    lines = await list_lines(tx, project, name, areas, MOST_ROWS)
    missing = await list_unreached(tx, project, name, areas, MOST_ROWS)
    steps = await list_steps(tx, project, name)
    rows_left = sum(bar.queued for bar in bars) - len(lines)
    return Ledger(
        alert=name,
        status=alert.status,
        people=people.people,
        reached=people.reached,
        confirmed=people.confirmed,
        areas=bars,
        rows=[_row(line) for line in lines],
        not_reached=[
            Unreached(
                person=one.person,
                name=one.name,
                area=one.area,
                area_name=one.area_name,
                contact=one.contact,
                why=one.problem or ("accepted" if one.is_accepted else "queued"),
                last_contact_at_ms=one.last_contact_at_ms,
            )
            for one in missing
        ],
        left_off=rows_left + people.people - people.reached - len(missing),
        steps=[step for step in steps if areas is None or step.area in areas],
    )


def stage(row: LedgerLine) -> Stage:
    """The furthest that a delivery came. What the phone says counts, whatever the push service said."""
    if row.confirmed_at_ms:
        return "confirmed"
    if row.opened_at_ms:
        return "opened"
    if row.shown_at_ms:
        return "shown"
    return "accepted" if row.accepted_at_ms else "queued"


def _row(line: LedgerLine) -> LedgerRow:
    return LedgerRow(
        person=line.person,
        name=line.name,
        area=line.area,
        device="" if line.device == f"person:{line.person}" else line.device,
        stage=stage(line),
        problem=line.problem,
        attempts=line.attempts,
        queued_at_ms=line.queued_at_ms,
        accepted_at_ms=line.accepted_at_ms,
        shown_at_ms=line.shown_at_ms,
        opened_at_ms=line.opened_at_ms,
        confirmed_at_ms=line.confirmed_at_ms,
        next_try_at_ms=line.next_try_at_ms,
    )


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
