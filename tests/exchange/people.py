"""A small province for tests: Hoa collects in two communes, Binh leads one of them, Cuc is province staff."""

from msgspec import Struct

from server.exchange.budget import Floors
from server.exchange.receipts import signer
from server.exchange.sync import Exchange
from server.keys import load_keys
from server.store.actor import Actor, load_device_actor
from server.store.areas import Area, save_areas
from server.store.database import Database
from server.store.forms import FormVersion, add_form_version
from server.store.people import Person, save_person
from server.store.projects import create_project
from server.store.writer import WriteTx
from sync.protocol import Change

PROJECT = "an-giang"
NOW_MS = 1_790_000_000_000
PROVINCE, EAST, WEST = "91", "30001", "30002"
PEOPLE = {
    "hoa": ("Hoa", "collaborator", (EAST, WEST)),
    "lan": ("Lan", "collaborator", (EAST,)),
    "binh": ("Bình", "coordinator", (EAST,)),
    "dung": ("Dũng", "coordinator", (PROVINCE,)),
    "cuc": ("Cúc", "staff", (PROVINCE,)),
}


class Province(Struct, frozen=True):
    """The exchange over an open database, and the actor of each person's one device (`DEVICE` = `phone-PERSON`)."""

    exchange: Exchange
    actors: dict[str, Actor]


async def found(database: Database, *, budget: int = 10_000) -> Province:
    """Project, areas, people, devices and the form `topic`."""

    async def unit(tx: WriteTx) -> dict[str, Actor]:
        await create_project(tx, PROJECT, "An Giang", "epoch-1", NOW_MS)
        await save_areas(
            tx,
            [
                Area(project=PROJECT, area=PROVINCE, name="An Giang", kind="province"),
                Area(project=PROJECT, area=EAST, name="Đông", parent=PROVINCE, merged_from=("old-1",)),
                Area(project=PROJECT, area=WEST, name="Tây", parent=PROVINCE),
            ],
        )
        await add_form_version(
            tx,
            FormVersion(
                project=PROJECT,
                form="topic",
                version="1",
                title="Báo nhanh",
                hash="",
                xform=b"",
                published_at_ms=NOW_MS,
            ),
        )
        for person, (name, role, areas) in PEOPLE.items():
            await save_person(tx, Person(project=PROJECT, person=person, name=name, role=role, areas=areas))  # type: ignore[arg-type]
            await tx.execute(
                "INSERT INTO devices (project, device, person, session_hash) VALUES ($1, $2, $3, $4)",
                PROJECT,
                f"phone-{person}",
                person,
                f"session-{person}",
            )
        actors = {}
        for person in PEOPLE:
            actor = await load_device_actor(tx, PROJECT, f"phone-{person}")
            assert actor is not None
            actors[person] = actor
        return actors

    actors = await database.writer.run(unit)
    keys = load_keys(database.data)
    return Province(Exchange(database, signer(keys.receipt), Floors(budget)), actors)


def report(sequence: int, name: str, *, area: str = EAST, **answers: str) -> Change:
    """A new submission of the form `topic`."""
    fields = {"form": "topic", "form_version": "1", "area": area, "/data/what": "nước bẩn"}
    fields |= {f"/data/{question}": answer for question, answer in answers.items()}
    return Change(sequence=sequence, intent="create", kind="submission", id=name, fields=fields, made_at_ms=NOW_MS)


def edit(sequence: int, name: str, base: int, **answers: str | None) -> Change:
    """An edit of a submission that was seen at revision `base`."""
    fields = {f"/data/{question}": answer for question, answer in answers.items()}
    return Change(sequence=sequence, intent="edit", kind="submission", id=name, base=base, fields=fields)
