"""People, the areas they are bound to, and the actor that a request speaks for."""

import msgspec
from msgspec import Struct

from server.store.scope import Actor, Role
from server.store.session import Row, Tx


class Person(Struct, frozen=True, kw_only=True):
    project: str
    person: str
    name: str
    role: Role
    language: str = "vi"
    active: bool = True
    password_hash: str = ""
    totp_secret: str = ""
    created_at_ms: int = 0
    areas: tuple[str, ...] = ()
    """Codes of the areas the person is bound to."""


async def save_person(tx: Tx, person: Person) -> None:
    """Create or replace, with the areas."""
    await tx.execute(
        "INSERT INTO people (project, person, name, role, language, active, password_hash, totp_secret, created_at_ms) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project, person) DO UPDATE SET name = excluded.name, "
        "role = excluded.role, language = excluded.language, active = excluded.active, "
        "password_hash = excluded.password_hash, totp_secret = excluded.totp_secret",
        person.project,
        person.person,
        person.name,
        person.role,
        person.language,
        int(person.active),
        person.password_hash,
        person.totp_secret,
        person.created_at_ms,
    )
    await tx.execute("DELETE FROM person_areas WHERE project = $1 AND person = $2", person.project, person.person)
    await tx.executemany(
        "INSERT INTO person_areas (project, person, area) VALUES ($1, $2, $3)",
        [(person.project, person.person, area) for area in sorted(set(person.areas))],
    )


_COLUMNS = "p.project, p.person, p.name, p.role, p.language, p.active, p.password_hash, p.totp_secret, p.created_at_ms"


async def get_person(tx: Tx, project: str, person: str) -> Person | None:
    row = await tx.fetch_one(f"SELECT {_COLUMNS} FROM people p WHERE project = $1 AND person = $2", project, person)
    if row is None:
        return None
    areas = await tx.fetch("SELECT area FROM person_areas WHERE project = $1 AND person = $2", project, person)
    return _person(row, [area[0] for area in areas])


async def list_people(tx: Tx, project: str, *, area: str = "") -> list[Person]:
    """By name; of one area when it is named."""
    areas: dict[str, list[str]] = {}
    for row in await tx.fetch("SELECT person, area FROM person_areas WHERE project = $1 ORDER BY area", project):
        areas.setdefault(row["person"], []).append(row["area"])
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM people p WHERE project = $1 ORDER BY name, person", project)
    people = [_person(row, areas.get(row["person"], [])) for row in rows]
    return [person for person in people if not area or area in person.areas]


def _person(row: Row, areas: list[str]) -> Person:
    return Person(
        project=row["project"],
        person=row["person"],
        name=row["name"],
        role=row["role"],
        language=row["language"],
        active=bool(row["active"]),
        password_hash=row["password_hash"],
        totp_secret=row["totp_secret"],
        created_at_ms=row["created_at_ms"],
        areas=tuple(sorted(areas)),
    )


_AROUND = """
WITH RECURSIVE below(area) AS (
  SELECT area FROM person_areas WHERE project = $1 AND person = $2
  UNION SELECT a.area FROM below b JOIN areas a ON a.project = $1 AND a.parent = b.area
), above(area) AS (
  SELECT area FROM person_areas WHERE project = $1 AND person = $2
  UNION SELECT a.parent FROM above b JOIN areas a ON a.project = $1 AND a.area = b.area WHERE a.parent <> ''
)
SELECT 'own' AS side, area, NULL AS merged_from FROM person_areas WHERE project = $1 AND person = $2
UNION ALL SELECT 'below', b.area, a.merged_from FROM below b LEFT JOIN areas a ON a.project = $1 AND a.area = b.area
UNION ALL SELECT 'above', area, NULL FROM above
"""


async def load_actor(tx: Tx, project: str, person: str, device: str = "") -> Actor | None:
    """The actor for a person. None when there is no such person, or the person is no longer active."""
    row = await tx.fetch_one(
        "SELECT name, role, active FROM people WHERE project = $1 AND person = $2", project, person
    )
    if row is None or not row["active"]:
        return None
    sides: dict[str, set[str]] = {"own": set(), "below": set(), "above": set()}
    for side, area, merged_from in await tx.fetch(_AROUND, project, person):
        sides[side].add(area)
        if merged_from:
            sides["below"].update(msgspec.json.decode(merged_from, type=list[str]))
    return Actor(
        project=project,
        person=person,
        name=row["name"],
        role=row["role"],
        device=device,
        own=tuple(sorted(sides["own"])),
        below=frozenset(sides["below"]),
        above=frozenset(sides["above"] - sides["own"]),
    )
