"""Attachments over HTTP: a subset of tus 1.0.0 (creation, HEAD, PATCH), and GET within scope.

    POST  /attachments            Upload-Length, Upload-Metadata: sha256 BASE64(hex), type BASE64(media type)
    HEAD  /attachments/{sha256}   where to go on: Upload-Offset, Upload-Length
    PATCH /attachments/{sha256}   Upload-Offset, application/offset+octet-stream: as many bytes as come through
    GET   /attachments/{sha256}?submission=ID   the cleaned file, for whoever may read that submission

A creation whose answer has Upload-Offset = Upload-Length needs no upload: the file is here. When the connection is cut
in a PATCH, everything that arrived is kept.
"""

import base64
import binascii
from typing import Any

from litestar import Request, Response, get, head, patch, post
from litestar.exceptions import InternalServerException
from litestar.response import File

from server.exchange import attachments as exchange
from server.exchange.attachment_files import Part, append, file_path, find_part
from server.exchange.file_types import IMAGES
from server.problems import Problem
from server.settings import Settings
from server.store.actor import Actor
from server.store.attachments import Attachment, get_attachment
from server.store.database import Database
from server.store.scope import scoped

TUS = "1.0.0"
_TUS_HEADERS = {"Tus-Resumable": TUS, "Cache-Control": "no-store"}
_UPLOAD = "application/offset+octet-stream"


@post("/attachments", status_code=201, opt={"takes": ("application/offset+octet-stream",)})
async def announce(
    request: Request[Any, Any, Any], actor: Actor, database: Database, settings: Settings, now_ms: int
) -> Response[None]:
    """Begin or go on with an upload; Upload-Offset says from where."""
    _check_tus(request)
    size = _number(request, "upload-length")
    metadata = _metadata(request.headers.get("upload-metadata", ""))
    sha256, media_type = metadata.get("sha256", ""), metadata.get("type", "").partition(";")[0].strip().lower()
    if not exchange.is_address(sha256):
        raise Problem("query_malformed", fault="Upload-Metadata: sha256")
    offset = await exchange.begin(
        database, settings.data, actor, sha256=sha256, size=size, media_type=media_type, now_ms=now_ms
    )
    if offset == size == 0:
        raise Problem("query_malformed", fault="Upload-Length: 0")
    headers = {**_TUS_HEADERS, "Location": f"/attachments/{sha256}", "Upload-Offset": str(offset)}
    return Response(None, status_code=201, headers=headers)


@head("/attachments/{sha256:str}")
async def ask_offset(sha256: str, actor: Actor, database: Database, settings: Settings, now_ms: int) -> Response[None]:
    """How much of this device's upload has arrived."""
    offset, size = await exchange.progress(database, settings.data, actor, _address(sha256), now_ms)
    return Response(None, headers={**_TUS_HEADERS, "Upload-Offset": str(offset), "Upload-Length": str(size)})


@patch(
    "/attachments/{sha256:str}",
    status_code=204,
    opt={"takes": (_UPLOAD,)},
    request_max_body_size=None,
)
async def continue_upload(
    request: Request[Any, Any, Any], sha256: str, *, actor: Actor, database: Database, settings: Settings, now_ms: int
) -> Response[None]:
    """Take more bytes of a file; the last ones are answered after the file was verified, cleaned and stored."""
    _check_tus(request)
    asked = _number(request, "upload-offset")
    offset, size = await exchange.progress(database, settings.data, actor, _address(sha256), now_ms)
    if offset != asked:
        raise Problem("offset_wrong", offset=offset)
    part = find_part(settings.data, actor.project, actor.device, sha256)
    if part is not None:
        offset = await _receive(request, part)
        if offset == size:
            await exchange.finish(database, settings.data, actor, part, now_ms)
    return Response(None, status_code=204, headers={**_TUS_HEADERS, "Upload-Offset": str(offset)})


async def _receive(request: Request[Any, Any, Any], part: Part) -> int:
    """Store what comes until the body ends or the connection is cut; answers the new offset."""
    offset = part.offset
    try:
        async for chunk in request.stream():
            if offset + len(chunk) > part.size:
                raise Problem("body_too_large", limit=part.size)
            if chunk and not append(part, offset, chunk):
                raise Problem("offset_wrong", offset=part.offset if part.path.exists() else part.size)
            offset += len(chunk)
    except InternalServerException:
        return offset
    return offset


@get("/attachments/{sha256:str}")
async def fetch(sha256: str, actor: Actor, database: Database, settings: Settings, submission: str = "") -> File:
    """The file, as it is served after cleaning. Who sent it may read it; others through a submission that names it."""
    attachment = await database.reader.read(lambda tx: get_attachment(tx, actor.project, _address(sha256)))
    if attachment is None or not await _may_read(database, actor, attachment, submission):
        raise Problem("attachment_unknown")
    path = file_path(settings.data, sha256)
    if attachment.state != "complete" or not path.exists():
        raise Problem("attachment_incomplete", received=attachment.received, size=attachment.size)
    return File(
        path,
        media_type=attachment.type,
        content_disposition_type="inline" if attachment.type in IMAGES else "attachment",
        filename=f"{sha256[:16]}.{attachment.type.partition('/')[2]}",
        headers={"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": "sandbox"},
    )


async def _may_read(database: Database, actor: Actor, attachment: Attachment, submission: str) -> bool:
    """The sender's device, staff, or anybody in whose scope a submission names the file (I12)."""
    scope = scoped(actor)
    if attachment.device == actor.device or scope.reads_all:
        return True
    where, args = scope.where("i", 2)
    rows = await database.reader.fetch(
        f"SELECT i.fields FROM items i WHERE i.kind = 'submission' AND i.id = $1 AND {where}", submission, *args
    )
    return any(f'"{attachment.sha256} '.encode() in bytes(row["fields"]) for row in rows)


def _check_tus(request: Request[Any, Any, Any]) -> None:
    if request.headers.get("tus-resumable") != TUS:
        raise Problem("tus_unsupported")


def _address(text: str) -> str:
    if not exchange.is_address(text):
        raise Problem("attachment_unknown")
    return text


def _number(request: Request[Any, Any, Any], name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Problem("query_malformed", fault=name)
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """tus metadata: `key BASE64,key BASE64`."""
    pairs = {}
    for pair in text.split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            pairs[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Problem("query_malformed", fault=f"Upload-Metadata: {name}") from None
    return pairs


ROUTES = [announce, ask_offset, continue_upload, fetch]
