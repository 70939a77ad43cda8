"""Which files may be attached, and what is taken out of them; pictures here are made part by part."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.attachment import BYTES_MOST, media_type_of, refusal, without_metadata

WHERE = b"48.8284 N 2.3555 E"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# Scan data with a stuffed 0xFF, a restart marker and a fill byte before the end.
SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56\xff"
JPEG = b"\xff\xd8" + segment(0xE0, b"JFIF\x00") + segment(0xDB, bytes(64)) + SCAN + b"\xff\xd9"
TOLD_JPEG = (
    b"\xff\xd8" + segment(0xE0, b"JFIF\x00") + segment(0xE1, b"Exif\x00\x00" + WHERE) + segment(0xFE, WHERE)
    + segment(0xDB, bytes(64)) + segment(0xED, WHERE) + SCAN + b"\xff\xd9" + WHERE
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"data") + chunk(b"IEND", b"")
TOLD_PNG = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"eXIf", WHERE) + chunk(b"tEXt", WHERE)
    + chunk(b"IDAT", b"data") + chunk(b"IEND", b"") + WHERE
)  # fmt: skip


@pytest.mark.parametrize(("told", "clean"), [(TOLD_JPEG, JPEG), (TOLD_PNG, PNG)])
def test_where_and_with_what_a_picture_was_taken_is_taken_out_and_else_nothing(told: bytes, clean: bytes) -> None:
    """The hotel room of somebody who hides must not travel inside a photo of a vaccination card."""
    assert without_metadata(told) == clean
    assert WHERE not in clean
    kind = media_type_of(told) or ""
    assert refusal(told, kind) == "metadata"
    assert refusal(clean, kind) is None


def test_type_is_what_the_bytes_say_and_not_what_is_announced() -> None:
    assert refusal(PNG, "image/jpeg") == "media_type"
    assert refusal(b"<svg onload=alert(1)>", "image/png") == "media_type"
    assert refusal(b"PK\x03\x04" + bytes(40), "application/pdf") == "media_type"
    assert refusal(b"", "image/png") == "size"
    assert refusal(b"%PDF-" + bytes(BYTES_MOST), "application/pdf") == "size"


def png_of(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(5))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"data") + chunk(b"IEND", b"")


def jpeg_of(marker: int, width: int, height: int) -> bytes:
    frame = segment(marker, b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes(10))
    return b"\xff\xd8" + segment(0xDB, bytes(64)) + frame + SCAN + b"\xff\xd9"


@pytest.mark.parametrize(
    "bomb",
    [
        png_of(30_000, 30_000),
        png_of(2**31 - 1, 1),
        png_of(8_001, 8_000),
        # A second header does not hide behind a small first one.
        png_of(1, 1)[:33] + png_of(30_000, 30_000)[8:],
        jpeg_of(0xC0, 65_535, 65_535),
        jpeg_of(0xC2, 30_000, 30_000),
        jpeg_of(0xCF, 30_000, 30_000),
        jpeg_of(0xC0, 30_000, 0),  # the height comes after the scan
    ],
)
def test_picture_of_too_many_pixels_is_refused_before_anything_decodes_it(bomb: bytes) -> None:
    """A few hundred bytes that fill a gigabyte where they are shown; as many pixels as a tablet takes pass."""
    assert len(bomb) < 500
    assert refusal(bomb, media_type_of(bomb) or "") == "pixels"


@pytest.mark.parametrize("picture", [png_of(8_000, 8_000), png_of(4_160, 3_120), jpeg_of(0xC0, 4_160, 3_120)])
def test_picture_of_as_many_pixels_as_a_tablet_takes_may_be_attached(picture: bytes) -> None:
    assert refusal(picture, media_type_of(picture) or "") is None


@settings(derandomize=True, max_examples=200)
@given(
    base=st.sampled_from([TOLD_JPEG, TOLD_PNG]),
    at=st.integers(3, 400),
    byte=st.integers(0, 255),
    cut=st.integers(0, 400),
)
def test_any_broken_picture_gets_a_value_and_never_an_exception(base: bytes, at: int, byte: int, cut: int) -> None:
    broken = bytearray(base)
    broken[at % len(base)] = byte
    for content in (bytes(broken), base[: cut % len(base)]):
        cleaned = without_metadata(content)
        assert cleaned is None or without_metadata(cleaned) == cleaned
