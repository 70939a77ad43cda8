"""Keep what a tablet holds in one SQLite file: every change is one transaction, on disk when `save` returns (S9)."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from sync.ids import RecordId
from sync.ops import Op
from sync.state import RecordState, decode, encode
from sync.store import Change, Identity, Kept
from sync.wire import Cursor

_SCHEMA = """
CREATE TABLE IF NOT EXISTS identity (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS op (actor INTEGER, n INTEGER, record TEXT NOT NULL, content BLOB NOT NULL, hash TEXT NOT NULL,
  at INTEGER NOT NULL, word TEXT NOT NULL, code TEXT NOT NULL, counts_actor INTEGER, counts_n INTEGER,
  PRIMARY KEY (actor, n));
CREATE TABLE IF NOT EXISTS record (bucket TEXT, id TEXT, content BLOB NOT NULL, PRIMARY KEY (bucket, id));
CREATE INDEX IF NOT EXISTS record_id ON record (id);
CREATE TABLE IF NOT EXISTS cursor (bucket TEXT PRIMARY KEY, content BLOB NOT NULL);
"""


class _Buckets(Mapping[str, Mapping[str, RecordState]]):
    """The buckets of a store, each read when it is asked for: a tablet that mends one bucket does not read them all."""

    def __init__(self, connection: sqlite3.Connection, with_cursor: Iterable[str]) -> None:
        self._connection = connection
        held = (bucket for (bucket,) in connection.execute("SELECT DISTINCT bucket FROM record"))
        self._names = list(dict.fromkeys((*with_cursor, *held)))

    def __getitem__(self, bucket: str) -> Mapping[str, RecordState]:
        if bucket not in self._names:
            raise KeyError(bucket)
        rows = self._connection.execute("SELECT id, content FROM record WHERE bucket = ?", (bucket,))
        return {record_id: decode(content)[1] for record_id, content in rows}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class SqliteStore:
    """A store of sync/store.py in a file; opened again after a crash, it goes on from the last save."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")  # "saved" holds even if the battery dies that second
        self._connection.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def begin(self, identity: Identity) -> None:
        """Write down who the tablet is, at enrolment."""
        self.save(Change(identity))

    def enrolled(self) -> bool:
        """Tell whether the tablet knows who it is."""
        return self._connection.execute("SELECT 1 FROM identity").fetchone() is not None

    def identity(self) -> Identity:
        """Return who the tablet is."""
        (content,) = self._connection.execute("SELECT content FROM identity").fetchone()
        return msgspec.json.decode(content, type=Identity)

    def ops(self) -> list[Kept]:
        """Return the ops kept, by actor and n."""
        rows = self._connection.execute(
            "SELECT content, hash, at, word, code, counts_actor, counts_n FROM op ORDER BY actor, n"
        )
        return [
            Kept(
                msgspec.json.decode(content, type=Op, strict=False),
                content,
                hash_,
                at,
                word,
                code,
                None if counts_n is None else (counts_actor, counts_n),
            )
            for content, hash_, at, word, code, counts_actor, counts_n in rows
        ]

    def record(self, record: str) -> RecordState | None:
        """Return a record as pulled; of copies in several buckets, the one that knows most."""
        rows = self._connection.execute("SELECT content FROM record WHERE id = ?", (record,))
        copies = [decode(content)[1] for (content,) in rows]
        return max(copies, key=lambda state: sum(state.seen.values()), default=None)

    def buckets(self) -> Mapping[str, Mapping[str, RecordState]]:
        """Return the records pulled by bucket; a bucket pulled and empty is named too."""
        return _Buckets(self._connection, self.cursors().keys())

    def cursors(self) -> Mapping[str, Cursor]:
        """Return the cursor of each bucket held."""
        rows = self._connection.execute("SELECT bucket, content FROM cursor")
        return {bucket: msgspec.json.decode(content, type=Cursor) for bucket, content in rows}

    def save(self, change: Change) -> None:
        """Make a change, all of it or nothing, durable when this returns."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            self._write(change)
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise

    def _write(self, change: Change) -> None:
        run = self._connection.execute
        if change.identity is not None:
            run("INSERT OR REPLACE INTO identity VALUES (1, ?)", (msgspec.json.encode(change.identity),))
        for (actor, n), kept in change.ops.items():
            if kept is None:
                run("DELETE FROM op WHERE actor = ? AND n = ?", (actor, n))
            else:
                run(
                    "INSERT OR REPLACE INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        actor,
                        n,
                        kept.op.record,
                        kept.content,
                        kept.hash,
                        kept.at,
                        kept.word,
                        kept.code,
                        *(kept.counts_as or (None, None)),
                    ),
                )
        for (bucket, record_id), state in change.records.items():
            if state is None:
                run("DELETE FROM record WHERE bucket = ? AND id = ?", (bucket, record_id))
            else:
                content = encode(RecordId(record_id), state)
                run("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (bucket, record_id, content))
        for bucket, cursor in change.cursors.items():
            if cursor is None:
                run("DELETE FROM cursor WHERE bucket = ?", (bucket,))
                run("DELETE FROM record WHERE bucket = ?", (bucket,))
            else:
                run("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (bucket, msgspec.json.encode(cursor)))
