"""Fresh databases for benches, as durable as in service."""

import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from server.store.migrating import migrate
from tests.conftest import Place
from tests.postgres import Postgres, apart, running_postgres

_numbers = count(1)


@contextmanager
def places() -> Generator["Places"]:
    """One PostgreSQL server (when it is asked for) and any number of fresh places."""
    with ExitStack() as stack:
        yield Places(stack)


class Places:
    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.postgres: Postgres | None = None
        """The server, once it was asked for."""

    def fresh(self, engine: str, *, migrated: bool = True) -> Place:
        """A new database on real disk, with every migration run unless told otherwise."""
        data = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="langnghe-bench-", dir="/var/tmp")))
        if engine == "sqlite":
            url = f"sqlite:///{data}/langnghe.sqlite"
        else:
            if self.postgres is None:
                self.postgres = self._stack.enter_context(running_postgres(durable=True))
            url = self.postgres.create(f"bench{next(_numbers)}")
        if migrated:
            apart(migrate(url, data))
        return Place(engine, url, data)
