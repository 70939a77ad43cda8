"""Find quickest paths on a street graph: the matrix of many points, and the shape of one leg for a map.

A path begins and ends within a line, at the spots that snap.py found; between them the search of dijkstra.py runs
over whole edges. What a matrix means to a planner is said in routing/travel.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from routing.streets.dijkstra import from_each, tree
from routing.streets.graph import StreetGraph
from routing.streets.snap import Spots
from routing.streets.speeds import WALKING
from routing.travel import Mode, Origin, Point, Real, Travel, Whole, assemble


@dataclass(frozen=True)
class _Ends:
    """The edges on which the spots lie, spot by spot: those of spot k are `first[k]` to `first[k + 1]`."""

    first: Whole
    edge: Whole
    share: Real  # of the edge's length that lies before the spot, in the edge's own direction


def matrix(
    graph: StreetGraph, spots: Spots, points: Sequence[Point], mode: Mode, overhead_seconds: int, origin: Origin
) -> Travel:
    """Return the travel matrix of points that have been snapped; a point without a street is unreachable.

    Adds the walk between each point and its street. 300 points on a city take a few CPU seconds.
    """
    ends = _ends(graph, spots)
    wanted = np.unique(graph.tail[ends.edge]).astype(np.int32)
    reached_seconds, reached_metres = from_each(_streets(graph), (ends.first, ends.edge, ends.share), wanted)
    seconds, metres = _at_spots(graph, ends, wanted, reached_seconds, reached_metres)
    _along_one_line(graph, ends, seconds, metres)
    walk = spots.metres[:, None] + spots.metres[None, :]
    return assemble(mode, points, (seconds + walk / WALKING, metres + walk), overhead_seconds, origin)


def leg(graph: StreetGraph, spots: Spots) -> list[Point]:
    """Return the (lon, lat) shape of the quickest path from spot 0 to spot 1; empty if there is none."""
    ends = _ends(graph, spots)
    if ends.first[1] == ends.first[0] or ends.first[2] == ends.first[1]:
        return []
    direct = _direct(graph, ends)
    came_by, seconds = tree(_streets(graph), (ends.first[:2], ends.edge, ends.share))
    arriving = range(ends.first[1], ends.first[2])
    costs = [seconds[graph.tail[ends.edge[k]]] + ends.share[k] * graph.seconds[ends.edge[k]] for k in arriving]
    best = int(np.argmin(costs))
    if direct is not None and direct[0] <= costs[best]:
        return _part(graph, direct[1], direct[2], direct[3])
    if not np.isfinite(costs[best]):
        return []
    last = arriving[best]
    passed, node = [], int(graph.tail[ends.edge[last]])
    while came_by[node] >= 0:
        passed.append(int(came_by[node]))
        node = int(graph.tail[passed[-1]])
    begun = -int(came_by[node]) - 2  # the seed through which the path left its first line
    shape = _part(graph, int(ends.edge[begun]), float(ends.share[begun]), 1.0)
    for edge in reversed(passed):
        shape += _part(graph, edge, 0.0, 1.0)[1:]
    return shape + _part(graph, int(ends.edge[last]), 0.0, float(ends.share[last]))[1:]


def _streets(graph: StreetGraph) -> tuple[Whole, Whole, Real, Real]:
    return graph.first, graph.head, graph.seconds, graph.metres


def _ends(graph: StreetGraph, spots: Spots) -> _Ends:
    """Return every edge of every spot's line."""
    by_line = np.argsort(graph.line, kind="stable")
    sorted_lines = graph.line[by_line]
    low = np.searchsorted(sorted_lines, spots.line, side="left")
    high = np.searchsorted(sorted_lines, spots.line, side="right")
    counts = high - low
    first = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    pieces = [by_line[a:b] for a, b in zip(low, high, strict=True)]
    edge = np.concatenate([by_line[:0], *pieces]).astype(np.int32)
    share = np.repeat(spots.share, counts)
    return _Ends(first, edge, np.where(graph.backward[edge], 1.0 - share, share))


def _at_spots(graph: StreetGraph, ends: _Ends, wanted: Whole, seconds: Real, metres: Real) -> tuple[Real, Real]:
    """Return [n, n] seconds and metres from spots to spots, given those [n, wanted] to the nodes before them."""
    size = len(ends.first) - 1
    out = np.full((size, size), np.inf), np.full((size, size), np.inf)
    column = np.searchsorted(wanted, graph.tail[ends.edge])
    for target in range(size):
        own = slice(ends.first[target], ends.first[target + 1])
        if own.start == own.stop:
            continue
        edge, share = ends.edge[own], ends.share[own]
        by_edge = seconds[:, column[own]] + share * graph.seconds[edge]
        best = by_edge.argmin(axis=1)
        rows = np.arange(size)
        out[0][:, target] = by_edge[rows, best]
        out[1][:, target] = (metres[:, column[own]] + share * graph.metres[edge])[rows, best]
    return out


def _along_one_line(graph: StreetGraph, ends: _Ends, seconds: Real, metres: Real) -> None:
    """Shorten pairs on one line that can be travelled without leaving it."""
    owner = np.repeat(np.arange(len(ends.first) - 1), np.diff(ends.first))
    order = np.argsort(ends.edge, kind="stable")
    cuts = np.flatnonzero(np.diff(ends.edge[order])) + 1
    for group in np.split(order, cuts):
        if len(group) < 2:
            continue
        pairs, edge = np.ix_(owner[group], owner[group]), ends.edge[group[0]]
        part = ends.share[group][None, :] - ends.share[group][:, None]
        direct = part * graph.seconds[edge]
        shorter = (part >= 0) & (direct < seconds[pairs])
        seconds[pairs] = np.where(shorter, direct, seconds[pairs])
        metres[pairs] = np.where(shorter, part * graph.metres[edge], metres[pairs])


def _direct(graph: StreetGraph, ends: _Ends) -> tuple[float, int, float, float] | None:
    """Return (seconds, edge, from share, to share) of the way along one line from spot 0 to spot 1, if there is one."""
    found = [
        (float((ends.share[b] - ends.share[a]) * graph.seconds[ends.edge[a]]), int(ends.edge[a]), a, b)
        for a in range(ends.first[0], ends.first[1])
        for b in range(ends.first[1], ends.first[2])
        if ends.edge[a] == ends.edge[b] and ends.share[b] >= ends.share[a]
    ]
    if not found:
        return None
    seconds, edge, a, b = min(found)
    return seconds, edge, float(ends.share[a]), float(ends.share[b])


def _part(graph: StreetGraph, edge: int, begin: float, end: float) -> list[Point]:
    """Return the shape of an edge between two shares of its length, in the edge's direction."""
    line = graph.line[edge]
    shape = graph.shape[graph.line_first[line] : graph.line_first[line + 1]]
    if graph.backward[edge]:
        shape = shape[::-1]
    flat = shape * np.array([np.cos(np.radians(shape[0, 1])), 1.0])
    steps = np.hypot(*np.diff(flat, axis=0).T)
    at = np.concatenate(([0.0], np.cumsum(steps)))
    at = at / at[-1] if at[-1] > 0 else np.linspace(0.0, 1.0, len(at))
    inner = at[(at > begin) & (at < end)]
    wanted = np.concatenate(([begin], inner, [end]))
    lon, lat = (np.interp(wanted, at, shape[:, axis]).tolist() for axis in (0, 1))
    return list(zip(lon, lat, strict=True))
