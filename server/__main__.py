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

    form = commands.add_parser("form", help="biểu mẫu · forms").add_subparsers(dest="action", required=True)
    add_publish(form.add_parser("publish", help="công bố một XLSForm · publish an XLSForm"))

    collect = commands.add_parser("collect", help="mã thiết lập ODK Collect · let ODK Collect in")
    collect.add_argument("person", metavar="MÃ-NGƯỜI")
    collect.add_argument("--area", default="", metavar="MÃ", help="địa bàn của báo cáo · the area of its submissions")

    commands.add_parser("people", help="danh sách người dùng · list people")
    backup = commands.add_parser("backup", help="sao lưu khi máy chủ đang chạy · back up while the server runs")
    backup.add_argument("folder", metavar="THƯ-MỤC", help="thư mục mới · a new folder")
    restore = commands.add_parser("restore", help="sau khi phục hồi bản sao lưu · after a backup was put back")
    restore.add_argument("--from", dest="folder", default="", metavar="THƯ-MỤC", help="đặt lại bản sao lưu này trước")
    return parser


def add_publish(parser: argparse.ArgumentParser) -> None:
    """The words of `form publish`."""
    parser.add_argument("file", metavar="TỆP.xlsx")
    parser.add_argument("--purpose", default="", metavar="MỤC-ĐÍCH", help="vì sao thu thập dữ liệu cá nhân · why")
    parser.add_argument(
        "--consent", default="", metavar="LỜI-ĐỒNG-Ý", help="lời đồng ý người được hỏi nghe · consent text"
    )
    parser.add_argument("--retention", type=int, metavar="SỐ-NGÀY", help="giữ câu trả lời bao lâu · days kept")
    parser.add_argument(
        "--area", action="append", default=[], metavar="MÃ", help="chỉ cho địa bàn này · only this area"
    )
    parser.add_argument(
        "--role", action="append", default=[], metavar="VAI-TRÒ", help="chỉ cho vai trò này · only this role"
    )
    parser.add_argument("--opens", default="", metavar="NGÀY", help="mở từ ngày (2026-12-01) · opens")
    parser.add_argument("--closes", default="", metavar="NGÀY", help="đóng hết ngày · closes at the end of that day")
    parser.add_argument("--media", default="", metavar="THƯ-MỤC|ZIP", help="tệp kèm biểu mẫu · form attachments")
    parser.add_argument("--language", choices=("vi", "en"), default="vi", help="ngôn ngữ của lời báo · of the messages")
    parser.add_argument("--check", action="store_true", help="chỉ kiểm tra, không công bố · only check")


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
    if asked.command in {"backup", "restore"}:
        from server.commands import restoring

        if asked.command == "backup":
            return asyncio.run(restoring.make_backup(settings, asked.folder))
        return asyncio.run(restoring.restore(settings, asked.folder))
    if asked.command == "form":
        from server.commands.forms import publish, read_asked

        return asyncio.run(publish(settings, read_asked(asked)))
    if asked.command == "collect":
        from server.commands.collect import collect

        return asyncio.run(collect(settings, asked.person, asked.area))
    from server.commands import invitations

    if asked.command == "invite":
        return asyncio.run(invitations.invite(settings, asked.person))
    return asyncio.run(invitations.people(settings))


if __name__ == "__main__":
    sys.exit(main())
