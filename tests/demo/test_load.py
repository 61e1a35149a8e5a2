from server.demo.load import demo_areas, fold, load_demo
from server.store.areas import list_areas
from server.store.database import Database
from server.store.people import list_people

DAY_MS = 24 * 3600 * 1000


async def test_the_demo_is_loaded_once(database: Database) -> None:
    assert await database.writer.run(lambda tx: load_demo(tx, "an-giang", epoch="one", now_ms=1))
    assert not await database.writer.run(lambda tx: load_demo(tx, "an-giang", epoch="two", now_ms=2))
    people = await database.reader.read(lambda tx: list_people(tx, "an-giang"))
    assert len(people) == 9
    areas = await database.reader.read(lambda tx: list_areas(tx, "an-giang"))
    assert sorted(areas, key=lambda one: one.area) == sorted(demo_areas("an-giang"), key=lambda one: one.area)


def test_former_units_end_on_the_day_the_communes_begin() -> None:
    areas = {area.area: area for area in demo_areas("an-giang")}
    tri_ton = areas["30544"]
    assert (tri_ton.name, tri_ton.parent, tri_ton.valid_to_ms) == ("Xã Tri Tôn", "91", None)
    former = areas["30562"]
    assert former.successors == ("30544",)
    assert former.valid_to_ms == tri_ton.valid_from_ms
    assert tri_ton.valid_from_ms % DAY_MS == 17 * 3600 * 1000


def test_a_commune_is_found_by_the_names_of_what_it_was_made_of() -> None:
    areas = {area.area: area for area in demo_areas("an-giang")}
    assert "vinh thanh van" in areas["30742"].search
    assert "thanh pho rach gia" in areas["30742"].search


def test_a_search_needs_no_marks() -> None:
    assert fold("Đặc khu Phú Quốc") == "dac khu phu quoc"


async def test_phones_learn_the_province_and_its_communes_as_items(database: Database) -> None:
    await database.writer.run(lambda tx: load_demo(tx, "an-giang", epoch="one", now_ms=1))
    rows = await database.reader.fetch("SELECT id, audience, deleted FROM items WHERE kind = 'area' ORDER BY id")
    assert len(rows) == 103
    assert {(row["audience"], row["deleted"]) for row in rows} == {("all", 0)}
