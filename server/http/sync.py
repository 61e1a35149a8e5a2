"""POST /sync and /sync/repair: decode fast, let the exchange answer, encode once.

Bodies may be gzipped both ways. A revoked device is let in just so far that what it brings is kept apart; its answer is
always 401 `device_revoked`.
"""

from contextlib import suppress
from typing import Any

import msgspec
from litestar import Request, Response, post

from server.exchange import sync as exchange_sync
from server.exchange.sync import Exchange
from server.http.body import decode
from server.problems import Problem
from server.store.actor import Actor
from sync.protocol import RepairRequest, SyncRequest

MAX_WIRE_BYTES = 4 * 1024 * 1024
MAX_INFLATED_BYTES = 16 * 1024 * 1024
_LIMITS = {"max_inflated": MAX_INFLATED_BYTES}

_SYNC = msgspec.json.Decoder(SyncRequest)
_REPAIR = msgspec.json.Decoder(RepairRequest)
_PRIVATE = {"Cache-Control": "no-store"}
_encode = msgspec.json.Encoder().encode


@post("/sync", status_code=200, opt={**_LIMITS, "revoked": True}, request_max_body_size=MAX_WIRE_BYTES)
async def sync(request: Request[Actor, Any, Any]) -> Response[bytes]:
    """Changes up, receipt and feed down: SyncRequest in, SyncResponse out (sync/protocol.py).

    The hottest path: what it needs is taken from the state by hand, for injection costs a third of an idle sync.
    """
    actor, state = request.user, request.app.state
    exchange: Exchange = state.exchange
    now_ms: int = state.clock()
    asked = decode(_SYNC, await request.body())
    if actor.revoked:
        with suppress(Problem):
            await exchange_sync.handle_revoked(exchange, actor, asked, now_ms)
        raise Problem("device_revoked")
    answer = await exchange_sync.handle(exchange, actor, asked, now_ms)
    return Response(_encode(answer), media_type="application/json", headers=_PRIVATE)


@post("/sync/repair", status_code=200, opt=_LIMITS, request_max_body_size=MAX_WIRE_BYTES)
async def repair(request: Request[Any, Any, Any], actor: Actor, exchange: Exchange) -> Response[bytes]:
    """Settle what a digest found to differ: RepairRequest in, RepairResponse out."""
    asked = decode(_REPAIR, await request.body())
    answer = await exchange_sync.handle_repair(exchange, actor, asked)
    return Response(_encode(answer), media_type="application/json", headers=_PRIVATE)


ROUTES = [sync, repair]
