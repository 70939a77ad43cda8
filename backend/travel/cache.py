"""Keep street graphs and travel matrices on disk under the hash of what they were made from.

The name of a file is the hash of everything its content depends on: the bytes of the extract, the rules in
routing/streets/ as they stand, mode, points, overhead. So nothing is ever out of date, and deleting the folder costs
time alone. Files are numpy archives, read without unpickling; a broken one is a miss, and is made again.
"""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import numpy as np
import structlog

import routing
import routing.streets
from routing.streets.graph import StreetGraph
from routing.travel import Mode, Origin, Point, Travel, as_degrees

log = structlog.get_logger()


def rules_hash() -> str:
    """Return the hash of the source of everything that decides a street matrix, so that no version is forgotten."""
    digest = hashlib.sha256(files(routing).joinpath("travel.py").read_bytes())
    for rule in sorted(files(routing.streets).iterdir(), key=lambda entry: entry.name):
        if rule.name.endswith(".py"):
            digest.update(rule.name.encode() + b"\0" + rule.read_bytes())
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class TravelCache:
    """A folder of graphs and matrices; `folder` is made where it is absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def graph(self, key: str) -> StreetGraph | None:
        """Return the kept graph of a key, or None."""
        arrays = self._read(self._path("graph", key))
        try:
            return StreetGraph(**{field.name: arrays[field.name] for field in fields(StreetGraph)}) if arrays else None
        except (KeyError, ValueError):
            return None

    def keep_graph(self, key: str, graph: StreetGraph) -> None:
        """Keep a graph."""
        self._write(self._path("graph", key), {field.name: getattr(graph, field.name) for field in fields(graph)})

    def travel(self, key: str, mode: Mode, overhead_seconds: int, origin: Origin) -> Travel | None:
        """Return the kept matrix of a key, or None."""
        arrays = self._read(self._path("matrix", key))
        try:
            return Travel(mode, arrays["seconds"], arrays["metres"], overhead_seconds, origin) if arrays else None
        except (KeyError, ValueError):
            return None

    def keep_travel(self, key: str, travel: Travel) -> None:
        """Keep a matrix."""
        self._write(self._path("matrix", key), {"seconds": travel.seconds, "metres": travel.metres})

    def _path(self, kind: str, key: str) -> Path:
        return self._folder / f"{kind}-{key}.npz"

    @staticmethod
    def _read(path: Path) -> dict[str, np.ndarray]:
        """Return the arrays of a file; nothing where there is none or it is broken."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except (OSError, ValueError, zipfile.BadZipFile, EOFError):
            return {}

    def _write(self, path: Path, arrays: dict[str, np.ndarray]) -> None:
        """Write beside and rename: a reader sees a whole file or none, whoever is interrupted.

        A full or read-only disk makes later answers slow, not wrong: it is logged, and the answer at hand is given.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as stream:
                    np.savez(stream, allow_pickle=False, **arrays)
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as problem:
            log.warning("travel_cache_not_written", error=type(problem).__name__)


def graph_key(extract_hash: str, mode: Mode) -> str:
    """Return the key of a mode's graph of an extract."""
    return _hash("graph", extract_hash, rules_hash(), mode)


def travel_key(graph: str, points: Sequence[Point], overhead_seconds: int) -> str:
    """Return the key of the matrix of these points, in this order, on that graph."""
    return _hash("matrix", graph, str(overhead_seconds), as_degrees(points).tobytes().hex())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
