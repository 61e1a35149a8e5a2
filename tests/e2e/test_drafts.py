"""Drafts and amendments in the whole app: killed and opened again, carried to another version, amended through sync."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, take
from tests.e2e.phones import MakeContext, Phone, langnghe
from tests.forms.workbooks import workbook
from tests.server_process import ServerProcess

COLLABORATOR = "huynh-thanh-tam"
KEPT, GONE, NEW = ("text", "giu", "Câu còn lại"), ("text", "cu", "Câu sẽ bỏ"), ("text", "moi", "Câu mới")


def publish(folder: Path, version: str, *questions: Any) -> None:
    settings = [("form_title", "form_id", "version"), ("Biểu mẫu hai bản", "hai-ban", version)]
    file = folder / f"hai-ban-{version}.xlsx"
    file.write_bytes(workbook([("type", "name", "label"), *questions], settings=settings))
    done = langnghe("form", "publish", str(file), environ={**os.environ, "DATA": str(folder / "served")})
    assert done.returncode == 0, done.stdout + done.stderr


def answer(phone: Phone, name: str, text: str) -> None:
    phone.page.locator(f'[data-path="/data/{name}"] input').fill(text)


def forward(phone: Phone) -> None:
    phone.page.locator(".form-bar .button[data-kind=main]").click()


def finalise(phone: Phone) -> None:
    """Forward to the end page, then finalise."""
    end = phone.page.locator("[data-finalise]")
    while not end.is_visible():
        forward(phone)
        phone.page.wait_for_timeout(100)


def test_a_draft_survives_a_kill_and_a_new_version_and_is_amended_after_it_was_sent(
    start: Callable[..., ServerProcess], context: MakeContext, tmp_path: Path
) -> None:
    server = start()
    publish(tmp_path, "1", GONE, KEPT)
    phone = Phone(context(PHONE), server.url)
    phone.enrol(server.links()[COLLABORATOR])
    phone.go("/forms")
    phone.page.locator("a.list-item", has_text="Biểu mẫu hai bản").click()
    answer(phone, "cu", "câu trả lời cũ")
    forward(phone)
    answer(phone, "giu", "đang ghi dở")
    expect(phone.page.locator(".saving[data-state=saved]")).to_be_visible()
    phone.page.wait_for_timeout(800)

    phone.page.close(run_before_unload=False)
    phone.page = phone.context.new_page()
    phone.page.goto(server.url)
    phone.go("/forms")
    phone.page.locator('a.list-item[href^="#/fill/draft/"]').click()
    expect(phone.page.locator('[data-path="/data/giu"] input')).to_have_value("đang ghi dở")

    phone.go("/forms")
    publish(tmp_path, "2", KEPT, NEW)
    phone.sync_now()
    phone.page.locator('a.list-item[href^="#/fill/draft/"]').click()
    expect(phone.page.locator('[data-path="/data/giu"] input')).to_have_value("đang ghi dở")
    finalise(phone)
    expect(phone.page.locator(".form-leftover")).to_contain_text("câu trả lời cũ")
    take(phone.page, "draft-carried-vi")
    phone.page.locator("[data-finalise]").click()
    sent = phone.page.locator('a.list-item[href^="#/submission/"]').first
    expect(sent).to_be_visible()
    phone.wait_synced()

    sent.click()
    expect(phone.page.locator(".answers")).to_contain_text("đang ghi dở")
    phone.page.locator('a[href^="#/fill/amend/"]').click()
    answer(phone, "giu", "đã sửa lại")
    finalise(phone)
    phone.page.locator("[data-finalise]").click()
    phone.wait_synced()
    phone.page.locator('a.list-item[href^="#/submission/"]').first.click()
    expect(phone.page.locator(".answers")).to_contain_text("đã sửa lại")
    expect(phone.page.locator(".chip", has_text="2")).to_be_visible()
    assert phone.faults == []
