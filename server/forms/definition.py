"""What the server needs of a published XForm to understand its submissions: shape, repeats, and how coarse places may
be.

A phone rounds positions before anything else sees them; a device that speaks OpenRosa does not, so the server does
it, by the same appearance `decimals-N` (pwa/src/forms/place.ts).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree as ET

from msgspec import Struct

from server.forms.submission import Shape, bare, local_name, parse_xml, repeats_of, shape_of_xform

DECIMALS = 2
"""Decimals of a degree where the form asks nothing: about one kilometre."""
FINEST = 5
_XFORMS = "{http://www.w3.org/2002/xforms}"
_PLACES = {"geopoint", "geotrace", "geoshape"}


class Definition(Struct, frozen=True):
    """`decimals`: path of each place question -> how many decimals of a degree are kept."""

    shape: Shape
    repeats: Mapping[str, bool]
    decimals: Mapping[str, int]


@lru_cache(maxsize=64)
def define(xform: bytes) -> Definition:
    """The definition of an XForm. Raises UnreadableXmlError."""
    shape = shape_of_xform(xform)
    document = parse_xml(xform)
    places = {bind.get("nodeset", "") for bind in document.iter(f"{_XFORMS}bind") if bind.get("type") in _PLACES}
    appearances = {
        control.get("ref", ""): control.get("appearance", "") for control in document.iter(f"{_XFORMS}input")
    }
    return Definition(shape, repeats_of(shape), {path: _decimals(appearances.get(path, "")) for path in places})


def coarse(fields: Mapping[str, str], definition: Definition) -> dict[str, str]:
    """The same fields with every position rounded, its altitude and accuracy dropped."""
    return {
        name: _round(text, definition.decimals[bare(name)]) if bare(name) in definition.decimals else text
        for name, text in fields.items()
    }


def coarse_xml(xml: bytes, definition: Definition) -> bytes:
    """The same instance with every position rounded; the very bytes where it holds none. Raises UnreadableXmlError."""
    root = parse_xml(xml)
    rounded = False

    def walk(element: ET.Element, path: str) -> None:
        nonlocal rounded
        if path in definition.decimals and element.text:
            element.text, rounded = _round(element.text, definition.decimals[path]), True
        for child in element:
            walk(child, f"{path}/{local_name(child.tag)}")

    walk(root, f"/{local_name(root.tag)}")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) if rounded else xml


def _decimals(appearance: str) -> int:
    asked = re.findall(r"(?:^|\s)decimals-(\d+)(?=\s|$)", appearance)
    return min(int(asked[-1]), FINEST) if asked else DECIMALS


def _round(text: str, decimals: int) -> str:
    """Each point of a geopoint, geotrace or geoshape; what is no position is left out rather than kept too fine."""
    points = []
    for point in text.split(";"):
        try:
            latitude, longitude = (_number(float(part), decimals) for part in point.split()[:2])
        except ValueError:
            continue
        points.append(f"{latitude} {longitude} 0 0")
    return ";".join(points)


def _number(degrees: float, decimals: int) -> str:
    text = f"{degrees:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
