"""Files of submissions: content-addressed, resumable, deduplicated, verified, cleaned.

The address of an attachment is the SHA-256 of what the phone holds, so that phone, submission and server mean the same
thing by it. Images are re-encoded on arrival without EXIF; what is served under the address is the cleaned picture, and
the original bytes are gone. A submission is complete only when every file it names is here (I11).
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from server.exchange import attachment_files as files
from server.exchange.attachment_files import Part
from server.exchange.file_types import IMAGES, SNIFF_BYTES, TAKEN, is_what_it_claims
from server.problems import Problem
from server.store.actor import Actor
from server.store.attachments import (
    Attachment,
    add_attachment,
    complete_attachment,
    get_attachment,
    missing_attachments,
    set_attachment_state,
)
from server.store.database import Database
from server.store.writer import WriteTx

MAX_FILE_BYTES = 64 * 1024 * 1024
CLEANING_S = 30
_CLEANER = Path(__file__).with_name("clean_image.py")
_cleaning = asyncio.Semaphore(2)


class FileOf(Struct, frozen=True):
    """One file that a submission names: field `file:NAME`, value `SHA256HEX BYTES TYPE`."""

    name: str
    sha256: str
    size: int
    media_type: str


def files_of(fields: Mapping[str, str | None]) -> list[FileOf]:
    """The files that a submission's fields name; a value that cannot be read is left out. Pure."""
    named = []
    for field, value in fields.items():
        parts = (value or "").split(" ")
        if field.startswith("file:") and len(parts) == 3 and is_address(parts[0]) and parts[1].isdecimal():
            named.append(FileOf(field.removeprefix("file:"), parts[0], int(parts[1]), parts[2]))
    return named


async def missing_files(database: Database, project: str, fields: Mapping[str, str | None]) -> list[FileOf]:
    """Those files of a submission that have not fully arrived."""
    named = files_of(fields)
    if not named:
        return []
    hashes = [one.sha256 for one in named]
    missing = await database.reader.read(lambda tx: missing_attachments(tx, project, hashes))
    return [one for one in named if one.sha256 in missing]


def is_address(text: str) -> bool:
    """Is it 64 small hex digits?"""
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


async def begin(
    database: Database, data: Path, actor: Actor, *, sha256: str, size: int, media_type: str, now_ms: int
) -> int:
    """Announce an upload; answers the offset to go on from, which is `size` when the file is here already.

    Problems: body_too_large, type_not_taken, storage_full.
    """
    if size > MAX_FILE_BYTES:
        raise Problem("body_too_large", limit=MAX_FILE_BYTES)
    if media_type not in TAKEN:
        raise Problem("type_not_taken", type=media_type)
    known = await _known(database, actor, sha256)
    if known is not None and known.state == "complete":
        return size
    if not files.has_room(data, size):
        raise Problem("storage_full")
    if known is None:
        attachment = Attachment(
            project=actor.project, sha256=sha256, size=size, type=media_type, device=actor.device, created_at_ms=now_ms
        )
        await database.writer.run(lambda tx: add_attachment(tx, attachment), project=actor.project)
    part = files.begin_part(data, actor.project, actor.device, sha256, size=size, media_type=media_type)
    if part.offset == size:
        await finish(database, data, actor, part, now_ms)
        return size
    return part.offset


async def progress(database: Database, data: Path, actor: Actor, sha256: str, now_ms: int) -> tuple[int, int]:
    """(offset, size) of this device's upload. One whose end the server did not live to see is finished here.

    Problems: attachment_unknown, and those of `finish`.
    """
    known = await _known(database, actor, sha256)
    if known is not None and known.state == "complete":
        return known.size, known.size
    part = files.find_part(data, actor.project, actor.device, sha256)
    if part is None:
        raise Problem("attachment_unknown")
    if part.offset == part.size:
        await finish(database, data, actor, part, now_ms)
        return part.size, part.size
    return part.offset, part.size


async def _known(database: Database, actor: Actor, sha256: str) -> Attachment | None:
    return await database.reader.read(lambda tx: get_attachment(tx, actor.project, sha256))


async def finish(database: Database, data: Path, actor: Actor, part: Part, now_ms: int) -> None:
    """Everything has arrived: verify, clean, put in place, say so in the database.

    Problems: hash_wrong (the phone starts over), type_not_taken and image_unreadable (the phone gives up).
    """
    try:
        cleaned = await _clean(part)
    except Problem as problem:
        part.path.unlink(missing_ok=True)
        if problem.code != "hash_wrong":
            await database.writer.run(
                lambda tx: set_attachment_state(tx, actor.project, part.sha256, "refused", now_ms),
                project=actor.project,
            )
        raise
    await asyncio.to_thread(files.settle, cleaned, files.file_path(data, part.sha256))
    part.path.unlink(missing_ok=True)

    async def unit(tx: WriteTx) -> None:
        await complete_attachment(
            tx, actor.project, part.sha256, size=part.size, media_type=part.media_type, at_ms=now_ms
        )

    await database.writer.run(unit, project=actor.project)


async def _clean(part: Part) -> Path:
    """Verify; answer the file to serve: for images one that was drawn anew beside the part, else the part itself."""
    if await asyncio.to_thread(files.hash_file, part.path) != part.sha256:
        raise Problem("hash_wrong")
    with part.path.open("rb") as opened:
        head = opened.read(SNIFF_BYTES)
    if not is_what_it_claims(part.media_type, head):
        raise Problem("type_not_taken", type=part.media_type)
    if part.media_type not in IMAGES:
        return part.path
    target = part.path.with_name(f"cleaned-{part.path.name}")
    async with _cleaning:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_CLEANER), str(part.path), str(target), part.media_type,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={},
        )  # fmt: skip
        try:
            status = await asyncio.wait_for(child.wait(), CLEANING_S)
        except TimeoutError:
            child.kill()
            status = await child.wait()
    if status != 0 or not target.exists():
        target.unlink(missing_ok=True)
        raise Problem("image_unreadable")
    return target
