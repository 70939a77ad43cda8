"""Search least seconds from spots over the edges of a street graph: Dijkstra's method with a binary heap, compiled.

R3: sums are made in one order, ties fall to the edge met first, nothing is random; compiled or not, the numbers are
the same (routing/compiled.py). What they are used for is in paths.py.

`streets` = (first [nodes + 1], head, seconds, metres [edges]) as in StreetGraph. `ends` = (first [spots + 1], edge,
share): the edges on which each spot lies and the share of each edge's length before it.
"""

from typing import Any, TypeAlias

import numpy as np

from routing.compiled import compiled
from routing.travel import Flags, Real, Whole

Streets: TypeAlias = tuple[Whole, Whole, Real, Real]
Ends: TypeAlias = tuple[Whole, Whole, Real]
Heap: TypeAlias = tuple[Real, Whole]
Labels: TypeAlias = tuple[Real, Real, Whole]  # least seconds, metres of that path, edge it came by: [nodes] each


def _shape(kind: Any, *, read_only: bool = False) -> Any:
    """Return an example array from which the compiler takes a type; one read only accepts writable arrays too."""
    example = np.zeros(1, dtype=kind)
    example.setflags(write=not read_only)
    return example


REAL, WHOLE = _shape(np.float64, read_only=True), _shape(np.int32, read_only=True)
STREETS, ENDS = (WHOLE, WHOLE, REAL, REAL), (WHOLE, WHOLE, REAL)
HEAP = (_shape(np.float64), _shape(np.int32))
LABELS = (_shape(np.float64), _shape(np.float64), _shape(np.int32))


@compiled(HEAP, 0, 0.0, 0)
def _push(heap: Heap, held: int, key: float, item: int) -> int:
    """Add to the heap; return how many it holds."""
    keys, items = heap
    place = held
    while place > 0 and keys[(place - 1) // 2] > key:
        keys[place], items[place] = keys[(place - 1) // 2], items[(place - 1) // 2]
        place = (place - 1) // 2
    keys[place], items[place] = key, item
    return held + 1


@compiled(HEAP, 0)
def _pop(heap: Heap, held: int) -> int:
    """Remove the least from the heap; return how many it holds."""
    keys, items = heap
    held -= 1
    key, item = keys[held], items[held]
    place = 0
    while 2 * place + 1 < held:
        child = 2 * place + 1
        if child + 1 < held and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place], items[place] = keys[child], items[child]
        place = child
    keys[place], items[place] = key, item
    return held


@compiled(STREETS, ENDS, 0, np.zeros(1, dtype=np.bool_), 0, LABELS, HEAP, allocates=True)
def _search(
    streets: Streets, ends: Ends, spot: int, is_wanted: Flags, wanted_count: int, labels: Labels, heap: Heap
) -> None:
    """Fill the labels from one spot; stop once every wanted node is settled (count -1: never)."""
    first, head, seconds, metres = streets
    end_first, end_edge, end_share = ends
    best, length, came_by = labels
    best[:] = np.inf
    length[:] = np.inf
    came_by[:] = -1
    held = 0
    for k in range(end_first[spot], end_first[spot + 1]):
        edge = end_edge[k]
        cost = (1.0 - end_share[k]) * seconds[edge]
        if cost < best[head[edge]]:
            best[head[edge]] = cost
            length[head[edge]] = (1.0 - end_share[k]) * metres[edge]
            came_by[head[edge]] = -2 - k
            held = _push(heap, held, cost, head[edge])
    left = wanted_count
    while held > 0 and left != 0:
        cost, node = heap[0][0], heap[1][0]
        held = _pop(heap, held)
        if cost > best[node]:
            continue
        if is_wanted[node]:
            left -= 1
        for edge in range(first[node], first[node + 1]):
            reached = cost + seconds[edge]
            after = head[edge]
            if reached < best[after]:
                best[after] = reached
                length[after] = length[node] + metres[edge]
                came_by[after] = edge
                held = _push(heap, held, reached, after)


@compiled(STREETS, ENDS, WHOLE, allocates=True)
def from_each(streets: Streets, ends: Ends, wanted: Whole) -> tuple[Real, Real]:
    """Return the least seconds, and the metres of that path, from each spot to each wanted node: [spots, wanted]."""
    size, nodes = len(ends[0]) - 1, len(streets[0]) - 1
    out_seconds, out_metres = np.empty((size, len(wanted))), np.empty((size, len(wanted)))
    is_wanted = np.zeros(nodes, dtype=np.bool_)
    is_wanted[wanted] = True
    labels = (np.empty(nodes), np.empty(nodes), np.empty(nodes, dtype=np.int32))
    room = len(streets[1]) + len(ends[1]) + 1
    heap = (np.empty(room), np.empty(room, dtype=np.int32))
    for spot in range(size):
        _search(streets, ends, spot, is_wanted, len(wanted), labels, heap)
        for k in range(len(wanted)):
            out_seconds[spot, k] = labels[0][wanted[k]]
            out_metres[spot, k] = labels[1][wanted[k]]
    return out_seconds, out_metres


@compiled(STREETS, ENDS, allocates=True)
def tree(streets: Streets, ends: Ends) -> tuple[Whole, Real]:
    """Return, from spot 0, the edge by which each node is best reached, and its seconds.

    -1 is a node not reached; -2 - k is a node reached straight from the spot by entry k of `ends`.
    """
    nodes = len(streets[0]) - 1
    labels = (np.empty(nodes), np.empty(nodes), np.empty(nodes, dtype=np.int32))
    room = len(streets[1]) + len(ends[1]) + 1
    heap = (np.empty(room), np.empty(room, dtype=np.int32))
    _search(streets, ends, 0, np.zeros(nodes, dtype=np.bool_), -1, labels, heap)
    return labels[2], labels[0]
