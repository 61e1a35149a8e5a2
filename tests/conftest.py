"""Fixtures that every test may ask for: a fresh migrated database on each engine, and the real server process.

`place` is a new database and data folder per test, copied from one that was migrated once; `database` is it, open.
A test that asks for one of them runs on SQLite and on PostgreSQL. Tests of the browser run last: they are the slowest.
"""

import shutil
import time
from collections.abc import AsyncGenerator, Callable, Generator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from server.commands.serve import load_everything
from server.keys import load_keys
from server.settings import read_settings
from server.store.database import Database, open_database
from server.store.migrating import migrate
from tests.postgres import Postgres, apart, running_postgres
from tests.server_process import ServerProcess, start_server

ENGINES = ("sqlite", "postgres")
_numbers = count(1)


class Place(NamedTuple):
    """Where a test's data is. `url` is what DATABASE_URL takes; `data` an existing folder."""

    engine: str
    url: str
    data: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "tests/e2e" in item.path.as_posix())


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgres`."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres() -> Generator[Postgres]:
    """One PostgreSQL server per test run."""
    with running_postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    file = folder / "langnghe.sqlite"
    apart(migrate(f"sqlite:///{file}", folder))
    return file


@pytest.fixture(scope="session")
def _migrated_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    apart(migrate(postgres.create("migrated"), tmp_path_factory.mktemp("migrated")))
    return "migrated"


@pytest.fixture
def empty_place(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Place]:
    """A database in which no migration has run."""
    data = tmp_path / "data"
    data.mkdir()
    if engine == "sqlite":
        yield Place(engine, f"sqlite:///{data}/langnghe.sqlite", data)
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"empty{next(_numbers)}"
    yield Place(engine, server.create(name), data)
    server.drop(name)


@pytest.fixture
def place(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Place]:
    """A fresh database with every migration run, and nothing in it."""
    data = tmp_path / "data"
    data.mkdir()
    if engine == "sqlite":
        file = data / "langnghe.sqlite"
        shutil.copyfile(request.getfixturevalue("_migrated_file"), file)
        yield Place(engine, f"sqlite:///{file}", data)
        return
    template: str = request.getfixturevalue("_migrated_template")
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test{next(_numbers)}"
    yield Place(engine, server.create(name, template), data)
    server.drop(name)


@pytest.fixture(scope="session")
def _demo_folder(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with keys, and the demo with its forms in SQLite, as a first start leaves it."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(_migrated_file, folder / "langnghe.sqlite")
    apart(_load_demo(f"sqlite:///{folder}/langnghe.sqlite", folder))
    return folder


@pytest.fixture(scope="session")
def _demo_template(_migrated_template: str, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    apart(_load_demo(postgres.create("demo", _migrated_template), tmp_path_factory.mktemp("demo")))
    return "demo"


async def _load_demo(url: str, data: Path) -> None:
    load_keys(data)
    async with await open_database(url, data, migrate=False) as opened:
        await load_everything(opened, read_settings({"DATA": str(data), "DATABASE_URL": url}), int(time.time() * 1000))


@pytest.fixture
def demo_place(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Place]:
    """A database and data folder as a first start leaves them: keys, the demo, its forms."""
    data = tmp_path / "demo"
    shutil.copytree(request.getfixturevalue("_demo_folder"), data)
    if engine == "sqlite":
        yield Place(engine, f"sqlite:///{data}/langnghe.sqlite", data)
        return
    (data / "langnghe.sqlite").unlink()
    template: str = request.getfixturevalue("_demo_template")
    server: Postgres = request.getfixturevalue("postgres")
    name = f"demo{next(_numbers)}"
    yield Place(engine, server.create(name, template), data)
    server.drop(name)


@pytest.fixture
async def database(place: Place) -> AsyncGenerator[Database]:
    """`place`, open in this process."""
    async with await open_database(place.url, place.data, migrate=False) as opened:
        yield opened


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Generator[Callable[..., ServerProcess]]:
    """Start real servers (`python -m server run`): `start(DATABASE_URL=…, DEMO=…)`; every one is stopped at the end.

    Without DATA, servers of one test share a folder: stop one and start it again to see what a restart keeps. Unless
    DEMO is named, that folder is a copy of what a first start leaves, which saves the seconds that one takes.
    """
    started: list[ServerProcess] = []
    served = tmp_path / "served"

    def one(**environ: str) -> ServerProcess:
        if not {"DATA", "DEMO", "DATABASE_URL"} & set(environ) and not served.exists():
            shutil.copytree(request.getfixturevalue("_demo_folder"), served)
        server = start_server({"DATA": str(served), **environ})
        started.append(server)
        return server

    yield one
    for server in started:
        server.stop()


@pytest.fixture
def server_process(start: Callable[..., ServerProcess], demo_place: Place) -> ServerProcess:
    """The real server with the demo project, on each engine in turn."""
    return start(DATA=str(demo_place.data), DATABASE_URL=demo_place.url)
