"""The one writer: groups what waits, answers after COMMIT, undoes one unit alone."""

import asyncio
from typing import Any

import pytest

from server.store.crash_points import set_hook
from server.store.database import Database, open_database
from server.store.projects import create_project, get_project
from server.store.tables import PersonRow
from server.store.writer import NoProjectError, WriteTx
from tests.conftest import Place

PROJECT = "an-giang"


@pytest.fixture
async def project(database: Database) -> str:
    await database.writer.run(lambda tx: create_project(tx, PROJECT, "An Giang", "e", 1))
    return PROJECT


async def add_person(tx: WriteTx, person: str) -> int:
    counter = await tx.counter(PROJECT)
    position = counter.next()
    await tx.execute("INSERT INTO people (project, person, name) VALUES ($1, $2, $3)", PROJECT, person, str(position))
    return position


async def people(database: Database) -> dict[str, str]:
    rows = await database.reader.fetch("SELECT person, name FROM people ORDER BY person")
    return {row["person"]: row["name"] for row in rows}


async def test_an_answer_means_that_it_is_committed(database: Database, project: str) -> None:
    assert await database.writer.run(lambda tx: add_person(tx, "a"), project) == 1
    assert await people(database) == {"a": "1"}


async def test_a_unit_that_fails_is_undone_alone_and_its_positions_are_given_to_others(
    database: Database, project: str
) -> None:
    async def failing(tx: WriteTx) -> None:
        await add_person(tx, "lost")
        raise ValueError("not this one")

    answers = await asyncio.gather(
        database.writer.run(lambda tx: add_person(tx, "a"), project),
        database.writer.run(failing, project),
        database.writer.run(lambda tx: add_person(tx, "b"), project),
        return_exceptions=True,
    )
    assert answers[::2] == [1, 2]
    assert isinstance(answers[1], ValueError)
    assert await people(database) == {"a": "1", "b": "2"}
    stored = await database.reader.read(lambda tx: get_project(tx, PROJECT))
    assert stored is not None
    assert stored.position == 2


async def test_a_unit_that_breaks_a_constraint_harms_nobody_else(database: Database, project: str) -> None:
    await database.writer.run(lambda tx: add_person(tx, "a"), project)
    answers = await asyncio.gather(
        *(database.writer.run(lambda tx, p=p: add_person(tx, p), project) for p in ("b", "a", "c")),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert answers[0] == 2
    assert isinstance(answers[1], Exception)
    assert answers[2] == 3


async def test_units_that_wait_together_share_a_transaction(database: Database, project: str) -> None:
    commits: list[int] = []
    database.writer.listen(lambda: commits.append(1))
    await asyncio.gather(
        *(database.writer.run(lambda tx, n=n: add_person(tx, f"p{n}"), project) for n in range(60))  # type: ignore[misc]
    )
    assert len(await people(database)) == 60
    assert len(commits) < 30


async def test_a_caller_that_goes_away_tears_nothing(database: Database, project: str) -> None:
    tasks = [
        asyncio.create_task(database.writer.run(lambda tx, n=n: add_person(tx, f"p{n}"), project))  # type: ignore[misc]
        for n in range(20)
    ]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await database.writer.run(lambda tx: add_person(tx, "last"), project)
    stored = await database.reader.read(lambda tx: get_project(tx, PROJECT))
    assert stored is not None
    assert sorted(int(name) for name in (await people(database)).values()) == list(range(1, stored.position + 1))


async def test_when_the_transaction_fails_everybody_hears_it_and_nothing_is_kept(
    database: Database, project: str
) -> None:
    def die(point: str) -> None:
        if point == "after_save_before_commit":
            raise OSError("disk full")

    set_hook(die)
    try:
        answers = await asyncio.gather(
            *(database.writer.run(lambda tx, n=n: add_person(tx, f"p{n}"), project) for n in range(5)),  # type: ignore[misc]
            return_exceptions=True,
        )
    finally:
        set_hook(None)
    assert all(isinstance(answer, OSError) for answer in answers)
    assert await people(database) == {}
    assert await database.writer.run(lambda tx: add_person(tx, "a"), project) == 1


async def test_an_unknown_project_is_said(database: Database) -> None:
    with pytest.raises(NoProjectError):
        await database.writer.run(lambda tx: tx.counter("nowhere"))


async def test_what_is_called_after_commit_is_not_called_when_the_unit_fails(database: Database, project: str) -> None:
    called: list[str] = []

    async def good(tx: WriteTx) -> None:
        tx.on_commit(lambda: called.append("good"))

    async def bad(tx: WriteTx) -> None:
        tx.on_commit(lambda: called.append("bad"))
        raise ValueError

    await asyncio.gather(database.writer.run(good, project), database.writer.run(bad, project), return_exceptions=True)
    assert called == ["good"]


async def test_piccolo_and_prepared_sql_share_the_transaction(database: Database, project: str) -> None:
    async def unit(tx: WriteTx) -> Any:
        await tx.run(PersonRow.insert(PersonRow(project=PROJECT, person="a", name="Hoa")))
        return await tx.fetch_one("SELECT name FROM people WHERE person = $1", "a")

    assert (await database.writer.run(unit, project))["name"] == "Hoa"
    assert await database.reader.run(PersonRow.count()) == 1


async def test_a_reader_cannot_write(database: Database, project: str) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await database.reader.read(lambda tx: tx.execute("DELETE FROM projects"))
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        await database.reader.run(PersonRow.insert(PersonRow(project=PROJECT, person="x")))


async def test_one_row_object_cannot_be_saved_by_its_leading_key(database: Database) -> None:
    with pytest.raises(TypeError):
        PersonRow(project=PROJECT, person="a").save()


async def test_what_waits_at_the_end_is_still_written(place: Place) -> None:
    database = await open_database(place.url, place.data, migrate=False)
    await database.writer.run(lambda tx: create_project(tx, PROJECT, "An Giang", "e", 1))
    waiting = [asyncio.create_task(database.writer.run(lambda tx, n=n: add_person(tx, f"p{n}"))) for n in range(9)]  # type: ignore[misc]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*waiting)
    async with await open_database(place.url, place.data, migrate=False) as again:
        assert len(await people(again)) == 9


async def test_two_databases_open_at_once_take_positions_in_turn(place: Place) -> None:
    """Two workers on PostgreSQL; on SQLite a worker and a command beside it."""
    async with (
        await open_database(place.url, place.data, migrate=False) as one,
        await open_database(place.url, place.data, migrate=False) as two,
    ):
        await one.writer.run(lambda tx: create_project(tx, PROJECT, "An Giang", "e", 1))
        await asyncio.gather(
            *(
                worker.writer.run(lambda tx, n=n: add_person(tx, f"p{n}"), PROJECT)  # type: ignore[misc]
                for n, worker in enumerate([one, two] * 40)
            )
        )
        assert sorted(int(name) for name in (await people(one)).values()) == list(range(1, 81))
