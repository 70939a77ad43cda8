"""Write down, beside a tablet and outside of what it can forget, what it recorded and what it was told was kept.

The audit holds the server's log against this: a tablet that is told otherwise later heals itself, and would hide a loss.
"""

from pathlib import Path
from types import TracebackType
from typing import TextIO

from backend.reference_tablet.store import SqliteStore
from sync.store import Change

ACKNOWLEDGED = "acknowledged"  # "<op id> <hash>", when a verdict was on the tablet's disk
RECORDED = "recorded"  # "<op id>", when an op was on the tablet's disk
TAKEN_BACK = "taken_back"  # "<op id> <hash>", when an op that had its verdict had to be offered again


class WatchedStore(SqliteStore):
    """A tablet's store that writes its ledger; lines reach the system at once, so that only a power cut loses them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder / "tablet.sqlite")
        self._files: dict[str, TextIO] = {
            name: (folder / name).open("a", encoding="ascii", buffering=1)
            for name in (ACKNOWLEDGED, RECORDED, TAKEN_BACK)
        }
        self._told = set((folder / ACKNOWLEDGED).read_text("ascii").splitlines())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        for file in self._files.values():
            file.close()

    def save(self, change: Change) -> None:
        """Save, then write what is now certain."""
        super().save(change)
        for kept in change.ops.values():
            if kept is None or kept.code == "id_reused":
                continue
            line = f"{kept.op.id} {kept.hash}"  # an op issued again in a new chain has another hash: nothing was taken back
            if kept.word and line not in self._told:
                self._told.add(line)
                self._files[ACKNOWLEDGED].write(f"{line}\n")
            elif not kept.word and line in self._told:
                self._files[TAKEN_BACK].write(f"{line}\n")
            elif not kept.word:
                self._files[RECORDED].write(f"{kept.op.id}\n")


def read_ledger(tablets: Path, name: str) -> set[tuple[str, ...]]:
    """Return the lines of a ledger of every tablet under a folder; a line cut by a kill is left out."""
    lines: set[tuple[str, ...]] = set()
    for path in tablets.glob(f"*/{name}"):
        lines.update(tuple(line.split()) for line in path.read_text("ascii").split("\n")[:-1])
    return lines


def count_acknowledged(tablets: Path) -> int:
    """Return how many ops have been acknowledged so far, clones left out, by the ledgers' sizes: a line has 98 bytes."""
    return sum(path.stat().st_size for path in tablets.glob(f"p?-?/{ACKNOWLEDGED}")) // 98
