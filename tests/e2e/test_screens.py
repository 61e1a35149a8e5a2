"""Every screen, in both languages, light and dark: no fault by axe, nothing too small to touch, nothing cut at 200 %.

One server with the full demo; a collaborator in every state a report can be in; a coordinator; staff.
"""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.e2e.conftest import BOARD, PHONE, take
from tests.e2e.phones import MakeContext, Phone, faults_of_axe
from tests.server_process import ServerProcess, start_server

COLLABORATOR, COORDINATOR, STAFF = "huynh-thanh-tam", "pham-minh-tuan", "vo-hong-nhung"

SEED = (Path(__file__).parent / "every_state.js").read_text()
SMALL = """least => [...document.querySelectorAll('a[href], button, input:not([type=file]), select, textarea')]
  .filter(one => one.checkVisibility() && !one.closest('.unseen, .skip, p, dd') && !one.closest('label'))
  .map(one => ({ one, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && (box.width < least || box.height < least))
  .map(({ one, box }) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`)"""

WIDER = """() => {
  const root = document.documentElement
  root.style.fontSize = '200%'
  const wide = root.scrollWidth - root.clientWidth
  root.style.fontSize = ''
  return wide
}"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Generator[ServerProcess]:
    """A server with some months of reports."""
    server = start_server({"DATA": str(tmp_path_factory.mktemp("full")), "DEMO": "full"})
    yield server
    server.stop()


def look(phone: Phone, screens: dict[str, str]) -> str:
    """Open every screen (name -> path) in both languages, light and dark; what is wrong and where, line by line."""
    wrong: list[str] = []
    for language, theme in (("vi", "light"), ("en", "light"), ("vi", "dark")):
        choose(phone, language, theme)
        for name, path in screens.items():
            wrong += [f"{name} {language} {theme}: {fault}" for fault in faults_of(phone, name, path, language, theme)]
    return "\n".join(wrong)


def faults_of(phone: Phone, name: str, path: str, language: str, theme: str) -> list[str]:
    """One screen as it is now; takes its picture."""
    page = phone.page
    phone.go(path)
    page.wait_for_selector(".form" if name == "fill" else "main > *")
    page.wait_for_timeout(300)
    take(page, f"{name}-{language}{'-dark' if theme == 'dark' else ''}")
    faults = faults_of_axe(page)
    if theme == "light":
        least = 43.5 if page.viewport_size == {"width": PHONE[0], "height": PHONE[1]} else 23.5
        faults += ["too small: " + small for small in page.evaluate(SMALL, least)]
        if wider := page.evaluate(WIDER):
            faults.append(f"at 200 % it is {wider} px wider than the screen")
    return faults


def choose(phone: Phone, language: str, theme: str) -> None:
    """Set language and look as the settings page does."""
    phone.page.evaluate(
        """async ([language, look]) => {
          const request = indexedDB.open('langnghe')
          const db = await new Promise(resolve => { request.onsuccess = () => resolve(request.result) })
          const tx = db.transaction('settings', 'readwrite')
          tx.objectStore('settings').put({ language, look }, 'all')
          await new Promise(resolve => { tx.oncomplete = resolve })
          db.close()
        }""",
        [language, theme],
    )
    phone.page.reload()
    phone.page.wait_for_selector("main")


def test_screens_of_a_phone_that_is_not_enrolled(full: ServerProcess, context: MakeContext) -> None:
    phone = Phone(context(PHONE), full.url)
    phone.page.goto(full.url)
    phone.page.wait_for_selector("main")
    wrong = look(phone, {"welcome": "/", "enrol": "/enrol/abc"})
    assert not wrong, wrong


def test_screens_of_a_collaborator(full: ServerProcess, context: MakeContext) -> None:
    phone = Phone(context(PHONE), full.url)
    phone.enrol(full.links()[COLLABORATOR])
    phone.context.route("**/sync", lambda route: route.abort())
    phone.page.evaluate(SEED.partition("\n")[2])
    screens = {
        "home": "/",
        "forms": "/forms",
        "outbox": "/outbox",
        "submission-conflict": "/submission/s2",
        "submission-refused": "/submission/s4",
        "conflict": "/submission/s2/conflict",
        "alerts": "/alerts",
        "alert": "/alert/a1",
        "alert-exercise": "/alert/a2",
        "alert-replaced": "/alert/a3",
        "topics": "/topics",
        "settings": "/settings",
        "sync": "/sync",
        "courier": "/courier",
        "fill": "/fill/draft/d1",
    }
    wrong = look(phone, screens)
    assert not wrong, wrong
    assert phone.faults == []


def test_screens_of_a_coordinator(full: ServerProcess, context: MakeContext) -> None:
    phone = Phone(context(PHONE), full.url)
    phone.enrol(full.links()[COORDINATOR])
    phone.page.evaluate("location.hash = '/topics'")
    topic = phone.page.locator("a.list-item").first.get_attribute("href") or ""
    screens = {
        "coordinator-home": "/",
        "coordinator-reports": "/reports",
        "coordinator-topic": topic.removeprefix("#"),
        "coordinator-broadcast": "/broadcast",
        "coordinator-more": "/more",
    }
    wrong = look(phone, screens)
    assert not wrong, wrong
    assert phone.faults == []


def test_screens_of_the_province_staff(full: ServerProcess, context: MakeContext) -> None:
    phone = Phone(context(BOARD), full.url)
    phone.enrol(full.links()[STAFF])
    wrong = look(phone, {"staff-home": "/", "staff-sync-status": "/boards/sync-status", "staff-topics": "/topics"})
    assert not wrong, wrong
    assert phone.faults == []
