"""Decide which files may be attached, and take out of a picture what says where and with what it was taken.

A file is known by the SHA-256 of its bytes, so what must not travel is taken out on the tablet, before the hash is made;
the server refuses what still has it. Nothing is decoded here: the bytes of JPEG and PNG say where their parts begin.
Units: bytes. How a file travels is in backend/attachments; what crosses, in sync/wire.py.
"""

from collections.abc import Iterator

BYTES_MOST = 10 * 1024 * 1024
PART_BYTES_MOST = 256 * 1024
MAGIC = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
# APP1 holds Exif (place, device, preview) and XMP; APP13 holds IPTC; COM is free text.
_JPEG_TELLS = frozenset({0xE1, 0xED, 0xFE})
_PNG_TELLS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9


def media_type_of(content: bytes) -> str | None:
    """Return the media type that the first bytes say, or None if it is none that may be attached.

    >>> media_type_of(b"%PDF-1.7"), media_type_of(b"<html>")
    ('application/pdf', None)
    """
    return next((name for name, magic in MAGIC.items() if content.startswith(magic)), None)


def refusal(content: bytes, media_type: str) -> str | None:
    """Return why a whole file may not be attached: `size`, `media_type`, `malformed`, `metadata`; None if it may."""
    if not 0 < len(content) <= BYTES_MOST:
        return "size"
    if media_type_of(content) != media_type:
        return "media_type"
    cleaned = without_metadata(content)
    if cleaned is None:
        return "malformed"
    return None if cleaned == content else "metadata"


def without_metadata(content: bytes) -> bytes | None:
    """Return a picture without its place, device and texts, a PDF as it is; None if its parts cannot be told apart."""
    kind = media_type_of(content)
    try:
        if kind == "image/jpeg":
            return b"".join(_jpeg_kept(content))
        if kind == "image/png":
            return b"".join(_png_kept(content))
    except (IndexError, ValueError):
        return None
    return content if kind else None


def _jpeg_kept(content: bytes) -> Iterator[bytes]:
    """Yield the segments that stay. After the start of a scan come its data, and at times further segments."""
    yield content[:2]
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("a segment begins with 0xFF")
        marker = content[at + 1]
        if marker == _JPEG_END:
            yield content[at : at + 2]
            return  # what follows the end is no part of the picture
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment ends within the file")
        if marker == _JPEG_SCAN:
            end = _end_of_scan(content, end)
        if marker not in _JPEG_TELLS:
            yield content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    """Return where the data of a scan end: at a marker that is neither a stuffed byte nor a restart."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] not in (0x00, 0xFF, *range(0xD0, 0xD8)):
            return at
        at += 1 if content[at + 1] == 0xFF else 2


def _png_kept(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at = 8
    while True:
        length = int.from_bytes(content[at : at + 4], "big")
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if len(kind) != 4 or end > len(content):
            raise ValueError("a chunk ends within the file")
        if kind not in _PNG_TELLS:
            yield content[at:end]
        if kind == b"IEND":
            return
        at = end
