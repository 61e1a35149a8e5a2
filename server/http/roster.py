"""People, areas, invitations and devices, for those who lead: coordinators in their areas, staff, administrators."""

import secrets
from typing import Any

import msgspec
from litestar import Request, Response, get, post, put

from server.exchange import enrol
from server.exchange.roster import leads, people_seen, person_led
from server.http.body import decode
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor, Role
from server.store.areas import Area, list_areas
from server.store.audit import append_audit
from server.store.database import Database
from server.store.enrolment import Device, list_devices, load_device
from server.store.people import Person, get_person, save_person
from server.store.session import Tx
from server.store.writer import WriteTx

LEADERS = {"roles": ("coordinator", "staff", "administrator")}


class PersonOnBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A person as boards show them; `leads`: may the asker invite and revoke them?"""

    person: str
    name: str
    role: Role
    areas: tuple[str, ...]
    active: bool
    contact: str
    leads: bool


class PersonSaved(msgspec.Struct, frozen=True, kw_only=True):
    """Body of PUT /people/{person}."""

    name: str
    role: Role
    areas: tuple[str, ...] = ()
    active: bool = True
    language: str = "vi"
    contact: str = ""


class AreaOnBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the area tree; `valid_to_ms` is null while it stands."""

    area: str
    name: str
    kind: str
    parent: str
    region: str
    valid_from_ms: int
    valid_to_ms: int | None
    successors: tuple[str, ...]
    merged_from: tuple[str, ...]
    latitude: float | None
    longitude: float | None


class InvitationAsked(msgspec.Struct, frozen=True):
    """Body of POST /invitations."""

    person: str


class InvitationGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh invitation; the only time its code is said."""

    person: str
    code: str
    link: str
    expires_at_ms: int


class DeviceOnBoard(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolled device; times in ms, null where it did not happen."""

    device: str
    person: str
    person_name: str
    name: str
    enrolled_at_ms: int
    revoked_at_ms: int | None
    wiped_at_ms: int | None


_INVITATION = msgspec.json.Decoder(InvitationAsked)
_PERSON = msgspec.json.Decoder(PersonSaved)


@get("/people", opt=LEADERS)
async def list_people(actor: Actor, database: Database) -> list[PersonOnBoard]:
    """People within sight, by name."""
    people = await database.reader.read(lambda tx: people_seen(tx, actor))
    return [
        PersonOnBoard(
            person=one.person,
            name=one.name,
            role=one.role,
            areas=one.areas,
            active=one.active,
            contact=one.contact,
            leads=leads(actor, one),
        )
        for one in people
    ]


@put("/people/{person:str}", opt={"roles": ("administrator",)})
async def put_person(
    request: Request[Any, Any, Any], person: str, actor: Actor, database: Database, now_ms: int
) -> Response[None]:
    """Create a person or change name, role, areas, language, contact. What they may read follows at their next sync."""
    asked = decode(_PERSON, await request.body())
    if not (asked.name.strip() and 0 < len(person) <= 80):
        raise Problem("body_malformed", fault="$.name")

    async def unit(tx: WriteTx) -> None:
        former = await get_person(tx, actor.project, person) or Person(
            project=actor.project, person=person, name="", role="collaborator", created_at_ms=now_ms
        )
        await save_person(tx, msgspec.structs.replace(former, **msgspec.structs.asdict(asked)))
        await append_audit(
            tx, actor.project, at_ms=now_ms, actor=actor.person, verb="saved_person", subject=person,
            particulars={"role": asked.role, "areas": list(asked.areas), "active": int(asked.active)},
        )  # fmt: skip

    await database.writer.run(unit, project=actor.project)
    return Response(None, status_code=204)


@get("/areas")
async def get_areas(actor: Actor, database: Database) -> list[AreaOnBoard]:
    """The area tree, past units too."""
    areas = await database.reader.read(lambda tx: list_areas(tx, actor.project))
    return [area_on_board(one) for one in areas]


def area_on_board(area: Area) -> AreaOnBoard:
    """A stored unit as boards show it."""
    return AreaOnBoard(**{name: getattr(area, name) for name in AreaOnBoard.__struct_fields__})


@post("/invitations", opt=LEADERS)
async def give_invitation(
    request: Request[Any, Any, Any], *, actor: Actor, database: Database, settings: Settings, now_ms: int
) -> InvitationGiven:
    """Invite a person whom the asker leads: a link that works once, for fifteen minutes."""
    asked = decode(_INVITATION, await request.body())
    code = secrets.token_urlsafe(16)

    async def unit(tx: WriteTx) -> int:
        await person_led(tx, actor, asked.person)
        return await enrol.invite(tx, actor.project, code, person=asked.person, by=actor.person, now_ms=now_ms)

    expires_at_ms = await database.writer.run(unit, project=actor.project)
    link = f"{settings.public_url}/#/enrol/{code}"
    return InvitationGiven(person=asked.person, code=code, link=link, expires_at_ms=expires_at_ms)


@get("/devices", opt=LEADERS)
async def get_devices(actor: Actor, database: Database) -> list[DeviceOnBoard]:
    """Devices of the people within sight, the newest enrolment first."""

    async def look(tx: Tx) -> list[Device]:
        seen = [person.person for person in await people_seen(tx, actor)]
        return await list_devices(tx, actor.project, seen)

    return [_on_board(device) for device in await database.reader.read(look)]


@post("/devices/{device:str}/revoke", status_code=200)
async def revoke_device(device: str, actor: Actor, database: Database, now_ms: int) -> DeviceOnBoard:
    """Take a device's access from its next request on: an own one, or one of a person whom the asker leads."""

    async def unit(tx: WriteTx) -> Device:
        found = await load_device(tx, actor.project, device)
        if found is None:
            raise Problem("device_unknown")
        if found.person != actor.person:
            try:
                await person_led(tx, actor, found.person)
            except Problem as problem:
                raise Problem("device_unknown" if problem.code == "person_unknown" else problem.code) from None
        return await enrol.revoke(tx, actor.project, device, by=actor.person, now_ms=now_ms)

    return _on_board(await database.writer.run(unit, project=actor.project))


def _on_board(device: Device) -> DeviceOnBoard:
    return DeviceOnBoard(**{name: getattr(device, name) for name in DeviceOnBoard.__struct_fields__})


ROUTES = [list_people, put_person, get_areas, give_invitation, get_devices, revoke_device]
