"""The simulation's server: real handlers, with crashes at their named points."""

import asyncio
from typing import TYPE_CHECKING, Any

from server.exchange.sync import answer, bring, handle_repair
from server.store.crash_points import set_hook
from sync.protocol import RepairRequest, SyncRequest, SyncResponse
from tests.fault.world import START_MS

if TYPE_CHECKING:
    from tests.fault.simulation import Simulation

POINTS = ("before_save", "after_save_before_commit", "after_commit_before_reply")


class CrashError(Exception):
    """The server died here."""


async def serve(world: "Simulation", arrived: list[tuple[int, SyncRequest | RepairRequest, int]]) -> None:
    """Answer all; when the server dies on the way, nobody hears anything, and what was committed stays."""
    crash = None
    if not world.healed and world.random.random() < world.faults.server_crash:
        crash = world.random.choice(POINTS)
        world.happened[f"crash {crash}"] += 1
    now_ms = START_MS + world.now_ms
    bringing = [one for one in arrived if isinstance(one[1], SyncRequest) and (one[1].changes or one[1].lost)]
    set_hook(_dying(crash) if crash else None)
    try:
        received = await asyncio.gather(
            *(bring(world.exchange, world.actor(number), asked, now_ms) for number, asked, _ in bringing),  # type: ignore[arg-type]
            return_exceptions=True,
        )
    finally:
        set_hook(None)
    brought: dict[int, Any] = dict(zip(map(id, bringing), received, strict=True))
    for one in arrived:
        number, asked, attempt = one
        if isinstance(asked, SyncRequest):
            for change in asked.changes:
                world.sent[asked.replica, change.sequence] += 1
        result = brought.get(id(one))
        if isinstance(result, BaseException) and not isinstance(result, CrashError):
            raise result
        if crash:
            world.reply(number, attempt, None)
            continue
        actor = world.actor(number)
        if isinstance(asked, RepairRequest):
            world.reply(number, attempt, await handle_repair(world.exchange, actor, asked))
            continue
        if id(one) not in brought:
            result = await bring(world.exchange, actor, asked, now_ms)
        response: SyncResponse = await answer(world.exchange, actor, asked, result, now_ms)
        world.note(number, [(out.sequence, out.result, out.revision, out.code) for out in response.outcomes])
        world.reply(number, attempt, response)


def _dying(crash: str) -> Any:
    def die(point: str) -> None:
        if point == crash:
            raise CrashError(point)

    return die
