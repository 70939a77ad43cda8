"""A sealed backup opens for its reader alone, whole or not at all."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.backup.seal import (
    CHUNK_BYTES,
    HEAD_BYTES,
    TAG_BYTES,
    UnreadableError,
    opened,
    private_text,
    public_text,
    read_private,
    read_public,
    sealed,
)

READER = X25519PrivateKey.from_private_bytes(bytes([1] * 32))
SENDER = X25519PrivateKey.from_private_bytes(bytes([2] * 32))
STRANGER = X25519PrivateKey.from_private_bytes(bytes([3] * 32))
CONTENT = bytes(range(256)) * 700  # 2.7 chunks


def seal(content: bytes) -> bytes:
    return b"".join(sealed([content], READER.public_key(), SENDER))


def open_again(content: bytes) -> bytes:
    return b"".join(opened([content], READER))


@settings(derandomize=True, max_examples=40)
@given(
    size=st.sampled_from([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]),
    piece=st.integers(1000, 90_000),
)
def test_sealed_content_opens_the_same_whatever_the_pieces(size: int, piece: int) -> None:
    content = (b"maraude" * (size // 7 + 1))[:size]
    file = b"".join(sealed((content[i : i + piece] for i in range(0, size, piece)), READER.public_key(), SENDER))
    assert b"".join(opened((file[i : i + piece] for i in range(0, len(file), piece)), READER)) == content


def test_every_changed_byte_is_refused() -> None:
    file = seal(CONTENT)
    for at in [*range(0, HEAD_BYTES + 40, 3), len(file) // 2, len(file) - 1]:
        changed = bytearray(file)
        changed[at] ^= 1
        with pytest.raises(UnreadableError):
            open_again(bytes(changed))


@pytest.mark.parametrize("chunks_kept", [0, 1, 2])
def test_file_cut_between_chunks_is_refused_as_cut(chunks_kept: int) -> None:
    """Whole chunks prove themselves one by one: only the mark of the last one tells that the rest is missing."""
    end = HEAD_BYTES + chunks_kept * (CHUNK_BYTES + TAG_BYTES)
    with pytest.raises(UnreadableError) as refused:
        open_again(seal(CONTENT)[:end])
    assert refused.value.reason == ("cut" if chunks_kept else "changed")


def test_chunks_in_another_order_are_refused() -> None:
    file, step = seal(CONTENT), CHUNK_BYTES + TAG_BYTES
    first, second = file[HEAD_BYTES : HEAD_BYTES + step], file[HEAD_BYTES + step : HEAD_BYTES + 2 * step]
    with pytest.raises(UnreadableError):
        open_again(file[:HEAD_BYTES] + second + first + file[HEAD_BYTES + 2 * step :])


def test_another_key_opens_nothing_and_says_so() -> None:
    with pytest.raises(UnreadableError) as refused:
        list(opened([seal(CONTENT)], STRANGER))
    assert refused.value.reason == "another_key"


def test_keys_are_read_from_their_own_text_alone() -> None:
    private, public = private_text(READER), public_text(READER.public_key())
    read, read_too = read_private(private + "\n"), read_public(public)
    assert read is not None
    assert read_too is not None
    assert read.private_bytes_raw() == READER.private_bytes_raw()
    assert read_too.public_bytes_raw() == READER.public_key().public_bytes_raw()
    assert read_private(public) is None
    assert read_public(private) is None
    assert read_public("maraude-backup-to-short") is None
