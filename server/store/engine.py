"""The one Piccolo engine of the house: it builds SQL, and runs it in whatever session is current.

Piccolo's own engines open a connection per query (SQLite) or know one database per process. Here a query runs in the
session that the code stands in: a unit of the writer, a read, or a migration. So a Piccolo query and prepared SQL
share one transaction, and two databases can be open side by side in a test.
"""

from collections.abc import Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal, Protocol

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

Dialect = Literal["sqlite", "postgres"]


class Session(Protocol):
    """Somewhere SQL can run. `fetch_dicts` takes SQL in the placeholders of its own engine."""

    engine: Dialect

    async def fetch_dicts(self, sql: str, args: Sequence[Any]) -> list[dict[str, Any]]: ...


_current: ContextVar[Session | None] = ContextVar("store_session", default=None)
_default: list[Session] = []
"""Sessions of open databases, the newest last: where a query runs that stands in no unit (reads only)."""


@contextmanager
def standing_in(session: Session):  # type: ignore[no-untyped-def]
    """Run every Piccolo query of this block in `session`."""
    token = _current.set(session)
    try:
        yield
    finally:
        _current.reset(token)


def add_default(session: Session) -> None:
    _default.append(session)


def remove_default(session: Session) -> None:
    if session in _default:
        _default.remove(session)


def current_session() -> Session:
    """Errors: RuntimeError when no database is open."""
    session = _current.get() or (_default[-1] if _default else None)
    if session is None:
        raise RuntimeError("no database is open: call open_database() first")
    return session


class _Within:
    """A transaction that is already open around the session; Piccolo's migrations ask for one."""

    async def __aenter__(self) -> "_Within":
        return self

    async def __aexit__(self, *_: object) -> bool:
        return False


class StoreEngine(Engine[Any]):
    """Delegates to `current_session()`."""

    __slots__ = ()

    def __init__(self) -> None:
        self.log_queries = self.log_responses = False
        self.min_version_number = 0
        self.query_id = 0

    @property
    def engine_type(self) -> str:  # type: ignore[override]
        return current_session().engine

    async def get_version(self) -> float:
        return self.get_version_sync()

    def get_version_sync(self) -> float:
        return 99.0

    async def prep_database(self) -> None:
        return None

    async def check_version(self) -> None:
        return None

    async def batch(self, query: Any, batch_size: int = 100, node: str | None = None) -> Any:
        raise NotImplementedError("page by key instead: batch() swallows errors")

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[dict[str, Any]]:  # noqa: ARG002
        session = current_session()
        sql, args = querystring.compile_string(engine_type=session.engine)
        return await session.fetch_dicts(sql, args)

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[dict[str, Any]]:  # noqa: ARG002
        return await current_session().fetch_dicts(ddl, ())

    def transaction(self, *_: Any, **__: Any) -> Any:
        return _Within()

    def atomic(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError("write through Database.writer")


ENGINE = StoreEngine()
