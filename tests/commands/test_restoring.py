from pathlib import Path

import pytest

from server.commands.restoring import restore
from server.demo.load import load_demo
from server.settings import read_settings
from server.store.audit import list_audit, verify_audit
from server.store.database import Database
from server.store.projects import get_project
from tests.conftest import Place


async def test_a_restored_project_has_another_epoch_and_says_so_in_the_audit(place: Place, database: Database) -> None:
    settings = read_settings({"DATA": str(place.data), "DATABASE_URL": place.url})
    await database.writer.run(lambda tx: load_demo(tx, settings.project, epoch="before", now_ms=1))
    assert await restore(settings) == 0
    project = await database.reader.read(lambda tx: get_project(tx, settings.project))
    assert project is not None
    assert project.epoch != "before"
    entries = await database.reader.read(lambda tx: list_audit(tx, settings.project))
    assert [entry.verb for entry in entries] == ["restored"]
    assert await database.reader.read(lambda tx: verify_audit(tx, settings.project)) is None


async def test_without_a_project_there_is_nothing_to_restore(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await restore(read_settings({"DATA": str(place.data), "DATABASE_URL": place.url})) == 1
    assert "an-giang" in capsys.readouterr().out
