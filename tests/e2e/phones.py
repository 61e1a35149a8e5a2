"""A person with the app in a browser: enrols, waits, receives webpush as Chromium gets it from a push service."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.webpush.push_service import PushService, Subscription

AXE = Path(__file__).parents[2] / "pwa" / "node_modules" / "axe-core" / "axe.min.js"
ROOT = Path(__file__).parents[2]

GIVE_SUBSCRIPTION = """given => {
  const subscription = {
    endpoint: given.endpoint, options: { userVisibleOnly: true, applicationServerKey: null },
    toJSON: () => ({ endpoint: given.endpoint, expirationTime: null, keys: given.keys }), unsubscribe: async () => true,
  }
  PushManager.prototype.getSubscription = async () => subscription
  PushManager.prototype.subscribe = async () => subscription
}"""


class Phone:
    """One context with one page. `faults` collects what went wrong in the page, to be empty at the end."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._workers: dict[str, str] = {}
        self._devtools: CDPSession | None = None

    def enrol(self, link: str, device: str = "") -> None:
        """Open an invitation, name the phone, and wait until the first sync is done."""
        page = self.page
        page.goto(link)
        if device:
            page.locator("#device").fill(device)
        page.locator("form button[type=submit]").click()
        expect(page.locator(".nav")).to_be_visible()
        self.wait_synced()

    def take_webpush_from(self, service: PushService) -> Subscription:
        """Before enrolling: this browser's subscription will be one of the test's push service."""
        subscription = service.subscription()
        given = {"endpoint": subscription["endpoint"], "keys": subscription["keys"]}
        self.context.grant_permissions(["notifications"], origin=self.url)
        self.context.add_init_script(f"({GIVE_SUBSCRIPTION})({json.dumps(given)})")
        return subscription

    def go(self, path: str) -> None:
        """To a screen of the app, as a link within it would."""
        self.page.evaluate("path => { location.hash = path }", path)

    def wait_synced(self, seconds: int = 60) -> None:
        """Until nothing is unsent and the syncer rests; `seconds` is only when to give up."""
        until = time.monotonic() + seconds
        while not self.page.evaluate(READ_STATE, "idle"):
            assert time.monotonic() < until, f"not synced within {seconds} s: {self.page.evaluate(READ_STATE, 'tell')}"
            self.page.wait_for_timeout(100)

    def sync_now(self) -> None:
        """As "send now" does, and wait until it is done."""
        before = self.page.evaluate(READ_STATE, "tell")["status"]["tried_at_ms"]
        self.page.evaluate("new BroadcastChannel('langnghe').postMessage({ hurry: true })")
        until = time.monotonic() + 20
        while self.page.evaluate(READ_STATE, "tell")["status"]["tried_at_ms"] == before:
            assert time.monotonic() < until, "no try within 20 s"
            self.page.wait_for_timeout(50)
        self.wait_synced()

    def wait_offline_ready(self) -> None:
        """Until the worker controls the page and everything is precached."""
        self.page.evaluate("() => navigator.serviceWorker.ready")
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")

    def set_offline(self, offline: bool) -> None:
        """Pull the plug for page and worker alike, or put it back."""
        self.context.set_offline(offline)

    def deliver(self, payload: bytes) -> None:
        """What Chromium does when its push service has a message: wake the worker with it."""
        if self._devtools is None:
            self._devtools = self.context.new_cdp_session(self.page)
            self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._note_workers)
            self._devtools.send("ServiceWorker.enable")
            self.page.wait_for_timeout(300)
        message = {"origin": self.url, "registrationId": next(iter(self._workers)), "data": payload.decode()}
        self._devtools.send("ServiceWorker.deliverPushMessage", message)

    def notifications(self) -> list[dict[str, Any]]:
        """What the phone shows now: title, body, tag."""
        shown = self.page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
              .map(({title, body, tag, lang}) => ({title, body, tag, lang}))"""
        )
        return list(shown)

    def tap_notification(self, action: str) -> None:
        """Tap an action of the only notification, as Android does."""
        worker = self.context.service_workers[0]
        worker.evaluate(
            """async action => {
              const [notification] = await self.registration.getNotifications()
              self.dispatchEvent(new NotificationEvent('notificationclick', { notification, action }))
            }""",
            action,
        )

    def _note_workers(self, event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not one["isDeleted"]:
                self._workers[one["registrationId"]] = one["scopeURL"]


READ_STATE = """async wanted => {
  const open = name => new Promise((resolve, reject) => {
    const request = indexedDB.open(name)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const read = (db, store, key) => new Promise(resolve => {
    const records = db.transaction(store).objectStore(store)
    const request = key === undefined ? records.getAll() : records.get(key)
    request.onsuccess = () => resolve(request.result)
  })
  const name = (await indexedDB.databases()).map(one => one.name).find(one => one.startsWith('langnghe-'))
  if (!name) return false
  const db = await open(name)
  try {
    if (!db.objectStoreNames.contains('state')) return false
    const status = await read(db, 'state', 'status')
    const changes = await read(db, 'changes')
    if (wanted === 'tell') return { status, changes }
    return status?.state === wanted && changes.every(one => one.state !== 'unsent')
  } finally { db.close() }
}"""


def faults_of_axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA, and best practices, on what is shown now."""
    page.evaluate(AXE.read_text() + "\n;undefined")
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations)")
    return [
        f"{one['id']} ({one['impact']}): {one['help']} – " + "; ".join(node["html"][:160] for node in one["nodes"][:4])
        for one in found
    ]


def langnghe(*arguments: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command line beside the running server."""
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )


MakeContext = Callable[..., BrowserContext]
__all__ = ["AXE", "Browser", "MakeContext", "Phone", "faults_of_axe", "langnghe"]
