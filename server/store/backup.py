"""A backup while the server runs: the database as of one moment, then the attachments it names, then the keys.

SQLite only: its online backup copies page by page beside the writer. On PostgreSQL the operator's own tools (pg_dump,
base backups) do this better. Attachments are content-addressed and never change, so copying them after the database
misses none that it names. Putting a backup back is copying the folder; then every phone must hear of a new epoch
(`langnghe restore`), or it would believe that the server still has what the backup does not know.
"""

import asyncio
import os
import shutil
import sqlite3
from pathlib import Path

from msgspec import Struct

from server.store.database import Database
from server.store.places import is_postgres, sqlite_path

PAGES_AT_ONCE = 2_000


class BackupError(RuntimeError):
    """The text is for a person."""


class Backup(Struct, frozen=True):
    """What was written: folder, database bytes, number of attachments."""

    folder: Path
    database_bytes: int
    attachments: int


async def back_up(database: Database, folder: Path) -> Backup:
    """Write a backup into a new folder; it appears whole or not at all. Errors: BackupError."""
    if database.engine != "sqlite":
        raise BackupError("PostgreSQL: dùng pg_dump · use pg_dump and copy DATA/attachments and DATA/keys")
    return await asyncio.to_thread(_write, sqlite_path(database.url, database.data), database.data, folder)


def _write(source: Path, data: Path, folder: Path) -> Backup:
    folder = folder.absolute()
    if folder.exists():
        raise BackupError(f"{folder}: đã có · exists already")
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    copy = partial / "langnghe.sqlite"
    _copy_database(source, copy)
    attachments = _copy_files(data / "attachments", partial / "attachments")
    _copy_files(data / "keys", partial / "keys")
    partial.rename(folder)
    return Backup(folder, (folder / "langnghe.sqlite").stat().st_size, attachments)


def _copy_database(source: Path, copy: Path) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(copy)
    try:
        reading.backup(writing, pages=PAGES_AT_ONCE)
        fault = writing.execute("PRAGMA quick_check").fetchone()[0]
        if fault != "ok":
            raise BackupError(f"bản sao hỏng · the copy is damaged: {fault}")
        writing.execute("PRAGMA journal_mode = DELETE")
    finally:
        reading.close()
        writing.close()


def _copy_files(source: Path, target: Path) -> int:
    """Hard links where the file system allows (the files never change), copies elsewhere."""
    count = 0
    for file in sorted(source.rglob("*")) if source.exists() else []:
        place = target / file.relative_to(source)
        if file.is_dir():
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            os.link(file, place)
        except OSError:
            shutil.copy2(file, place)
        count += 1
    return count


def put_back(folder: Path, data: Path, url: str) -> None:
    """Replace DATA's database, attachments and keys by a backup's, while no server runs. What stood there before is
    kept beside it under `before-restore`. Errors: BackupError."""
    if is_postgres(url):
        raise BackupError("PostgreSQL: dùng pg_restore · use pg_restore first")
    database_file = sqlite_path(url, data)
    if not (folder / "langnghe.sqlite").exists():
        raise BackupError(f"{folder}: không phải bản sao lưu · is no backup")
    kept = data / "before-restore"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True, mode=0o700)
    for suffix in ("", "-wal", "-shm"):
        file = database_file.with_name(database_file.name + suffix)
        if file.exists():
            file.rename(kept / file.name)
    shutil.copy2(folder / "langnghe.sqlite", database_file)
    for name in ("attachments", "keys"):
        if (folder / name).exists():
            if (data / name).exists():
                (data / name).rename(kept / name)
            shutil.copytree(folder / name, data / name)
