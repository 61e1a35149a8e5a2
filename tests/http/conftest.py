"""A project with three people who must not see each other's, and the application in this process, on each engine."""

import asyncio
import base64
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from httpx import ASGITransport, AsyncClient, Response
from litestar import Litestar

from server.app import create_app
from server.exchange import enrol
from server.settings import AlertRules, Settings
from server.store.database import Database
from server.store.forms import FormVersion, add_form_version
from tests.conftest import Place

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])
"""For tests of what never reaches a database, or reaches it as others of the same file do: one engine will do."""

PROJECT = "an-giang"
NOW_MS = 1_800_000_000_000

PEOPLE = {
    "alice": ("collaborator", "30000"),
    "bob": ("collaborator", "30003"),
    "charlie": ("collaborator", "30006"),
    "cora": ("coordinator", "30000"),
    "stan": ("staff", "91"),
    "ada": ("administrator", "91"),
}


class Clock:
    """A clock that a test moves by hand (ms)."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class Phone:
    """One enrolled device: its keys, its replica, its session; requests as its app makes them."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.replica = secrets.token_hex(8)
        self.token = ""
        self.me: dict[str, Any] = {}

    @property
    def public_key(self) -> str:
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.urlsafe_b64encode(spki).rstrip(b"=").decode()

    def sign(self, content: bytes) -> str:
        r, s = decode_dss_signature(self.key.sign(content, ec.ECDSA(hashes.SHA256())))
        return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).rstrip(b"=").decode()

    async def ask(self, method: str, path: str, **more: Any) -> Response:
        headers = {"Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
        if self.token:
            headers.setdefault("Cookie", f"__Host-session={self.token}")
        self.client.cookies.clear()
        return await self.client.request(method, path, headers=headers, **more)

    async def sync(self, *changes: dict[str, Any], **more: Any) -> Response:
        """POST /sync; `made_up_to` follows from the changes where it is not given."""
        made = max([0, *(change["sequence"] for change in changes)])
        body = {"protocol": 1, "replica": self.replica, "made_up_to": made, "changes": list(changes), **more}
        return await self.ask("POST", "/sync", json=body)

    async def enrol(self, code: str) -> Response:
        body = {"code": code, "replica": self.replica, "public_key": self.public_key, "device_name": "Máy thử"}
        answer = await self.ask("POST", "/enrol", json=body)
        if answer.status_code == 201:
            self.token = answer.cookies["__Host-session"]
            self.me = answer.json()
        return answer


def report(sequence: int, name: str = "", area: str = "30000", **fields: str) -> dict[str, Any]:
    """A change that creates a submission, as a phone sends it."""
    return {
        "sequence": sequence,
        "intent": "create",
        "kind": "submission",
        "id": name or f"uuid:{secrets.token_hex(8)}",
        "fields": {"form": "quick", "form_version": "1", "area": area, "/data/what": "nước mặn", **fields},
    }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rules() -> AlertRules:
    """How alerts behave; a module may say it otherwise."""
    return AlertRules()


@pytest.fixture
async def served(place: Place, clock: Clock, rules: AlertRules) -> AsyncGenerator[tuple[AsyncClient, Database]]:
    settings = Settings(data=place.data, database_url=place.url, project=PROJECT, alerts=rules)
    app = create_app(settings, build=place.data / "no-build", clock=clock)
    async with (
        _running(app),
        AsyncClient(transport=ASGITransport(app), base_url="https://testserver.local") as opened,  # type: ignore[arg-type]
    ):
        await _people_the_project(app.state.database)
        yield opened, app.state.database


@asynccontextmanager
async def _running(app: Litestar) -> AsyncGenerator[None]:
    """The application's lifespan, in one task of its own: it may not be entered in one task and left in another."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await ended.wait()

    living = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({living, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        waiting.cancel()
        ended.set()
        await living


@pytest.fixture
def client(served: tuple[AsyncClient, Database]) -> AsyncClient:
    return served[0]


@pytest.fixture
def db(served: tuple[AsyncClient, Database]) -> Database:
    return served[1]


@pytest.fixture
def invite(db: Database, clock: Clock) -> Callable[[str], Awaitable[str]]:
    """`await invite("alice")` answers a fresh code."""

    async def one(person: str) -> str:
        code = secrets.token_urlsafe(16)

        async def unit(tx: Any) -> int:
            return await enrol.invite(tx, PROJECT, code, person=person, by="ada", now_ms=clock.now_ms)

        await db.writer.run(unit, project=PROJECT)
        return code

    return one


@pytest.fixture
def phone_of(client: AsyncClient, invite: Callable[[str], Awaitable[str]]) -> Callable[[str], Awaitable[Phone]]:
    """`await phone_of("alice")` enrols a new device of hers."""

    async def one(person: str) -> Phone:
        phone = Phone(client)
        answer = await phone.enrol(await invite(person))
        assert answer.status_code == 201, answer.text
        return phone

    return one


@pytest.fixture
def tables(db: Database) -> Callable[[], Awaitable[dict[str, int]]]:
    """`await tables()` counts the rows of every table that a request may write: nothing may be half-saved."""
    names = ("items", "changes", "feed", "conflicts", "replicas", "devices", "attachments", "outbox", "audit", "reused")

    async def count() -> dict[str, int]:
        counted = {}
        for name in names:
            counted[name] = (await db.reader.fetch(f"SELECT count(*) AS rows FROM {name}"))[0]["rows"]
        return counted

    return count


async def _people_the_project(db: Database) -> None:
    async def unit(tx: Any) -> None:
        await tx.execute(
            "INSERT INTO projects (project, name, epoch, created_at_ms) VALUES ($1, 'An Giang', 'e1', $2)",
            PROJECT,
            NOW_MS,
        )
        await tx.execute(
            "INSERT INTO areas (project, area, name, kind) VALUES ($1, '91', 'Tỉnh An Giang', 'province')", PROJECT
        )
        for area, name in (("30000", "Xã Một"), ("30003", "Xã Hai"), ("30006", "Xã Ba")):
            await tx.execute(
                "INSERT INTO areas (project, area, name, kind, parent) VALUES ($1, $2, $3, 'commune', '91')",
                PROJECT,
                area,
                name,
            )
        for person, (role, area) in PEOPLE.items():
            await tx.execute(
                "INSERT INTO people (project, person, name, role, active) VALUES ($1, $2, $3, $4, 1)",
                PROJECT,
                person,
                person.title(),
                role,
            )
            await tx.execute(
                "INSERT INTO person_areas (project, person, area) VALUES ($1, $2, $3)", PROJECT, person, area
            )

        quick = FormVersion(
            project=PROJECT, form="quick", version="1", title="Phản ánh nhanh", hash="0" * 64, xform=b"<h:html/>",
            published_at_ms=NOW_MS,
        )  # fmt: skip
        await add_form_version(tx, quick)

    await db.writer.run(unit)
