"""Reading request bodies: gzip on the wire, limits before and after inflating, fast decoding.

A body is never held beyond its limit: a gzip bomb is cut while it inflates (413), never after. Every handler gets this
through `FieldRequest.stream`, whether it asks for `data`, for `body` or for the stream itself.
"""

import zlib
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

import msgspec
from litestar import Request

from server.problems import Problem

T = TypeVar("T")
_STEP = 64 * 1024


class FieldRequest(Request[Any, Any, Any]):
    """A request whose body arrives inflated. `opt["max_inflated"]` (bytes) overrides four times the body limit."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces, without its content encoding. Problems: encoding_unsupported, body_too_large, ..."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        if encoding in {"", "identity"}:
            async for chunk in super().stream():
                yield chunk
        elif encoding == "gzip":
            async for chunk in self._inflated(super().stream()):
                yield chunk
        else:
            raise Problem("encoding_unsupported")

    async def _inflated(self, packed: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        limit = self._inflated_limit()
        total = 0
        inflater = zlib.decompressobj(wbits=31)
        try:
            async for piece in packed:
                chunk = piece
                while chunk:
                    plain = inflater.decompress(chunk, _STEP)
                    total += len(plain)
                    if total > limit:
                        raise Problem("body_too_large", limit=limit)
                    yield plain
                    chunk = inflater.unconsumed_tail
                    if inflater.eof and (chunk or inflater.unused_data):
                        raise Problem("body_malformed", fault="more follows the gzip member")
        except zlib.error as error:
            raise Problem("body_malformed", fault="gzip") from error
        if total and not inflater.eof:
            raise Problem("body_malformed", fault="gzip ends early")

    def _inflated_limit(self) -> int:
        limit = self.route_handler.opt.get("max_inflated")
        return limit if isinstance(limit, int) else 4 * (self.route_handler.resolve_request_max_body_size() or 0)


def decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decode a JSON body into its struct. Problem body_malformed, with the path of the fault."""
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("body_malformed", fault=str(error)) from error
