"""Counts of submissions that boards read instead of the submissions, kept in the transaction of the change itself.

    measure      name    period  part      what is counted
    day          –       day     –         arrivals per area and day
    subject      –       week    subject   what the form calls its kind of topic, per area and week
    topic        topic   0       –         what a topic gathers, per area
    topic_week   topic   week    –         the same by week

A day is one of Vietnam, a week begins on Monday; both are counted from 1970. A submission belongs to the week in which
it was written down, as far as the phone's clock can be believed (it is only data), else to the one in which it arrived.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from piccolo.table import Table

from server.store.engine import ENGINE
from server.store.items import StoredItem
from server.store.session import Row, Tx
from server.store.tables import Keyed, key, number, text

DAY_MS = 86_400_000
OFFSET_MS = 7 * 3_600_000
BELIEVED_MS = 60 * DAY_MS
"""How long before its arrival a report may say that it was written."""
SUBJECT_QUESTIONS = frozenset({"chu_de", "subject"})
"""Name of the question by which a form says what a report is about."""

_ENDS = tuple(SUBJECT_QUESTIONS)

Cell = tuple[str, str, int, str, str]
"""Measure, name, period, area, part."""


class TallyRow(Keyed, Table, tablename="tallies", db=ENGINE):
    project = key()
    measure = text()
    name = text()
    period = number()
    area = text()
    part = text()
    submissions = number()


def day_of(at_ms: int) -> int:
    """Days since 1970 in Vietnam."""
    return (at_ms + OFFSET_MS) // DAY_MS


def week_of(at_ms: int) -> int:
    """Weeks since Monday, 29 December 1969, in Vietnam."""
    return (day_of(at_ms) + 3) // 7


def written_at_ms(fields: Mapping[str, str], arrived_at_ms: int) -> int:
    """When a report was written, by a phone's clock that is believed within BELIEVED_MS before its arrival."""
    said = fields.get("submitted_at_ms", "")
    if (
        said.isascii()
        and said.isdigit()
        and len(said) < 16
        and arrived_at_ms - BELIEVED_MS <= int(said) <= arrived_at_ms
    ):
        return int(said)
    return arrived_at_ms


def subject_of(fields: Mapping[str, str]) -> str:
    """The answer to the form's subject question; "" where it has none."""
    ending = [path for path in fields if path.endswith(_ENDS)]
    return next((fields[path] for path in ending if _last(path) in SUBJECT_QUESTIONS), "")


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def cells_of(item: StoredItem) -> list[Cell]:
    """Where one item is counted."""
    state = item.state
    if state.kind != "submission" or state.deleted:
        return []
    fields, area = state.fields, item.area
    week = week_of(written_at_ms(fields, item.created_at_ms))
    cells: list[Cell] = [("day", "", day_of(item.created_at_ms), area, "")]
    if subject := subject_of(fields):
        cells.append(("subject", "", week, area, subject))
    if topic := fields.get("topic", ""):
        cells += [("topic", topic, 0, area, ""), ("topic_week", topic, week, area, "")]
    return cells


def tally(counts: Counter[Cell], before: StoredItem | None, after: StoredItem) -> None:
    """Take an item's earlier state out and put the new one in."""
    if before is not None:
        counts.subtract(cells_of(before))
    counts.update(cells_of(after))


async def save_tallies(tx: Tx, project: str, counts: Counter[Cell]) -> None:
    """Add what changed."""
    rows = [(project, *cell, count) for cell, count in sorted(counts.items()) if count]
    if rows:
        await tx.executemany(
            "INSERT INTO tallies (project, measure, name, period, area, part, submissions) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project, measure, name, period, area, part) "
            "DO UPDATE SET submissions = tallies.submissions + excluded.submissions",
            rows,
        )


async def read_tallies(
    tx: Tx, project: str, measure: str, *, name: str = "", since: int = 0, areas: Sequence[str] | None = None
) -> list[Row]:
    """Rows (period, area, part, submissions) from a period on; of these areas only, all where None."""
    listed, args = within("area", areas, 5)
    return await tx.fetch(
        "SELECT period, area, part, submissions FROM tallies WHERE project = $1 AND measure = $2 AND name = $3 "
        f"AND period >= $4 AND submissions > 0{listed}",
        project,
        measure,
        name,
        since,
        *args,
    )


async def count_by_topic(tx: Tx, project: str, areas: Sequence[str] | None) -> dict[str, int]:
    """Submissions per topic, within these areas."""
    listed, args = within("area", areas, 2)
    rows = await tx.fetch(
        "SELECT name, SUM(submissions) AS submissions FROM tallies WHERE project = $1 AND measure = 'topic'"
        f"{listed} GROUP BY name",
        project,
        *args,
    )
    return {row["name"]: int(row["submissions"]) for row in rows}


def within(column: str, areas: Sequence[str] | None, first: int) -> tuple[str, Sequence[str]]:
    """` AND column IN (…)` and its values; nothing where areas is None, nothing found where there are none."""
    if areas is None:
        return "", ()
    if not areas:
        return " AND 1 = 0", ()
    places = ", ".join(f"${place}" for place in range(first, first + len(areas)))
    return f" AND {column} IN ({places})", areas
