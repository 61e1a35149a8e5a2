"""`backup` and `restore`: a copy while the server runs, and what phones must hear after one was put back.

`restore --from FOLDER` puts a backup of ours back (SQLite); without it the operator has done that by other means.
Either way the server stands still meanwhile. The project gets a new epoch: every phone then notices, reads everything
anew and offers again what the backup no longer knew.
"""

import asyncio
import secrets
import time
from pathlib import Path

from server.settings import Settings
from server.store.audit import append_audit
from server.store.backup import BackupError, back_up, put_back
from server.store.database import open_database
from server.store.projects import get_project, set_epoch
from server.store.writer import WriteTx


async def make_backup(settings: Settings, folder: str) -> int:
    """Write a backup into a new folder. Answers the exit code."""
    async with await open_database(settings.database_url, settings.data, migrate=False) as database:
        try:
            backup = await back_up(database, Path(folder))
        except BackupError as fault:
            print(fault)
            return 1
    megabytes = backup.database_bytes / 2**20
    print(f"Đã sao lưu vào {backup.folder}: {megabytes:.1f} MB dữ liệu, {backup.attachments} tệp")
    print(f"Backed up to {backup.folder}: {megabytes:.1f} MB of data, {backup.attachments} files")
    return 0


async def restore(settings: Settings, folder: str = "") -> int:
    """Put a backup back when one is named, and give the project a new epoch. Answers the exit code."""
    if folder:
        try:
            await asyncio.to_thread(put_back, Path(folder), settings.data, settings.database_url)
        except BackupError as fault:
            print(fault)
            return 1
    epoch, now_ms = secrets.token_hex(8), int(time.time() * 1000)

    async def renew(tx: WriteTx) -> bool:
        project = await get_project(tx, settings.project)
        if project is None:
            return False
        await set_epoch(tx, settings.project, epoch)
        particulars = {"from": project.epoch, "to": epoch}
        await append_audit(
            tx, settings.project, at_ms=now_ms, actor="", verb="restored", subject="project", particulars=particulars
        )
        return True

    async with await open_database(settings.database_url, settings.data) as database:
        is_done = await database.writer.run(renew, settings.project)
    if not is_done:
        print(f"Không có dự án {settings.project} ở đây · there is no project {settings.project} here")
        return 1
    print("Đã ghi nhận phục hồi: điện thoại sẽ đồng bộ lại từ đầu và gửi lại những gì còn giữ")
    print("Restored: phones will sync anew and offer again what they still hold")
    return 0
