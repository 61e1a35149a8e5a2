"""The sending loop: claims due deliveries with a lease, hands them to the sender, writes down what came of each.

Results are written as they come, many in a transaction. Whatever dies between a push service's 201 and that writing is
sent once more when the lease runs out: same Topic, and the phone shows an alert's revision once (I15). Nothing is lost:
a row stays due until its answer is in the database.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from server import events
from server.jobs.messages import Post, alert_of, group, message, stand_in
from server.settings import AlertRules
from server.store.alerts import Alert, get_alert
from server.store.database import Database
from server.store.outbox import add_events
from server.store.projects import list_projects
from server.store.sending import Sending, Tried, claim_sendings, has_due, next_due_ms, put_back, save_tried
from server.store.writer import WriteTx
from server.webpush.payload import SHRUNK
from server.webpush.policy import Answer, judge
from server.webpush.sender import NOT_BEGUN, TOTAL_SECONDS, Sender

log = logging.getLogger("langnghe.jobs")

LEASE_MS: Final = 90_000
AT_A_TIME: Final = 128
"""The most messages under way at once, until what came of them is written: a killed worker leaves no more in doubt."""
REFUSALS: Final = 5
LONGEST_SLEEP_S: Final = 2.0
PAUSE_SECONDS: Final = 0.02
"""The least time between two looks that find nothing, however often something is written."""


class Result(Struct, frozen=True, kw_only=True):
    """What is to be written down of one message; `written` is done when it is."""

    project: str
    written: asyncio.Future[None] | None = None
    tried: tuple[Tried, ...] = ()
    not_begun: tuple[Sending, ...] = ()
    happened: tuple[events.Event, ...] = ()


class SendingLoop:
    """Runs until `stop`. `chance` gives numbers in [0, 1) that spread retries."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        rules: AlertRules,
        clock: Callable[[], int],
        *,
        chance: Callable[[], float],
        lease_ms: int = LEASE_MS,
        at_a_time: int = AT_A_TIME,
    ) -> None:
        self._database = database
        self._sender = sender
        self._rules = rules
        self._clock = clock
        self._chance = chance
        self._lease_ms = lease_ms
        self._at_a_time = at_a_time
        self._awake = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._results: asyncio.Queue[Result] = asyncio.Queue()
        self._is_stopping = False

    def wake(self) -> None:
        """Look now: something was written."""
        self._awake.set()

    async def run(self) -> None:
        """Send what comes, until `stop`. A failing database is tried again."""
        writing = asyncio.create_task(self._write_results())
        try:
            while not self._is_stopping:
                self._awake.clear()
                try:
                    claimed = await self._claim()
                except Exception:
                    log.exception("deliveries could not be claimed")
                    claimed = 0
                if not claimed:
                    await self._wait()
        finally:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=2)
            for task in self._under_way:
                task.cancel()
            await self._results.join()
            writing.cancel()

    def stop(self) -> None:
        """Claim no more; `run` ends when what is under way is written down."""
        self._is_stopping = True
        self._awake.set()

    async def _wait(self) -> None:
        """Until something is written, a place is free, or the next delivery is due."""
        now_ms, seconds = self._clock(), LONGEST_SLEEP_S
        if len(self._under_way) < self._at_a_time // 2:
            for project in await self._database.reader.read(list_projects):
                due_ms = await self._database.reader.read(partial(next_due_ms, project=project.project))
                if due_ms is not None:
                    seconds = min(seconds, max(0.02, (due_ms - now_ms) / 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()
                await asyncio.sleep(PAUSE_SECONDS)

    async def _claim(self) -> int:
        """Take up as many due deliveries as there are free places; answers how many."""
        free = self._at_a_time - len(self._under_way)
        if free < self._at_a_time // 2:
            return 0
        claimed = 0
        for project in await self._database.reader.read(list_projects):
            claimed += await self._claim_of(project.project, free - claimed) if claimed < free else 0
        return claimed

    async def _claim_of(self, project: str, limit: int) -> int:
        now_ms = self._clock()
        if not await self._database.reader.read(partial(has_due, project=project, at_ms=now_ms)):
            return 0
        until_ms = now_ms + self._lease_ms

        async def unit(tx: WriteTx) -> tuple[list[Sending], dict[str, Alert]]:
            sendings = await claim_sendings(tx, project, at_ms=now_ms, until_ms=until_ms, limit=limit)
            found = {alert_of(one): stand_in(one, now_ms) for one in sendings}
            found |= {name: await get_alert(tx, project, name) for name, alert in found.items() if alert is None}
            return sendings, {name: alert for name, alert in found.items() if alert is not None}

        sendings, alerts = await self._database.writer.run(unit, project=project)
        orphans = [one for one in sendings if alert_of(one) not in alerts]
        self._give_up(project, orphans, "alert_unknown")
        mute = [one for one in sendings if one not in orphans and not one.endpoint]
        self._give_up(project, mute, "no_webpush")
        ready = [one for one in sendings if one.endpoint and alert_of(one) in alerts]
        # A try may last TOTAL_SECONDS, and its result must be written before the lease runs out.
        start_before_s = time.monotonic() + self._lease_ms / 1000 - min(TOTAL_SECONDS + 5, self._lease_ms / 2000)
        for post in group(ready, alerts, self._rules):
            task = asyncio.create_task(self._send(project, post, start_before_s))
            self._under_way.add(task)
            task.add_done_callback(self._landed)
        return len(sendings)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if len(self._under_way) == self._at_a_time // 2:
            self._awake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("a delivery failed", exc_info=task.exception())

    async def _send(self, project: str, post: Post, start_before_s: float) -> None:
        prepared = message(post, now_ms=self._clock(), start_before_s=start_before_s)
        if prepared.ttl_s <= 0:
            self._give_up(project, post.sendings, "expired")
            return
        answer = await self._sender.send(prepared)
        if answer == NOT_BEGUN:
            self._results.put_nowait(Result(project=project, not_begun=post.sendings))
            return
        tried = tuple(self._judge(post, sending, answer) for sending in post.sendings)
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        happened = _events(project, post, answer)
        self._results.put_nowait(Result(project=project, written=written, tried=tried, happened=happened))
        await written

    def _judge(self, post: Post, sending: Sending, answer: Answer) -> Tried:
        now_ms = self._clock()
        verdict = judge(
            answer,
            attempts=sending.attempts,
            now_ms=now_ms,
            expires_at_ms=post.alert.expires_at_ms,
            chance=self._chance(),
        )
        next_try_at_ms: int | None = verdict.next_try_at_ms or None
        problem = {"accepted": "", "later": "waiting"}.get(verdict.fate, verdict.fate)
        limit = sending.payload_limit
        if verdict.fate == "shrink":
            problem = "too_large"
            next_try_at_ms = now_ms if limit != SHRUNK else None
            limit = SHRUNK
        if verdict.fate == "refused" and sending.attempts >= REFUSALS:
            next_try_at_ms = None
        return Tried(
            alert=sending.alert,
            device=sending.device,
            endpoint=sending.endpoint,
            status=answer.status,
            accepted_at_ms=now_ms if verdict.fate == "accepted" else None,
            next_try_at_ms=next_try_at_ms,
            problem=problem,
            payload_limit=limit,
        )

    def _give_up(self, project: str, sendings: Sequence[Sending], problem: str) -> None:
        if sendings:
            tried = tuple(Tried(alert=one.alert, device=one.device, problem=problem) for one in sendings)
            self._results.put_nowait(Result(project=project, tried=tried))

    async def _write_results(self) -> None:
        """Write what has come in, all that waits at once. A failing write is tried again: the lease is still held."""
        while True:
            batch = [await self._results.get()]
            while not self._results.empty():
                batch.append(self._results.get_nowait())
            for project in {one.project for one in batch}:
                await self._write(project, [one for one in batch if one.project == project])
            for one in batch:
                if one.written is not None and not one.written.done():
                    one.written.set_result(None)
                self._results.task_done()

    async def _write(self, project: str, batch: list[Result]) -> None:
        now_ms = self._clock()
        happened = {_kind(event): event for one in batch for event in one.happened}

        async def unit(tx: WriteTx) -> None:
            await save_tried(tx, project, [tried for one in batch for tried in one.tried], at_ms=now_ms)
            await put_back(tx, project, [sending for one in batch for sending in one.not_begun])
            await add_events(tx, list(happened.values()), now_ms, f"sending:{now_ms}:{time.monotonic_ns()}")

        for wait_s in (0.1, 0.5, 2.0, 0.0):
            try:
                await self._database.writer.run(unit, project=project)
            except Exception:
                log.exception("results of %d deliveries could not be written", len(batch))
                await asyncio.sleep(wait_s)
            else:
                return


def _events(project: str, post: Post, answer: Answer) -> tuple[events.Event, ...]:
    """What an answer tells the rest of the house: a subscription ended, or our own request is refused."""
    if answer.status in (404, 410):
        return (events.SubscriptionEnded(project=project, device=post.sendings[0].device, status=answer.status),)
    is_ours = 300 <= answer.status < 500 and answer.status not in (408, 413, 425, 429)
    if not is_ours:
        return ()
    host = post.sendings[0].endpoint.split("/")[2]
    return (events.SenderRefused(project=project, host=host, status=answer.status, reason=answer.reason),)


def _kind(event: events.Event) -> tuple[object, ...]:
    """A push service that refuses a whole broadcast is one event per batch, not ten thousand."""
    if isinstance(event, events.SenderRefused):
        return (event.host, event.status)
    return (event,)
