"""The main job, end to end (issue 2): form, report without network, topic, alert, confirmation, conflict, board.

One real server process, real Chromiums for three people, a real push service on loopback. It takes the screenshots of
the README.
"""

import gzip
import json
import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Request, expect

from tests.e2e.conftest import BOARD, PHONE, take
from tests.e2e.phones import MakeContext, Phone, faults_of_axe, langnghe
from tests.server_process import ServerProcess
from tests.webpush.push_service import PushService

COLLABORATOR, COORDINATOR, STAFF = "huynh-thanh-tam", "pham-minh-tuan", "vo-hong-nhung"
WHAT = "/data/viec/noi_dung"


@pytest.fixture
def push_service() -> Generator[PushService]:
    """A push service that Chromium's subscription will point to."""
    service = PushService.start_in_thread()
    yield service
    service.stop_thread()


def test_from_a_form_to_a_settled_conflict(
    start: Callable[..., ServerProcess], context: MakeContext, push_service: PushService, tmp_path: Path
) -> None:
    environ = {
        "DATA": str(tmp_path / "served"),
        "WEBPUSH_TEST_SERVICE": push_service.address,
        "ALERT_UNDO_SECONDS": "1",
    }
    server = start(**environ)
    links = server.links()

    publish_forms(tmp_path, environ)

    phone = Phone(context(PHONE), server.url)
    phone.take_webpush_from(push_service)
    phone.enrol(links[COLLABORATOR], "Điện thoại của Tâm")
    report_without_network(phone)

    coordinator = Phone(context(PHONE), server.url)
    coordinator.enrol(links[COORDINATOR], "Máy của Tuấn")
    group_and_mark_urgent(coordinator)
    broadcast(coordinator)
    confirm_from_notification(phone, push_service)
    see_confirmation(coordinator)

    change_apart_and_settle(phone, coordinator)

    staff = Phone(context(BOARD), server.url)
    staff.enrol(links[STAFF], "Máy tính phòng Tổng hợp")
    read_sync_status(staff)

    for one in (phone, coordinator, staff):
        assert one.faults == []


def publish_forms(folder: Path, environ: dict[str, str]) -> None:
    """1. A faulty sheet is refused with its place; a real one becomes a version that phones get."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in (["type", "name", "label"], ["text", "a", "A"], ["selekt_one x", "b", "B"]):
        sheet.append(row)
    book.save(folder / "faulty.xlsx")
    refused = langnghe("form", "publish", str(folder / "faulty.xlsx"), environ={**os.environ, **environ})
    assert refused.returncode != 0
    assert "survey" in refused.stdout + refused.stderr
    assert "3" in refused.stdout + refused.stderr

    sheet.delete_rows(3)
    sheet.append(["select_one yes_no", "b", "Đường vào ấp còn đi được không?"])
    for title, rows in {
        "choices": (["list_name", "name", "label"], ["yes_no", "yes", "Có"], ["yes_no", "no", "Không"]),
        "settings": (["form_title", "form_id", "version"], ["Đường vào ấp", "duong-vao-ap", "1"]),
    }.items():
        more = book.create_sheet(title)
        for row in rows:
            more.append(row)
    book.save(folder / "good.xlsx")
    published = langnghe("form", "publish", str(folder / "good.xlsx"), environ={**os.environ, **environ})
    assert published.returncode == 0, published.stdout + published.stderr


def report_without_network(phone: Phone) -> None:
    """2. Network off: reload, fill with skip logic, draft, finalise. Network on: one POST /sync, received."""
    page = phone.page
    phone.wait_offline_ready()
    phone.go("/forms")
    expect(page.get_by_text("Đường vào ấp")).to_be_visible()
    expect(page.locator("a.list-item", has_text="Phản ánh nhanh")).to_be_visible()

    phone.set_offline(True)
    page.reload()
    page.locator("a.list-item", has_text="Phản ánh nhanh").click()
    next_page(phone)
    page.locator('[data-path="/data/viec/chu_de"] button').click()
    page.get_by_text("Ngập, triều cường, sạt lở").click()
    page.locator(f'[data-path="{WHAT}"] textarea').fill("Nước lên ngập đường vào chợ, ghe không cập bến được.")
    take(page, "fill-vi", picture=True)
    next_page(phone)
    expect(page.locator('[data-path="/data/nuoc_ngap/do_sau_cm"]')).to_have_count(0)
    page.locator('[data-path="/data/nuoc_ngap/kieu"]').get_by_text("Triều cường, nước sông lên").click()
    page.locator('[data-path="/data/nuoc_ngap/do_sau_cm"] input').fill("60")
    page.locator('[data-path="/data/nuoc_ngap/duong_di"]').get_by_text("Đi được nhưng khó").click()

    page.locator("header button").first.click()
    phone.go("/outbox")
    expect(page.locator(".chip", has_text="Bản nháp")).to_be_visible()
    page.locator("a.list-item").first.click()
    expect(page.locator('[data-path="/data/nuoc_ngap/do_sau_cm"] input')).to_have_value("60")
    next_page(phone)
    page.locator('[data-path="/data/muc/so_nguoi"]').get_by_text("6 đến 20 người").click()
    page.locator('[data-path="/data/muc/muc_do"]').get_by_text("Cần xử lý trong tuần").click()
    to_the_end(phone)
    expect(page.locator(".chip", has_text="Chờ gửi")).to_be_visible()
    phone.go("/")
    expect(page.locator(".river .figure")).to_have_text("1")
    page.locator(".toast").wait_for(state="detached")
    take(page, "home-unsent-vi", picture=True)

    pushes: list[int] = []
    page.on("request", lambda request: pushes.append(count_changes(request)))
    phone.set_offline(False)
    phone.wait_synced()
    assert sum(count > 0 for count in pushes) == 1
    phone.go("/outbox")
    expect(page.locator(".chip", has_text="Đã nhận")).to_be_visible()
    take(page, "outbox-vi")
    phone.go("/sync")
    expect(page.get_by_text("Máy chủ đã nhận đủ 1")).to_be_visible()
    expect(page.get_by_text("Đến số 1")).to_be_visible()


def group_and_mark_urgent(coordinator: Phone) -> None:
    """3a. The coordinator sees the report, puts it into a topic, marks the topic urgent."""
    page = coordinator.page
    coordinator.go("/reports")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Xếp 1 phiếu vào chủ đề").click()
    page.locator("#topic-title").fill("Nước lên ngập chợ Châu Đốc")
    page.get_by_role("button", name="Lập chủ đề").click()
    page.get_by_role("button", name="Đánh dấu khẩn").click()
    expect(page.locator(".alert-head .chip", has_text="Khẩn")).to_be_visible()
    coordinator.wait_synced()
    take(page, "topic-vi")


def broadcast(coordinator: Phone) -> None:
    """3b. An alert to the commune, after seeing whom it reaches."""
    page = coordinator.page
    page.get_by_role("link", name="Phát cảnh báo").click()
    expect(page.locator("#headline")).to_have_value("Nước lên ngập chợ Châu Đốc")
    page.locator("#kind").select_option("flood")
    page.locator("#severity").select_option("extreme")
    page.get_by_role("button", name="Xem ai sẽ nhận").click()
    expect(page.get_by_text("2 người ở 1 nơi")).to_be_visible()
    take(page, "broadcast-vi")
    page.get_by_role("button", name="Phát ngay").click()
    expect(page.locator(".alert-head .chip", has_text="Đã phát")).to_be_visible(timeout=20_000)


def confirm_from_notification(phone: Phone, push_service: PushService) -> None:
    """3c. The push service decrypts the webpush; Chromium wakes the worker; the person confirms on the notification."""
    message = push_service.wait_for_blocking(1)[0]
    payload = json.loads(message.payload)
    assert payload["kind"] == "alert"
    assert payload["headline"] == "Nước lên ngập chợ Châu Đốc"
    phone.page.bring_to_front()
    phone.deliver(message.payload)
    while not phone.notifications():
        phone.page.wait_for_timeout(100)
    phone.deliver(message.payload)
    phone.page.wait_for_timeout(500)
    shown = phone.notifications()
    assert [one["title"] for one in shown] == ["Nước lên ngập chợ Châu Đốc"]
    phone.go("/")
    expect(phone.page.locator("dialog.full")).to_be_visible()
    take(phone.page, "alert-extreme-vi", picture=True)
    phone.tap_notification("confirm")
    expect(phone.page.locator("dialog.full")).to_have_count(0)
    phone.wait_synced()
    phone.go("/alerts")
    expect(phone.page.locator(".chip", has_text="Đã xác nhận")).to_be_visible()
    take(phone.page, "alerts-vi")


def see_confirmation(coordinator: Phone) -> None:
    """3d. The ledger counts what the phone itself said."""
    page = coordinator.page
    page.bring_to_front()
    row = page.locator(".list-item", has_text="Huỳnh Thị Thanh Tâm")
    expect(row.locator(".chip", has_text="Đã xác nhận")).to_be_visible(timeout=20_000)
    take(page, "ledger-vi", picture=True)


def change_apart_and_settle(phone: Phone, coordinator: Phone) -> None:
    """4. Both change one answer apart; the phone shows the conflict, a person settles it, both sides agree."""
    mine, theirs = "Nước rút bớt, ghe đã cập bến được.", "Nước ngập chợ, khoảng hai chục hộ bị ảnh hưởng."
    phone.set_offline(True)
    page = coordinator.page
    coordinator.go("/reports")
    page.get_by_role("button", name="Tất cả").click()
    page.locator(".pickable a").first.click()
    page.get_by_role("button", name="Sửa câu này: Bà con nói gì?").click()
    page.locator("#amended").fill(theirs)
    page.get_by_role("button", name="Lưu").click()
    coordinator.wait_synced()

    page = phone.page
    page.bring_to_front()
    phone.go("/outbox")
    page.locator("a.list-item").first.click()
    page.get_by_role("link", name="Sửa phiếu").click()
    next_page(phone)
    page.locator(f'[data-path="{WHAT}"] textarea').fill(mine)
    to_the_end(phone)
    phone.set_offline(False)
    phone.wait_synced()
    phone.go("/")
    page.get_by_text("Có hai bản khác nhau").click()
    card = page.locator(".versions")
    expect(card.locator('[data-who="mine"]')).to_contain_text(mine)
    expect(card.locator('[data-who="theirs"]')).to_contain_text(theirs)
    expect(card.locator('[data-who="theirs"]')).to_contain_text("Phạm Minh Tuấn")
    page.locator(".toast").wait_for(state="detached")
    take(page, "conflict-vi", picture=True)
    assert faults_of_axe(page) == []

    coordinator.page.bring_to_front()
    coordinator.sync_now()
    coordinator.page.get_by_role("button", name="Tôi đã nhận được").click()
    coordinator.go("/reports")
    coordinator.page.get_by_role("button", name="Tất cả").click()
    expect(coordinator.page.locator(".chip", has_text="Hai bản khác nhau")).to_be_visible()

    page.bring_to_front()
    page.get_by_role("button", name="Giữ bản của tôi").click()
    phone.wait_synced()
    coordinator.page.bring_to_front()
    coordinator.sync_now()
    expect(coordinator.page.locator(".chip", has_text="Hai bản khác nhau")).to_have_count(0)
    submission = page.url.split("/submission/")[1].split("/")[0]
    for one in (phone, coordinator):
        one.go(f"/submission/{submission}")
        expect(one.page.locator(".answers .value", has_text=mine)).to_be_visible()
        expect(one.page.locator(".answers .value", has_text=theirs)).to_have_count(0)


def read_sync_status(staff: Phone) -> None:
    """5. Province staff: device, last contact, made / received / missing, oldest unsent."""
    page = staff.page
    staff.go("/boards/sync-status")
    row = page.locator("tr", has_text="Điện thoại của Tâm")
    expect(row).to_contain_text("Huỳnh Thị Thanh Tâm")
    expect(row).to_contain_text("Phường Châu Đốc")
    take(page, "sync-status-vi", picture=True)
    staff.go("/settings")
    page.get_by_text("English").click()
    staff.go("/boards/sync-status")
    expect(page.get_by_role("heading", name="Sync status")).to_be_visible()
    take(page, "sync-status-en")


def next_page(phone: Phone) -> None:
    """The large button at the foot of the form: next, or at the end finalise."""
    phone.page.locator('.form-bar button[data-kind="main"]').click()


def to_the_end(phone: Phone) -> None:
    """On to the review, and finalise."""
    for _ in range(12):
        next_page(phone)
        phone.page.wait_for_timeout(300)
        if phone.page.url.endswith("#/outbox"):
            return
    raise AssertionError(f"the form did not end: {phone.page.locator('main').inner_text()}")


def count_changes(request: Request) -> int:
    """How many changes a request carries, if it is a POST /sync; gzipped or not."""
    body = request.post_data_buffer
    if not body or not request.url.endswith("/sync"):
        return 0
    text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    return len(json.loads(text).get("changes", []))
