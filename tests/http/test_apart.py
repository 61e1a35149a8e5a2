"""Personal answers are kept apart from those who have no business with them, and leave no byte when time is up."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest

from server.exchange import retention
from server.exchange.attachment_files import file_path
from server.exchange.forms import Publisher
from server.exchange.retention import DAY_MS, erase_expired
from server.forms.prepare import Prepared, Statement
from server.forms.publishing import Terms, publish_prepared, version_of
from server.forms.reader import read
from server.forms.reading import Reading
from server.store.audit import list_audit, verify_audit
from server.store.database import Database
from server.store.personal_due import Submission, submissions_changed
from server.store.session import Tx
from tests.forms.workbooks import QUESTIONS, workbook
from tests.http.conftest import NOW_MS, PROJECT, Clock, Phone, report

PhoneOf = Callable[[str], Awaitable[Phone]]
SECRET = "Nguyễn Thị Bí Mật"
CARD = b"card" * 100
SHA = hashlib.sha256(CARD).hexdigest()
FORM = workbook(
    [
        QUESTIONS,
        ("text", "what", "Bà con nói gì"),
        ("begin_repeat", "member", "Thành viên"),
        ("text", "who", "Họ và tên"),
        ("end_repeat",),
        ("file", "card", "Tệp căn cước công dân"),
    ]
)


@cache
def _reading() -> Reading:
    return read(FORM, "thu.xlsx")


@pytest.fixture
async def stated(db: Database) -> None:
    prepared = Prepared(_reading(), (), (), (), Statement("Khảo sát", "Đồng ý", 30))
    version = version_of(prepared, PROJECT, Terms(), Publisher(), NOW_MS)
    await publish_prepared(db, db.data, prepared, version, Publisher(), now_ms=NOW_MS)


def asked(sequence: int, ident: str = "uuid:1", **fields: str) -> dict[str, Any]:
    change = report(sequence, ident, form="thu", **{"/data/what": "nước mặn", **fields})
    change["fields"] |= {
        "/data/member#order": "a1",
        "/data/member[a1]/who": SECRET,
        "/data/card": "card.pdf",
        "file:card.pdf": f"{SHA} {len(CARD)} application/pdf",
    }
    return change


def fields_of(answer: Any, ident: str = "uuid:1") -> dict[str, str]:
    found: dict[str, str] = next(one["fields"] for one in answer.json()["items"] if one["id"] == ident)
    return found


async def traces(db: Database) -> list[str]:
    """Every table and column that holds the secret."""
    found = []
    tables = ("items", "changes", "conflicts", "reused", "outbox", "audit", "openrosa_instances", "feed")
    for table in tables:
        for row in await db.reader.fetch(f"SELECT * FROM {table}"):
            for value in tuple(row):
                text = bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value)
                if SECRET in text or SHA in text:
                    found.append(table)
    return sorted(set(found))


@pytest.mark.usefixtures("stated")
async def test_only_the_author_and_administrators_read_personal_answers(phone_of: PhoneOf) -> None:
    alice, cora, stan, ada = [await phone_of(name) for name in ("alice", "cora", "stan", "ada")]
    assert (await alice.sync(asked(1))).json()["outcomes"][0]["result"] == "applied"
    for phone in (alice, ada):
        assert fields_of(await phone.sync())["/data/member[a1]/who"] == SECRET
    for phone in (cora, stan):
        answer = await phone.sync()
        fields = fields_of(answer)
        assert fields["/data/what"] == "nước mặn"
        assert fields["/data/member#order"] == "a1"
        assert SECRET not in answer.text
        assert SHA not in answer.text
        board = await phone.ask("GET", "/boards/submissions")
        assert "nước mặn" in board.text
        assert SECRET not in board.text
        assert SHA not in board.text
    digest = (await cora.sync()).json()["digest"]
    assert digest == (await cora.sync()).json()["digest"]


@pytest.mark.usefixtures("stated")
async def test_history_and_conflicts_do_not_tell_either(phone_of: PhoneOf) -> None:
    alice, cora, ada = [await phone_of(name) for name in ("alice", "cora", "ada")]
    await alice.sync(asked(1))
    edit = {"intent": "edit", "kind": "submission", "id": "uuid:1", "base": 1}
    await ada.sync({"sequence": 1, **edit, "fields": {"/data/member[a1]/who": "Người Khác"}})
    await alice.sync({"sequence": 2, **edit, "fields": {"/data/member[a1]/who": SECRET + " B"}})
    seen = await cora.sync()
    (conflict,) = next(one["conflicts"] for one in seen.json()["items"] if one["id"] == "uuid:1")
    assert conflict["field"] == "/data/member[a1]/who"
    history = await cora.ask("GET", "/boards/history/submission/uuid:1")
    for text in (seen.text, history.text):
        assert SECRET not in text
        assert "Người Khác" not in text
    assert SECRET in (await ada.ask("GET", "/boards/history/submission/uuid:1")).text


@pytest.mark.usefixtures("stated")
async def test_when_time_is_up_no_byte_is_left(phone_of: PhoneOf, db: Database, clock: Clock) -> None:
    alice = await phone_of("alice")
    await alice.sync(asked(1), asked(2, "uuid:2", area="30003"))
    path = file_path(db.data, SHA)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CARD)
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS + 29 * DAY_MS) == 0
    assert await traces(db) == ["changes", "items"]
    clock.now_ms = NOW_MS + 31 * DAY_MS
    assert await erase_expired(db, PROJECT, now_ms=clock.now_ms) >= 1
    assert await traces(db) == []
    assert not path.exists()
    fields = fields_of(await alice.sync())
    assert fields["/data/what"] == "nước mặn"
    assert "/data/card" not in fields
    assert await erase_expired(db, PROJECT, now_ms=clock.now_ms) == 0
    audit = await db.reader.read(lambda tx: list_audit(tx, PROJECT))
    assert "erased_personal_answers" in {entry.verb for entry in audit}
    assert await db.reader.read(lambda tx: verify_audit(tx, PROJECT)) is None


@pytest.mark.usefixtures("stated")
async def test_a_deleted_submission_is_blanked_too(phone_of: PhoneOf, db: Database) -> None:
    alice = await phone_of("alice")
    await alice.sync(asked(1))
    await alice.sync({"sequence": 2, "intent": "delete", "kind": "submission", "id": "uuid:1", "base": 1})
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS + 31 * DAY_MS) == 1
    assert await traces(db) == []


@pytest.mark.usefixtures("stated")
async def test_a_sweep_reads_what_changed_since_the_last_one_and_what_is_due(
    phone_of: PhoneOf, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await phone_of("alice")
    await alice.sync(asked(1), asked(2, "uuid:2"))
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS) == 0
    read: list[str] = []

    async def changed(tx: Tx, *, project: str, after: int, up_to: int, most: int) -> list[Submission]:
        page = await submissions_changed(tx, project, after, up_to, most)
        read.extend(one.item for one in page)
        return page

    monkeypatch.setattr(retention, "submissions_changed", changed)
    monkeypatch.setattr(retention, "submissions_after", None)
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS) == 0
    assert read == []
    await alice.sync(asked(3, "uuid:3"))
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS) == 0
    assert read == ["uuid:3"]
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS + 31 * DAY_MS) == 3
    fields = {"/data/member[a2]/who": SECRET}
    await alice.sync(
        {"sequence": 4, "intent": "edit", "kind": "submission", "id": "uuid:1", "base": 2, "fields": fields}
    )
    assert await erase_expired(db, PROJECT, now_ms=NOW_MS + 31 * DAY_MS) == 1
    assert await traces(db) == []
