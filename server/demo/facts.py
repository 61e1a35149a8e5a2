"""Reads the CSV files of the demo into structs. Pure: no database."""

import csv
from collections.abc import Iterator
from importlib.resources import files

from msgspec import Struct, convert

from server.store.actor import Role


class DemoArea(Struct, frozen=True, kw_only=True):
    """One unit of today. Days are `YYYY-MM-DD`; `merged_from` the codes of the units it was made of."""

    code: str
    name: str
    kind: str
    parent: str
    valid_from: str
    merged_from: tuple[str, ...]


class FormerArea(Struct, frozen=True, kw_only=True):
    """One unit that ended; `valid_to` is its last day, `successors` the codes of today's communes it went to."""

    code: str
    name: str
    kind: str
    district: str
    province: str
    valid_to: str
    partly: bool
    successors: tuple[str, ...]


class DemoPerson(Struct, frozen=True, kw_only=True):
    """An invented person; `areas` are codes of today."""

    person: str
    name: str
    role: Role
    areas: tuple[str, ...]


def read_areas() -> list[DemoArea]:
    """The province first, then its communes by code."""
    return [
        DemoArea(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            parent=row["parent"],
            valid_from=row["valid_from"],
            merged_from=tuple(row["merged_from"].split()),
        )
        for row in rows_of("areas.csv")
    ]


def read_former_areas() -> list[FormerArea]:
    """The commune-level units before 1 July 2025, by code."""
    return [
        FormerArea(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            district=row["district"],
            province=row["province"],
            valid_to=row["valid_to"],
            partly=row["partly"] == "yes",
            successors=tuple(row["successors"].split()),
        )
        for row in rows_of("areas_before.csv")
    ]


def read_people() -> list[DemoPerson]:
    """Collaborators first, the administrator last."""
    return [
        DemoPerson(
            person=row["person"], name=row["name"], role=convert(row["role"], Role), areas=tuple(row["areas"].split())
        )
        for row in rows_of("people.csv")
    ]


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """Rows of one CSV file of the demo."""
    with (files("server.demo") / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
