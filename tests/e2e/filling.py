"""A page that holds nothing but the form renderer: built by Vite, served from loopback with forms made by pyxform.

It lives under the Content-Security-Policy of the app.
"""

import http.server
import mimetypes
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page
from pyxform.xls2xform import convert

from server.http.outgoing import CONTENT_SECURITY_POLICY

ROOT = Path(__file__).parents[2]
PWA = ROOT / "pwa"
BUILT = PWA / "node_modules" / ".cache" / "harness"
DEMO_FORMS = ROOT / "server" / "demo" / "forms"
REAL_FORMS = ROOT.parent / "shared" / "forms"
"""Forms that nobody here wrote, where the project is worked on; elsewhere the demo's stand in."""


def build() -> None:
    """Build the harness page into node_modules/.cache. Errors: CalledProcessError with Vite's words."""
    vite = PWA / "node_modules" / ".bin" / "vite"
    subprocess.run([vite, "build", "-c", "vite.harness.config.ts", "--logLevel", "error"], cwd=PWA, check=True)


def xform_of_file(path: Path) -> bytes:
    """XForm of an XLSForm file."""
    xform: str = convert(path, validate=False).xform
    return xform.encode()


def xform_of(*rows: str, headings: str = "type | name | label", choices: Sequence[str] = ()) -> bytes:
    """XForm of rows written as `type | name | label`; `choices` as `list | name | label`, a label per language."""
    labels = " | ".join(each for each in headings.split(" | ") if each.startswith("label"))
    lists = (["list_name | name | " + labels, *choices]) if choices else []
    lines = ["| survey |", *(f"| | {row} |" for row in (headings, *rows))]
    lines += ["| choices |", *(f"| | {row} |" for row in lists)] if lists else []
    xform: str = convert("\n".join(lines) + "\n", file_type=".md", form_name="data", validate=False).xform
    return xform.encode()


class Forms:
    """Serves the built page, `/forms/NAME.xml` and attachments `/forms/NAME/FILE` of what is in `files`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"/nothing.html": b"<p></p>"}
        served = self.files

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                body = served.get(path)
                if body is None and (file := BUILT / (path.lstrip("/") or "index.html")).is_file():
                    body = file.read_bytes()
                self.send_response(404 if body is None else 200)
                kind = mimetypes.guess_type(path)[0] or ("text/html" if path == "/" else "application/octet-stream")
                self.send_header("Content-Type", kind)
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def put(self, name: str, xform: bytes, attachments: Mapping[str, bytes] | None = None) -> None:
        self.files[f"/forms/{name}.xml"] = xform
        for file, content in (attachments or {}).items():
            self.files[f"/forms/{name}/{file}"] = content

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def open_form(page: Page, forms: Forms, name: str, **query: str) -> None:
    """Open a form and wait for its first page."""
    more = "".join(f"&{key}={value}" for key, value in query.items())
    page.goto(f"{forms.url}/?form={name}{more}")
    page.locator(".form-page").wait_for()


def told(page: Page, what: str) -> Any:
    """What the shell was told: saved, saves, filled, files, openedMs."""
    return page.evaluate(f"harness.{what}")


def field(page: Page, path: str) -> Locator:
    """A question by the end of its stable name."""
    return page.locator(f'.field[data-path$="{path}"]')


def next_page(page: Page) -> None:
    page.locator('.form-bar .button[data-kind="main"]').click()


def at_end(page: Page) -> bool:
    return page.locator(".form-end").count() > 0


def walk(page: Page, on_page: Callable[[int], None], most: int = 200) -> int:
    """Go through all pages to the review; returns how many there were."""
    for number in range(most):
        if at_end(page):
            return number
        on_page(number)
        before = page.locator(".form-progress").inner_text()
        next_page(page)
        if page.locator(".form-progress").inner_text() == before:
            next_page(page)  # something does not pass: the second tap goes on
    raise AssertionError(f"no end after {most} pages")


WORDS = "Nước lên nhanh ở bờ kênh"


def answer_all(page: Page) -> None:
    """Answer every question on the page some way, also those that appear meanwhile."""
    for number in range(60):
        untouched = page.locator(".form-page .field[data-kind]:not([data-turn])")
        if untouched.count() == 0:
            return
        untouched.first.evaluate("(element, number) => (element.dataset.turn = number)", number)
        _answer(page, page.locator(f'.field[data-turn="{number}"]'))


def _answer(page: Page, question: Locator) -> None:
    kind = question.get_attribute("data-kind")
    if kind == "select":
        if question.locator(".form-picker").count():
            question.locator(".form-picker").click()
            page.locator("dialog .choice").first.click()
            if page.locator("dialog").count():
                page.locator("dialog .button").last.click()
        elif question.locator("label").count():
            question.locator("label").first.click()
    elif kind == "rank":
        question.locator(".button").last.click()
    elif kind == "range":
        if question.locator("select").count():
            question.locator("select").select_option(index=2)
        elif question.locator("input[type=range]").count():
            question.locator(".button").last.click()
        else:
            question.locator("label").nth(3).click()
    elif kind == "trigger":
        question.locator("input").check()
    elif kind == "input":
        _type(question)


def _type(question: Locator) -> None:
    typed = question.locator("input:not([type=file]), textarea")
    if typed.count() == 0:
        if question.locator(".button").count():
            question.locator(".button").first.click()
        return
    for each in question.locator("select").all():
        each.select_option(index=2)
    box = typed.first
    if box.input_value():
        return
    answers = {"date": "2026-11-20", "time": "08:05", "datetime-local": "2026-11-20T08:05"}
    if answer := answers.get(box.get_attribute("type") or ""):
        box.fill(answer)
    elif question.locator(".form-date").count():
        box.fill("2026")
    elif box.get_attribute("inputmode") in ("numeric", "decimal"):
        _number(question, box)
    elif "number" in (box.get_attribute("class") or "").split():
        box.fill("10.38, 105.43\n10.5, 105.5\n10.6, 105.1")
    else:
        box.fill(WORDS)
    box.blur()


def _number(question: Locator, box: Locator) -> None:
    """The first of some numbers that the question takes."""
    for number in ("1", "50", "5000"):
        box.fill(number)
        box.blur()
        if question.locator(".fault").count() == 0:
            return
