"""The command line: `langnghe …`, also `python -m server …`. Only parses; what is done is in server/commands.

Settings come from the environment (see README), so that every command speaks of the same project as the server.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from server.settings import SettingsError, read_settings


def build_parser() -> argparse.ArgumentParser:
    """Every command with its words; tests and the README are held against it."""
    parser = argparse.ArgumentParser(prog="langnghe", description="Lắng Nghe: thu thập phản ánh, cảnh báo và trả lời.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="LỆNH")
    commands.add_parser("run", help="chạy máy chủ · serve")

    invite = commands.add_parser("invite", help="tạo liên kết đăng ký thiết bị · make enrolment links")
    invite.add_argument("person", nargs="+", metavar="MÃ-NGƯỜI", help="xem: langnghe people")

    commands.add_parser("people", help="danh sách người dùng · list people")
    commands.add_parser("restore", help="sau khi phục hồi bản sao lưu · after a backup was put back")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit code (2 for words or settings that cannot be meant)."""
    asked = build_parser().parse_args(arguments)
    try:
        settings = read_settings(os.environ)
    except SettingsError as fault:
        print(fault, file=sys.stderr)
        return 2
    if asked.command == "run":
        from server.commands.serve import run

        return run(settings)
    if asked.command == "restore":
        from server.commands.restoring import restore

        return asyncio.run(restore(settings))
    from server.commands import invitations

    if asked.command == "invite":
        return asyncio.run(invitations.invite(settings, asked.person))
    return asyncio.run(invitations.people(settings))


if __name__ == "__main__":
    sys.exit(main())
