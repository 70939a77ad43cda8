"""Write a backup: one snapshot, dumped, sealed for its reader, on disk whole or not at all.

The file appears under its name when it was read back and its digest is that of what was written. Whether it can be
restored is answered by restoring it: `backend/backup/restore.py`.
"""

import asyncio
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from backend.backup.manifest import Manifest, describe
from backend.backup.seal import sealed
from backend.backup.tools import READ_BYTES, dump

LENGTH_BYTES = 4  # of the manifest, before it


@dataclass(frozen=True)
class Written:
    """A backup on disk."""

    manifest: Manifest
    size: int
    digest: str


class NotWrittenError(Exception):
    """What was read back is not what was written: the disk does not hold what it takes."""


async def write(url: str, program: str, reader: X25519PublicKey, path: Path, made_at: str) -> Written:
    """Back a database up into a file. `url` names a role that row-level security does not bind.

    Raises ToolError, NotWrittenError, OSError. A reader's snapshot holds up no feed, however long the dump takes.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            manifest = await describe(connection, made_at)
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            content = _content(manifest, dump(program, url, snapshot))
            size, digest = await asyncio.to_thread(_to_disk, path, sealed(content, reader, X25519PrivateKey.generate()))
    finally:
        await connection.close()
    return Written(manifest, size, digest)


def pieces_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file."""
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            yield piece


def _content(manifest: Manifest, dumped: Iterator[bytes]) -> Iterator[bytes]:
    head = msgspec.json.encode(manifest)
    yield len(head).to_bytes(LENGTH_BYTES, "big") + head
    yield from dumped


def _to_disk(path: Path, content: Iterator[bytes]) -> tuple[int, str]:
    aside = path.with_name(f"{path.name}.part")
    aside.unlink(missing_ok=True)
    digest = hashlib.sha256()
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in content:
                file.write(piece)
                digest.update(piece)
            file.flush()
            os.fsync(file.fileno())
        again = hashlib.sha256()
        for piece in pieces_of(aside):
            again.update(piece)
        if again.digest() != digest.digest():
            raise NotWrittenError
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return path.stat().st_size, digest.hexdigest()
