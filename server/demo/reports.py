"""Some months of invented reports for `DEMO=full`: what a province might have heard, the same for the same seed.

Communes have a landscape (from the former districts they lie in), landscapes have concerns. Most weeks are ordinary; a
few surges (`SURGES`) are what the boards should find. Some collaborators are silent for weeks. Everything is invented,
about places only. Pure: no clock, no database.
"""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from msgspec import Struct

from server.demo.facts import DemoArea, FormerArea, rows_of

DAY_MS = 24 * 3600 * 1000
WEEKS = 17
SURGES = {
    "sat-lo": ("Huyện Chợ Mới", 2, 5.0),
    "gia-lua": ("Huyện Thoại Sơn", 1, 4.0),
    "nuoc-man": ("Huyện An Minh", 3, 4.0),
    "tau": ("Thành phố Phú Quốc", 1, 6.0),
}
"""Concern -> (former district, how many weeks until now, how many times as much as usual)."""
LANDSCAPES = {
    "hill": ("Huyện Tri Tôn", "Thị xã Tịnh Biên"),
    "river": (
        "Huyện An Phú",
        "Thị xã Tân Châu",
        "Huyện Phú Tân",
        "Huyện Chợ Mới",
        "Huyện Châu Phú",
        "Thành phố Long Xuyên",
        "Thành phố Châu Đốc",
    ),
    "coast": (
        "Huyện An Biên",
        "Huyện An Minh",
        "Huyện Hòn Đất",
        "Huyện Kiên Lương",
        "Thành phố Hà Tiên",
        "Thành phố Rạch Giá",
    ),
    "island": ("Thành phố Phú Quốc", "Huyện Kiên Hải"),
}
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Phan", "Trương", "Bùi", "Đặng", "Đỗ", "Ngô", "Dương", "Lý")
_MIDDLE = ("Văn", "Thị", "Minh", "Thanh", "Ngọc", "Hữu", "Quốc", "Kim", "Hoàng", "Thị Mỹ", "Thị Kim", "Công")
_GIVEN = (
    "An",
    "Bình",
    "Cúc",
    "Danh",
    "Giang",
    "Hạnh",
    "Khoa",
    "Liên",
    "Nam",
    "Nhi",
    "Phúc",
    "Sơn",
    "Thảo",
    "Út",
    "Vinh",
)


class Report(NamedTuple):
    """One invented report. `before_ms`: how long ago it was made; `heard`: how many people spoke of it."""

    person: str
    area: str
    concern: str
    title: str
    text: str
    urgency: str
    heard: int
    before_ms: int


class Collaborator(Struct, frozen=True, kw_only=True):
    """An invented collaborator. `weekly`: reports a week; `silent_for`: no report in the last so many weeks."""

    person: str
    name: str
    area: str
    weekly: float
    silent_for: int


class Concern(Struct, frozen=True, kw_only=True):
    concern: str
    where: frozenset[str]
    title: str
    text: str


def landscape_of(area: DemoArea, former: dict[str, FormerArea]) -> frozenset[str]:
    """`hill`, `river`, `coast`, `island` by district, `town` for a phường, `field` where nothing else is said."""
    districts = districts_of(area, former)
    found = {name for name, places in LANDSCAPES.items() if districts & set(places)}
    if area.kind == "phường":
        found.add("town")
    return frozenset(found or {"field"})


def districts_of(area: DemoArea, former: dict[str, FormerArea]) -> set[str]:
    return {former[code].district for code in area.merged_from}


def invent_collaborators(communes: list[DemoArea], seed: int) -> list[Collaborator]:
    """One for each commune, by code."""
    random = Random(f"{seed} people")
    found = []
    for commune in communes:
        name = f"{random.choice(_FAMILY)} {random.choice(_MIDDLE)} {random.choice(_GIVEN)}"
        found.append(
            Collaborator(
                person=f"ctv-{commune.code}",
                name=name,
                area=commune.code,
                weekly=random.choice((0.4, 0.8, 1.0, 1.2, 2.0)),
                silent_for=random.choices((0, 2, 4, 8), (80, 10, 6, 4))[0],
            )
        )
    return found


def invent_reports(
    collaborators: list[Collaborator], communes: list[DemoArea], former: dict[str, FormerArea], seed: int
) -> Iterator[Report]:
    """Reports from the oldest to the newest week, in no order within a week."""
    areas = {commune.code: commune for commune in communes}
    concerns = read_concerns()
    random = Random(f"{seed} reports")
    for week in range(WEEKS, 0, -1):
        for one in collaborators:
            area = areas[one.area]
            surges = {
                name: times
                for name, (district, weeks, times) in SURGES.items()
                if week <= weeks and district in districts_of(area, former)
            }
            if week <= one.silent_for and not surges:
                continue
            fitting = [concern for concern in concerns if concern.where & landscape_of(area, former)]
            weights = [surges.get(concern.concern, 1.0) for concern in fitting]
            how_many = int(one.weekly * (2 if surges else 1) + random.random())
            for concern in random.choices(fitting, weights, k=how_many):
                urgency = random.choices(
                    ("low", "medium", "high"), (50, 40, 10) if concern.concern not in surges else (5, 45, 50)
                )[0]
                yield Report(
                    person=one.person,
                    area=one.area,
                    concern=concern.concern,
                    title=concern.title,
                    text=concern.text,
                    urgency=urgency,
                    heard=random.choice((3, 4, 5, 6, 8, 10, 12, 15, 20)),
                    before_ms=week * 7 * DAY_MS - random.randrange(7 * DAY_MS),
                )


def read_concerns() -> list[Concern]:
    """One for each sentence in concerns.csv."""
    return [
        Concern(concern=row["concern"], where=frozenset(row["where"].split()), title=row["title"], text=row["text"])
        for row in rows_of("concerns.csv")
    ]
