"""Topics and answers as boards need them: one row each, and the submissions around a topic."""

from collections.abc import Sequence

from msgspec import Struct

from server.store.items import COLUMNS, StoredItem, from_rows
from server.store.scope import Scope
from server.store.session import Tx
from server.store.tallies import within

MOST_TOPICS = 5_000
IS_SUBMISSION = "kind || '' = 'submission'"
"""So written that a planner looks by topic, not through every submission by the key of the table."""


async def list_topics(tx: Tx, scope: Scope, *, state: str = "", most: int = MOST_TOPICS) -> list[StoredItem]:
    """Topics within scope, the newest change first; `state` "open" takes all but closed ones."""
    where, args = scope.where("i", 4)
    chosen = "i.state <> 'closed'" if state == "open" else "($2 = '' OR i.state = $2)"
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.project = $1 AND i.kind = 'topic' AND i.deleted = 0 AND {chosen} "
        f"AND CAST($2 AS TEXT) = $2 AND {where} ORDER BY i.position DESC LIMIT $3",
        scope.project,
        state,
        most,
        *args,
    )
    return await from_rows(tx, scope.project, rows)


async def list_answers(tx: Tx, scope: Scope, *, most: int) -> list[StoredItem]:
    """Answers within scope, the newest change first."""
    where, args = scope.where("i", 3)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.project = $1 AND i.kind = 'answer' AND i.deleted = 0 AND {where} "
        "ORDER BY i.position DESC LIMIT $2",
        scope.project,
        most,
        *args,
    )
    return await from_rows(tx, scope.project, rows)


class Answered(Struct, frozen=True):
    """How many answers a topic got, and when the first arrived (ms)."""

    answers: int
    first_at_ms: int


async def answers_by_topic(tx: Tx, project: str) -> dict[str, Answered]:
    """Of every topic that was answered."""
    rows = await tx.fetch(
        "SELECT topic, COUNT(*) AS answers, MIN(created_at_ms) AS first_at_ms FROM items "
        "WHERE project = $1 AND kind = 'answer' AND deleted = 0 GROUP BY topic",
        project,
    )
    return {row["topic"]: Answered(row["answers"], row["first_at_ms"]) for row in rows}


async def list_in_topic(tx: Tx, scope: Scope, topic: str, *, most: int) -> list[StoredItem]:
    """Submissions of a topic within scope, the newest change first."""
    where, args = scope.where("i", 4)
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.project = $1 AND i.topic = $2 AND i.topic <> '' "
        f"AND i.kind = 'submission' AND i.deleted = 0 AND {where} ORDER BY i.position DESC LIMIT $3",
        scope.project,
        topic,
        most,
        *args,
    )
    return await from_rows(tx, scope.project, rows)


async def list_ungrouped(tx: Tx, scope: Scope, areas: Sequence[str], *, most: int) -> list[StoredItem]:
    """Submissions of these areas that stand in no topic, within scope, the newest change first."""
    listed, codes = within("i.area", areas, 3)
    where, args = scope.where("i", 3 + len(codes))
    rows = await tx.fetch(
        f"SELECT {COLUMNS} FROM items i WHERE i.project = $1 AND i.audience = 'team'{listed} "
        f"AND i.kind = 'submission' AND i.topic = '' AND i.deleted = 0 AND {where} ORDER BY i.position DESC LIMIT $2",
        scope.project,
        most,
        *codes,
        *args,
    )
    return await from_rows(tx, scope.project, rows)


class Reach(Struct, frozen=True):
    """Whom an answer reached: people who had reported, people sent a webpush, people whose phone opened it."""

    reporters: int
    told: int
    read: int


async def reach_of_answers(tx: Tx, project: str, answers: Sequence[tuple[str, str]]) -> dict[str, Reach]:
    """(answer, topic) each; one look per kind of figure, whatever the number of answers."""
    topics = sorted({topic for _, topic in answers if topic})
    listed, args = within("topic", topics, 2)
    reporters = await tx.fetch(
        "SELECT topic, COUNT(DISTINCT author) AS people FROM items WHERE project = $1 AND topic <> '' "
        f"AND {IS_SUBMISSION} AND deleted = 0{listed} GROUP BY topic",
        project,
        *args,
    )
    listed, args = within("alert", [f"answer!{answer}" for answer, _ in answers], 2)
    told = await tx.fetch(
        "SELECT alert, COUNT(DISTINCT person) AS people FROM deliveries WHERE project = $1 "
        f"AND accepted_at_ms IS NOT NULL{listed} GROUP BY alert",
        project,
        *args,
    )
    opened = await tx.fetch(
        "SELECT substr(id, 8) AS name, author FROM items WHERE project = $1 AND kind = 'delivery' AND deleted = 0 "
        "AND id LIKE 'answer!%'",
        project,
    )
    readers: dict[str, set[str]] = {}
    for name, author in opened:
        readers.setdefault(name.rpartition(":")[0], set()).add(author)
    by_topic = {row["topic"]: row["people"] for row in reporters}
    by_answer = {row["alert"]: row["people"] for row in told}
    return {
        answer: Reach(by_topic.get(topic, 0), by_answer.get(f"answer!{answer}", 0), len(readers.get(answer, ())))
        for answer, topic in answers
    }


class Waiting(Struct, frozen=True):
    """What is needed to say how long a topic waited."""

    topic: str
    area: str
    state: str
    created_at_ms: int


async def list_waiting(tx: Tx, scope: Scope) -> list[Waiting]:
    """Every topic within scope, without what it says."""
    where, args = scope.where("i", 2)
    rows = await tx.fetch(
        "SELECT i.id, i.area, i.state, i.created_at_ms FROM items i WHERE i.project = $1 AND i.kind = 'topic' "
        f"AND i.deleted = 0 AND {where}",
        scope.project,
        *args,
    )
    return [Waiting(*row) for row in rows]


async def keys_in_topic(tx: Tx, project: str, topic: str) -> list[tuple[str, int]]:
    """(submission, revision) of everything that a topic gathers."""
    rows = await tx.fetch(
        "SELECT id, revision FROM items WHERE project = $1 AND topic = $2 AND topic <> '' "
        f"AND {IS_SUBMISSION} AND deleted = 0 ORDER BY position",
        project,
        topic,
    )
    return [(row["id"], row["revision"]) for row in rows]
