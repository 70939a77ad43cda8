"""This file keeps the figures of the outreach suite, one JSON line each, so that an interrupted run goes on.

The file lies outside the source tree: MARAUDE_BENCH_DIR names its folder; without it, the user's own cache. Every
figure carries the hash of the definitions it was made with, and for our own plans the hash of the search: what was made
with others is left in the file and not read.
"""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from bench.plan.definition import ROOT, hashes

OURS = "ours"
SEARCH = (
    "routing/board.py",
    "routing/budget.py",
    "routing/kernel.py",
    "routing/kernel_chance.py",
    "routing/kernel_pair.py",
    "routing/kernel_recreate.py",
    "routing/kernel_route.py",
    "routing/kernel_ruin.py",
    "routing/kernel_seat.py",
    "routing/kernel_tails.py",
    "routing/layout.py",
    "routing/solve.py",
    "routing/tables.py",
)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """What one engine's plan of one day is worth after so many CPU seconds; no plan: every figure None."""

    made_with: str
    day: str
    engine: str
    seed: int
    cpu_seconds: float
    points_served: int | None
    travel_seconds: int | None
    total: int | None


@cache
def made_with(engine: str) -> str:
    """Return the hash of what decides an engine's figures."""
    parts = [hashes().encode()]
    if engine == OURS:
        parts += [(ROOT / path).read_bytes() for path in SEARCH]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


class Results:
    """The figures of one file that were made with today's definitions; new ones are appended as they come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.figures: dict[tuple[str, str, int, float], Figure] = {}
        known: dict[str, str] = {}
        for figure in _read(path):
            if known.setdefault(figure.engine, made_with(figure.engine)) == figure.made_with:
                self._note(figure)

    def _note(self, figure: Figure) -> None:
        self.figures[figure.day, figure.engine, figure.seed, figure.cpu_seconds] = figure

    def add(self, figure: Figure) -> None:
        """Keep a figure."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(figure) + b"\n")
        self._note(figure)

    def get(self, day: str, engine: str, seed: int, cpu_seconds: float) -> Figure | None:
        """Return a figure if it is there."""
        return self.figures.get((day, engine, seed, cpu_seconds))

    def of(self, day: str, engine: str | None = None, cpu_seconds: float | None = None) -> list[Figure]:
        """Return all figures of a day, of an engine, of a budget."""
        return [
            figure
            for figure in self.figures.values()
            if figure.day == day and engine in (None, figure.engine) and cpu_seconds in (None, figure.cpu_seconds)
        ]


def _read(path: Path) -> Iterator[Figure]:
    """Read the lines; a last one that was cut off by a kill is passed over."""
    if not path.exists():
        return
    for line in path.read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):
            yield msgspec.json.decode(line, type=Figure)


def results_file(named: str | None) -> Path:
    """Return the file of the results."""
    if named:
        return Path(named)
    folder = os.environ.get("MARAUDE_BENCH_DIR")
    return (Path(folder) if folder else Path.home() / ".cache" / "maraude" / "bench") / "outreach.jsonl"
