"""`DEMO=full`: invented months as real changes. Every commune reports weekly, an office groups and answers.

Everything goes through the exchange at the time it would have happened, in order of time: so positions, receipts,
history, the sync status and the boards are what real use would have left. Nothing here writes a row of an item itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from random import Random

from msgspec import Struct, structs

from server.demo.facts import read_areas, read_former_areas
from server.demo.reports import DAY_MS, Collaborator, Report, invent_collaborators, invent_reports
from server.exchange.push import apply_changes, receive
from server.store.actor import Actor, load_device_actor
from server.store.database import Database
from server.store.enrolment import save_device
from server.store.people import Person, get_person, save_person
from server.store.replicas import save_health
from server.store.writer import WriteTx
from sync.protocol import Change, Health, Outcome

SEED = 2026
OFFICE = "phong-tong-hop"
OFFICE_NAME = "Trần Thị Kim Phụng"
HOUR_MS = 3600 * 1000
GROUPED_FROM = 4
"""Reports of one concern in one commune from which the office opens a topic."""
CONNECTED = 0.85
"""Share of reports after which a phone finds a signal."""

ANSWER = "Đã chuyển đơn vị phụ trách kiểm tra; kết quả sẽ được thông báo tại địa phương."
Fill = Callable[[Report, int], dict[str, str]]
"""Report and when it was made (ms) -> form, form_version and answers of the form that carries it."""


class Sync(Struct, frozen=True, kw_only=True):
    """One sync of one collaborator: what it brought, and how much stayed on the phone. Times in ms."""

    person: str
    at_ms: int
    reports: Sequence[tuple[str, Report]]
    """(id of the submission, the report)."""
    first: int
    """Sequence of the first change."""
    unsent: int = 0


async def load_months(database: Database, project: str, fill: Fill, *, now_ms: int) -> int:
    """Add the months before now_ms to a loaded demo. Answers how many reports; 0 when they are there already."""
    communes, former = read_areas()[1:], {area.code: area for area in read_former_areas()}
    collaborators = invent_collaborators(communes, SEED)
    reports = list(invent_reports(collaborators, communes, former, SEED))
    if not await database.writer.run(lambda tx: _add_people(tx, project, collaborators, now_ms), project):
        return 0
    syncs = plan_syncs(reports, collaborators, now_ms)
    steps: list[Sync | OfficeStep] = [*syncs, *plan_topics(syncs, now_ms)]
    steps.sort(key=lambda step: step.at_ms)
    for start in range(0, len(steps), 50):
        part = steps[start : start + 50]
        await database.writer.run(lambda tx, part=part: _replay(tx, project, part, fill), project)  # type: ignore[misc]
    return len(reports)


class OfficeStep(Struct, frozen=True, kw_only=True):
    """What the office did at a time, on its board."""

    at_ms: int
    changes: Sequence[Change]


def plan_syncs(reports: Sequence[Report], collaborators: Sequence[Collaborator], now_ms: int) -> list[Sync]:
    """Phones sync some hours or days after a report was made, a few of them leave some unsent. By time."""
    random = Random(SEED)
    made: dict[str, list[Report]] = defaultdict(list)
    for report in sorted(reports, key=lambda one: -one.before_ms):
        made[report.person].append(report)
    syncs: list[Sync] = []
    for one in collaborators:
        mine: list[Sync] = []
        waiting: list[tuple[str, Report]] = []
        sequence, latest_ms = 1, 0
        for report in made[one.person]:
            waiting.append((f"uuid:{random.getrandbits(128):032x}", report))
            made_at_ms = now_ms - report.before_ms
            latest_ms = max(latest_ms, made_at_ms) + random.choice((1, 1, 2, 5, 20, 60)) * HOUR_MS
            if latest_ms < now_ms and random.random() < CONNECTED:
                mine.append(Sync(person=one.person, at_ms=latest_ms, reports=tuple(waiting), first=sequence))
                sequence += len(waiting)
                waiting = []
        if mine:
            mine[-1] = structs.replace(mine[-1], unsent=len(waiting))
        syncs += mine
    return sorted(syncs, key=lambda sync: sync.at_ms)


def plan_topics(syncs: Sequence[Sync], now_ms: int) -> Iterator[OfficeStep]:
    """The office groups what a commune says often into a topic, marks some urgent, and answers the older ones."""
    grouped: dict[tuple[str, str], list[tuple[str, Report, int]]] = defaultdict(list)
    for sync in syncs:
        for identity, report in sync.reports:
            grouped[report.area, report.concern].append((identity, report, sync.at_ms))
    for (area, concern), found in grouped.items():
        if len(found) >= GROUPED_FROM:
            steps = plan_topic(f"{area}-{concern}", found)
            yield from (step for step in steps if step.at_ms < now_ms)


def plan_topic(name: str, found: Sequence[tuple[str, Report, int]]) -> Iterator[OfficeStep]:
    """`found`: (submission, report, when it arrived), by time."""
    topic = f"topic:{name}"
    first, opened_ms = found[0][1], found[GROUPED_FROM - 1][2] + 5 * HOUR_MS
    fields = {"title": first.title, "area": first.area, "state": "new", "urgency": "medium", "summary": first.text}
    opening = Change(sequence=0, intent="create", kind="topic", id=topic, fields={**fields})
    early = [_group(identity, topic) for identity, _, _ in found[:GROUPED_FROM]]
    yield OfficeStep(at_ms=opened_ms, changes=[opening, *early])
    for identity, _, at_ms in found[GROUPED_FROM:]:
        yield OfficeStep(at_ms=max(at_ms, opened_ms) + 3 * HOUR_MS, changes=[_group(identity, topic)])
    if sum(report.urgency == "high" for _, report, _ in found[-4:]) >= 2:
        marked = {"state": "urgent", "urgency": "urgent", "owner": OFFICE}
        yield OfficeStep(at_ms=found[-1][2] + 6 * HOUR_MS, changes=[_edit(topic, marked)])
        return
    yield OfficeStep(at_ms=opened_ms + DAY_MS, changes=[_edit(topic, {"state": "watching", "owner": OFFICE})])
    answered_ms = opened_ms + 30 * DAY_MS
    answer = {
        "topic": topic,
        "area": first.area,
        "text": ANSWER,
        "answered_by": OFFICE_NAME,
        "answered_at_ms": str(answered_ms),
    }
    said = Change(sequence=0, intent="create", kind="answer", id=f"answer:{name}", fields={**answer})
    yield OfficeStep(at_ms=answered_ms, changes=[said, _edit(topic, {"state": "answered"})])


def _group(identity: str, topic: str) -> Change:
    return Change(sequence=0, intent="edit", kind="submission", id=identity, base=1, fields={"topic": topic})


def _edit(topic: str, fields: dict[str, str]) -> Change:
    return Change(sequence=0, intent="edit", kind="topic", id=topic, base=1, fields={**fields})


def submission(identity: str, report: Report, sequence: int, made_at_ms: int, answers: dict[str, str]) -> Change:
    fields = {"area": report.area, "submitted_at_ms": str(made_at_ms), **answers}
    return Change(
        sequence=sequence, intent="create", kind="submission", id=identity, fields={**fields}, made_at_ms=made_at_ms
    )


async def _add_people(tx: WriteTx, project: str, collaborators: Sequence[Collaborator], now_ms: int) -> bool:
    """Collaborators and the office, each with a device that nobody holds (no session). False when they exist."""
    if await get_person(tx, project, OFFICE) is not None:
        return False
    began_ms = now_ms - 130 * DAY_MS
    people = [
        Person(
            project=project,
            person=one.person,
            name=one.name,
            role="collaborator",
            areas=(one.area,),
            created_at_ms=began_ms,
        )
        for one in collaborators
    ]
    people.append(
        Person(project=project, person=OFFICE, name=OFFICE_NAME, role="staff", areas=("91",), created_at_ms=began_ms)
    )
    for person in people:
        await save_person(tx, person)
        await save_device(
            tx,
            project,
            device_of(person.person),
            person=person.person,
            name="Điện thoại mẫu",
            public_key="",
            session_hash="",
            now_ms=began_ms,
        )
    return True


def device_of(person: str) -> str:
    return f"demo-{person}"


async def _replay(tx: WriteTx, project: str, steps: Sequence[Sync | OfficeStep], fill: Fill) -> None:
    office = await _actor(tx, project, OFFICE)
    for step in steps:
        if isinstance(step, OfficeStep):
            _all_applied(await apply_changes(tx, office, f"board:{office.device}", step.changes, now_ms=step.at_ms))
        else:
            await _sync(tx, project, step, fill)


async def _sync(tx: WriteTx, project: str, sync: Sync, fill: Fill) -> None:
    actor = await _actor(tx, project, sync.person)
    changes = [
        submission(identity, report, sync.first + place, sync.at_ms - HOUR_MS, fill(report, sync.at_ms - HOUR_MS))
        for place, (identity, report) in enumerate(sync.reports)
    ]
    replica = device_of(sync.person)
    made_up_to = sync.first + len(changes) - 1 + sync.unsent
    received = await receive(tx, actor, replica, changes, now_ms=sync.at_ms, made_up_to=made_up_to)
    _all_applied(received.outcomes)
    await save_health(tx, project, replica, _health(sync), sync.at_ms)


def _health(sync: Sync) -> Health:
    random = Random(f"{sync.person} {sync.at_ms}")
    return Health(
        app="0.1.0",
        language="vi",
        clock_ms=sync.at_ms + random.choice((0, 0, 0, 1500, -2500, 90_000)),
        drafts=random.choice((0, 0, 0, 1, 2)),
        oldest_unsent_at_ms=sync.at_ms - 30 * HOUR_MS if sync.unsent else 0,
        storage_used=random.randrange(4, 60) * 2**20,
        storage_quota=2 * 2**30,
        persisted=random.random() < 0.8,
        webpush=random.choice(("proven", "proven", "granted", "denied")),
    )


async def _actor(tx: WriteTx, project: str, person: str) -> Actor:
    actor = await load_device_actor(tx, project, device_of(person))
    if actor is None:
        raise RuntimeError(f"{person} has no device")
    return actor


def _all_applied(outcomes: Sequence[Outcome]) -> None:
    refused = [outcome for outcome in outcomes if outcome.result != "applied"]
    if refused:
        raise RuntimeError(f"the demo was not taken: {refused[0]}")
