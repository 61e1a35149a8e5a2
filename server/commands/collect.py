"""`collect PERSON`: lets ODK Collect in. Prints its settings as text and as the QR code that Collect scans."""

import secrets
import time

from server.commands import terminal
from server.exchange.openrosa import PASSWORD_BYTES, give_password
from server.forms.collect_settings import settings_qr
from server.settings import Settings
from server.store.database import open_database
from server.store.people import get_person


async def collect(settings: Settings, name: str, area: str) -> int:
    """A new app password for a person's device. Answers the exit code."""
    device, password = secrets.token_hex(8), secrets.token_urlsafe(PASSWORD_BYTES)
    async with await open_database(settings.database_url, settings.data) as database:
        person = await database.reader.read(lambda tx: get_person(tx, settings.project, name))
        if person is None or (area and area not in person.areas):
            print(f"Không có người mã {name}, hoặc địa bàn không phải của người này · no such person or area")
            return 1
        now_ms = int(time.time() * 1000)
        await database.writer.run(
            lambda tx: give_password(
                tx, settings.project, device=device, password=password, person=name, name="ODK Collect", by="",
                now_ms=now_ms,
            ),
            project=settings.project,
        )  # fmt: skip
    url, username = f"{settings.public_url}/openrosa", f"{name}@{area}" if area else name
    code = settings_qr(url, username, password, settings.project)
    print("\n".join(terminal.draw_codes([(person.name, code)], across=terminal.columns())))
    print(f"  URL: {url}\n  Tên đăng nhập · user: {username}\n  Mật khẩu · password: {password}")
    print(f"  Thu hồi · revoke: thiết bị · device {device}")
    return 0
