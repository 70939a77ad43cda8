"""Build the compact street graph of one mode: junctions, directed edges with seconds and metres, shapes of streets.

Ways are cut where streets meet and where a barrier stops the mode; what lies between two cuts is one line, travelled
in one or both directions. Only the largest part of the network in which everywhere can be reached from everywhere is
kept, so that every point that finds a street can be reached and left. Who may travel is decided in access.py, how
fast in speeds.py, which turns are forbidden in turns.py; points meet the graph in snap.py, paths are found in paths.py.
"""

from collections import Counter
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from routing.streets.access import Use, directions_of, passes, use_of
from routing.streets.extract import Extract, Way
from routing.streets.speeds import delay_of, speed_of
from routing.streets.turns import Edge, forbid
from routing.travel import EARTH_METRES, Flags, Mode, Real, Whole

NEVER_STOPPED_ON = frozenset({"motorway", "motorway_link", "trunk_link"})


@dataclass(frozen=True)
class StreetGraph:
    """Edges sorted by their tail: those leaving node v are `first[v]` to `first[v + 1]`.

    `line_first[k]` to `line_first[k + 1]` are the rows of `shape` (lon, lat) of line k, in drawing order; an edge
    with `backward` travels its line against that order. Several edges may share a line (copies of a junction).
    """

    first: Whole  # [nodes + 1]
    head: Whole  # [edges]
    tail: Whole  # [edges]
    seconds: Real  # [edges]
    metres: Real  # [edges]
    line: Whole  # [edges]
    backward: Flags  # [edges]
    line_first: Whole  # [lines + 1]
    shape: Real  # [points, 2]
    stoppable: Flags  # [lines]: whether a team may stop there (no motorway, no tunnel)

    def __post_init__(self) -> None:
        edges, lines = len(self.head), len(self.line_first) - 1
        for name in ("tail", "seconds", "metres", "line", "backward"):
            if len(getattr(self, name)) != edges:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries for {edges} edges")
        if len(self.stoppable) != lines or (lines >= 0 and self.line_first[-1] != len(self.shape)):
            raise ValueError("the lines do not fit their shapes")
        if edges and (min(self.head.min(), self.tail.min()) < 0 or max(self.head.max(), self.tail.max()) >= self.nodes):
            raise ValueError("an edge leads out of the graph")
        if edges and (self.line.min() < 0 or self.line.max() >= lines or not (self.seconds >= 0).all()):
            raise ValueError("an edge has no line or a negative time")
        for field in fields(self):
            getattr(self, field.name).setflags(write=False)

    @property
    def nodes(self) -> int:
        """Return the number of junctions, copies included."""
        return len(self.first) - 1


@dataclass(frozen=True)
class _Line:
    """One street between two cuts: end nodes of the graph, map nodes in drawing order, and the way it is part of."""

    start: int
    end: int
    node_ids: tuple[int, ...]
    way: Way
    use: Use


class _Numbers:
    """Numbers for the junctions of the graph: one per map node, and a fresh one for each side of a barrier."""

    def __init__(self, blocked: frozenset[int]) -> None:
        self.blocked = blocked
        self.of: dict[int, int] = {}
        self.count = 0

    def of_node(self, node_id: int) -> int:
        """Return the junction of a map node; a blocked node ends each street that comes to it apart."""
        if node_id in self.blocked:
            return self._next()
        if node_id not in self.of:
            self.of[node_id] = self._next()
        return self.of[node_id]

    def _next(self) -> int:
        self.count += 1
        return self.count - 1


def build(extract: Extract, mode: Mode) -> StreetGraph:
    """Return the graph of one mode; raise ValueError where the mode finds no street at all."""
    numbers = _Numbers(frozenset(n for n, tags in extract.node_tags.items() if not passes(tags, mode)))
    lines = _cut(extract, mode, numbers)
    if not lines:
        raise ValueError(f"the extract holds no street that can be travelled by {mode}")
    edges = _edges_of(lines, extract, mode)
    edges, copies = forbid(edges, numbers.count, extract.restrictions, numbers.of, mode)
    return _largest_part(edges, numbers.count + len(copies), lines, extract)


def _cut(extract: Extract, mode: Mode, numbers: _Numbers) -> list[_Line]:
    """Cut the ways open to the mode at their ends, where they meet, and at what stops the mode."""
    open_ways = [(way, use) for way in extract.ways if (use := use_of(way.tags, mode)) is not Use.CLOSED]
    visits = Counter(node for way, _ in open_ways for node in way.node_ids)
    named = {restriction.via_node for restriction in extract.restrictions}
    lines = []
    for way, use in open_ways:
        ids, last, begun = way.node_ids, len(way.node_ids) - 1, 0
        start = numbers.of_node(ids[0])
        for place in range(1, last + 1):
            node = ids[place]
            if place == last or visits[node] > 1 or node in named or node in numbers.blocked:
                lines.append(_Line(start, numbers.of_node(node), ids[begun : place + 1], way, use))
                start, begun = numbers.of_node(node), place
    return lines


def _edges_of(lines: list[_Line], extract: Extract, mode: Mode) -> list[Edge]:
    """Return one edge per line and permitted direction, with the delays met on the way and at its far end."""
    delays = {node: delay_of(tags, mode) for node, tags in extract.node_tags.items()}
    lengths = _lengths(lines, extract)
    edges = []
    for number, (line, metres) in enumerate(zip(lines, lengths, strict=True)):
        moving = metres / speed_of(line.way.tags, mode, line.use)
        along, against = directions_of(line.way.tags, mode)
        inner = sum(delays.get(node, 0.0) for node in line.node_ids[1:-1])
        way_id = line.way.way_id
        if along:
            seconds = moving + inner + delays.get(line.node_ids[-1], 0.0)
            edges.append(Edge(line.start, line.end, seconds, metres, number, backward=False, way_id=way_id))
        if against:
            seconds = moving + inner + delays.get(line.node_ids[0], 0.0)
            edges.append(Edge(line.end, line.start, seconds, metres, number, backward=True, way_id=way_id))
    return edges


def _lengths(lines: list[_Line], extract: Extract) -> list[float]:
    """Return the metres of each line."""
    points = extract.coordinates(tuple(node for line in lines for node in line.node_ids))
    ends = np.cumsum([len(line.node_ids) for line in lines])
    steps = _step_metres(points)
    steps[ends[:-1] - 1] = 0.0  # the step from one line's end to the next one's start
    starts = np.concatenate(([0], ends[:-1]))
    return np.add.reduceat(np.append(steps, 0.0), starts).tolist() if lines else []


def _step_metres(points: Real) -> Real:
    """Return the great-circle metres between neighbours of [k, 2] degrees: [k - 1]."""
    lon, lat = np.radians(points).T
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(half)))


def _largest_part(edges: list[Edge], node_count: int, lines: list[_Line], extract: Extract) -> StreetGraph:
    """Keep the largest strongly connected part, renumber, and lay the edges out by their tail."""
    tail = np.array([edge.tail for edge in edges], dtype=np.int32)
    head = np.array([edge.head for edge in edges], dtype=np.int32)
    links = csr_matrix((np.ones(len(edges), dtype=np.int8), (tail, head)), shape=(node_count, node_count))
    _, part = connected_components(links, directed=True, connection="strong")
    kept_nodes = part == np.argmax(np.bincount(part))
    kept = np.flatnonzero(kept_nodes[tail] & kept_nodes[head])
    number = np.cumsum(kept_nodes, dtype=np.int32) - 1
    order = kept[np.argsort(number[tail[kept]], kind="stable")]
    used = np.unique([edges[e].line for e in order]).astype(np.int32)
    line_number = np.zeros(len(lines), dtype=np.int32)
    line_number[used] = np.arange(len(used))
    chosen = [lines[k] for k in used]
    counts = np.bincount(number[tail[order]], minlength=int(kept_nodes.sum()))
    return StreetGraph(
        first=_starts(counts),
        head=number[head[order]].astype(np.int32),
        tail=number[tail[order]].astype(np.int32),
        seconds=np.array([edges[e].seconds for e in order], dtype=np.float64),
        metres=np.array([edges[e].metres for e in order], dtype=np.float64),
        line=line_number[[edges[e].line for e in order]],
        backward=np.array([edges[e].backward for e in order], dtype=np.bool_),
        line_first=_starts(np.array([len(line.node_ids) for line in chosen])),
        shape=extract.coordinates(tuple(node for line in chosen for node in line.node_ids)),
        stoppable=np.array([_may_stop(line.way) for line in chosen], dtype=np.bool_),
    )


def _starts(counts: NDArray[np.int64]) -> Whole:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int32)


def _may_stop(way: Way) -> bool:
    tunnel = way.tags.get("tunnel", "no") not in {"no", "building_passage"}
    return way.tags.get("highway") not in NEVER_STOPPED_ON and way.tags.get("motorroad") != "yes" and not tunnel
