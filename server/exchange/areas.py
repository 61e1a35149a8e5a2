"""Merging and dividing areas with the day from which it holds. Nothing of the past is rewritten: former units stay,
dated, and point to what followed them, so that a queued report, a search by an old name and a trend go on working.

People are bound to what followed: their phones get the new scope at their next sync.
"""

from collections.abc import Sequence

from msgspec import Struct, structs

from server.exchange.push import apply_server_changes
from server.problems import Problem
from server.reports.places import fold
from server.store.actor import Actor
from server.store.areas import Area, get_area, save_areas
from server.store.audit import append_audit
from server.store.items import load_items
from server.store.people import list_people, save_person
from server.store.writer import WriteTx
from sync.protocol import Change


class Unit(Struct, frozen=True):
    """Code and name of a unit that follows."""

    area: str
    name: str


async def merge_areas(
    tx: WriteTx, actor: Actor, areas: Sequence[str], into: Unit, *, at_ms: int, now_ms: int
) -> list[Area]:
    """Several standing units become one, which may go on under the code of one of them. Answers what was saved."""
    former = [await _standing(tx, actor.project, code) for code in dict.fromkeys(areas)]
    _check(former, [into], at_ms, now_ms)
    if len(former) < 2:
        raise Problem("body_malformed", fault="two areas or more are needed - at `$.areas`")
    known = await get_area(tx, actor.project, into.area)
    if known is not None and all(one.area != into.area for one in former):
        raise Problem("body_malformed", fault="this code is taken - at `$.into.area`")
    codes = [one.area for one in former if one.area != into.area]
    before = {code for one in former for code in one.merged_from}
    first = next((one for one in former if one.area == into.area), former[0])
    after = structs.replace(
        first,
        area=into.area,
        name=into.name,
        valid_from_ms=at_ms,
        merged_from=tuple(sorted({*codes, *before} - {into.area})),
        search=" · ".join([fold(into.name), *(one.search or fold(one.name) for one in former)]),
    )
    ended = [structs.replace(one, valid_to_ms=at_ms, successors=(into.area,)) for one in former if one.area in codes]
    return await _save(tx, actor, ended, [after], verb="merged_areas", now_ms=now_ms)


async def split_area(
    tx: WriteTx, actor: Actor, area: str, into: Sequence[Unit], *, at_ms: int, now_ms: int
) -> list[Area]:
    """One standing unit becomes several new ones. Its people look after all of them until somebody says otherwise."""
    former = await _standing(tx, actor.project, area)
    _check([former], into, at_ms, now_ms)
    if len(into) < 2 or len({unit.area for unit in into}) < len(into):
        raise Problem("body_malformed", fault="two units with codes of their own are needed - at `$.into`")
    for place, unit in enumerate(into):
        if await get_area(tx, actor.project, unit.area) is not None:
            raise Problem("body_malformed", fault=f"this code is taken - at `$.into[{place}].area`")
    after = [
        structs.replace(
            former,
            area=unit.area,
            name=unit.name,
            valid_from_ms=at_ms,
            merged_from=(area, *former.merged_from),
            search=f"{fold(unit.name)} · {former.search or fold(former.name)}",
        )
        for unit in into
    ]
    ended = structs.replace(former, valid_to_ms=at_ms, successors=tuple(unit.area for unit in into))
    return await _save(tx, actor, [ended], after, verb="split_area", now_ms=now_ms)


async def _standing(tx: WriteTx, project: str, code: str) -> Area:
    area = await get_area(tx, project, code)
    if area is None or area.valid_to_ms is not None or area.kind != "commune":
        raise Problem("body_malformed", fault=f"{code} is no standing commune")
    return area


def _check(former: Sequence[Area], into: Sequence[Unit], at_ms: int, now_ms: int) -> None:
    if not max(one.valid_from_ms for one in former) < at_ms <= now_ms:
        raise Problem("body_malformed", fault="a day after they began and not after today is needed - at `$.at_ms`")
    if any(not unit.name.strip() or not unit.area.isdigit() or len(unit.area) > 10 for unit in into):
        raise Problem("body_malformed", fault="a name and an official code are needed - at `$.into`")


async def _save(
    tx: WriteTx, actor: Actor, ended: Sequence[Area], after: Sequence[Area], *, verb: str, now_ms: int
) -> list[Area]:
    saved = [*ended, *after]
    await save_areas(tx, saved)
    follow = {one.area: one.successors for one in ended}
    for person in await list_people(tx, actor.project):
        if any(area in follow for area in person.areas):
            areas = sorted({code for area in person.areas for code in follow.get(area, (area,))})
            await save_person(tx, structs.replace(person, areas=tuple(areas)))
    await _tell_phones(tx, actor, ended, after, now_ms)
    await append_audit(
        tx, actor.project, at_ms=now_ms, actor=actor.person, verb=verb, subject=",".join(one.area for one in after),
        particulars={"from": [one.area for one in ended]},
    )  # fmt: skip
    return saved


async def _tell_phones(tx: WriteTx, actor: Actor, ended: Sequence[Area], after: Sequence[Area], now_ms: int) -> None:
    items = await load_items(tx, actor.project, [("area", one.area) for one in (*ended, *after)])
    changes = [
        Change(sequence=0, intent="delete", kind="area", id=one.area, base=items["area", one.area].state.revision)
        for one in ended
        if ("area", one.area) in items
    ]
    for one in after:
        fields = {"name": one.name, "kind": one.kind, "parent": one.parent, "search": one.search}
        standing = items.get(("area", one.area))
        changes.append(
            Change(
                sequence=0,
                intent="edit" if standing is not None else "create",
                kind="area",
                id=one.area,
                base=standing.state.revision if standing is not None else 0,
                fields={**fields},
            )
        )
    await apply_server_changes(tx, actor.project, changes, now_ms=now_ms, person=actor.person, name=actor.name)
