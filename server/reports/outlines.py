"""Outlines of areas as an administrator uploads them: GeoJSON polygons in degrees, each naming its unit code.

Nothing here knows the shape of a commune by itself: no registry ships them, so without an upload boards draw tiles.
"""

from typing import Any

import msgspec
from msgspec import Struct

from server.problems import Problem
from server.reports.places import read_places
from server.store.session import Tx

CODES = ("code", "area", "ma", "ma_xa", "id")
"""Properties in which a unit code is looked for."""
DECIMALS = 4
"""About ten metres: what a map of a province can show."""


class _Shape(Struct):
    type: str
    coordinates: list[Any]


class _Feature(Struct):
    geometry: _Shape
    properties: dict[str, Any]


class _Collection(Struct):
    type: str
    features: list[_Feature]


class Outline(Struct, frozen=True):
    """What is kept (GeoJSON, rounded, properties reduced to `area`), and standing communes that have no shape in it."""

    body: bytes
    missing: list[str]


_decode = msgspec.json.Decoder(_Collection).decode


async def check_outline(tx: Tx, project: str, content: bytes) -> Outline:
    """Problem body_malformed with what is wrong, in the order of the file."""
    try:
        collection = _decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("body_malformed", fault=str(error)) from error
    areas, _ = await read_places(tx, project)
    kept: dict[str, dict[str, Any]] = {}
    for place, feature in enumerate(collection.features):
        code = next((str(feature.properties[name]) for name in CODES if name in feature.properties), "")
        if code not in areas:
            raise Problem(
                "body_malformed", fault=f"unit code {code!r} is unknown - at `$.features[{place}].properties`"
            )
        if feature.geometry.type not in {"Polygon", "MultiPolygon"}:
            raise Problem("body_malformed", fault=f"a polygon is needed - at `$.features[{place}].geometry.type`")
        shape = {"type": feature.geometry.type, "coordinates": _rounded(feature.geometry.coordinates, place)}
        kept[code] = {"type": "Feature", "properties": {"area": code}, "geometry": shape}
    body = msgspec.json.encode({"type": "FeatureCollection", "features": list(kept.values())})
    standing = [one for one in areas.values() if one.kind == "commune" and one.valid_to_ms is None]
    return Outline(body, sorted(one.area for one in standing if one.area not in kept))


def _rounded(coordinates: Any, place: int) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(one, place) for one in coordinates]
    if isinstance(coordinates, int | float) and -180 <= coordinates <= 180:
        return round(float(coordinates), DECIMALS)
    raise Problem("body_malformed", fault=f"degrees are needed - at `$.features[{place}].geometry.coordinates`")
