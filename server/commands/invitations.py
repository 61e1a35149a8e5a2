"""`invite` and `people`: who may use the project, and fresh links for their devices."""

import secrets
import time

from msgspec import Struct

from server.commands import terminal
from server.exchange import enrol
from server.problems import Problem
from server.settings import Settings
from server.store.areas import list_areas
from server.store.database import Database, open_database
from server.store.enrolment import list_devices
from server.store.people import Person, get_person, list_people

CODE_BYTES = 12
ROLES = {
    "collaborator": "cộng tác viên",
    "coordinator": "điều phối viên",
    "staff": "cán bộ tỉnh",
    "administrator": "quản trị viên",
}


class Invited(Struct, frozen=True, kw_only=True):
    """One fresh invitation. `link` carries the code in its fragment, which no server log ever sees."""

    person: Person
    areas: tuple[str, ...]
    """Names of the person's areas."""
    link: str
    expires_at_ms: int


async def invite_person(database: Database, settings: Settings, person: Person, *, now_ms: int) -> Invited:
    """A new single-use invitation. Problem person_unknown."""
    code = secrets.token_urlsafe(CODE_BYTES)
    expires_at_ms = await database.writer.run(
        lambda tx: enrol.invite(tx, settings.project, code, person=person.person, by="", now_ms=now_ms)
    )
    names = {area.area: area.name for area in await database.reader.read(lambda tx: list_areas(tx, settings.project))}
    return Invited(
        person=person,
        areas=tuple(names.get(code, code) for code in person.areas),
        link=f"{settings.public_url}/#/enrol/{code}",
        expires_at_ms=expires_at_ms,
    )


def list_invited(invited: list[Invited]) -> list[str]:
    """One paragraph per person: name, role, areas, then the link. `[id]` is what `invite` takes."""
    lines = []
    for one in invited:
        lines.append(
            f"  {terminal.bold(one.person.name)} · {ROLES[one.person.role]} · {terminal.faint(', '.join(one.areas))}"
        )
        lines.append(f"  [{one.person.person}] {one.link}")
        lines.append("")
    return lines


def draw_invited(invited: list[Invited], across: int) -> list[str]:
    """QR codes of these links, side by side."""
    return terminal.draw_codes([(one.person.name, one.link) for one in invited], across=across)


async def invite(settings: Settings, names: list[str]) -> int:
    """Print a link and a QR code for each person named by id. Answers the exit code."""
    async with await open_database(settings.database_url, settings.data) as database:
        now_ms = int(time.time() * 1000)
        for name in names:
            person = await database.reader.read(lambda tx, name=name: get_person(tx, settings.project, name))  # type: ignore[misc]
            if person is None:
                print(f"Không có người nào tên mã {name}; xem: langnghe people")
                print(f"No person has the id {name}; see langnghe people")
                return 1
            try:
                invited = await invite_person(database, settings, person, now_ms=now_ms)
            except Problem as problem:
                print(problem)
                return 1
            print("\n".join(["", *list_invited([invited]), *draw_invited([invited], terminal.columns())]))
    return 0


async def people(settings: Settings) -> int:
    """Print everybody with role, areas and number of devices."""
    async with await open_database(settings.database_url, settings.data) as database:
        everybody = await database.reader.read(lambda tx: list_people(tx, settings.project))
        devices = await database.reader.read(lambda tx: list_devices(tx, settings.project, None))
    if not everybody:
        print("Chưa có ai · nobody yet")
        return 0
    count = {one.person: 0 for one in everybody}
    for device in devices:
        if device.revoked_at_ms is None:
            count[device.person] = count.get(device.person, 0) + 1
    wide = max(len(one.person) for one in everybody)
    named = max(terminal.width(one.name) for one in everybody)
    for one in everybody:
        name = one.name + " " * (named - terminal.width(one.name))
        state = f"{count[one.person]} thiết bị" if one.active else "ngừng hoạt động"
        print(f"{one.person:{wide}}  {name}  {ROLES[one.role]:14}  {state:11}  {' '.join(one.areas)}")
    return 0
