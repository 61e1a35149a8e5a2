"""Who reads what. `scoped(actor)` is the one builder from which every read takes its WHERE (I12).

An item has an audience: `all` (everyone: forms, areas), `area` (everyone of that area: topics, alerts, answers), `team`
(its author and the coordinators of its area: submissions), `own` (likewise: deliveries). Staff and administrators read
everything of their project. Pure.
"""

import hashlib
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from server.store.actor import Actor, Role
from server.store.once import once
from sync.protocol import ItemKind

Audience = Literal["all", "area", "team", "own"]

AUDIENCES: dict[ItemKind, Audience] = {
    "form": "all",
    "area": "all",
    "topic": "area",
    "alert": "area",
    "answer": "area",
    "submission": "team",
    "delivery": "own",
}


class Scope(Struct, frozen=True, kw_only=True, dict=True):
    """What one actor may read."""

    project: str
    person: str
    role: Role
    areas: tuple[str, ...]
    reading_areas: tuple[str, ...]
    reads_all: bool

    @once
    def hash(self) -> str:
        """16 hex digits; another scope has another hash, and a cursor of another scope is not continued."""
        parts = [self.project, self.person, self.role, *self.areas, "/", *self.reading_areas]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    @property
    def leads(self) -> bool:
        """A coordinator reads the submissions of the own areas."""
        return self.role == "coordinator"

    def reads(self, audience: str, area: str, author: str) -> bool:
        """Whether one item is in this scope."""
        if self.reads_all or audience == "all":
            return True
        if audience == "area":
            return area in self._reading
        return author == self.person or (self.leads and area in self._areas)

    @once
    def _areas(self) -> frozenset[str]:
        return frozenset(self.areas)

    @once
    def _reading(self) -> frozenset[str]:
        return frozenset(self.reading_areas)

    def ranges(self) -> Iterator[tuple[Audience, tuple[str, ...]]]:
        """The audiences and areas that this scope reads whole; what the person wrote comes on top."""
        yield "all", ("",)
        if self.reading_areas:
            yield "area", self.reading_areas
        if self.leads and self.areas:
            yield "team", self.areas
            yield "own", self.areas

    def where(self, alias: str, first: int = 1) -> tuple[str, list[str]]:
        """A WHERE condition over (project, audience, area, author) of `alias`, its placeholders from `$first` on, and
        their values. It always names the project."""
        if self.reads_all:
            return f"{alias}.project = ${first}", [self.project]
        project = f"{alias}.project = ${first}"
        args = [self.project, self.person]

        def listed(values: tuple[str, ...]) -> str:
            start = first + len(args)
            args.extend(values)
            return ", ".join(f"${number}" for number in range(start, start + len(values)))

        either = [f"{alias}.author = ${first + 1} AND {alias}.audience IN ('team', 'own')"]
        either += [
            f"{alias}.audience = '{audience}' AND {alias}.area IN ({listed(areas)})"
            for audience, areas in self.ranges()
        ]
        # The project stands in every branch, so that SQLite takes an index for each.
        return f"({' OR '.join(f'({project} AND {one})' for one in either)})", args


def scoped(actor: Actor) -> Scope:
    """The scope of an actor."""
    everything = actor.role in {"staff", "administrator"}
    return Scope(
        project=actor.project,
        person=actor.person,
        role=actor.role,
        areas=() if everything else tuple(sorted(actor.below)),
        reading_areas=() if everything else tuple(sorted(actor.below | actor.above)),
        reads_all=everything,
    )
