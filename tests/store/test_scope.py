"""One scope says who reads what: asked of one item, as a WHERE, as walks and as sums of cells, all the same."""

import pytest

from server.exchange.push import receive
from server.store.actor import load_device_actor, load_person_actor
from server.store.database import Database
from server.store.digests import scope_holding
from server.store.items import get_item
from server.store.listing import items_after, list_items, scope_items
from server.store.people import get_person, list_people
from server.store.scope import scoped
from sync.protocol import Change
from tests.exchange.people import EAST, NOW_MS, PEOPLE, PROJECT, PROVINCE, WEST, Province, found, report


@pytest.fixture
async def province(database: Database) -> Province:
    province = await found(database)
    topics = [
        Change(sequence=n, intent="create", kind="topic", id=f"topic-{area}", fields={"area": area, "title": "Nước"})
        for n, area in enumerate((EAST, WEST, PROVINCE), start=1)
    ]
    pushes = {
        "hoa": [report(1, "hoa-east"), report(2, "hoa-west", area=WEST), report(3, "hoa-old", area="old-1")],
        "lan": [report(1, "lan-east")],
        "cuc": topics,
    }
    for person, changes in pushes.items():
        await database.writer.run(
            lambda tx, p=person, c=changes: receive(tx, province.actors[p], f"r-{p}", c, now_ms=NOW_MS)  # type: ignore[misc]
        )
    return province


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_way_to_ask_a_scope_answers_alike(province: Province, person: str) -> None:
    scope, reader = scoped(province.actors[person]), province.exchange.database.reader
    everything = await reader.fetch("SELECT kind, id, audience, area, author FROM items ORDER BY position")
    asked = [row["id"] for row in everything if scope.reads(row["audience"], row["area"], row["author"])]
    where, args = scope.where("i")
    selected = [
        row["id"] for row in await reader.fetch(f"SELECT i.id FROM items i WHERE {where} ORDER BY position", *args)
    ]
    walked = [place.key[1] for place in await reader.read(lambda tx: items_after(tx, scope, 0, 100))]
    held = [key[1] for key, _, _ in await reader.read(lambda tx: scope_items(tx, scope, 0))]
    counted = await reader.read(lambda tx: scope_holding(tx, scope))
    assert asked == selected == walked == held
    assert counted.held == len(asked)
    listed = await reader.read(lambda tx: list_items(tx, scope, "submission"))
    assert {item.state.id for item in listed} == {name for name in asked if not name.startswith("topic")}


async def test_a_where_may_begin_at_any_placeholder(province: Province) -> None:
    scope = scoped(province.actors["binh"])
    where, args = scope.where("i", 3)
    rows = await province.exchange.database.reader.fetch(
        f"SELECT i.id FROM items i WHERE i.kind = $1 AND i.position > $2 AND {where} ORDER BY i.position",
        "topic",
        0,
        *args,
    )
    assert [row["id"] for row in rows] == [f"topic-{EAST}", f"topic-{PROVINCE}"]


def test_another_scope_has_another_hash(province: Province) -> None:
    assert len({scoped(actor).hash for actor in province.actors.values()}) == len(province.actors)


async def test_an_actor_knows_the_areas_around_its_own(database: Database) -> None:
    await found(database)
    read = database.reader.read
    binh = await read(lambda tx: load_device_actor(tx, PROJECT, "phone-binh"))
    dung = await read(lambda tx: load_person_actor(tx, PROJECT, "dung"))
    assert binh is not None
    assert dung is not None
    assert (binh.areas, binh.below, binh.above) == ((EAST,), {EAST, "old-1"}, {PROVINCE})
    assert (dung.areas, dung.below, dung.above) == ((PROVINCE,), {PROVINCE, EAST, WEST, "old-1"}, frozenset())
    assert await read(lambda tx: load_person_actor(tx, PROJECT, "nobody")) is None
    person = await read(lambda tx: get_person(tx, PROJECT, "hoa"))
    assert person is not None
    assert person.areas == (EAST, WEST)
    assert [one.person for one in await read(lambda tx: list_people(tx, PROJECT, area=WEST))] == ["hoa"]


async def test_what_was_deleted_is_in_no_list(province: Province) -> None:
    database, scope = province.exchange.database, scoped(province.actors["lan"])
    gone = Change(sequence=2, intent="delete", kind="submission", id="lan-east", base=1)
    await database.writer.run(lambda tx: receive(tx, province.actors["lan"], "r-lan", [gone], now_ms=NOW_MS))
    assert await database.reader.read(lambda tx: list_items(tx, scope, "submission")) == []
    stone = await database.reader.read(lambda tx: get_item(tx, PROJECT, "submission", "lan-east"))
    assert stone is not None
    assert stone.gone
