"""`form publish`: from the file to the feed, on both engines; the real forms among them."""

import json
from pathlib import Path

import pytest

from server.__main__ import main
from server.commands.forms import Asked, publish_file
from server.exchange.forms import may_fill
from server.forms.faults import Fault
from server.forms.prepare import Statement
from server.forms.publishing import Terms
from server.settings import Settings, read_settings
from server.store.actor import Actor
from server.store.audit import list_audit, verify_audit
from server.store.database import Database
from server.store.forms import get_form_version, list_form_versions
from server.store.items import load_items
from server.store.outbox import count_waiting
from server.store.projects import create_project
from tests.forms.workbooks import QUESTIONS, workbook

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"])
"""For what the database has no say in."""
STATED = Statement("Khảo sát điều kiện sống", "Tôi đồng ý trả lời.", 365)


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone's engine costs two seconds a form; test_real_forms.py and test_engine.py ask it."""

    async def passes(*_: object, **__: object) -> tuple[list[Fault], list[Fault]]:
        return [], []

    monkeypatch.setattr("server.forms.prepare.open_in_engine", passes)


@pytest.fixture
async def settings(database: Database) -> Settings:
    chosen = read_settings({"DATA": str(database.data), "DATABASE_URL": database.url})
    await database.writer.run(lambda tx: create_project(tx, chosen.project, "An Giang", epoch="e", at_ms=1))
    return chosen


def write(folder: Path, content: bytes, name: str = "thu.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def form(label: str = "A", version: str = "1", form_id: str = "thu") -> bytes:
    return workbook([QUESTIONS, ("text", "a", label)], settings=[("form_id", "version"), (form_id, version)])


async def test_a_published_form_is_a_version_an_item_an_event_and_a_line_of_the_audit(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, form())), now_ms=5)
    assert answered.code == 0
    assert "Đã công bố" in answered.lines[0]
    version = await database.reader.read(lambda tx: get_form_version(tx, settings.project, "thu"))
    assert version is not None
    assert version.published_at_ms == 5
    assert b'id="thu" version="1"' in version.xform
    items = await database.reader.read(lambda tx: load_items(tx, settings.project, [("form", "thu")]))
    fields = items["form", "thu"].state.fields
    assert (fields["title"], fields["version"], fields["hash"]) == ("thu", "1", version.hash)
    assert fields["size"] == str(len(version.xform))
    assert await database.reader.read(lambda tx: count_waiting(tx, settings.project)) == 1
    audit = await database.reader.read(lambda tx: list_audit(tx, settings.project))
    assert [(entry.verb, entry.subject) for entry in audit] == [("published_form", "thu:1")]
    assert await database.reader.read(lambda tx: verify_audit(tx, settings.project)) is None


async def test_the_same_again_changes_nothing_and_other_content_needs_another_version(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    first = Asked(file=write(tmp_path, form()))
    await publish_file(database, settings, first, now_ms=1)
    again = await publish_file(database, settings, first, now_ms=2)
    assert (again.code, "Không có gì thay đổi" in again.lines[0]) == (0, True)
    other = await publish_file(database, settings, Asked(file=write(tmp_path, form("B"))), now_ms=3)
    assert other.code == 1
    assert other.lines[0].startswith("settings!B2: Phiên bản “1” đã được công bố")
    second = await publish_file(database, settings, Asked(file=write(tmp_path, form("B", "2"))), now_ms=4)
    assert second.code == 0
    versions = await database.reader.read(lambda tx: list_form_versions(tx, settings.project, "thu"))
    assert [one.version for one in versions] == ["2", "1"]
    items = await database.reader.read(lambda tx: load_items(tx, settings.project, [("form", "thu")]))
    assert items["form", "thu"].state.fields["version"] == "2"
    assert items["form", "thu"].state.revision == 2


async def test_who_fills_a_form_and_until_when_may_change_without_a_new_version(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = write(tmp_path, form())
    await publish_file(database, settings, Asked(file=file), now_ms=1)
    terms = Terms(areas=("30316",), roles=("collaborator",), closes_at_ms=99)
    changed = await publish_file(database, settings, Asked(file=file, terms=terms), now_ms=2)
    assert changed.code == 0
    version = await database.reader.read(lambda tx: get_form_version(tx, settings.project, "thu"))
    assert version is not None
    assert (version.areas, version.roles, version.closes_at_ms) == (("30316",), ("collaborator",), 99)
    here = Actor(project="p", person="a", name="A", role="collaborator", below=frozenset({"30316"}))
    elsewhere = Actor(project="p", person="b", name="B", role="collaborator", below=frozenset({"1"}))
    assert (may_fill(here, version), may_fill(elsewhere, version)) == (True, False)


@ONE_ENGINE
async def test_a_faulty_sheet_publishes_nothing_and_says_where(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    content = workbook([QUESTIONS, ("text", "a", "A"), ("text", "b", "B", "selected(${a}")])
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, content)), now_ms=1)
    assert answered.code == 1
    assert answered.lines[0] == "survey!D3: Dấu ngoặc trong biểu thức không khớp: selected(${a}"
    assert await database.reader.read(lambda tx: get_form_version(tx, settings.project, "thu")) is None
    english = await publish_file(database, settings, Asked(file=tmp_path / "thu.xlsx", language="en"), now_ms=1)
    assert english.lines[0] == "survey!D3: The brackets of the expression do not match: selected(${a}"


@ONE_ENGINE
async def test_a_file_that_is_not_there_or_no_workbook_is_said_plainly(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    missing = await publish_file(database, settings, Asked(file=tmp_path / "nope.xlsx"), now_ms=1)
    assert missing.code == 2
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, b"a,b", "x.csv")), now_ms=1)
    assert (answered.code, answered.lines[0]) == (1, "Tệp này không phải bảng tính .xlsx hoặc đã bị hỏng.")


async def test_attachments_come_from_beside_the_file_and_rest_by_their_address(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    content = workbook(
        [QUESTIONS, ("select_one_from_file xa.csv", "x", "Xã"), ("select_one_from_file y.csv", "y", "Y")]
    )
    (tmp_path / "thu-media").mkdir()
    (tmp_path / "thu-media" / "xa.csv").write_text("name,label\n1,Một\n", encoding="utf-8")
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, content)), now_ms=1)
    assert answered.code == 0
    assert any("“y.csv” nhưng chưa được gửi kèm" in line for line in answered.lines)
    version = await database.reader.read(lambda tx: get_form_version(tx, settings.project, "thu"))
    assert version is not None
    (kept,) = version.attachments
    assert kept.name == "xa.csv"
    stored = settings.data / "attachments" / kept.sha256[:2] / kept.sha256
    assert stored.read_text("utf-8") == "name,label\n1,Một\n"


@ONE_ENGINE
async def test_a_list_in_an_encoding_of_old_excel_is_a_fault(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    content = workbook([QUESTIONS, ("select_one_from_file xa.csv", "x", "Xã")])
    (tmp_path / "xa.csv").write_bytes("name,label\n1,Một\n".encode("utf-16"))
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, content)), now_ms=1)
    assert answered.code == 1
    assert "Không đọc được tệp kèm “xa.csv”" in answered.lines[0]


@ONE_ENGINE
@pytest.mark.parametrize(
    ("statement", "codes"),
    [
        (Statement(), {"survey!C2"}),
        (Statement("Vì sao", "", 30), {"Muốn thu thập", "survey!C2"}),
        (Statement("Vì sao", "Đồng ý", 0), {"Muốn thu thập", "survey!C2"}),
        (Statement("Vì sao", "Đồng ý", 9_999), {"Số ngày lưu giữ"}),
    ],
)
async def test_personal_data_needs_purpose_consent_and_retention_all_three(
    database: Database, settings: Settings, tmp_path: Path, statement: Statement, codes: set[str]
) -> None:
    content = workbook([QUESTIONS, ("text", "a", "Họ và tên")])
    answered = await publish_file(
        database, settings, Asked(file=write(tmp_path, content), statement=statement), now_ms=1
    )
    assert answered.code == 1
    for code in codes:
        assert any(line.startswith(code) for line in answered.lines), answered.lines


async def test_stated_personal_data_is_published_and_the_version_knows_its_fields(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    content = workbook([QUESTIONS, ("text", "a", "Họ và tên")])
    answered = await publish_file(database, settings, Asked(file=write(tmp_path, content), statement=STATED), now_ms=1)
    assert answered.code == 0
    version = await database.reader.read(lambda tx: get_form_version(tx, settings.project, "thu"))
    assert version is not None
    assert (version.purpose, version.consent, version.retention_days) == (STATED.purpose, STATED.consent, 365)
    told = [json.loads(one) for one in version.warnings]
    assert [(one["code"], one.get("field")) for one in told] == [("personal_data_stated", "/data/a")]


def test_the_command_line_publishes_before_the_server_was_ever_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    file = write(tmp_path, form())
    assert main(["form", "publish", str(file), "--closes", "2026-12-31", "--role", "collaborator"]) == 0
    assert "Đã công bố · published: thu (thu, 1)" in capfd.readouterr().out
    faulty = write(tmp_path, workbook([QUESTIONS, ("text", "a", "A", "foo()")]), "loi.xlsx")
    assert main(["form", "publish", str(faulty)]) == 1
    assert capfd.readouterr().err.startswith("survey!D2: Không có hàm foo().")


def test_the_command_line_lets_odk_collect_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA", str(tmp_path / "data"))
    assert main(["form", "publish", str(write(tmp_path, form()))]) == 0
    assert main(["collect", "nobody"]) == 1
    capfd.readouterr()
    assert main(["collect", "huynh-thanh-tam"]) == 0
    said = capfd.readouterr().out
    assert "/openrosa" in said
    assert "user: huynh-thanh-tam" in said
