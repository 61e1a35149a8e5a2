"""GET /live: Server-Sent Events that say "something new, up to here", never what.

One event `position` carries the feed's position; whoever hears it asks again for what they may read, so scope is
decided in one place. A comment goes out as a heartbeat, so that proxies keep the line open and a dead one is noticed.
Every stream ends after a while and the browser comes back by itself: revocation then holds here too (I13).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable

from litestar import get
from litestar.response import Stream

from server.store.actor import Actor
from server.store.database import Database

HEARTBEAT_S = 15
LIFE_S = 300
POLL_S = 2
"""How soon commits of another worker or process are noticed; those of this process wake at once."""


class Wakings:
    """Wakes everybody who waits in this process when something was committed."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self.is_closing = False

    def wake(self) -> None:
        """Called in the event loop after a COMMIT."""
        self._next.set()
        self._next = asyncio.Event()

    def close(self) -> None:
        """The server stops: every stream ends now, and its browser comes back when there is a server again."""
        self.is_closing = True
        self.wake()

    async def wait(self, seconds: float) -> None:
        """Return at the next commit, or after so many seconds."""
        try:
            await asyncio.wait_for(self._next.wait(), seconds)
        except TimeoutError:
            return


@get("/live")
async def live(actor: Actor, database: Database, wakings: Wakings) -> Stream:
    """Positions of the project's feed as they grow."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    clock = asyncio.get_running_loop().time
    return Stream(positions(actor.project, database, wakings, clock), media_type="text/event-stream", headers=headers)


async def positions(
    project: str, database: Database, wakings: Wakings, clock: Callable[[], float]
) -> AsyncGenerator[bytes]:
    """The stream's lines. Ends after LIFE_S, or when the server stops."""
    yield b"retry: 2000\n\n"
    said, ends = -1, clock() + LIFE_S
    spoke = clock()
    while clock() < ends and not wakings.is_closing:
        rows = await database.reader.fetch("SELECT position FROM projects WHERE project = $1", project)
        position = rows[0]["position"] if rows else 0
        if position != said:
            said, spoke = position, clock()
            yield f"event: position\nid: {position}\ndata: {position}\n\n".encode()
        elif clock() - spoke >= HEARTBEAT_S:
            spoke = clock()
            yield b": still here\n\n"
        await wakings.wait(POLL_S)
