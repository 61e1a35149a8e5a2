"""Which types of files are taken as attachments, and whether bytes are what they claim to be. Pure."""

IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Re-encoded on arrival."""

TAKEN = IMAGES | {
    "audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/amr",
    "video/mp4", "video/webm", "video/3gpp",
    "application/pdf", "text/csv", "text/plain",
}  # fmt: skip

SNIFF_BYTES = 64
"""How many leading bytes `is_what_it_claims` wants to see."""


def is_what_it_claims(media_type: str, head: bytes) -> bool:
    """Do the first bytes of a file agree with its type? Text must not hold zero bytes."""
    if media_type in {"text/csv", "text/plain"}:
        return b"\0" not in head
    check = _SIGNATURES.get(media_type)
    return check is not None and any(_matches(head, offset, magic) for offset, magic in check)


def _matches(head: bytes, offset: int, magic: bytes) -> bool:
    return head[offset : offset + len(magic)] == magic


_MP4 = ((4, b"ftyp"),)
_EBML = ((0, b"\x1aE\xdf\xa3"),)
_SIGNATURES: dict[str, tuple[tuple[int, bytes], ...]] = {
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((8, b"WEBP"),),
    "audio/mpeg": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"), (0, b"\xff\xfa")),
    "audio/mp4": _MP4,
    "audio/ogg": ((0, b"OggS"),),
    "audio/webm": _EBML,
    "audio/wav": ((8, b"WAVE"),),
    "audio/amr": ((0, b"#!AMR"),),
    "video/mp4": _MP4,
    "video/webm": _EBML,
    "video/3gpp": _MP4,
    "application/pdf": ((0, b"%PDF-"),),
}
