"""Filling forms in a real browser on a small phone: every question type, long lists, drafts, repeats, files."""

import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import take
from tests.e2e.filling import (
    DEMO_FORMS,
    REAL_FORMS,
    Forms,
    answer_all,
    at_end,
    build,
    field,
    next_page,
    open_form,
    told,
    walk,
    xform_of,
    xform_of_file,
)
from tests.e2e.phones import AXE

FILES = [*sorted(DEMO_FORMS.glob("*.xlsx")), *sorted(REAL_FORMS.glob("*.xlsx"))]


SMALL = """() => [...document.querySelectorAll('.form button, .form .choice, .form .input, .form-matrix label')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""

AXE_ON_FORM = """() => axe.run('.form', { resultTypes: ['violations'] })
  .then(result => result.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160))}`))"""


@pytest.fixture(scope="module")
def forms() -> Generator[Forms]:
    build()
    served = Forms()
    yield served
    served.close()


@pytest.fixture
def phone(context: Callable[..., BrowserContext]) -> Generator[Page]:
    """A phone that tells its position; a page that throws fails the test."""
    made = context(geolocation={"latitude": 10.386421, "longitude": 105.435678}, permissions=["geolocation"])
    page = made.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(error.stack or str(error)))
    page.on("console", lambda said: thrown.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert thrown == []


def fields(page: Page) -> dict[str, str]:
    """Answers of the finished form."""
    filled: dict[str, Any] = told(page, "filled")
    answers: dict[str, str] = filled["fields"]
    return answers


def finalise(page: Page) -> dict[str, str]:
    page.locator("[data-finalise]").click()
    page.wait_for_function("() => harness.filled !== null")
    return fields(page)


def saved(page: Page) -> dict[str, str]:
    """Answers of the draft, saved now."""
    page.evaluate("() => harness.save()")
    draft: dict[str, dict[str, str]] = json.loads(told(page, "saved"))
    return draft["fields"]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_whole_form_is_answered_page_by_page_and_finished(file: Any, forms: Forms, phone: Page) -> None:
    forms.put(file.stem, xform_of_file(file))
    open_form(phone, forms, file.stem)
    phone.evaluate(AXE.read_text() + "\n;undefined")

    def on_page(number: int) -> None:
        answer_all(phone)
        take(phone, f"fill-{file.stem}-{number + 1:02}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, f"page {number + 1} is too wide"
        assert phone.evaluate(SMALL) == [], f"page {number + 1} has something too small to tap"
        assert phone.evaluate(AXE_ON_FORM) == [], f"page {number + 1}"

    pages = walk(phone, on_page)
    take(phone, f"fill-{file.stem}-end")
    answers = finalise(phone)
    assert pages >= 6
    assert len(answers) >= 9
    assert all(key.startswith("/data/") for key in answers)


LONG = xform_of(
    "select_one_from_file xa.csv | xa | Xã | minimal",
    "select_one_from_file xa.csv | xa2 | Xã khác |",
    headings="type | name | label | appearance",
)
PLACES = ["An Giang", "Đồng Tháp", "Đông Hải", "Hồng Ngự", "Châu Đốc", "Long Xuyên", "Núi Cấm"]


def test_long_lists_are_searched_without_diacritics(forms: Forms, phone: Page) -> None:
    rows = [f"p{n},{place}" for n, place in enumerate(PLACES)] + [f"a{n},Ấp {n}" for n in range(3000)]
    forms.put("long", LONG, {"xa.csv": "\n".join(["name,label", *rows]).encode()})
    open_form(phone, forms, "long")
    field(phone, "/xa").locator(".form-picker").click()
    search, found = phone.locator("dialog input[type=search]"), phone.locator("dialog .choice")
    expect(found).to_have_count(100)
    search.fill("an giang")
    expect(found).to_have_text(["An Giang"])
    search.fill("dong")
    expect(found).to_have_text(["Đồng Tháp", "Đông Hải"])
    take(phone, "fill-search")
    found.first.click()
    expect(field(phone, "/xa").locator(".form-picker")).to_contain_text("Đồng Tháp")
    next_page(phone)
    field(phone, "/xa2").locator("input[type=search]").fill("nui")
    field(phone, "/xa2").locator(".choice").first.click()
    assert saved(phone) == {"/data/xa": "p1", "/data/xa2": "p6"}


def test_long_lists_are_cut_to_the_persons_own_areas(forms: Forms, phone: Page) -> None:
    table = b"name,label,area\n1,Mot,30316\n2,Hai,30320\n3,Chung,\n"
    forms.put("cut", LONG, {"xa.csv": table})
    open_form(phone, forms, "cut", areas="30320")
    field(phone, "/xa").locator(".form-picker").click()
    expect(phone.locator("dialog .choice")).to_have_text(["Hai", "Chung"])


RULES = xform_of(
    "integer | tuoi | Tuổi | Age | yes | | . < 120 | Dưới 120 tuổi. | Below 120. | Ghi tròn năm.",
    "select_one ck | di | Có đi học không? | At school? | | ${tuoi} < 20 | | | |",
    "text | ghi | Ghi thêm cho người ${tuoi} tuổi | More | | | | | |",
    "select_one cl or_other | nuoc | Nước gì? | Which water? | | | | | |",
    headings="type | name | label::Tiếng Việt (vi) | label::English (en) | required | relevant | constraint "
    "| constraint_message::Tiếng Việt (vi) | constraint_message::English (en) | guidance_hint::Tiếng Việt (vi)",
    choices=("ck | co | Có | Yes", "ck | khong | Không | No", "cl | may | Nước máy | Tap"),
)


def test_rules_are_told_in_words_and_a_second_tap_goes_on(forms: Forms, phone: Page) -> None:
    forms.put("rules", RULES)
    open_form(phone, forms, "rules")
    next_page(phone)
    fault = field(phone, "/tuoi").locator(".fault")
    expect(fault).to_have_text("Câu này cần trả lời.")
    expect(phone.locator(".form-bar .button[data-kind=main]")).to_contain_text("Để sau")
    box = field(phone, "/tuoi").locator("input")
    expect(box).to_be_focused()
    box.fill("130")
    box.blur()
    expect(fault).to_have_text("Dưới 120 tuổi.")
    expect(field(phone, "/tuoi").locator("details")).to_contain_text("Ghi tròn năm.")
    take(phone, "fill-rules")
    box.fill("mười")
    box.blur()
    expect(fault).to_have_text("Chỉ ghi số, ví dụ 12.")
    box.fill("41")
    next_page(phone)
    expect(phone.locator(".form-page legend, .form-page label").first).to_contain_text("Ghi thêm cho người 41 tuổi")
    phone.locator(".form-language").select_option("English (en)")
    expect(phone.locator(".form-page label").first).to_contain_text("More")


def test_or_other_asks_what_the_other_is(forms: Forms, phone: Page) -> None:
    forms.put("rules", RULES)
    open_form(phone, forms, "rules")
    field(phone, "/tuoi").locator("input").fill("12")
    next_page(phone)
    field(phone, "/di").locator(".choice").first.click()
    next_page(phone)
    next_page(phone)
    field(phone, "/nuoc").locator(".choice").last.click()
    next_page(phone)
    field(phone, "/nuoc_other").locator("input").fill("Nước giếng")
    next_page(phone)
    assert finalise(phone) == {
        "/data/tuoi": "12", "/data/di": "co", "/data/nuoc": "other", "/data/nuoc_other": "Nước giếng"
    }  # fmt: skip


def test_a_killed_browser_comes_back_to_the_same_question(forms: Forms, phone: Page) -> None:
    forms.put("rules", RULES)
    open_form(phone, forms, "rules")
    field(phone, "/tuoi").locator("input").fill("12")
    next_page(phone)
    field(phone, "/di").locator(".choice").nth(1).click()
    next_page(phone)
    field(phone, "/ghi").locator("input").fill("đang ghi dở")
    phone.wait_for_function("() => (harness.saved ?? '').includes('đang ghi dở')")
    phone.reload()  # no event of leaving may be needed: the answer is in the draft already
    expect(field(phone, "/ghi").locator("input")).to_have_value("đang ghi dở")
    phone.locator(".form-bar .button").first.click()
    expect(field(phone, "/di").locator("input").nth(1)).to_be_checked()


def test_a_draft_of_version_1_goes_on_in_version_2_and_shows_what_no_longer_fits(forms: Forms, phone: Page) -> None:
    forms.put("two", xform_of("text | cu | Câu cũ", "text | giu | Giữ"))
    open_form(phone, forms, "two")
    field(phone, "/cu").locator("input").fill("câu trả lời cũ")
    next_page(phone)
    field(phone, "/giu").locator("input").fill("còn đây")
    assert saved(phone) == {"/data/cu": "câu trả lời cũ", "/data/giu": "còn đây"}
    forms.put("two", xform_of("text | giu | Giữ", "text | moi | Mới"))
    open_form(phone, forms, "two", version="2")
    expect(field(phone, "/giu").locator("input")).to_have_value("còn đây")
    walk(phone, lambda _: None)
    expect(phone.locator(".form-leftover")).to_contain_text("câu trả lời cũ")
    take(phone, "fill-leftover")
    phone.locator(".form-leftover .button").click()
    expect(phone.locator(".form-leftover")).to_have_count(0)
    assert finalise(phone) == {"/data/giu": "còn đây"}


REPEATS = xform_of(
    "begin_repeat | ho | Hộ |",
    "text | ten | Thôn |",
    "begin_repeat | con | Con vật |",
    "text | loai | Loài |",
    "end_repeat | | |",
    "end_repeat | | |",
    "begin_group | cung | Cùng trang | field-list",
    "begin_repeat | viec | Việc |",
    "text | gi | Làm gì |",
    "end_repeat | | |",
    "end_group | | |",
    headings="type | name | label | appearance",
)


def test_instances_are_added_removed_and_brought_back(forms: Forms, phone: Page) -> None:
    forms.put("repeats", REPEATS)
    open_form(phone, forms, "repeats")
    field(phone, "/ten").locator("input").fill("Vĩnh Tế")
    next_page(phone)
    field(phone, "/loai").locator("input").fill("bò")
    next_page(phone)  # list of animals
    expect(phone.locator(".form-card")).to_have_count(1)
    next_page(phone)  # list of households
    phone.locator(".form-add").click()
    field(phone, "/ten").locator("input").fill("Thới Sơn")
    walk_to_list(phone, "Hộ")
    expect(phone.locator(".form-card")).to_have_count(2)
    take(phone, "fill-repeat")
    before = saved(phone)
    phone.get_by_role("button", name="Xóa hộ 1").click()
    expect(phone.locator(".form-card")).to_have_count(1)
    take(phone, "fill-repeat-undo")
    assert "Vĩnh Tế" not in saved(phone).values()
    phone.get_by_role("button", name="Hoàn tác").click()
    expect(phone.locator(".form-card")).to_have_count(2)
    assert saved(phone) == before
    next_page(phone)
    phone.locator(".form-add").click()
    expect(phone.locator(".form-instance")).to_have_count(2)
    phone.locator(".form-instance input").nth(1).fill("đan lưới")
    take(phone, "fill-repeat-inline")
    next_page(phone)
    answers = finalise(phone)
    assert sorted(answers.values())[:1] != []
    assert len(answers["/data/ho#order"].split()) == 2
    assert len(answers["/data/cung/viec#order"].split()) == 2


def walk_to_list(page: Page, label: str) -> None:
    for _ in range(9):
        if page.locator(".form-page > header > h2").all_inner_texts() == [label]:
            return
        next_page(page)
    raise AssertionError(f"no list of {label}")


def test_an_amend_keeps_ids_and_changes_only_what_was_changed(forms: Forms, phone: Page) -> None:
    forms.put("repeats", REPEATS)
    merged = {"/data/ho#order": "q2 q1", "/data/ho[q1]/ten": "A", "/data/ho[q2]/ten": "B", "form": "x"}
    phone.goto(f"{forms.url}/nothing.html")
    phone.evaluate("fields => sessionStorage.setItem('fields', JSON.stringify(fields))", merged)
    open_form(phone, forms, "repeats")
    expect(field(phone, "/ho[q2]/ten").locator("input")).to_have_value("B")
    field(phone, "/ho[q2]/ten").locator("input").fill("B2")
    walk(phone, lambda _: None)
    assert finalise(phone) == {"/data/ho#order": "q2 q1", "/data/ho[q1]/ten": "A", "/data/ho[q2]/ten": "B2"}


MEDIA = xform_of(
    "image | anh | Ảnh | | max-pixels=800",
    "image | ky | Ký | signature |",
    "audio | tieng | Tiếng | |",
    "geopoint | noi | Nơi | |",
    "geopoint | gan | Nơi gần | decimals-4 |",
    headings="type | name | label | appearance | parameters",
)
PICTURE = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 })
  const pen = canvas.getContext('2d')
  for (let i = 0; i < 4000; i++) {
    pen.fillStyle = `hsl(${i * 7 % 360} 60% 50%)`
    pen.fillRect(Math.random() * 3000, Math.random() * 2000, 60, 60)
  }
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.95))
  return Array.from(new Uint8Array(await blob.arrayBuffer()))
}"""


def test_photos_are_made_small_signatures_drawn_and_places_kept_coarse(forms: Forms, phone: Page) -> None:
    forms.put("media", MEDIA)
    open_form(phone, forms, "media")
    photo = bytes(phone.evaluate(PICTURE))
    chooser = field(phone, "/anh").locator("input[type=file]").last
    chooser.set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(field(phone, "/anh").locator("img")).to_be_visible()
    assert field(phone, "/anh").locator("img").evaluate("e => e.decode().then(() => e.naturalWidth)") == 800
    take(phone, "fill-photo")
    next_page(phone)
    field(phone, "/ky").locator("button").click()
    box = phone.locator(".form-canvas").bounding_box()
    assert box
    phone.mouse.move(box["x"] + 30, box["y"] + 60)
    phone.mouse.down()
    phone.mouse.move(box["x"] + 150, box["y"] + 120, steps=8)
    phone.mouse.move(box["x"] + 260, box["y"] + 40, steps=8)
    phone.mouse.up()
    take(phone, "fill-signature")
    phone.locator("dialog .button[data-kind=main]").click()
    expect(field(phone, "/ky").locator("img")).to_be_visible()
    next_page(phone)
    next_page(phone)
    field(phone, "/noi").locator(".button").first.click()
    expect(field(phone, "/noi").locator("output")).to_contain_text("10.39, 105.44")
    take(phone, "fill-place")
    next_page(phone)
    field(phone, "/gan").locator(".button").first.click()
    expect(field(phone, "/gan").locator("output")).to_contain_text("10.3864, 105.4357")
    next_page(phone)
    answers = finalise(phone)
    kept = {file["name"]: file for file in told(phone, "filled.files")}
    assert answers["/data/noi"].startswith("10.39 105.44 0")
    assert answers["/data/gan"].startswith("10.3864 105.4357 0")
    assert {answers["/data/anh"], answers["/data/ky"]} == set(kept)
    assert kept[answers["/data/anh"]]["type"] == "image/webp"
    assert kept[answers["/data/anh"]]["size"] < len(photo) / 4


def test_a_photo_can_be_taken_out_again_also_after_a_restart(forms: Forms, phone: Page) -> None:
    forms.put("media", MEDIA)
    phone.goto(f"{forms.url}/nothing.html")
    before = {"/data/anh": "cu.webp", "file:cu.webp": "ab 12 image/webp"}
    phone.evaluate("fields => sessionStorage.setItem('fields', JSON.stringify(fields))", before)
    open_form(phone, forms, "media")
    expect(field(phone, "/anh")).to_contain_text("cu.webp")
    field(phone, "/anh").get_by_role("button", name="Xóa").click()
    expect(field(phone, "/anh")).not_to_contain_text("cu.webp")
    walk(phone, lambda _: None)
    assert finalise(phone) == {}
    assert told(phone, "filled.files") == []


GRID = xform_of(
    "begin_group | bang | Chấm điểm | table-list",
    "select_one d | nuoc | Nước sinh hoạt |",
    "select_one d | duong | Đường đi |",
    "end_group | | |",
    "select_one d | likert | Nhìn chung | likert",
    "range | sao | Mấy sao? | rating",
    headings="type | name | label | appearance",
    choices=("d | tot | Tốt", "d | tb | Bình thường", "d | kem | Kém"),
)


def test_grids_and_scales_are_answered_with_one_tap_each(forms: Forms, phone: Page) -> None:
    forms.put("grid", GRID)
    open_form(phone, forms, "grid")
    field(phone, "/nuoc").locator("label").nth(2).click()
    field(phone, "/duong").locator("label").nth(1).click()
    field(phone, "/duong").locator("label").nth(1).click()
    assert saved(phone) == {"/data/bang/nuoc": "kem"}
    field(phone, "/duong").locator("label").nth(0).click()
    take(phone, "fill-grid")
    next_page(phone)
    field(phone, "/likert").locator("label").nth(1).click()
    take(phone, "fill-likert")
    next_page(phone)
    field(phone, "/sao").locator("label").nth(2).click()
    next_page(phone)
    assert (
        finalise(phone).items() >= {"/data/bang/nuoc": "kem", "/data/bang/duong": "tot", "/data/likert": "tb"}.items()
    )


def test_the_overview_shows_how_each_page_stands_and_goes_there(forms: Forms, phone: Page) -> None:
    file = DEMO_FORMS / "khao-sat-quy.xlsx"
    forms.put(file.stem, xform_of_file(file))
    open_form(phone, forms, file.stem)
    phone.locator(".form-progress").click()
    take(phone, "fill-overview")
    phone.locator(".form-overview-page").last.click()
    assert at_end(phone)
    expect(phone.locator("[data-finalise]")).to_be_disabled()
    take(phone, "fill-end-faults")
    phone.locator(".form-end .form-overview-page").first.click()
    expect(phone.locator(".form-title")).to_have_text("Đợt khảo sát")


def test_a_keyboard_is_enough(forms: Forms, phone: Page) -> None:
    forms.put("rules", RULES)
    open_form(phone, forms, "rules")
    field(phone, "/tuoi").locator("input").focus()
    phone.keyboard.type("12")
    for _ in range(9):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.dataset.kind") == "main":
            break
    phone.keyboard.press("Enter")
    first = field(phone, "/di").locator("input").first
    phone.keyboard.press("Tab")
    while not first.evaluate("e => e === document.activeElement"):
        phone.keyboard.press("Tab")
    phone.keyboard.press("Space")
    phone.keyboard.press("ArrowDown")
    assert saved(phone) == {"/data/tuoi": "12", "/data/di": "khong"}


SENSES = """
window.BarcodeDetector = class { async detect(video) { return video.videoWidth ? [{ rawValue: '8934563' }] : [] } }
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (wanted.video) {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
    const pen = canvas.getContext('2d')
    setInterval(() => pen.fillRect(0, 0, Math.random() * 320, 240), 50)
    return canvas.captureStream()
  }
  const sound = new AudioContext()
  const into = sound.createMediaStreamDestination()
  const tone = sound.createOscillator()
  tone.connect(into)
  tone.start()
  return into.stream
}"""


def test_a_sound_is_recorded_and_a_code_is_scanned(forms: Forms, phone: Page) -> None:
    phone.add_init_script(SENSES)  # a microphone and a camera; the recorder and the pages are the browser's own
    forms.put("senses", xform_of("audio | tieng | Tiếng", "barcode | ma | Mã"))
    open_form(phone, forms, "senses")
    phone.get_by_role("button", name="Ghi âm", exact=True).click()
    stop = field(phone, "/tieng").locator(".button[data-kind=danger]")
    expect(stop).to_contain_text("0:01")
    stop.click()
    expect(field(phone, "/tieng").locator("audio")).to_be_visible()
    next_page(phone)
    phone.get_by_role("button", name="Quét mã").click()
    expect(field(phone, "/ma").locator("input")).to_have_value("8934563")
    next_page(phone)
    answers = finalise(phone)
    assert answers["/data/ma"] == "8934563"
    kept = told(phone, "filled.files")
    assert [(file["name"], file["type"]) for file in kept] == [(answers["/data/tieng"], "audio/webm")]
    assert kept[0]["size"] > 500
