"""A colleague carries what a phone without a signal cannot send, reads nothing of it, and brings the receipt home."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.browser_faults import received, write_report
from tests.e2e.conftest import PHONE
from tests.e2e.phones import MakeContext, Phone, faults_of_axe
from tests.server_process import ServerProcess

TAM, TUAN = "huynh-thanh-tam", "pham-minh-tuan"

SHARE = """async ([name, text]) => {
  const form = new FormData()
  form.append('courier', new File([text], name, { type: 'application/octet-stream' }))
  await fetch('/share', { method: 'POST', body: form, redirect: 'manual' })
}"""
"""What Android does when another app shares a file with this one (manifest: share_target)."""


def save_from(phone: Phone, button: str, folder: Path) -> Path:
    """Press a button that hands a file over; without a share sheet it is saved."""
    with phone.page.expect_download() as coming:
        phone.page.get_by_role("button", name=button).click()
    file = folder / coming.value.suggested_filename
    coming.value.save_as(file)
    return file


def give_file(phone: Phone, file: Path) -> None:
    phone.page.locator('input[type="file"]').set_input_files(file)


def test_a_parcel_goes_by_a_colleague_and_its_receipt_comes_home(
    start: Callable[..., ServerProcess], context: MakeContext, tmp_path: Path
) -> None:
    server = start()
    author, courier = Phone(context(PHONE), server.url), Phone(context(PHONE), server.url)
    author.enrol(server.links()[TAM])
    courier.enrol(server.links()[TUAN])
    author.wait_offline_ready()
    courier.wait_offline_ready()
    for one in (author, courier):
        one.go("/courier")
        expect(one.page.get_by_role("heading", name="Nhờ gửi hộ")).to_be_visible()
    author.set_offline(True)
    for number in range(2):
        write_report(author, f"k{number}", f"Chuyện số {number}")
    parcel = save_from(author, "Đưa tệp cho đồng nghiệp", tmp_path)
    assert "Chuyện" not in parcel.read_text()

    # Taken from the share sheet without a signal, delivered with one.
    courier.set_offline(True)
    courier.page.evaluate(SHARE, [parcel.name, parcel.read_text()])
    expect(courier.page.get_by_text(parcel.name)).to_be_visible()
    courier.set_offline(False)
    courier.page.get_by_role("button", name="Gửi hộ ngay").click()
    expect(courier.page.get_by_text("Biên nhận cần trả")).to_be_visible()
    both = {"Chuyện số 0": 1, "Chuyện số 1": 1}
    assert {text: len(makers) for text, makers in received(tmp_path / "served").items()} == both
    assert faults_of_axe(courier.page) == []
    receipt = save_from(courier, "Trả biên nhận", tmp_path)

    # What was altered on the way is refused in words.
    forged = tmp_path / "forged.langnghe"
    content = json.loads(receipt.read_text())
    content["receipt"]["up_to"] += 1
    forged.write_text(json.dumps(content))
    give_file(author, forged)
    expect(author.page.get_by_text("Biên nhận này không phải của máy này")).to_be_visible()
    broken = tmp_path / "broken.langnghe"
    sealed = json.loads(parcel.read_text())
    broken.write_text(json.dumps({**sealed, "sealed": sealed["sealed"][:-8] + "AAAAAAAA"}))
    give_file(courier, broken)
    expect(courier.page.get_by_text("Tệp bị hỏng, bị sửa")).to_be_visible()

    # The receipt comes home before the signal does; the phone's own delivery changes nothing.
    give_file(author, receipt)
    expect(author.page.get_by_text("Máy chủ đã nhận phiếu gửi hộ của máy này.")).to_be_visible()
    author.go("/outbox")
    expect(author.page.locator(".chip", has_text="Đã gửi hộ, máy chủ có rồi")).to_have_count(2)
    author.set_offline(False)
    author.wait_synced()
    expect(author.page.locator(".chip", has_text="Đã nhận")).to_have_count(2)
    assert {text: len(makers) for text, makers in received(tmp_path / "served").items()} == both
    assert author.faults == []
    assert courier.faults == []
