"""What every answer carries on its way out: security headers, and gzip where it pays.

Pages and scripts (the service worker's policy is that of its own script) carry the whole policy, with 304 too, for a
browser takes over the headers of a 304; other answers a short one, for every byte costs on 2G. The policy has nothing
inline; `wasm-unsafe-eval` is the form engine's expression evaluator. HSTS goes out over https only.
"""

import asyncio
import zlib

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

GZIP_FROM_BYTES = 200
THREAD_FROM_BYTES = 32 * 1024
_PACKED_TYPES = (
    "application/json",
    "application/problem+json",
    "text/",
    "application/xml",
    "application/manifest+json",
)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
FOR_PAGES = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Litestar's `before_send`: sees every answer, also those of failures before routing."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders(message)
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)
    if scope["scheme"] == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def pack_answers(app: ASGIApp) -> ASGIApp:
    """Middleware: gzip for text answers in one piece of 200 bytes or more. Streams and packed answers pass through."""

    async def packing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _takes_gzip(Headers.from_scope(scope)):
            await app(scope, receive, send)
            return
        await app(scope, receive, _packer(send))

    return packing


def _takes_gzip(headers: Headers) -> bool:
    for part in headers.get("accept-encoding", "").split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip().lower() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _packer(send: Send) -> Send:
    start: list[HTTPResponseStartEvent] = []

    async def packed_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        if message["type"] == "http.response.body" and start:
            opening = start.pop()
            body = message.get("body", b"")
            if not message.get("more_body") and len(body) >= GZIP_FROM_BYTES and _pays(opening):
                body = await _pack(body)
                headers = MutableScopeHeaders(opening)
                headers["Content-Encoding"] = "gzip"
                headers["Content-Length"] = str(len(body))
                headers.extend_header_value("Vary", "Accept-Encoding")
                message["body"] = body
            await send(opening)
        await send(message)

    return packed_send


async def _pack(body: bytes) -> bytes:
    """Gzip; what takes more than a millisecond or two is packed beside the event loop."""
    if len(body) < THREAD_FROM_BYTES:
        return zlib.compress(body, 6, wbits=31)
    return await asyncio.to_thread(zlib.compress, body, 6, wbits=31)


def _pays(opening: HTTPResponseStartEvent) -> bool:
    headers = MutableScopeHeaders(opening)
    return "Content-Encoding" not in headers and headers.get("Content-Type", "").startswith(_PACKED_TYPES)
