import pytest

from server.demo.answers import answer_quick_report
from server.demo.load import load_demo
from server.demo.months import load_months
from server.demo.publish import QUICK_REPORT
from server.demo.reports import DAY_MS, WEEKS, Report
from server.store.database import Database
from server.store.forms import FormVersion, add_form_version

PROJECT = "an-giang"
NOW_MS = 1_790_000_000_000


def fill(report: Report, made_at_ms: int) -> dict[str, str]:
    return answer_quick_report(report, made_at_ms, "1")


@pytest.fixture
async def loaded(database: Database) -> Database:
    form = FormVersion(
        project=PROJECT, form=QUICK_REPORT, version="1", title="f", hash="", xform=b"", published_at_ms=1
    )
    await database.writer.run(lambda tx: load_demo(tx, PROJECT, epoch="e", now_ms=NOW_MS))
    await database.writer.run(lambda tx: add_form_version(tx, form))
    assert await load_months(database, PROJECT, fill, now_ms=NOW_MS) > 1_500
    return database


async def test_months_are_what_real_use_would_have_left_and_come_only_once(loaded: Database) -> None:
    kinds = {
        row["kind"]: row
        for row in await loaded.reader.fetch(
            "SELECT kind, COUNT(*) AS n, MIN(created_at_ms) AS first, MAX(updated_at_ms) AS last "
            "FROM items GROUP BY kind"
        )
    }
    assert kinds["submission"]["n"] > 1_500
    assert kinds["topic"]["n"] > 50
    assert kinds["answer"]["n"] > 20
    assert NOW_MS - WEEKS * 7 * DAY_MS < kinds["submission"]["first"] < NOW_MS - (WEEKS - 1) * 7 * DAY_MS
    assert max(row["last"] for row in kinds.values()) <= NOW_MS
    positions = await loaded.reader.fetch(
        "SELECT COUNT(*) AS n, MAX(position) AS last FROM feed WHERE project = $1", PROJECT
    )
    assert positions[0]["n"] == positions[0]["last"]
    replicas = await loaded.reader.fetch(
        "SELECT SUM(made_up_to - received_up_to) AS unsent, MIN(received_up_to) AS least FROM replicas"
    )
    assert 10 < replicas[0]["unsent"] < 100
    assert replicas[0]["least"] > 0
    assert (await loaded.reader.fetch("SELECT COUNT(*) AS n FROM items WHERE state = 'urgent'"))[0]["n"] > 3
    assert await load_months(loaded, PROJECT, fill, now_ms=NOW_MS + DAY_MS) == 0
