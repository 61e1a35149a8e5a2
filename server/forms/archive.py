"""May this file be opened at all? Looks at the bytes of an .xlsx before anything parses them.

An .xlsx is a zip of XML. Everything that could make a parser work without end is measured first: entries, uncompressed
bytes, compression ratio, rows, document type declarations. Nothing is unpacked to disk. Never trusts the file's name.
"""

import io
import re
import zipfile
import zlib

from server.forms.faults import Fault, fault

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 120 * 1024 * 1024
MAX_RATIO = 250
"""Uncompressed against compressed bytes, for entries over a MiB: spreadsheets reach about 100."""
MAX_ROWS = 60_000
"""Rows in all sheets together, blank formatted ones included."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK = 1 << 16
_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROW = re.compile(rb"<(?:\w+:)?row[\s>]")


def inspect(content: bytes) -> list[Fault]:
    """What forbids opening the file; empty when it is an .xlsx within limits."""
    if not content:
        return [fault("file_empty")]
    if len(content) > MAX_FILE_BYTES:
        return [fault("file_too_large", limit=MAX_FILE_BYTES // 1024 // 1024)]
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        return [fault("file_encrypted" if encrypted else "file_xls")]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _inspect_entries(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        return [fault("file_not_xlsx")]


def has_macros(content: bytes) -> bool:
    """True when the workbook carries a macro project. It is never run; the author is told."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(name.endswith("vbaProject.bin") for name in archive.namelist())


def _inspect_entries(archive: zipfile.ZipFile) -> list[Fault]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if "mimetype" in names and "content.xml" in names:
        return [fault("file_ods")]
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
        return [fault("file_not_xlsx")]
    if any(entry.flag_bits & 0x1 for entry in entries):
        return [fault("file_encrypted")]
    told = sum(entry.file_size for entry in entries)
    bomb = any(e.file_size > 1 << 20 and e.file_size > MAX_RATIO * max(e.compress_size, 1) for e in entries)
    if len(entries) > MAX_ENTRIES or told > MAX_UNPACKED_BYTES or bomb:
        return [fault("file_too_heavy")]
    return _inspect_contents(archive, entries)


def _inspect_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> list[Fault]:
    """Read every XML part block by block: what an entry says of its own size is not believed."""
    unpacked = rows = 0
    for entry in entries:
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(entry) as part:
            tail = b""
            while block := part.read(_BLOCK):
                unpacked += len(block)
                window = tail + block
                if _FORBIDDEN.search(window):
                    return [fault("file_unsafe")]
                if entry.filename.startswith("xl/worksheets/"):
                    rows += len(_ROW.findall(window)) - len(_ROW.findall(tail))
                if unpacked > MAX_UNPACKED_BYTES:
                    return [fault("file_too_heavy")]
                tail = window[-12:]
    return [fault("file_too_many_rows", limit=MAX_ROWS)] if rows > MAX_ROWS else []
