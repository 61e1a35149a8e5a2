"""A deterministic simulation: seeded scheduler, clocks and network around the real exchange and a real database.

Time is virtual; every choice comes from one seeded source; whatever reaches the server is answered by the handlers that
HTTP calls. Requests that arrive within the same moment share the writer's transactions. The server crashes at its named
points, answers get lost, requests come twice, late or out of order; phones are killed, copied, damaged, moved, revoked.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable
from copy import copy
from random import Random
from typing import Any

from msgspec import Struct

from server.exchange.sync import Exchange, handle_revoked
from server.store.actor import Actor
from server.store.enrolment import revoke_device
from server.store.people import Person, save_person
from sync.backoff import next_try_ms
from sync.journal import park
from sync.protocol import RepairRequest, RepairResponse, SyncRequest, SyncResponse
from sync.pull import unpack_cursor
from sync.replica import Effect, Event
from tests.fault.habits import Habits
from tests.fault.phone import Identity, SimPhone
from tests.fault.serving import serve
from tests.fault.world import PROJECT, START_MS, Member, actor_of

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
WINDOW_MS = 200
MOST_TOGETHER = 48
WORKED_MS = 50 * HOUR
HEALED_MS = 60 * SECOND + 300 * SECOND


class Faults(Struct, frozen=True):
    """Shares of what goes wrong."""

    request_lost: float = 0.08
    answer_lost: float = 0.27
    portal: float = 0.03
    twice: float = 0.06
    out_of_order: float = 0.03
    no_signal: float = 0.3
    phone_killed: float = 0.03
    server_crash: float = 0.01
    damaged: float = 0.003
    copied: float = 0.004
    moved: float = 0.003
    revoked: float = 0.002


class Simulation:
    def __init__(
        self,
        exchange: Exchange,
        everyone: list[Member],
        verify: Callable[..., bool],
        *,
        changes: int,
        seed: int,
        faults: Faults | None = None,
    ) -> None:
        self.exchange, self.everyone, self.changes = exchange, list(everyone), changes
        self.faults = faults or Faults()
        self.random = Random(seed)
        self.habits = Habits(self.random, self.everyone)
        self.phones = [SimPhone(member.device, member.person, verify) for member in everyone]
        self.areas = {member.person: member.area for member in everyone}
        self.clocks = [self.random.choice([0, 0, 0, -10 * 365 * 24 * HOUR, 10 * 365 * 24 * HOUR]) for _ in everyone]
        self.queue: list[tuple[int, int, str, int, Any]] = []
        self.ticket = 0
        self.now_ms = 0
        self.attempts = [0] * len(everyone)
        self.timers = [0] * len(everyone)
        self.sent: Counter[Identity] = Counter()
        self.marks: set[str] = set()
        self.destroyed: set[str] = set()
        self.stuck: list[int] = []
        self.revoked: set[int] = set()
        self.forked_persons: set[int] = set()
        self.happened: Counter[str] = Counter()
        self.healed = False
        self.cursors: dict[int, tuple[str, int]] = {}
        self.violations: list[str] = []
        self.trace = hashlib.sha256()

    # The scheduler.

    def later(self, delay_ms: int, what: str, number: int, data: Any = None) -> None:
        self.ticket += 1
        heapq.heappush(self.queue, (self.now_ms + delay_ms, self.ticket, what, number, data))

    def note(self, *words: object) -> None:
        self.trace.update(repr((self.now_ms, *words)).encode())

    async def run(self) -> None:
        """Everybody works; then the network heals, and all queues must empty in time; then all must agree."""
        self._plan()
        await self._until(WORKED_MS)
        self.healed = True
        self.note("healed")
        await self._wake_all(HEALED_MS)
        self.stuck = [number for number, phone in enumerate(self.phones) if phone.waiting() and self._alive(number)]
        for _ in range(2):
            await self._wake_all(10 * MINUTE)

    def _plan(self) -> None:
        left = self.changes
        for number in range(len(self.phones)):
            share = round(left / (len(self.phones) - number))
            left -= share
            while share > 0:
                burst = min(share, self.random.randint(2, 14))
                share -= burst
                self.later(self.random.randrange(48 * HOUR), "work", number, burst)
            for fault in ("damaged", "copied", "moved", "revoked"):
                if self.random.random() < getattr(self.faults, fault):
                    self.later(self.random.randrange(6 * HOUR, 44 * HOUR), fault, number)

    async def _wake_all(self, within_ms: int) -> None:
        for number in range(len(self.phones)):
            if self._alive(number):
                self.later(self.random.randrange(20 * SECOND), "wake", number)
        await self._until(self.now_ms + within_ms)

    async def _until(self, end_ms: int) -> None:
        while self.queue and self.queue[0][0] <= end_ms:
            self.now_ms, _, what, number, data = heapq.heappop(self.queue)
            if what == "arrive":
                together = [(number, data)]
                while (
                    self.queue
                    and self.queue[0][2] == "arrive"
                    and self.queue[0][0] <= self.now_ms + WINDOW_MS
                    and len(together) < MOST_TOGETHER
                ):
                    _, _, _, other, more = heapq.heappop(self.queue)
                    together.append((other, more))
                await self._serve(together)
            else:
                await getattr(self, f"_{what}")(number, data)
        self.now_ms = max(self.now_ms, end_ms)

    def _alive(self, number: int) -> bool:
        return number not in self.revoked

    def actor(self, number: int) -> Actor:
        member = self.everyone[number]
        return actor_of(member, self.areas[member.person])

    # What happens to phones.

    async def _work(self, number: int, burst: int) -> None:
        phone, member = self.phones[number], self.everyone[number]
        if not self._alive(number):
            return
        for _ in range(burst):
            entry = self.habits.act(number, phone, self.areas[member.person], self.now_ms, self.clocks[number])
            self.marks.add(str(entry.change.before["mark"]))
        if self.random.random() > self.faults.no_signal:
            await self._wake(number, None)

    async def _wake(self, number: int, _: object) -> None:
        if self._alive(number):
            await self._go_on(number, self.phones[number].step("woken"))

    async def _timer(self, number: int, ticket: int) -> None:
        if ticket == self.timers[number]:
            await self._wake(number, None)

    async def _damaged(self, number: int, _: object) -> None:
        phone = self.phones[number]
        lost = phone.damage(self.random.randrange(100))
        if lost is not None:
            self.happened["damaged"] += 1
            self.destroyed.add(str(lost.change.before["mark"]))

    async def _copied(self, number: int, _: object) -> None:
        """A backup of the phone comes alive beside it: two phones under one replica id."""
        if not self._alive(number):
            return
        twin, place = copy(self.phones[number]), len(self.phones)
        for name in ("entries", "hashes", "items", "sums", "disputed", "gaps", "lost"):
            setattr(twin, name, copy(getattr(twin, name)))
        twin.receipted = {}
        twin.start()
        self.phones.append(twin)
        self.everyone.append(self.everyone[number])
        self.clocks.append(0)
        self.attempts.append(0)
        self.timers.append(0)
        self.forked_persons |= {number, place}
        self.happened["copied"] += 1
        twin.device = f"{twin.device}x"
        self.later(self.random.randrange(2 * HOUR), "work", place, 5)
        self.later(3 * HOUR, "wake", place)

    async def _moved(self, number: int, _: object) -> None:
        """The person works in the neighbouring commune from now on."""
        member = self.everyone[number]
        other = self.random.choice(self.everyone).area
        self.areas[member.person] = other
        person = Person(
            project=PROJECT,
            person=member.person,
            name=member.person,
            role=member.role,
            areas=(other,),  # type: ignore[arg-type]
        )
        await self.exchange.database.writer.run(lambda tx: save_person(tx, person), PROJECT)
        self.happened["moved"] += 1

    async def _revoked(self, number: int, _: object) -> None:
        """What this phone still sends from now on is kept apart."""
        if number in self.forked_persons or number in self.revoked:
            return
        phone, actor = self.phones[number], self.actor(number)
        await self.exchange.database.writer.run(
            lambda tx: revoke_device(tx, PROJECT, actor.device, by="", now_ms=START_MS + self.now_ms),
            PROJECT,
        )
        self.revoked.add(number)
        self.happened["revoked"] += 1
        asked = phone.request()
        await handle_revoked(self.exchange, actor, asked, START_MS + self.now_ms)
        self.destroyed |= {str(entry.change.before["mark"]) for entry in phone.entries if entry.state != "receipted"}

    async def _go_on(self, number: int, effects: tuple[Effect, ...]) -> None:
        phone = self.phones[number]
        while effects:
            if "save" in effects and not self.healed and self.random.random() < self.faults.phone_killed:
                self.happened["phone_killed"] += 1
                phone.start()
                self.attempts[number] += 1
                self.later(self.random.randrange(SECOND, 2 * HOUR), "wake", number)
                return
            event: Event | None = None
            for effect in effects:
                event = self._do(number, phone, effect) or event
            if event is None:
                return
            self.note(number, phone.machine.state, event)
            effects = phone.step(event)

    def _do(self, number: int, phone: SimPhone, effect: Effect) -> Event | None:
        if effect in {"send", "repair"}:
            self.attempts[number] += 1
            asked = phone.request() if effect == "send" else phone.repair_request()
            self._carry(number, asked)
            return None
        if effect in {"arm_backoff", "arm_idle", "arm_slow"}:
            self.ticket += 1
            self.timers[number] = self.ticket
            wait = (
                next_try_ms(phone.machine.failures, self.random.random())
                if effect == "arm_backoff"
                else self.random.randrange(8 * HOUR, 20 * HOUR)
            )
            self.later(wait, "timer", number, self.ticket)
            return None
        if effect == "park" and phone.sent is not None and phone.sent.changes:
            phone.entries = park(phone.entries, phone.replica_id, phone.sent.changes[0].sequence)
            return None
        if effect == "count_repair":
            phone.repairs += 1
            return None
        steps: dict[str, Callable[[], Event]] = {
            "save": lambda: self._saved(number, phone),
            "adopt": phone.adopt,
            "split": phone.split,
            "mend": phone.mend,
            "upload": lambda: "uploaded",
        }
        return steps[effect]() if effect in steps else None

    def _saved(self, number: int, phone: SimPhone) -> Event:
        event = phone.save()
        self.check_cursor(number, phone)
        if phone.answer is not None and not phone.answer.more:
            self.check_effects(phone)
        return event

    def check_effects(self, phone: SimPhone) -> None:
        """I8: what a receipt covers is in what was pulled at its end (or was deleted, or left the scope, since)."""
        for entry in phone.entries:
            if entry.outcome is None or entry.change.sequence > phone.anchor.up_to or entry.replica != phone.replica_id:
                continue
            item = phone.items.get((entry.change.kind, entry.change.id))
            if item is not None and item.revision < entry.outcome.revision:
                self.violations.append(f"I8: {phone.device} reads revision {item.revision} after {entry.outcome}")

    def check_cursor(self, number: int, phone: SimPhone) -> None:
        """I5: monotone within an epoch."""
        cursor = unpack_cursor(phone.cursor)
        if cursor is None:
            self.violations.append(f"I5: {phone.device} saved an unreadable cursor")
            return
        before = self.cursors.get(number)
        if before is not None and before[0] == cursor.epoch and cursor.position < before[1]:
            self.violations.append(f"I5: {phone.device} went from {before} to {cursor}")
        self.cursors[number] = (cursor.epoch, cursor.position)

    # The network and the server.

    def _carry(self, number: int, asked: SyncRequest | RepairRequest) -> None:
        """A request goes out: it may be lost, come twice, or be overtaken."""
        attempt, delay = self.attempts[number], self.random.randrange(20, 900)
        if not self.healed:
            roll = self.random.random()
            if roll < self.faults.request_lost + self.faults.portal:
                self.happened["portal" if roll < self.faults.portal else "request_lost"] += 1
                self.later(self.random.randrange(SECOND, 30 * SECOND), "fail", number, attempt)
                return
            if isinstance(asked, SyncRequest) and asked.changes:
                if self.random.random() < self.faults.twice:
                    self.later(self.random.randrange(SECOND, 40 * MINUTE), "arrive", number, (asked, -1))
                if self.random.random() < self.faults.out_of_order and len(asked.changes) > 2:
                    later = SyncRequest(
                        protocol=1, replica=asked.replica, epoch=asked.epoch, made_up_to=asked.made_up_to,
                        changes=asked.changes[self.random.randrange(1, len(asked.changes)) :],
                    )  # fmt: skip
                    self.happened["out_of_order"] += 1
                    self.later(10, "arrive", number, (later, -1))
        self.later(delay, "arrive", number, (asked, attempt))

    async def _fail(self, number: int, attempt: int) -> None:
        if attempt == self.attempts[number]:
            await self._go_on(number, self.phones[number].step("failed"))

    async def _hear(self, number: int, data: tuple[int, SyncResponse | RepairResponse]) -> None:
        attempt, response = data
        phone = self.phones[number]
        if attempt != self.attempts[number] or not self._alive(number):
            return
        if isinstance(response, SyncResponse):
            event = phone.hear(response)
        else:
            phone.mending = response
            event = "repair_answered"
        self.note(number, event)
        await self._go_on(number, phone.step(event))

    async def _serve(self, together: list[tuple[int, Any]]) -> None:
        """Requests of one moment: their changes share the writer's transactions, then each is answered."""
        await serve(self, [(number, *data) for number, data in together if self._alive(number)])

    def reply(self, number: int, attempt: int, response: SyncResponse | RepairResponse | None) -> None:
        """What the network makes of an answer; None when the server died."""
        if attempt < 0:
            return
        if response is None or (not self.healed and self.random.random() < self.faults.answer_lost):
            self.happened["answer_lost"] += 1
            self.later(self.random.randrange(SECOND, 60 * SECOND), "fail", number, attempt)
        else:
            self.later(self.random.randrange(20, 900), "hear", number, (attempt, response))
