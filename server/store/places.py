"""Where a database is (its URL), and how a SQLite connection is tuned."""

import sqlite3
from pathlib import Path


def is_postgres(url: str) -> bool:
    return url.startswith(("postgres://", "postgresql://"))


def sqlite_path(url: str, data: Path) -> Path:
    """Errors: ValueError for a URL of no known kind."""
    if not url:
        return data / "langnghe.sqlite"
    if not url.startswith("sqlite:///"):
        raise ValueError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return Path(url.removeprefix("sqlite:///"))


def connect_sqlite(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A tuned connection: WAL, synchronous=FULL (an answer after COMMIT survives a power cut), rows by name."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512, timeout=10)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -16384")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA busy_timeout = 10000")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    else:
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        connection.execute("PRAGMA journal_size_limit = 67108864")
    return connection
