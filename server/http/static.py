"""The PWA's files, from a finished build: precompressed `.br` and `.gz`, ETag and 304, hashed names immutable.

Only files that existed when the server started are served, by exact name from one table: no path of a request ever
reaches the file system. The app routes with `#/…`, so only `/` answers the page itself. Without a build, `/` says how
to make one.
"""

import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Any, NamedTuple

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from server.http.outgoing import FOR_PAGES
from server.problems import Problem

_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8,}\.(?:js|css|woff2|wasm|svg|png|webp|json)$")
_PAGES = ("text/html", "text/javascript")
_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".wasm": "application/wasm"}
_NO_BUILD = """<!doctype html>
<html lang="vi"><meta charset="utf-8"><title>Lắng Nghe</title>
<h1>Chưa có bản dựng của ứng dụng</h1>
<p>Máy chủ đang chạy nhưng chưa có giao diện. Hãy chạy <code>make setup</code> rồi khởi động lại.</p>
<p lang="en">The server is running but the app has not been built. Run <code>make setup</code>, then start again.</p>
"""


class Asset(NamedTuple):
    """One file of the build: its media type, cache rule, ETag, and its bodies by content encoding ('' for plain)."""

    media_type: str
    cache_control: str
    etag: str
    bodies: dict[str, Path]


def list_assets(folder: Path) -> dict[str, Asset]:
    """Every file under the build folder by its path from it; empty when there is no build."""
    assets: dict[str, Asset] = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if not path.is_file() or path.suffix in {".br", ".gz", ".map"}:
            continue
        name = path.relative_to(folder).as_posix()
        bodies = {"": path}
        for encoding, suffix in (("br", ".br"), ("gzip", ".gz")):
            packed = path.with_name(path.name + suffix)
            if packed.is_file():
                bodies[encoding] = packed
        assets[name] = Asset(_media_type(path), _cache_rule(name), _etag(path), bodies)
    return assets


def _media_type(path: Path) -> str:
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.endswith(("+json", "/json", "+xml")) else media_type


def _cache_rule(name: str) -> str:
    """Immutable for hashed names in `assets/`; everything else is asked for again each time (mostly a 304)."""
    return _IMMUTABLE if name.startswith("assets/") and _HASHED.search(name) else _REVALIDATE


def _etag(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _encodings(accept_encoding: str) -> list[str]:
    """The packed forms that the asker takes, smallest first."""
    taken = {part.partition(";")[0].strip() for part in accept_encoding.split(",") if not part.endswith("q=0")}
    return [encoding for encoding in ("br", "gzip") if encoding in taken]


def serve(folder: Path) -> list[HTTPRouteHandler]:
    """The handlers for `/` and every file of the build in `folder`."""
    assets = list_assets(folder)

    def answer(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
        asset = assets.get(name)
        if asset is None:
            raise Problem("address_unknown")
        taken = _encodings(request.headers.get("accept-encoding", ""))
        encoding = next((one for one in taken if one in asset.bodies), "")
        etag = f'"{asset.etag}{"-" + encoding if encoding else ""}"'
        headers = {"ETag": etag, "Cache-Control": asset.cache_control, "Vary": "Accept-Encoding"}
        if asset.media_type.startswith(_PAGES):
            headers |= FOR_PAGES
        if name == "sw.js":
            headers["Service-Worker-Allowed"] = "/"
        if etag in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers, media_type=asset.media_type)
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(asset.bodies[encoding].read_bytes(), headers=headers, media_type=asset.media_type)

    @get("/", opt={"open": True}, include_in_schema=False, sync_to_thread=False)
    def page(request: Request[Any, Any, Any]) -> Response[bytes]:
        if "index.html" not in assets:
            return Response(_NO_BUILD.encode(), status_code=503, media_type="text/html", headers=FOR_PAGES)
        return answer(request, "index.html")

    @get("/{path:path}", opt={"open": True}, include_in_schema=False, sync_to_thread=False)
    def file(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
        return answer(request, str(path).lstrip("/"))

    return [page, file]
