"""The administrator's pages: a form is uploaded, corrected, previewed, published, closed; ODK Collect is let in."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import BOARD, PHONE, take
from tests.e2e.phones import MakeContext, Phone, faults_of_axe
from tests.forms.workbooks import workbook
from tests.server_process import ServerProcess

ADMINISTRATOR, COLLABORATOR = "dang-hoang-long", "huynh-thanh-tam"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("type", "name", "label", "relevant")
SETTINGS = [("form_title", "form_id", "version"), ("Khảo sát nước sạch", "nuoc-sach", "1")]
FAULTY = [
    HEADINGS,
    ("text", "ten", "Họ và tên chủ hộ", ""),
    ("integer", "so", "Mấy giếng?", "selected(."),
    ("selekt", "x", "X"),
]
SOUND = [HEADINGS, ("text", "ten", "Họ và tên chủ hộ"), ("integer", "so", "Mấy giếng?"), ("image", "anh", "Ảnh giếng")]


def put(page: Page, name: str, survey: list[Any]) -> None:
    content = workbook(survey, settings=SETTINGS)
    page.locator(".drop input[type=file]").set_input_files({"name": name, "mimeType": XLSX, "buffer": content})


def look(page: Page, name: str) -> None:
    """The page on a laptop and on a phone, looked over by axe; nothing wider than the screen."""
    for size in (BOARD, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        take(page, f"{name}-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{name} {size}"
    assert faults_of_axe(page) == [], name
    page.set_viewport_size({"width": BOARD[0], "height": BOARD[1]})


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Khảo sát nước sạch").first


def test_a_form_goes_from_a_faulty_file_to_phones_and_is_closed_again(
    start: Callable[..., ServerProcess], context: MakeContext
) -> None:
    server = start()
    links = server.links()
    boss = Phone(context(BOARD), server.url)
    boss.enrol(links[ADMINISTRATOR])
    page = boss.page
    boss.go("/boards/form-upload")
    put(page, "nuoc-sach.xlsx", FAULTY)
    rows = page.locator(".fault-table[data-kind=fault] tbody tr")
    expect(rows).to_have_count(3, timeout=60_000)
    expect(rows).to_contain_text(["survey2C", "survey3D", "survey4A"])
    look(page, "form-faults-vi")

    put(page, "nuoc-sach-2.xlsx", SOUND)
    expect(rows).to_have_count(1, timeout=60_000)
    page.locator("#purpose").fill("Biết hộ nào thiếu nước")
    page.locator("#consent").fill("Anh/chị có đồng ý cho ghi tên không?")
    page.locator("#days").fill("90")
    page.get_by_role("button", name="Kiểm tra lại").click()
    expect(page.get_by_text("Không có lỗi")).to_be_visible(timeout=60_000)
    page.locator("#opens").fill("2026-01-01")
    page.locator("#closes").fill("2025-01-01")
    expect(page.get_by_role("button", name="Công bố")).to_be_disabled()
    page.locator("#closes").fill("2099-12-31")
    page.get_by_role("button", name="Xem thử").click()
    preview = page.locator("dialog.form-preview")
    expect(preview.locator(".form-page")).to_contain_text("Họ và tên chủ hộ")
    take(page, "form-preview-vi")
    preview.get_by_role("button", name="Đóng xem thử").click()
    look(page, "form-upload-vi")
    page.get_by_role("button", name="Công bố").click()
    expect(page.get_by_text("Đã công bố")).to_be_visible(timeout=60_000)

    phone = Phone(context(PHONE), server.url)
    phone.enrol(links[COLLABORATOR])
    phone.go("/forms")
    entry = phone.page.locator("a.list-item", has_text="Khảo sát nước sạch")
    expect(entry).to_be_visible()

    page.get_by_role("link", name="Về danh sách biểu mẫu").click()
    expect(card(page)).to_contain_text("Xóa sau 90 ngày")
    look(page, "form-list-vi")
    card(page).get_by_role("button", name="Đóng biểu mẫu").click()
    page.locator("dialog .button[data-kind=danger]").click()
    expect(card(page)).to_contain_text("Đã đóng")
    phone.sync_now()
    expect(entry).to_have_count(0)
    expect(phone.page.locator("div.list-item", has_text="Khảo sát nước sạch")).to_be_visible()

    card(page).get_by_role("button", name="Mở lại").click()
    expect(card(page)).to_contain_text("Đang nhận phiếu")
    card(page).get_by_role("button", name="Đổi phạm vi").click()
    sheet = page.locator("dialog.sheet")
    sheet.get_by_text("Điều phối viên").click()
    take(page, "form-terms-vi")
    sheet.get_by_role("button", name="Lưu").click()
    expect(card(page).locator("tbody td").nth(2)).to_have_text("Điều phối viên")
    phone.sync_now()
    expect(phone.page.locator(".list-item", has_text="Khảo sát nước sạch")).to_have_count(0)

    let_collect_in(boss)
    in_english(boss)
    assert (boss.faults, phone.faults) == ([], [])


def let_collect_in(boss: Phone) -> None:
    page = boss.page
    boss.go("/boards/app-passwords")
    page.get_by_role("button", name="Tạo mật khẩu").click()
    sheet = page.locator("dialog.sheet")
    sheet.get_by_role("searchbox").fill("huynh tam")
    sheet.locator(".choice").first.click()
    sheet.get_by_role("button", name="Tạo mật khẩu").click()
    code = page.locator("img.collect-code")
    expect(code).to_be_visible()
    assert code.evaluate("e => e.decode().then(() => e.naturalWidth)") > 100
    take(page, "collect-code-vi")
    page.get_by_role("button", name="Đã quét xong").click()
    listed = page.locator("li.list-item", has_text="Huỳnh Thị Thanh Tâm")
    listed.get_by_role("button").click()
    page.locator("dialog .button[data-kind=danger]").click()
    expect(listed).to_contain_text("Đã thu hồi")
    look(page, "collect-list-vi")


def in_english(boss: Phone) -> None:
    """The same pages in the other language."""
    page = boss.page
    boss.go("/settings")
    page.get_by_text("English").first.click()
    boss.go("/boards/forms")
    expect(page.get_by_role("heading", name="Manage forms")).to_be_visible()
    look(page, "form-list-en")
    boss.go("/boards/form-upload")
    put(page, "nuoc-sach.xlsx", FAULTY)
    expect(page.locator(".fault-table[data-kind=fault] tbody tr")).to_have_count(3, timeout=60_000)
    look(page, "form-faults-en")
