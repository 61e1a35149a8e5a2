from collections.abc import Callable

from playwright.sync_api import BrowserContext


def test_the_browser_runs_and_speaks_vietnamese(context: Callable[..., BrowserContext]) -> None:
    page = context().new_page()
    page.set_content("<title>Lắng Nghe</title>")
    assert page.title() == "Lắng Nghe"
    assert page.evaluate("[navigator.language, new Date(0).getTimezoneOffset()]") == ["vi-VN", -480]
