"""The dated area tree: a province and its communes, with the units they came from and the ones that followed them."""

from typing import Literal

import msgspec
from msgspec import Struct

from server.store.session import Row, Tx

_json = msgspec.json.Encoder().encode


class Area(Struct, frozen=True, kw_only=True):
    """`area` is the official unit code; valid_to_ms None while it stands; `search` is folded (no marks, đ -> d)."""

    project: str
    area: str
    name: str
    kind: Literal["province", "commune"] = "commune"
    parent: str = ""
    valid_from_ms: int = 0
    valid_to_ms: int | None = None
    successors: tuple[str, ...] = ()
    merged_from: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None
    search: str = ""
    region: str = ""
    """By what a map of tiles groups communes, such as the former district."""


async def save_areas(tx: Tx, areas: list[Area]) -> None:
    """Create or replace."""
    await tx.executemany(
        "INSERT INTO areas (project, area, name, kind, parent, valid_from_ms, valid_to_ms, successors, merged_from, "
        "latitude, longitude, search, region) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
        "ON CONFLICT (project, area) DO UPDATE SET name = excluded.name, kind = excluded.kind, "
        "parent = excluded.parent, valid_from_ms = excluded.valid_from_ms, valid_to_ms = excluded.valid_to_ms, "
        "successors = excluded.successors, "
        "merged_from = excluded.merged_from, latitude = excluded.latitude, longitude = excluded.longitude, "
        "search = excluded.search, region = excluded.region",
        [
            (
                area.project,
                area.area,
                area.name,
                area.kind,
                area.parent,
                area.valid_from_ms,
                area.valid_to_ms,
                _json(area.successors) if area.successors else b"",
                _json(area.merged_from) if area.merged_from else b"",
                area.latitude,
                area.longitude,
                area.search,
                area.region,
            )
            for area in areas
        ],
    )


async def list_areas(tx: Tx, project: str) -> list[Area]:
    """Every area, also those of the past, by code."""
    return [_area(row) for row in await tx.fetch("SELECT * FROM areas WHERE project = $1 ORDER BY area", project)]


async def get_area(tx: Tx, project: str, area: str) -> Area | None:
    row = await tx.fetch_one("SELECT * FROM areas WHERE project = $1 AND area = $2", project, area)
    return None if row is None else _area(row)


def _codes(body: bytes) -> tuple[str, ...]:
    return msgspec.json.decode(body, type=tuple[str, ...]) if body else ()


def _area(row: Row) -> Area:
    return Area(
        project=row["project"],
        area=row["area"],
        name=row["name"],
        kind=row["kind"],
        parent=row["parent"],
        valid_from_ms=row["valid_from_ms"],
        valid_to_ms=row["valid_to_ms"],
        successors=_codes(row["successors"]),
        merged_from=_codes(row["merged_from"]),
        latitude=row["latitude"],
        longitude=row["longitude"],
        search=row["search"],
        region=row["region"],
    )
