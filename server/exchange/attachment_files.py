"""Where the bytes of attachments lie: finished ones by content address, unfinished ones per device.

    DATA/attachments/aa/aabb…                      what is served, named by the SHA-256 of what the phone sent
    DATA/attachments/parts/PROJECT/SHA.DEVICE.SIZE.TYPE   what has arrived so far; its length is the offset

The length of a part file is the only truth about an upload, so a cut at any byte, in the phone, the network or the
server, loses nothing that arrived. Parts belong to one device: nobody spoils another's upload.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

KEEP_FREE_BYTES = 256 * 1024 * 1024
"""Below this much free disk no upload is begun."""


class Part(NamedTuple):
    """An unfinished upload. `size` is what was announced, `path` grows towards it."""

    path: Path
    sha256: str
    size: int
    media_type: str

    @property
    def offset(self) -> int:
        """Bytes that arrived so far."""
        return self.path.stat().st_size


def file_path(data: Path, sha256: str) -> Path:
    """Where the finished file of this address lies, or would lie."""
    return data / "attachments" / sha256[:2] / sha256


def begin_part(data: Path, project: str, device: str, sha256: str, *, size: int, media_type: str) -> Part:
    """The part of an upload, made empty when there is none. Another announced size or type starts over."""
    folder = _parts(data, project)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sha256}.{device}.{size}.{media_type.replace('/', '_')}"
    for other in folder.glob(f"{sha256}.{device}.*"):
        if other != path:
            other.unlink(missing_ok=True)
    path.touch()
    return Part(path, sha256, size, media_type)


def find_part(data: Path, project: str, device: str, sha256: str) -> Part | None:
    """The unfinished upload of this device; None when there is none."""
    for path in _parts(data, project).glob(f"{sha256}.{device}.*"):
        _, _, size, media_type = path.name.split(".", 3)
        return Part(path, sha256, int(size), media_type.replace("_", "/", 1))
    return None


def append(part: Part, offset: int, chunk: bytes) -> bool:
    """Add bytes that belong at an offset; False when the part has grown or gone meanwhile (another was faster)."""
    try:
        descriptor = os.open(part.path, os.O_WRONLY | os.O_APPEND)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_size != offset:
            return False
        view = memoryview(chunk)
        while view:
            view = view[os.write(descriptor, view) :]
        return True
    finally:
        os.close(descriptor)


def hash_file(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def settle(source: Path, target: Path) -> None:
    """Move a finished file to its place so that it survives a power cut."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as opened:
        os.fsync(opened.fileno())
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def has_room(data: Path, size: int) -> bool:
    """Is there disk for an upload of this size, with a margin for the database?"""
    return shutil.disk_usage(data).free - size > KEEP_FREE_BYTES


def forget_stale_parts(data: Path, older_than_s: float, now_s: Callable[[], float] = time.time) -> int:
    """Delete unfinished uploads that nobody continued for so long; answers how many."""
    forgotten = 0
    for path in (data / "attachments" / "parts").glob("*/*"):
        if now_s() - path.stat().st_mtime > older_than_s:
            path.unlink(missing_ok=True)
            forgotten += 1
    return forgotten


def _parts(data: Path, project: str) -> Path:
    return data / "attachments" / "parts" / project
