"""Filling on a cheap phone: opening a form, answering, coming back after a kill, bytes of the engine; 6 × slower CPU.

The floor of an answer is the same tap on a bare radio button in the same page; the floor of opening is the same build
without a form.
"""

import gzip
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.bench.registry import Figure, bench
from tests.e2e.conftest import FLAGS, PHONE, chromium
from tests.e2e.filling import BUILT, Forms, build, next_page, xform_of

SLOWDOWN = 6
TAPS = 15
MEASURE = """() => {
  window.taps = []
  document.addEventListener('click', (event) => {
    if (!event.target.matches('input')) return
    requestAnimationFrame(() => setTimeout(() => window.taps.push(performance.now() - event.timeStamp)))
  }, true)
}"""


def form_of(questions: int) -> bytes:
    """A form with skips, constraints and a running sum; every fifth question is of another kind."""
    rows = []
    for n in range(questions):
        kind = ("select_one yn", "integer", "text", "select_multiple yn", "date")[n % 5]
        relevant = f"${{q{n - 5}}} = 'co' or ${{q{n - 5}}} = ''" if n % 5 == 0 and n >= 5 else ""
        constraint = ". < 1000" if kind == "integer" else ""
        rows.append(f"{kind} | q{n} | Câu hỏi số {n + 1} | {relevant} | {constraint} |")
    ages = " + ".join(f"coalesce(${{q{n}}}, 0)" for n in range(1, questions, 5))
    rows.append(f"calculate | tong | | | | {ages}")
    headings = "type | name | label | relevant | constraint | calculation"
    return xform_of(*rows, headings=headings, choices=("yn | co | Có", "yn | khong | Không"))


@contextmanager
def slow_phone(url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        size = {"width": PHONE[0], "height": PHONE[1]}
        page = browser.new_context(viewport=size, has_touch=True, is_mobile=True).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(120_000)
        page.goto(url)  # compiled code may be warm, as on a phone that opened a form before
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        yield page
        browser.close()


@bench("fill")
def fill() -> Iterator[Figure]:
    """Milliseconds at a sixth of this machine's speed."""
    build()
    forms = Forms()
    try:
        for questions in (50, 600):
            forms.put(f"q{questions}", form_of(questions))
            with slow_phone(forms.url) as page:
                yield from _fill(page, forms, questions)
        engine = max(BUILT.glob("assets/open-*.js"), key=lambda path: path.stat().st_size).read_bytes()
        yield Figure(name="fill.engine", n=1, value=len(gzip.compress(engine, 9)) / 1000, unit="kB gzip")
    finally:
        forms.close()


def _fill(page: Page, forms: Forms, questions: int) -> Iterator[Figure]:
    began = time.perf_counter()
    page.goto(f"{forms.url}/?form=")
    page.locator("[role=status]").wait_for()
    empty = (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    page.goto(f"{forms.url}/?form=q{questions}")
    page.locator(".form-page").wait_for()
    opened = (time.perf_counter() - began) * 1000
    yield Figure(name=f"fill.open.{questions}", n=questions, value=opened, unit="ms", floor=empty)

    page.evaluate(MEASURE)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<input type=radio id=bare>')")
    for _ in range(TAPS):
        page.locator("#bare").tap()
        page.evaluate("document.querySelector('#bare').checked = false")
    bare = statistics.median(page.evaluate("taps.splice(0)"))
    page.evaluate("document.querySelector('#bare').remove()")
    for tap in range(TAPS):
        page.locator(".form-page .choice").nth(tap % 2).tap()
        page.wait_for_function(f"() => taps.length === {tap + 1}")
        page.wait_for_timeout(150)
    taps = page.evaluate("taps.splice(0)")
    yield Figure(name=f"fill.answer.{questions}", n=TAPS, value=statistics.median(taps), unit="ms", floor=bare)
    yield Figure(name=f"fill.answer.{questions}.max", n=TAPS, value=max(taps), unit="ms", floor=bare)

    next_page(page)
    page.locator(".form-page .input").fill("41")
    page.wait_for_function("() => (harness.saved ?? '').includes('41')")
    began = time.perf_counter()
    page.reload()
    page.locator(".form-page .input").wait_for()
    assert page.locator(".form-page .input").input_value() == "41"
    yield Figure(
        name=f"fill.resume.{questions}", n=1, value=(time.perf_counter() - began) * 1000, unit="ms", floor=empty
    )
