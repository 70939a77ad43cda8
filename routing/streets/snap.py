"""Find the nearest reachable spot on a street for each point: a line of the graph and how far along it.

The spot is the projection on the street's shape, not the nearest junction. The way from the point to the street is
walked, in a straight line, whatever the mode; a point farther than SNAP_METRES_MAX finds no street.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from routing.streets.graph import StreetGraph
from routing.travel import EARTH_METRES, Point, Real, Whole, as_degrees

SNAP_METRES_MAX = 1_000.0  # beyond it the extract does not cover the place


@dataclass(frozen=True)
class Spots:
    """For each of n points: its line (-1: none near), the share of the line's length before it, and metres to walk."""

    line: Whole
    share: Real
    metres: Real


class Snapper:
    """The index of a graph's streets; built once, asked often."""

    def __init__(self, graph: StreetGraph) -> None:
        self._middle = float(np.radians(graph.shape[:, 1].mean())) if len(graph.shape) else 0.0
        self._numbers = np.flatnonzero(graph.stoppable).astype(np.int32)
        owner = np.repeat(np.arange(len(graph.line_first) - 1), np.diff(graph.line_first))
        chosen = graph.stoppable[owner]
        new_number = np.cumsum(graph.stoppable) - 1
        self._lines = shapely.linestrings(self._flat(graph.shape[chosen]), indices=new_number[owner[chosen]])
        self._tree = shapely.STRtree(self._lines)

    def _flat(self, degrees: Real) -> Real:
        """Return metres on a plane: exact enough over a city, where a kilometre matters and a degree does not."""
        return np.asarray(np.radians(degrees) * EARTH_METRES * np.array([np.cos(self._middle), 1.0]))

    def snap(self, points: Sequence[Point], metres_max: float = SNAP_METRES_MAX) -> Spots:
        """Return the nearest spot of each point; the first line wins between equally near ones."""
        flat = shapely.points(self._flat(as_degrees(points)))
        line = np.full(len(flat), -1, dtype=np.int32)
        share, metres = np.zeros(len(flat)), np.full(len(flat), np.inf)
        (which, found), distance = self._tree.query_nearest(flat, max_distance=metres_max, return_distance=True)
        order = np.lexsort((found, which))
        point, at = np.unique(which[order], return_index=True)
        nearest = found[order][at]
        line[point] = self._numbers[nearest]
        metres[point] = distance[order][at]
        share[point] = shapely.line_locate_point(self._lines[nearest], flat[point], normalized=True)
        return Spots(line, np.clip(share, 0.0, 1.0), metres)
