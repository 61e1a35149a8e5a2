"""What a submission says of its files: field `file:NAME` is `SHA256HEX BYTES TYPE`.

Rules: ATT-1 a submission is complete only with every attachment, ATT-2 named by content, so the same bytes go up once.
"""

import re
from collections.abc import Container, Mapping
from typing import NamedTuple

PREFIX = "file:"
_REFERENCE = re.compile(r"([0-9a-f]{64}) ([0-9]{1,12}) ([a-z0-9.+-]+/[a-z0-9.+-]+)")


class Attachment(NamedTuple):
    sha256: str
    size: int
    """Bytes."""
    type: str


def write_attachment(attachment: Attachment) -> str:
    return f"{attachment.sha256} {attachment.size} {attachment.type}"


def read_attachment(text: str | None) -> Attachment | None:
    """None when the text is not a reference."""
    found = _REFERENCE.fullmatch(text or "")
    return Attachment(found[1], int(found[2]), found[3]) if found else None


def attachments_of(fields: Mapping[str, str]) -> dict[str, Attachment]:
    """Name -> attachment, of every `file:` field that reads as one."""
    named = {
        name.removeprefix(PREFIX): read_attachment(text) for name, text in fields.items() if name.startswith(PREFIX)
    }
    return {name: attachment for name, attachment in named.items() if attachment is not None}


def missing_attachments(fields: Mapping[str, str], stored: Container[str]) -> list[str]:
    """Names of files whose bytes are not all there, sorted. `stored`: SHA-256 of those that are."""
    return sorted(name for name, attachment in attachments_of(fields).items() if attachment.sha256 not in stored)
