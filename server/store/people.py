"""People and the areas they are bound to."""

from msgspec import Struct

from server.store.actor import Role
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
    contact: str = ""
    """How to call the person when webpush does not reach them."""
    created_at_ms: int = 0
    areas: tuple[str, ...] = ()
    """Codes of the areas the person is bound to."""


async def save_person(tx: Tx, person: Person) -> None:
    """Create or replace, with the areas."""
    await tx.execute(
        "INSERT INTO people (project, person, name, role, language, active, password_hash, totp_secret, contact, "
        "created_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "ON CONFLICT (project, person) DO UPDATE SET name = excluded.name, role = excluded.role, "
        "language = excluded.language, active = excluded.active, "
        "password_hash = excluded.password_hash, totp_secret = excluded.totp_secret, contact = excluded.contact",
        person.project,
        person.person,
        person.name,
        person.role,
        person.language,
        int(person.active),
        person.password_hash,
        person.totp_secret,
        person.contact,
        person.created_at_ms,
    )
    await tx.execute("DELETE FROM person_areas WHERE project = $1 AND person = $2", person.project, person.person)
    await tx.executemany(
        "INSERT INTO person_areas (project, person, area) VALUES ($1, $2, $3)",
        [(person.project, person.person, area) for area in sorted(set(person.areas))],
    )


_COLUMNS = (
    "p.project, p.person, p.name, p.role, p.language, p.active, p.password_hash, p.totp_secret, p.contact, "
    "p.created_at_ms"
)


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
        contact=row["contact"],
        created_at_ms=row["created_at_ms"],
        areas=tuple(sorted(areas)),
    )
