"""Parts are taken in their order, each once; a file is there only when its whole hash fits."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from backend.access import Scope
from backend.attachments.store import NotTaken, State, announce, content_of, find, take_part
from backend.db.transaction import Transaction, transaction
from bench.chaos.world import fill_world
from tests.conftest import Database
from tests.sync.test_attachment import TOLD_JPEG

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
FILE = b"%PDF-1.7\n" + bytes(range(256)) * 4
PARTS = [(at, FILE[at : at + 300]) for at in range(0, len(FILE), 300)]


async def begin(tx: Transaction, content: bytes = FILE, media_type: str = "application/pdf") -> bytes:
    record_id = UUID(str(await tx.fetch_value("SELECT id FROM record WHERE kind = 'person' LIMIT 1")))
    sha256 = hashlib.sha256(content).digest()
    assert isinstance(await announce(tx, sha256, len(content), media_type, record_id, NOW), State)
    return sha256


async def test_parts_repeated_or_out_of_order_change_nothing_and_say_where_to_go_on(database: Database) -> None:
    world = await fill_world(database.owner_url, tablets=1)
    async with transaction(Scope(world.territory_id)) as tx:
        sha256 = await begin(tx)
        assert await take_part(tx, sha256, 300, PARTS[1][1], NOW) == NotTaken("offset", 0)
        for at, part in PARTS[:-1]:
            taken = await take_part(tx, sha256, at, part, NOW)
            assert await take_part(tx, sha256, at, part, NOW) == taken
            assert isinstance(taken, State)
            assert not taken.is_complete
        assert await take_part(tx, sha256, PARTS[-1][0], PARTS[-1][1] + b"more", NOW) == NotTaken("offset", 900)
        await begin(tx)  # announced again after a crash of the tablet
        done = await take_part(tx, sha256, *PARTS[-1], NOW)
        assert done == State(len(FILE), "application/pdf", len(FILE), is_complete=True)
        assert await content_of(tx, sha256) == FILE
        assert await take_part(tx, sha256, 0, b"x" * 300, NOW) == done


async def test_file_that_is_not_what_was_announced_begins_anew(database: Database) -> None:
    """Each part was whole, the file is not: one byte of another file must never be kept under this hash."""
    world = await fill_world(database.owner_url, tablets=1)
    async with transaction(Scope(world.territory_id)) as tx:
        sha256 = await begin(tx)
        for at, part in PARTS[:-1]:
            await take_part(tx, sha256, at, bytes(len(part)), NOW)
        assert await take_part(tx, sha256, *PARTS[-1], NOW) == NotTaken("hash", 0)
        done = [await take_part(tx, sha256, at, part, NOW) for at, part in PARTS][-1]
        assert isinstance(done, State)
        assert done.is_complete


async def test_picture_that_tells_where_it_was_taken_is_refused_and_gone(database: Database) -> None:
    world = await fill_world(database.owner_url, tablets=1)
    async with transaction(Scope(world.territory_id)) as tx:
        sha256 = await begin(tx, TOLD_JPEG, "image/jpeg")
        assert await take_part(tx, sha256, 0, TOLD_JPEG, NOW) == NotTaken("metadata")
        assert await find(tx, sha256) is None
        assert await content_of(tx, sha256) == b""
