"""A slow line on loopback: every byte waits for the one before it, and half a round trip on top. 2G by default."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

BITS_PER_SECOND = 50_000
ROUND_TRIP_S = 0.6


@asynccontextmanager
async def slow_line(port: int, bits: int = BITS_PER_SECOND, round_trip_s: float = ROUND_TRIP_S) -> AsyncGenerator[int]:
    """A port that leads to `port` of this machine over such a line."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        free_at = clock()
        while chunk := await reader.read(1500):
            free_at = max(free_at, clock()) + len(chunk) * 8 / bits
            await asyncio.sleep(max(0.0, free_at - clock()))
            asyncio.get_running_loop().call_later(round_trip_s / 2, writer.write, chunk)
        await asyncio.sleep(round_trip_s)
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as listening:
        yield int(listening.sockets[0].getsockname()[1])
