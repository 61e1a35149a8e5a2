"""Topics on the board: the list, what is emerging, one topic with its trend and what may belong to it."""

from collections.abc import Mapping, Sequence
from operator import add

from msgspec import Struct, structs

from server.exchange.apart import apart_for
from server.problems import Problem
from server.reports.likeness import free_text, rank
from server.reports.places import DIVIDED, all_in, areas_seen, fold, read_places
from server.reports.small_cells import K, suppress
from server.reports.subjects import read_subjects
from server.reports.unusual import BASELINE_WEEKS, LAG_WEEKS, Unusual, c2
from server.store.actor import Actor
from server.store.areas import Area
from server.store.items import StoredItem, get_item
from server.store.scope import Scope, scoped
from server.store.session import Tx
from server.store.tallies import count_by_topic, read_tallies, subject_of, week_of
from server.store.topics import Answered, answers_by_topic, list_in_topic, list_topics, list_ungrouped

WEEKS = 26
SHOWN_WEEKS = 12
LIKE = 0.12
"""Likeness from which a report is suggested."""
CANDIDATES = 300


class TopicRow(Struct, frozen=True, kw_only=True):
    """A topic in one line. `submissions` within the reader's scope; times in ms, 0 where there is none."""

    topic: str
    title: str
    area: str
    area_name: str
    state: str
    urgency: str
    owner: str
    due_at_ms: int
    summary: str
    revision: int
    created_at_ms: int
    updated_at_ms: int
    submissions: int
    answers: int
    first_answer_at_ms: int


Place = tuple[str, str, str]
"""Subject, area, and the region where no area is named."""


class Emerging(Struct, frozen=True, kw_only=True):
    """An unusual count of a subject in an area, or (area "") in a region; `ago` 0 this week, 1 the last. `weeks`: the
    last SHOWN_WEEKS with this one, None where suppressed. `expected` None where it would speak of fewer than K reports.
    """

    area: str
    area_name: str
    subject: str
    label_vi: str
    label_en: str
    ago: int
    count: int
    expected: float | None
    score: float
    weeks: list[int | None]


class Candidate(Struct, frozen=True, kw_only=True):
    """A report: of the topic, or one that may belong to it. `likeness` 0 to 1."""

    submission: str
    text: str
    area_name: str
    subject: str
    created_at_ms: int
    revision: int
    likeness: float = 0.0


class TopicPage(Struct, frozen=True, kw_only=True):
    """One topic with what surrounds it. `weeks`: reports a week over WEEKS, None where suppressed."""

    topic: TopicRow
    weeks: list[int | None]
    reports: list[Candidate]
    matches: list[Candidate]
    similar: list[TopicRow]


async def topic_board(
    tx: Tx, actor: Actor, *, q: str = "", state: str = "", area: str = "", owner: str = "", most: int = 200
) -> list[TopicRow]:
    """Topics within scope, urgent ones first, then by due time, then the newest change first."""
    scope = scoped(actor)
    chosen = q.strip() or area or owner
    items = await list_topics(tx, scope, state=state, **({} if chosen else {"most": most}))
    rows = await _rows(tx, scope, items)
    words = fold(q).split()
    found = [
        row
        for row in rows
        if all_in(words, f"{row.title} {row.area_name} {row.summary}")
        and (not area or row.area == area)
        and (not owner or row.owner == owner)
    ]
    return sorted(found, key=_rank)[:most]


def _rank(row: TopicRow) -> tuple[int, int, int]:
    order = 0 if row.state == "urgent" or row.urgency == "urgent" else 2 if row.state in {"answered", "closed"} else 1
    return order, row.due_at_ms or 2**62, -row.updated_at_ms


async def emerging(tx: Tx, actor: Actor, now_ms: int) -> list[Emerging]:
    """Subjects whose count is unusual for their area (EARS C2), this week or the last, the most unusual first.

    Former districts are looked at too, for what is too small to be seen in any one of their communes.
    """
    this = week_of(now_ms)
    since = this - BASELINE_WEEKS - LAG_WEEKS - SHOWN_WEEKS
    areas, today = await read_places(tx, actor.project)
    series: dict[Place, list[int]] = {}
    for period, area, subject, count in await read_tallies(
        tx, actor.project, "subject", since=since, areas=areas_seen(actor)
    ):
        if period <= this:
            key = (subject, today.get(area, area), "")
            if key not in series:
                series[key] = [0] * (this - since + 1)
            series[key][period - since] += count
    for (subject, unit, _), weeks in tuple(series.items()):
        if unit == DIVIDED:
            del series[subject, unit, ""]
        elif unit in areas and areas[unit].region:
            whole = series.setdefault((subject, "", areas[unit].region), [0] * len(weeks))
            whole[:] = map(add, whole, weeks)
    labels = await read_subjects(tx, actor.project)
    found: dict[Place, Emerging] = {}
    for place, weeks in sorted(series.items(), key=lambda one: one[0][1]):
        if max(weeks[-2:]) < K:
            continue
        subject, unit, region = place
        ago, unusual = max(((ago, _judge(weeks, ago)) for ago in (0, 1)), key=lambda one: one[1].score)
        inside = unit in areas and (subject, "", areas[unit].region) in found
        if not unusual.is_unusual or unusual.count < K:
            continue
        if inside:
            del found[subject, "", areas[unit].region]
        label = labels.get(subject)
        found[place] = Emerging(
            area=unit,
            area_name=region or _name(areas, unit),
            subject=subject,
            label_vi=label.vi if label else subject,
            label_en=label.en if label else subject,
            ago=ago,
            count=unusual.count,
            expected=None if 0 < unusual.expected * unusual.weeks < K else round(unusual.expected, 1),
            score=round(unusual.score, 1),
            weeks=hide_small(weeks[-SHOWN_WEEKS:]),
        )
    return sorted(found.values(), key=lambda one: -one.score)


def _judge(weeks: Sequence[int], ago: int) -> Unusual:
    """A week against those before it: this one so far, or the last whole one."""
    at = len(weeks) - 1 - ago
    return c2(weeks[:at], weeks[at])


async def topic_page(tx: Tx, actor: Actor, topic: str, now_ms: int) -> TopicPage:
    """Problem item_unknown where out of scope."""
    scope = scoped(actor)
    item = await get_item(tx, actor.project, "topic", topic)
    if item is None or item.state.deleted or not scope.reads(item.audience, item.area, item.state.author):
        raise Problem("item_unknown")
    (row,) = await _rows(tx, scope, [item])
    areas, today = await read_places(tx, actor.project)
    reports = await _candidates(tx, scope, areas, await list_in_topic(tx, scope, topic, most=200))
    near = sorted({item.area, *(code for code, unit in today.items() if unit == item.area and unit != DIVIDED)})
    about = " ".join([row.title, row.summary, *(one.text for one in reports[:20])])
    others = await _candidates(tx, scope, areas, await list_ungrouped(tx, scope, near, most=CANDIDATES))
    subjects = {one.subject for one in reports if one.subject}
    scores = rank(about, [one.text for one in others])
    matches = [
        structs.replace(one, likeness=round(score + (0.1 if one.subject in subjects else 0), 3))
        for one, score in zip(others, scores, strict=True)
    ]
    open_topics = [one for one in await list_topics(tx, scope, state="open") if one.area == item.area]
    rows = [one for one in await _rows(tx, scope, open_topics) if one.topic != topic]
    alike = rank(row.title, [one.title for one in rows])
    return TopicPage(
        topic=row,
        weeks=await _trend(tx, actor, topic, now_ms),
        reports=reports,
        matches=sorted((one for one in matches if one.likeness >= LIKE), key=lambda one: -one.likeness)[:12],
        similar=[one for score, one in sorted(zip(alike, rows, strict=True), key=_by_score) if score > LIKE][:5],
    )


def _by_score(pair: tuple[float, TopicRow]) -> float:
    return -pair[0]


async def _trend(tx: Tx, actor: Actor, topic: str, now_ms: int) -> list[int | None]:
    """Over every area in sight: what was reported under a former unit counts on in the one it became."""
    this = week_of(now_ms)
    weeks = [0] * WEEKS
    for period, _, _, count in await read_tallies(
        tx, actor.project, "topic_week", name=topic, since=this - WEEKS + 1, areas=areas_seen(actor)
    ):
        if period <= this:
            weeks[period - this + WEEKS - 1] += count
    return hide_small(weeks)


def hide_small(weeks: Sequence[int]) -> list[int | None]:
    """A series without its small cells. No total stands beside it."""
    return list(suppress(dict(enumerate(weeks)), total_shown=False).values())


async def _rows(tx: Tx, scope: Scope, items: Sequence[StoredItem]) -> list[TopicRow]:
    areas, _ = await read_places(tx, scope.project)
    counts = await count_by_topic(tx, scope.project, None if scope.reads_all else scope.areas)
    answered = await answers_by_topic(tx, scope.project)
    return [_row(item, areas, counts, answered) for item in items]


def _row(
    item: StoredItem, areas: Mapping[str, Area], counts: Mapping[str, int], answered: Mapping[str, Answered]
) -> TopicRow:
    fields, topic = item.state.fields, item.state.id
    answers = answered.get(topic, Answered(0, 0))
    due = fields.get("due_at_ms", "")
    return TopicRow(
        topic=topic,
        title=fields.get("title", ""),
        area=item.area,
        area_name=_name(areas, item.area),
        state=fields.get("state", "new"),
        urgency=fields.get("urgency", ""),
        owner=fields.get("owner", ""),
        due_at_ms=int(due) if due.isascii() and due.isdigit() and len(due) < 16 else 0,
        summary=fields.get("summary", ""),
        revision=item.state.revision,
        created_at_ms=item.created_at_ms,
        updated_at_ms=item.updated_at_ms,
        submissions=counts.get(topic, 0),
        answers=answers.answers,
        first_answer_at_ms=answers.first_at_ms,
    )


async def _candidates(tx: Tx, scope: Scope, areas: Mapping[str, Area], items: Sequence[StoredItem]) -> list[Candidate]:
    apart = await apart_for(tx, scope)
    shown = [(item, apart.show(item.on_wire()).fields) for item in items]
    return [
        Candidate(
            submission=item.state.id,
            text=free_text(fields)[:400],
            area_name=_name(areas, item.area),
            subject=subject_of(fields),
            created_at_ms=item.created_at_ms,
            revision=item.state.revision,
        )
        for item, fields in shown
    ]


def _name(areas: Mapping[str, Area], code: str) -> str:
    return areas[code].name if code in areas else code
