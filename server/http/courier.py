"""POST /courier: the sealed outbox of another phone, brought by whoever has a signal."""

from typing import Any

from litestar import Request, Response, post

from server.exchange.bundle import MAX_BUNDLE_BYTES
from server.exchange.courier import Delivered, deliver
from server.exchange.sync import Exchange
from server.keys import Keys
from server.store.actor import Actor


@post(
    "/courier",
    status_code=200,
    opt={"takes": ("application/octet-stream",), "max_inflated": MAX_BUNDLE_BYTES},
    request_max_body_size=MAX_BUNDLE_BYTES,
)
async def courier(
    request: Request[Any, Any, Any], actor: Actor, exchange: Exchange, keys: Keys, now_ms: int
) -> Response[Delivered]:
    """Deliver a bundle (its format: server/exchange/bundle.py). Delivering it twice changes nothing."""
    delivered = await deliver(exchange, keys.seal, actor, await request.body(), now_ms)
    return Response(delivered, headers={"Cache-Control": "no-store"})
