"""The people of a simulation, in teams of ten phones of one commune: one coordinator, three people with two phones
each, three with one. So that people meet in the same items, as colleagues do."""

import base64
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from msgspec import Struct

from server.store.actor import Actor
from server.store.areas import Area, save_areas
from server.store.forms import FormVersion, add_form_version
from server.store.people import Person, save_person
from server.store.projects import create_project
from server.store.session import insert_rows
from server.store.writer import WriteTx
from sync.canonical import receipt_bytes
from sync.protocol import Receipt

PROJECT = "simulated"
EPOCH = "epoch-0"
START_MS = 1_790_000_000_000
PROVINCE = "91"
TEAM = ("coordinator", "a", "a", "b", "b", "c", "c", "d", "e", "f")


class Member(Struct, frozen=True):
    """A phone and its person."""

    device: str
    person: str
    role: str
    area: str
    team: int


def members(phones: int) -> list[Member]:
    found = []
    for number in range(phones):
        team, place = divmod(number, len(TEAM))
        seat = TEAM[place]
        role = "coordinator" if seat == "coordinator" else "collaborator"
        found.append(Member(f"d{number}", f"p{team}-{seat}", role, f"c{team // 4}", team))
    return found


async def settle(tx: WriteTx, everyone: Sequence[Member]) -> None:
    """Project, areas, one form, people and devices."""
    await create_project(tx, PROJECT, "Mô phỏng", EPOCH, START_MS)
    communes = sorted({member.area for member in everyone})
    province = Area(project=PROJECT, area=PROVINCE, name="An Giang", kind="province")
    await save_areas(
        tx, [province, *(Area(project=PROJECT, area=code, name=code, parent=PROVINCE) for code in communes)]
    )
    form = FormVersion(
        project=PROJECT, form="topic", version="1", title="Báo nhanh", hash="", xform=b"", published_at_ms=START_MS
    )
    await add_form_version(tx, form)
    for member in {member.person: member for member in everyone}.values():
        person = Person(
            project=PROJECT,
            person=member.person,
            name=member.person,
            role=member.role,
            areas=(member.area,),  # type: ignore[arg-type]
        )
        await save_person(tx, person)
    await insert_rows(
        tx,
        "devices",
        ("project", "device", "person", "session_hash"),
        [(PROJECT, member.device, member.person, f"session-{member.device}") for member in everyone],
    )


def actor_of(member: Member, area: str) -> Actor:
    """As load_device_actor would say it."""
    return Actor(
        project=PROJECT,
        person=member.person,
        name=member.person,
        role=member.role,  # type: ignore[arg-type]
        device=member.device,
        areas=(area,),
        below=frozenset({area}),
        above=frozenset({PROVINCE}),
    )


def verifier(key: ec.EllipticCurvePublicKey) -> Callable[[Receipt], bool]:
    """As the phone verifies with WebCrypto."""

    def verify(receipt: Receipt) -> bool:
        raw = base64.urlsafe_b64decode(receipt.signature + "==")
        signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        try:
            key.verify(signature, receipt_bytes(receipt), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    return verify
