"""Exports: what the viewer may see and no more, harmless in a spreadsheet, written down in the audit."""

import csv
import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from openpyxl import load_workbook

from server.reports.tables import safe
from tests.http.conftest import ONE_ENGINE, Phone, report
from tests.http.test_attachments import address, photo, upload

PhoneOf = Callable[[str], Awaitable[Phone]]


@pytest.mark.parametrize("cell", ["=1+1", "+84", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.5", "12", "nước = mặn", "", 5, None])
def test_other_cells_stay_as_they_are(cell: Any) -> None:
    assert safe(cell) == cell


async def rows_of(phone: Phone, path: str) -> list[dict[str, str]]:
    answer = await phone.ask("GET", path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_everybody_exports_what_they_may_see(phone_of: PhoneOf, db: Any, clock: Any) -> None:
    alice, bob, cora, stan = [await phone_of(person) for person in ("alice", "bob", "cora", "stan")]
    said = str(clock.now_ms - 60_000)
    await alice.sync(
        report(1, "a1", **{"/data/what": "=HYPERLINK(1)", "submitted_at_ms": said, "/data/at": "10.4 105.1"})
    )
    await bob.sync(report(1, "b1", area="30003"))
    (row,) = await rows_of(cora, "/exports/submissions.csv")
    assert [row[name] for name in ("id", "area_name", "author")] == ["a1", "Xã Một", "alice"]
    assert row["submitted_at"] == "2027-01-15 14:59:00"
    assert '"/data/what":"=HYPERLINK(1)"' in row["answers"]
    assert [one["id"] for one in await rows_of(stan, "/exports/submissions.csv")] == ["a1", "b1"]
    assert await rows_of(stan, "/exports/submissions.csv?area=30006") == []
    book = load_workbook(io.BytesIO((await cora.ask("GET", "/exports/submissions.xlsx")).content))
    assert [row[0].value for row in book.active.rows] == ["id", "a1"]
    (feature,) = (await cora.ask("GET", "/exports/submissions.geojson")).json()["features"]
    assert (feature["id"], feature["geometry"]["coordinates"]) == ("a1", [105.1, 10.4])
    assert {one["person"] for one in await rows_of(cora, "/exports/sync-status.csv")} == {"alice", "cora"}
    assert await rows_of(cora, "/exports/topics.csv") == []
    for path in ("submissions.csv", "files.zip", "topics.xlsx"):
        assert (await alice.ask("GET", f"/exports/{path}")).json()["code"] == "not_allowed"
    assert (await cora.ask("GET", "/exports/people.csv")).json()["code"] == "query_malformed"
    assert (await db.reader.fetch("SELECT COUNT(*) AS n FROM audit WHERE verb = 'exported'"))[0]["n"] == 7


@ONE_ENGINE
async def test_files_come_as_one_zip(phone_of: PhoneOf) -> None:
    alice, cora, bob = await phone_of("alice"), await phone_of("cora"), await phone_of("bob")
    content = photo()
    file = f"{address(content)} {len(content)} image/jpeg"
    await alice.sync(report(1, "uuid:one", **{"file:p.jpg": file, "file:later.jpg": f"{'0' * 64} 9 image/jpeg"}))
    await bob.sync(report(1, "b1", area="30003", **{"file:b.jpg": file}))
    await upload(alice, content)
    archive = zipfile.ZipFile(io.BytesIO((await cora.ask("GET", "/exports/files.zip")).content))
    assert archive.namelist() == ["uuid_one/p.jpg"]
    assert archive.testzip() is None
