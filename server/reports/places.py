"""Areas over time: which unit of today a code of the past counts for. Pure but for reading the tree.

A unit that went whole into another counts for that one. One that was divided counts for none of them (nobody can say
whose a report of its past was), only for the province.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from server.store.actor import Actor
from server.store.areas import Area, list_areas
from server.store.scope import scoped
from server.store.session import Tx

DIVIDED = ""
"""What the past of a divided unit counts for."""


def fold(text: str) -> str:
    """Small letters without marks, đ as d: what a search compares."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def all_in(words: Sequence[str], text: str) -> bool:
    """Whether every folded word is in a text, marks or not, in any order."""
    folded = fold(text)
    return all(word in folded for word in words)


def units_of_today(areas: Iterable[Area]) -> dict[str, str]:
    """Code -> the code of today that it counts for, itself while it stands; DIVIDED when it was split up."""
    known = {area.area: area for area in areas}
    found: dict[str, str] = {}
    for area in known.values():
        for code in area.merged_from:
            if code not in known:
                found[code] = area.area if found.get(code, area.area) == area.area else DIVIDED
    return {**found, **{code: _today(code, known) for code in known}}


def _today(code: str, known: Mapping[str, Area]) -> str:
    seen = {code}
    while code in known and known[code].valid_to_ms is not None:
        after = known[code].successors
        if len(after) != 1 or after[0] in seen:
            return DIVIDED
        code = after[0]
        seen.add(code)
    return code


def areas_seen(actor: Actor) -> Sequence[str] | None:
    """Codes of the areas that the actor looks after; None for everything."""
    scope = scoped(actor)
    return None if scope.reads_all else scope.areas


async def read_places(tx: Tx, project: str) -> tuple[dict[str, Area], dict[str, str]]:
    """Areas by code, and `units_of_today`."""
    areas = await list_areas(tx, project)
    return {area.area: area for area in areas}, units_of_today(areas)
