"""Form attachments: pictures of labels, and lists of choices as CSV, XML or GeoJSON. Checked before anything keeps
them.

They come from an administrator but go to every phone, so type and size are limited and lists must be readable: a
CSV that is not UTF-8 (Excel's default) would show question marks in the field.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable

from msgspec import Struct

from server.forms.faults import Fault, fault
from server.forms.submission import UnreadableXmlError, parse_xml

MAX_BYTES = 10 * 1024 * 1024
TYPES = {
    "csv": "text/csv", "xml": "text/xml", "geojson": "application/geo+json", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif", "svg": "image/svg+xml", "mp3": "audio/mpeg",
    "m4a": "audio/mp4", "ogg": "audio/ogg", "wav": "audio/wav", "mp4": "video/mp4", "webm": "video/webm",
}  # fmt: skip
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,100}")


class FormFile(Struct, frozen=True):
    """One attachment with its bytes."""

    name: str
    content: bytes
    type: str

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the bytes: its address."""
        return hashlib.sha256(self.content).hexdigest()


def type_of(name: str) -> str:
    """Media type by the name's ending; empty for types that are not taken."""
    return TYPES.get(name.rpartition(".")[2].lower(), "")


def check_file(name: str, content: bytes) -> Fault | None:
    """What is wrong with an attachment; None when it is taken."""
    if not _NAME.fullmatch(name) or name.startswith(".") or not type_of(name) or len(content) > MAX_BYTES:
        return fault("attachment_refused", name=name)
    ending = name.rpartition(".")[2].lower()
    try:
        if ending == "csv":
            header = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))), [])
            if "name" not in header and "name_key" not in header and len(header) < 2:
                return fault("attachment_unreadable", name=name, message="name, label?")
        elif ending == "geojson":
            features = json.loads(content.decode("utf-8-sig"))["features"]
            if not isinstance(features, list):
                return fault("attachment_unreadable", name=name, message="features?")
        elif ending in {"xml", "svg"}:
            parse_xml(content)
    except (UnicodeDecodeError, csv.Error, ValueError, KeyError, TypeError, UnreadableXmlError) as error:
        return fault("attachment_unreadable", name=name, message=str(error))
    return None


def files_in_zip(content: bytes) -> Callable[[str], bytes | None]:
    """Finds attachments in a zip by name, in any folder of it. Raises ValueError when it is no zip."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise ValueError("no zip") from error
    entries = {entry.filename.rpartition("/")[2]: entry for entry in archive.infolist() if not entry.is_dir()}

    def find(name: str) -> bytes | None:
        entry = entries.get(name)
        if entry is None:
            return None
        with archive.open(entry) as part:
            return part.read(MAX_BYTES + 1)

    return find
