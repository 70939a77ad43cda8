"""Answer travel times from the street network of an extract file, with graphs and matrices kept on disk.

The file is read once per content and mode; the rules and the arithmetic are in routing/streets/.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from backend.travel.cache import TravelCache, file_hash, graph_key, travel_key
from backend.travel.extract_file import UnreadableExtractError, read_extract
from routing.streets.extract import Extract
from routing.streets.graph import StreetGraph, build
from routing.streets.paths import leg, matrix
from routing.streets.snap import SNAP_METRES_MAX, Snapper
from routing.travel import Mode, Origin, Point, Source, Travel


class StreetNetwork:
    """The streets of one territory. The file is hashed, and graphs are read or built, when first asked for.

    Not for use by several threads at once.
    """

    def __init__(self, extract: Path, cache: TravelCache) -> None:
        self._path = extract
        self._cache = cache
        self._extract: Extract | None = None
        self._ready: dict[Mode, tuple[StreetGraph, Snapper]] = {}

    @cached_property
    def _hash(self) -> str:
        try:
            return file_hash(self._path)
        except OSError as problem:
            raise UnreadableExtractError(f"{self._path.name} cannot be opened: {problem.strerror}") from problem

    @property
    def origin(self) -> Origin:
        """Return what plans made with this network say about their times."""
        return Origin(Source.STREETS, f"{self._path.name}, {self._hash[:12]}")

    def travel(self, points: Sequence[Point], mode: Mode, overhead_seconds: int) -> Travel:
        """Return the matrix of the points; raise UnreadableExtractError where the file holds no street for the mode."""
        key = travel_key(graph_key(self._hash, mode), points, overhead_seconds)
        kept = self._cache.travel(key, mode, overhead_seconds, self.origin)
        if kept is not None:
            return kept
        graph, snapper = self.prepare(mode)
        made = matrix(graph, snapper.snap(points), points, mode, overhead_seconds, self.origin)
        self._cache.keep_travel(key, made)
        return made

    def leg(self, begin: Point, end: Point, mode: Mode) -> list[Point]:
        """Return the shape of the quickest way for a map; empty where a point is off the streets."""
        graph, snapper = self.prepare(mode)
        shape = leg(graph, snapper.snap([begin, end]))
        return [begin, *shape, end] if shape else []

    def off_streets(self, points: Sequence[Point], mode: Mode) -> list[int]:
        """Return the numbers of the points farther than SNAP_METRES_MAX from any street of the mode."""
        spots = self.prepare(mode)[1].snap(points, SNAP_METRES_MAX)
        return [number for number, line in enumerate(spots.line) if line < 0]

    def prepare(self, mode: Mode) -> tuple[StreetGraph, Snapper]:
        """Return the graph of a mode and its index: from memory, from the cache, or built from the file."""
        if mode not in self._ready:
            key = graph_key(self._hash, mode)
            graph = self._cache.graph(key)
            if graph is None:
                graph = self._build(mode)
                self._cache.keep_graph(key, graph)
            self._ready[mode] = (graph, Snapper(graph))
        return self._ready[mode]

    def _build(self, mode: Mode) -> StreetGraph:
        try:
            return build(self._streets(), mode)
        except ValueError as problem:
            raise UnreadableExtractError(f"{self._path.name}: {problem}") from problem

    def _streets(self) -> Extract:
        """Return what the file holds, read once for all modes."""
        if self._extract is None:
            self._extract = read_extract(self._path)
        return self._extract
