"""Decide which files may be attached, and take out of a picture what says where and with what it was taken.

A file is known by the SHA-256 of its bytes, so what must not travel is taken out on the tablet, before the hash is made;
the server refuses what still has it. Nothing is decoded here: the bytes of JPEG and PNG say where their parts begin.
Units: bytes. How a file travels is in backend/attachments; what crosses, in sync/wire.py.
"""

from collections.abc import Iterator

BYTES_MOST = 10 * 1024 * 1024
PART_BYTES_MOST = 256 * 1024
# What decodes a picture takes 4 bytes a pixel, however few bytes it has: 256 MB at most. Tablets take 13 million pixels.
PIXELS_MOST = 64_000_000
MAGIC = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
# APP1 holds Exif (place, device, preview) and XMP; APP13 holds IPTC; COM is free text.
_JPEG_TELLS = frozenset({0xE1, 0xED, 0xFE})
_PNG_TELLS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
# Frame headers: they say height and width. C4, C8 and CC between them are something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def media_type_of(content: bytes) -> str | None:
    """Return the media type that the first bytes say, or None if it is none that may be attached.

    >>> media_type_of(b"%PDF-1.7"), media_type_of(b"<html>")
    ('application/pdf', None)
    """
    return next((name for name, magic in MAGIC.items() if content.startswith(magic)), None)


def refusal(content: bytes, media_type: str) -> str | None:
    """Return why a whole file may not be attached: `size`, `media_type`, `malformed`, `pixels`, `metadata`; None if it may."""
    if not 0 < len(content) <= BYTES_MOST:
        return "size"
    if media_type_of(content) != media_type:
        return "media_type"
    cleaned = without_metadata(content)
    if cleaned is None:
        return "malformed"
    if pixels_of(cleaned) > PIXELS_MOST:
        return "pixels"
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


def pixels_of(content: bytes) -> int:
    r"""Return how many pixels a clean picture says it has, the most if it says so several times; 0 if it does not say.

    >>> header = b"\x00\x00\x00\x0dIHDR" + (30_000).to_bytes(4, "big") * 2 + bytes(5) + bytes(4)
    >>> pixels_of(MAGIC["image/png"] + header + b"\x00\x00\x00\x00IEND" + bytes(4))
    900000000
    """
    kind = media_type_of(content)
    if kind == "image/png":
        sizes = ((part[8:12], part[12:16]) for part in _png_kept(content) if part[4:8] == b"IHDR")
    elif kind == "image/jpeg":
        # A height of 0 is told after the scan: the most that two bytes can say is meant then.
        frames = (part for part in _jpeg_kept(content) if part[1] in _JPEG_FRAMES and part[0] == 0xFF)
        sizes = ((part[5:7] if any(part[5:7]) else b"\xff\xff", part[7:9]) for part in frames)
    else:
        return 0
    return max((int.from_bytes(height, "big") * int.from_bytes(width, "big") for height, width in sizes), default=0)


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
