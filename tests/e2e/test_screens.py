"""Every screen, in both languages, light and dark: no fault by axe, nothing too small to touch, nothing cut at 200 %.

One server with the full demo; a collaborator in every state a report can be in; a coordinator; staff.
"""

from collections.abc import Generator

import pytest

from tests.e2e.conftest import BOARD, PHONE, take
from tests.e2e.phones import MakeContext, Phone, faults_of_axe
from tests.server_process import ServerProcess, start_server

COLLABORATOR, COORDINATOR, STAFF = "huynh-thanh-tam", "pham-minh-tuan", "vo-hong-nhung"

SEED = """async () => {
  const open = name => new Promise(resolve => { const r = indexedDB.open(name); r.onsuccess = () => resolve(r.result) })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  const db = await open(name)
  const area = '30316', now = Date.now(), hour = 3600000
  const tx = db.transaction(['items', 'changes', 'drafts'], 'readwrite')
  const fields = (text, at, more) => ({ form: 'phan-anh-nhanh', form_version: '1', area, submitted_at_ms: String(at),
    '/data/viec/noi_dung': text, ...more })
  const item = (id, text, at, more) => tx.objectStore('items').put({ kind: 'submission', id, revision: 2, position: 1,
    author: 'huynh-thanh-tam', updated_at_ms: at, updated_by: 'Phạm Minh Tuấn', fields: fields(text, at, more), ...more?.item })
  item('s1', 'Nước máy yếu vào giờ cao điểm.', now - 30 * hour)
  item('s2', 'Cầu ván qua kênh bị gãy một nhịp.', now - 50 * hour, { item: { conflicts: [{ id: 'other:1:/data/viec/noi_dung',
    field: '/data/viec/noi_dung', before: 'Cầu ván bị gãy.', standing: 'Cầu ván qua kênh bị gãy một nhịp.',
    standing_by: 'Huỳnh Thị Thanh Tâm', standing_at_ms: now - 3 * hour, arriving: 'Cầu ván đã được dặm lại tạm.',
    arriving_by: 'Phạm Minh Tuấn', arriving_at_ms: now - 2 * hour, revision: 2 }] } })
  const change = (sequence, id, text, at, more) => tx.objectStore('changes').put({ replica: 'seed', kind: 'submission', id,
    state: 'unsent', outcome: null, stale: true, change: { sequence, intent: 'create', kind: 'submission', id,
      fields: fields(text, at), made_at_ms: at }, ...more })
  change(1, 's3', 'Xe ba gác chở cát làm hư đường vào ấp.', now - 2 * hour)
  change(2, 's4', 'Rác dồn ở chân cầu, bà con xin thêm thùng.', now - 5 * hour,
    { state: 'attention', outcome: { sequence: 2, result: 'rejected', code: 'form_closed', retry: 'never' } })
  tx.objectStore('drafts').put({ id: 'd1', form: 'phan-anh-nhanh', version: '1', title: 'Phản ánh nhanh', area,
    label: 'Điện chập chờn ở ấp', saved: '', answered: 3, files: {}, made_at_ms: now - hour, updated_at_ms: now - hour / 3 })
  const alert = (id, more) => tx.objectStore('items').put({ kind: 'alert', id: `${id}:${area}`, revision: 1, position: 2,
    updated_at_ms: now, fields: { alert: id, number: '1', area, state: 'sent', message_type: 'alert', status: 'actual',
      severity: 'severe', urgency: 'expected', certainty: 'likely', headline: 'Triều cường đêm nay, nước lên thêm 30 cm',
      headline_en: 'Spring tide tonight, 30 cm higher', sent_at_ms: String(now - hour), expires_at_ms: String(now + 20 * hour),
      description: 'Mực nước tại Châu Đốc đạt đỉnh khoảng 23 giờ.', instruction: 'Kê cao tài sản, trông giữ trẻ nhỏ.',
      contact: '0296 3 822 456', ...more } })
  alert('a1', {})
  alert('a2', { status: 'exercise', severity: 'moderate', headline: 'Diễn tập sơ tán khu vực sạt lở', headline_en: 'Evacuation drill' })
  alert('a3', { state: 'replaced', replaced_by: 'a1', headline: 'Triều cường đêm nay', sent_at_ms: String(now - 9 * hour) })
  await new Promise(resolve => { tx.oncomplete = resolve })
  db.close()
  new BroadcastChannel('langnghe').postMessage({ stores: ['items', 'changes', 'drafts'] })
}"""

SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=file]), select, textarea, [role=switch]')]
  .filter(one => one.checkVisibility() && !one.closest('.unseen, .skip, p, dd') && !one.closest('label'))
  .map(one => ({ one, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
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
        faults += ["too small: " + small for small in page.evaluate(SMALL)]
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
    phone.page.evaluate(SEED)
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
