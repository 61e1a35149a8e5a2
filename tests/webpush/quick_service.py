"""A push service that checks nothing, in a process of its own: so that a bench counts the sender's work only."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web


@contextmanager
def quick_service() -> Iterator[str]:
    """A push service in a process of its own that reads and says 201; answers its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield str(ours.recv())
    finally:
        process.kill()
        process.join()


def _serve(pipe: Any) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=201)

    async def run() -> None:
        application = web.Application()
        application.router.add_post("/push/{id}", take)
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        pipe.send(f"127.0.0.1:{runner.addresses[0][1]}")
        await asyncio.sleep(3_600)

    asyncio.run(run())
