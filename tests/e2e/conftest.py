"""Fixtures of the browser tests: the machine's Chromium through Playwright's blocking interface, phones and boards.

One Chromium per folder of tests, a fresh context (storage, workers, cookies) per phone. Tests here are plain functions:
Playwright's blocking interface and an event loop of pytest do not go together.
"""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = (360, 740)
BOARD = (1280, 800)
SHOTS = Path(__file__).parent / "shots"
PICTURES = Path(__file__).parents[2] / "pwa" / "pictures"


def chromium() -> str:
    """Path of the machine's Chromium. Errors: fails the test with one line that says what to install."""
    found = shutil.which("chromium")
    if not found:
        pytest.fail(
            "Chromium is missing: install it so that 'chromium' is on the path (Debian: apt-get install chromium)"
        )
    return found


@pytest.fixture(scope="package")
def browser() -> Generator[Browser]:
    """A running headless Chromium with an empty profile."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Generator[Callable[..., BrowserContext]]:
    """Make browser contexts: `context(PHONE)`, `context(BOARD, locale="en")`; all are closed at the end."""
    opened: list[BrowserContext] = []

    def make(size: tuple[int, int] = PHONE, *, locale: str = "vi-VN", **options: object) -> BrowserContext:
        made = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2 if size == PHONE else 1,
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
            locale=locale,
            timezone_id="Asia/Ho_Chi_Minh",
            **options,  # type: ignore[arg-type]
        )
        made.set_default_timeout(15_000)
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.close()


def take(page: Page, name: str, *, picture: bool = False) -> None:
    """Take a screenshot to tests/e2e/shots/NAME.png (git-ignored).

    `picture`: one of the six of the README; with PICTURES=1 (`make shots`) it is written to pwa/pictures as well.
    """
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")
    if picture and os.environ.get("PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled", scale="css")
