"""POST /courier: a sealed parcel of another phone's changes, brought by whoever has a signal."""

from typing import Any

import msgspec
from litestar import Request, Response, post

from server.exchange.courier import deliver
from server.exchange.sync import Exchange
from server.http.body import decode
from server.keys import Keys
from server.store.actor import Actor
from sync.protocol import Parcel

MAX_PARCEL_BYTES = 8 * 1024 * 1024
TAKES = ("application/json", "application/octet-stream")
"""A parcel is JSON; a file that was shared may go up as it is."""
_PARCEL = msgspec.json.Decoder(Parcel)
_encode = msgspec.json.Encoder().encode


@post(
    "/courier",
    status_code=200,
    opt={"max_inflated": MAX_PARCEL_BYTES, "takes": TAKES},
    request_max_body_size=MAX_PARCEL_BYTES,
)
async def courier(
    request: Request[Any, Any, Any], actor: Actor, exchange: Exchange, keys: Keys, now_ms: int
) -> Response[bytes]:
    """Parcel in, ParcelAnswer out (sync/protocol.py). Delivering it twice changes nothing."""
    parcel = decode(_PARCEL, await request.body())
    answer = await deliver(exchange, keys.seal, actor, parcel, now_ms)
    return Response(_encode(answer), media_type="application/json", headers={"Cache-Control": "no-store"})
