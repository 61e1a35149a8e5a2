"""Live updates: positions, at once after a commit, with a heartbeat, never what changed."""

import asyncio
from collections.abc import Awaitable, Callable

from server.http import live
from server.http.live import Wakings, positions
from server.store.database import Database
from tests.http.conftest import PROJECT, Phone, report

PhoneOf = Callable[[str], Awaitable[Phone]]


async def test_a_commit_is_heard_at_once(phone_of: PhoneOf, db: Database) -> None:
    alice = await phone_of("alice")
    wakings = Wakings()
    db.writer.listen(wakings.wake)
    loop = asyncio.get_running_loop()
    stream = positions(PROJECT, db, wakings, loop.time)
    assert await anext(stream) == b"retry: 2000\n\n"
    assert b"data: 0\n" in await anext(stream)
    began = loop.time()
    heard = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    await alice.sync(report(1))
    assert await heard == b"event: position\nid: 1\ndata: 1\n\n"
    assert loop.time() - began < live.POLL_S
    await stream.aclose()


async def test_a_quiet_stream_beats_and_ends(db: Database) -> None:
    seconds = 0.0

    def clock() -> float:
        nonlocal seconds
        seconds += 20
        return seconds

    lines = [line async for line in positions(PROJECT, db, _Awake(), clock)]
    assert lines.count(b": still here\n\n") >= 3
    assert sum(b"event: position" in line for line in lines) == 1


class _Awake(Wakings):
    async def wait(self, seconds: float) -> None:
        return
