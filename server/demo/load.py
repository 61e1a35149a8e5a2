"""Puts the demo project into an empty database: areas, people, forms. Run again, it changes nothing.

Codes that are used again keep their row of today; the former names are found through `search` of what came after.
"""

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from server.demo.facts import DemoArea, FormerArea, read_areas, read_former_areas, read_people
from server.exchange.push import apply_server_changes
from server.store.areas import Area, save_areas
from server.store.people import Person, save_person
from server.store.projects import create_project, get_project
from server.store.writer import WriteTx
from sync.protocol import Change

NAME = "Lắng Nghe An Giang"
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


async def load_demo(tx: WriteTx, project: str, *, epoch: str, now_ms: int) -> bool:
    """Create the project with its areas and people. False (and nothing done) when the project exists."""
    if await get_project(tx, project) is not None:
        return False
    await create_project(tx, project, NAME, epoch, now_ms)
    areas = demo_areas(project)
    await save_areas(tx, areas)
    await apply_server_changes(
        tx, project, [area_change(area) for area in areas if area.valid_to_ms is None], now_ms=now_ms
    )
    for one in read_people():
        person = Person(
            project=project,
            person=one.person,
            name=one.name,
            role=one.role,
            areas=one.areas,
            created_at_ms=now_ms,
        )
        await save_person(tx, person)
    return True


def area_change(area: Area) -> Change:
    """The item by which phones know an area. Days are not needed there; `search` is what the phone searches."""
    fields = {"name": area.name, "kind": area.kind, "parent": area.parent, "search": area.search}
    return Change(sequence=0, intent="create", kind="area", id=area.area, fields={**fields})


def demo_areas(project: str) -> list[Area]:
    """Province and communes of today, then the former units whose code is used no more."""
    today, former = read_areas(), read_former_areas()
    names = {area.code: area for area in former}
    codes = {area.code for area in today}
    return [_today(project, area, names) for area in today] + [
        _former(project, area) for area in former if area.code not in codes
    ]


def _today(project: str, area: DemoArea, former: dict[str, FormerArea]) -> Area:
    """`search` holds the own name and those of what it was made of, with their districts."""
    made_of = [former[code] for code in area.merged_from if area.parent]
    words = [area.name, *(f"{one.name} {one.district}" for one in made_of)]
    return Area(
        project=project,
        area=area.code,
        name=area.name,
        kind="commune" if area.parent else "province",
        parent=area.parent,
        valid_from_ms=_day_ms(area.valid_from),
        merged_from=tuple(one.code for one in made_of),
        search=fold(" · ".join(words)),
        region=_region([one.district for one in made_of]),
    )


def _region(districts: list[str]) -> str:
    """The former district that most of what a commune was made of lay in; "" for the province."""
    return max(districts, key=lambda name: (districts.count(name), name), default="")


def _former(project: str, area: FormerArea) -> Area:
    """Ends with its last day. Its parent is the province of today, so that it is found in the tree."""
    return Area(
        project=project,
        area=area.code,
        name=f"{area.name} ({area.district})",
        parent="91",
        valid_to_ms=_day_ms(area.valid_to) + 24 * 3600 * 1000,
        successors=area.successors,
        search=fold(f"{area.name} {area.district}"),
    )


def fold(text: str) -> str:
    """Small letters without marks, đ as d: what a search compares."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _day_ms(day: str) -> int:
    """The first moment of a day in Vietnam."""
    return int(datetime.fromisoformat(day).replace(tzinfo=VIETNAM).timestamp() * 1000)
