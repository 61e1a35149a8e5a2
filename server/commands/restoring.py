"""`restore`: what must be said to the phones after a backup was put back.

The folder (DATA) or database is restored by the operator's own means while the server stands still. This gives the
project a new epoch: every phone then notices, reads everything anew and offers again what the backup no longer knew.
"""

import secrets
import time

from server.settings import Settings
from server.store.audit import append_audit
from server.store.database import open_database
from server.store.projects import get_project, set_epoch
from server.store.writer import WriteTx


async def restore(settings: Settings) -> int:
    """Give the project a new epoch. Answers the exit code."""
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
