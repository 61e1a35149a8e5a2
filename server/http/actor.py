"""Who may come in: every route is closed unless it says otherwise in its `opt`.

- `opt["open"]`: nobody needs to be enrolled. Without it the session cookie is read at every request (I13).
- `opt["roles"]`: only these roles; others get 403.
- `opt["revoked"]`: let a revoked device in, for a handler that quarantines what it sends; nothing else may.
- `opt["takes"]`: media types of the body; JSON where it says nothing.
- `opt["foreign"]`: a route that non-browsers use without the cookie (OpenRosa): no same-site proof is asked.

Requests that change something must prove that they come from this site: the cookie is SameSite=Strict, and besides
`Sec-Fetch-Site` (or, in older browsers, `Origin`) must say so, or the request is one that no foreign page can make
without a preflight: a method or media type of its own, or the header `X-Lang-Nghe`.
"""

import time
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from server.http.limits import Buckets
from server.problems import Problem
from server.store.actor import Actor, load_actor
from server.store.database import Database

COOKIE = "__Host-session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SIMPLE_TYPES = frozenset({"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
_JSON = ("application/json",)

Connection = ASGIConnection[Any, Any, Any, Any]


async def let_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """The one guard of the application: origin, who, how often, which body. Leaves the Actor in the scope."""
    method = connection.scope.get("method", "GET")
    if method not in _SAFE:
        check_media_type(connection, handler)
        if not handler.opt.get("foreign"):
            prove_same_site(connection, str(method))
    limits: Buckets = connection.app.state.limits
    if handler.opt.get("open"):
        connection.scope["user"] = None
        if method not in _SAFE:
            client = connection.client
            limits.take(f"address:{client.host if client else ''}", time.monotonic())
        return
    actor = await read_actor(connection)
    connection.scope["user"] = actor
    limits.take(f"device:{actor.device}", time.monotonic())
    if actor.revoked and not handler.opt.get("revoked"):
        raise Problem("device_revoked")
    roles = handler.opt.get("roles")
    if roles and actor.role not in roles:
        raise Problem("not_allowed")


async def read_actor(connection: Connection) -> Actor:
    """The actor of the session cookie, revoked or not. Problem not_enrolled."""
    token = connection.cookies.get(COOKIE, "")
    if not 20 <= len(token) <= 200:
        raise Problem("not_enrolled")
    database: Database = connection.app.state.database
    actor = await database.reader.glance(lambda tx: load_actor(tx, token))
    if actor is None:
        raise Problem("not_enrolled")
    return actor


def prove_same_site(connection: Connection, method: str) -> None:
    """Refuse what a page of another site may have sent with our cookie. Problem origin_wrong."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Problem("origin_wrong")
        return
    origin = connection.headers.get("origin")
    if origin is not None:
        public: str = connection.app.state.settings.public_url
        if origin != public and urlsplit(origin).netloc != connection.headers.get("host", ""):
            raise Problem("origin_wrong")
        return
    preflighted = method != "POST" or media_type(connection) not in _SIMPLE_TYPES
    if not preflighted and "x-lang-nghe" not in connection.headers:
        raise Problem("origin_wrong")


def check_media_type(connection: Connection, handler: BaseRouteHandler) -> None:
    """A body must be of a type that the route takes. Problem content_type_wrong."""
    headers = connection.headers
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return
    taken: tuple[str, ...] = handler.opt.get("takes", _JSON)
    if media_type(connection) not in taken:
        raise Problem("content_type_wrong", expected=", ".join(taken))


def media_type(connection: Connection) -> str:
    """The request's media type in small letters, without parameters."""
    return connection.headers.get("content-type", "").partition(";")[0].strip().lower()
