"""Attachments of an OpenRosa post: named, typed, kept by their address like those that phones upload."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from litestar.datastructures import UploadFile

from server.exchange import attachments as exchange
from server.exchange.attachment_files import append, find_part
from server.exchange.file_types import TAKEN
from server.problems import Problem
from server.store.actor import Actor
from server.store.database import Database

_ENDINGS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp3": "audio/mpeg",
    "m4a": "audio/mp4", "ogg": "audio/ogg", "oga": "audio/ogg", "wav": "audio/wav", "amr": "audio/amr",
    "mp4": "video/mp4", "3gp": "video/3gpp", "webm": "video/webm", "pdf": "application/pdf", "csv": "text/csv",
    "txt": "text/plain",
}  # fmt: skip


async def take_files(
    database: Database, data: Path, actor: Actor, uploads: Iterable[UploadFile], *, now_ms: int
) -> dict[str, str]:
    """Keep the files of a post. Answers fields `file:NAME` -> `SHA256HEX BYTES TYPE`.

    Problems: type_not_taken, image_unreadable, body_too_large, storage_full.
    """
    fields = {}
    for upload in uploads:
        name = _name(upload.filename or "")
        content = await upload.read()
        if not content:
            continue
        sha256, media_type = hashlib.sha256(content).hexdigest(), media_type_of(name, upload.content_type or "")
        await _keep(database, data, actor, content, sha256=sha256, media_type=media_type, now_ms=now_ms)
        fields[f"file:{name}"] = f"{sha256} {len(content)} {media_type}"
    return fields


def media_type_of(name: str, said: str) -> str:
    """The type by the name's ending, else what the device says. Pure."""
    known = _ENDINGS.get(name.rpartition(".")[2].lower())
    return known or (said if said in TAKEN else said or "application/octet-stream")


async def _keep(
    database: Database, data: Path, actor: Actor, content: bytes, *, sha256: str, media_type: str, now_ms: int
) -> None:
    size = len(content)
    offset = await exchange.begin(database, data, actor, sha256=sha256, size=size, media_type=media_type, now_ms=now_ms)
    part = find_part(data, actor.project, actor.device, sha256)
    if offset == size or part is None:
        return
    if append(part, offset, content[offset:]):
        await exchange.finish(database, data, actor, part, now_ms)


def _name(text: str) -> str:
    """A file name without a path. Problem body_malformed."""
    name = text.replace("\\", "/").rpartition("/")[2]
    if not 0 < len(name) <= 120 or name in {".", ".."}:
        raise Problem("body_malformed", fault="filename")
    return name
