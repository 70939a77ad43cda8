"""This file measures what one tablet pays: its first pull, a sync with nothing to do, one change, one wrong record, a slow link.

The tablet is the reference one with its durable store, on the real server. Bytes are those of bodies, compressed as they cross.
"""

import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from backend.clock import now
from backend.embedded import Urls
from backend.reference_tablet.link import Answer, Link, Outcome
from backend.reference_tablet.store import SqliteStore
from backend.reference_tablet.tablet import Tablet
from bench.sync import material
from bench.sync.rounds import PRODUCTION_PORT, ground, post
from bench.sync.spent import Memory
from sync.ids import RecordId
from sync.state import decode, encode
from sync.store import Identity

URL = f"http://127.0.0.1:{PRODUCTION_PORT}"
LATENCY_SECONDS, BYTES_A_SECOND = 0.3, 64_000
FEWER = 10_000


class CountedLink(Link):
    """A link that counts the bytes of bodies, and waits as long as a slow network would if it is told to."""

    crossed_bytes = 0
    slow = False

    def send(self, method: str, path: str, body: bytes, who: str = "", more: dict[str, str] | None = None) -> Outcome:
        """Send a request as a tablet's link does."""
        outcome = super().send(method, path, body, who, more)
        crossed = len(body) + (outcome.wire_bytes if isinstance(outcome, Answer) else 0)
        self.crossed_bytes += crossed
        if self.slow:
            time.sleep(LATENCY_SECONDS + crossed / BYTES_A_SECOND)
        return outcome


@dataclass(frozen=True)
class Paid:
    """What one sync cost."""

    seconds: float
    requests: int
    crossed_bytes: int

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.requests} requests, {self.crossed_bytes} bytes"


async def measure_one_tablet(urls: Urls, records: int) -> None:
    """Print the figures of a tablet that holds so many records, at few places and at many."""
    await _measure(urls, records, places=40)
    await _measure(urls, min(records, FEWER), places=1)
    await _measure(urls, min(records, FEWER), places=200)


async def _measure(urls: Urls, records: int, places: int) -> None:
    epoch = await _epoch(urls)
    territory_id, user_id, team_id, place_ids = await material.make_territory(urls.owner_url, now(), places)
    reader, writer = await material.add_devices(urls.owner_url, territory_id, None, 2, now())
    async with httpx.AsyncClient(base_url=URL, timeout=120) as client:
        await ground(client, urls, reader, user_id, team_id, place_ids)
        await material.hold_whole(urls.owner_url, territory_id, place_ids, records)
        material.fill(writer, 1, 1, user_id, place_ids, now())
        title = f"one tablet, {records} records at {places} place(s)"
        with tempfile.TemporaryDirectory() as folder:
            tablet, link = _tablet(Path(folder) / "quick", reader, epoch)
            memory = Memory()
            first = _sync(tablet, link)
            print(f"{title}: first pull {first}, {first.crossed_bytes / records:.0f} bytes a record, "
                  f"{memory.grown() / 1e6:.0f} MB more memory at most")  # fmt: skip
            print(f"{title}: nothing changed {_sync(tablet, link)}")
            await post(client, writer, "/sync/push", writer.bodies[0])
            print(f"{title}: one change {_sync(tablet, link)}")
            _spoil_one(Path(folder) / "quick" / "tablet.sqlite")
            memory = Memory()
            mended = _sync(tablet, link)
            print(
                f"{title}: one wrong record found and mended {mended}, {memory.grown() / 1e6:.0f} MB more memory at most"
            )
            tablet.close()
            tablet, link = _tablet(Path(folder) / "slow", reader, epoch)
            link.slow = True
            slow = f"{title}, {LATENCY_SECONDS * 1000:.0f} ms and {BYTES_A_SECOND // 1000} kB/s"
            print(f"{slow}: first pull {_sync(tablet, link)}")
            print(f"{slow}: nothing changed {_sync(tablet, link)}")
            tablet.close()


async def _epoch(urls: Urls) -> int:
    connection = await asyncpg.connect(urls.owner_url)
    try:
        return int(await connection.fetchval("SELECT epoch FROM server_epoch"))
    finally:
        await connection.close()


def _tablet(folder: Path, reader: material.Device, epoch: int) -> tuple[Tablet, CountedLink]:
    """Return the reference tablet that this installation is, with nothing in its store."""
    folder.mkdir()
    (folder / "territory").write_text(str(reader.territory_id), "utf-8")
    store = SqliteStore(folder / "tablet.sqlite")
    store.begin(Identity(str(reader.installation_id), reader.actor, epoch=epoch))
    link = CountedLink(URL, reader.key)
    return Tablet(folder, URL, link, store), link


def _sync(tablet: Tablet, link: CountedLink) -> Paid:
    started, bytes_before = time.perf_counter(), link.crossed_bytes
    done = tablet.sync()
    if not done.complete:
        raise AssertionError(done.reason)
    return Paid(time.perf_counter() - started, done.requests, link.crossed_bytes - bytes_before)


def _spoil_one(store: Path) -> None:
    """Let one value of one record differ on the tablet, as a flipped bit would."""
    with sqlite3.connect(store) as connection:
        bucket, record_id, content = connection.execute(
            "SELECT bucket, id, content FROM record WHERE bucket LIKE 'place:%' ORDER BY id LIMIT 1 OFFSET 7"
        ).fetchone()
        _, state = decode(content)
        next(iter(state.entries.values())).values["room"] = "wrong"
        spoilt = encode(RecordId(record_id), state)
        connection.execute("UPDATE record SET content = ? WHERE bucket = ? AND id = ?", (spoilt, bucket, record_id))
    connection.close()
