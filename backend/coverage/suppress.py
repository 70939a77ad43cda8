"""This file decides which counts of persons may be shown, so that no small one can be worked out from the others.

It promises: a count from 1 to 10 is hidden, and enough others with it that the counts shown (all sums of columns and
the total among them) leave at least two whole tables possible in which that count differs. Zero is shown.

Why it holds: in a two-way table each unknown count stands in two sums, its row's and its column's (a hidden sum of a
row stands in its row and in the total), so hidden counts are the edges of a graph. One may be raised or lowered by 1
with its neighbours along a cycle, and only along a cycle; on a cycle of counts above 0 both are possible. So every
small count must lie on a cycle of hidden counts above 0: none may be a bridge of that graph.

Columns must not be small themselves: `pooled` joins them first. Tables that share their column sums alone say nothing
about each other's inside. Which tables are published is decided in backend/coverage/figures.py.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

SMALL_FROM, SMALL_TO = 1, 10
_TOTAL: Final = ("total", "")

Node = tuple[str, Hashable]
Edge = tuple[Node, Node]  # row first, then column or total


class Published(msgspec.Struct, frozen=True):
    """A table as it may be shown: None is hidden. Columns and total are None only if the whole table is."""

    cells: dict[tuple[str, str], int | None]
    rows: dict[str, int | None]
    columns: dict[str, int | None]
    total: int | None


def is_small(n: int) -> bool:
    """Tell whether a count of persons is too small to be shown.

    >>> is_small(0), is_small(1), is_small(10), is_small(11)
    (False, True, True, False)
    """
    return SMALL_FROM <= n <= SMALL_TO


def pooled(tables: Sequence[Mapping[str, int]]) -> dict[str, str]:
    """Return the pool of each column, so that no pool is small in any of the tables, if that can be.

    Names of pools are those of their columns with `+` between.

    >>> pooled([{"a": 40, "b": 3, "c": 20}])
    {'a': 'a', 'b': 'b+c', 'c': 'b+c'}
    """
    names = sorted({name for table in tables for name in table})
    pools: list[tuple[str, ...]] = [(name,) for name in names]

    def sums(pool: tuple[str, ...]) -> list[int]:
        return [sum(table.get(name, 0) for name in pool) for table in tables]

    while len(pools) > 1:
        bad = [pool for pool in pools if any(is_small(n) for n in sums(pool))]
        if not bad:
            break
        first = min(bad, key=lambda pool: (sum(sums(pool)), pool))
        others = [pool for pool in pools if pool != first]
        second = min(others, key=lambda pool: (not any(sums(pool)), sum(sums(pool)), pool))
        pools = [pool for pool in pools if pool not in (first, second)] + [tuple(sorted(first + second))]
    return {name: "+".join(pool) for name in names for pool in pools if name in pool}


def protected(table: Mapping[tuple[str, str], int]) -> Published:
    """Return the table, of (row, column) to persons, with its small counts and those that would betray them hidden.

    >>> shown = protected({("z1", "g"): 30, ("z2", "g"): 4, ("z3", "g"): 20})
    >>> shown.rows, shown.total
    ({'z1': 30, 'z2': None, 'z3': None}, 54)
    """
    rows, columns = _sums(table)
    total = sum(table.values())
    if is_small(total) or any(is_small(n) for n in columns.values()):
        return Published(dict.fromkeys(table), dict.fromkeys(rows), dict.fromkeys(columns), None)
    edges: dict[Edge, int] = {(("row", row), ("column", column)): n for (row, column), n in table.items() if n}
    edges |= {(("row", row), _TOTAL): n for row, n in rows.items() if n}
    hidden = {edge for edge, n in edges.items() if is_small(n)}
    while True:
        betrayed = [(edge, side) for edge, side in _bridges(hidden) if is_small(edges[edge])]
        if not betrayed:
            break
        for _, side in betrayed:
            hidden.add(_way_back(edges, hidden, side))
    return Published(
        {
            (row, column): None if (("row", row), ("column", column)) in hidden else n
            for (row, column), n in table.items()
        },
        {row: None if (("row", row), _TOTAL) in hidden else n for row, n in rows.items()},
        dict(columns),
        total,
    )


def with_rows_hidden(table: Published) -> Published:
    """Return the table with nothing left but the sums of its columns and its total."""
    return msgspec.structs.replace(table, cells=dict.fromkeys(table.cells), rows=dict.fromkeys(table.rows))


def _sums(table: Mapping[tuple[str, str], int]) -> tuple[dict[str, int], dict[str, int]]:
    rows: dict[str, int] = defaultdict(int)
    columns: dict[str, int] = defaultdict(int)
    for (row, column), n in table.items():
        rows[row] += n
        columns[column] += n
    return dict(rows), dict(columns)


def _way_back(edges: Mapping[Edge, int], hidden: set[Edge], side: frozenset[Node]) -> Edge:
    """Return the least count that joins the two sides of a bridge a second time.

    There is always one when the bridge is small and no column is: every row above 0 is tied to the total, so the side
    without the total is one column, of which the bridge would be the whole sum, or one row with columns of its own.
    """
    crossing = [edge for edge in edges if (edge[0] in side) != (edge[1] in side)]
    shown = [edge for edge in crossing if edge not in hidden]
    # An edge hidden for another bridge of the same pass may already be the way back.
    return min(shown or crossing, key=lambda edge: (edges[edge], str(edge)))


def _bridges(edges: Iterable[Edge]) -> list[tuple[Edge, frozenset[Node]]]:
    """Return the edges on no cycle, each with the nodes that it alone ties to the rest."""
    near: dict[Node, list[tuple[Node, Edge]]] = defaultdict(list)
    for edge in sorted(edges, key=str):
        near[edge[0]].append((edge[1], edge))
        near[edge[1]].append((edge[0], edge))
    found: list[tuple[Edge, frozenset[Node]]] = []
    order: dict[Node, int] = {}
    for root in list(near):
        if root not in order:
            found += _bridges_from(root, near, order)
    return found


def _bridges_from(
    root: Node, near: Mapping[Node, list[tuple[Node, Edge]]], order: dict[Node, int]
) -> list[tuple[Edge, frozenset[Node]]]:
    """Walk from a root in depth; an edge is a bridge when nothing below it reaches above it (Tarjan 1974)."""
    order[root] = len(order)
    lowest = {root: order[root]}
    below = {root: [root]}
    path: list[tuple[Node, Edge | None, int]] = [(root, None, 0)]
    found = []
    while path:
        node, came_by, turn = path.pop()
        if turn < len(near[node]):
            path.append((node, came_by, turn + 1))
            other, edge = near[node][turn]
            if edge == came_by:
                continue
            if other in order:
                lowest[node] = min(lowest[node], order[other])
                continue
            order[other] = len(order)
            lowest[other], below[other] = order[other], [other]
            path.append((other, edge, 0))
        elif path and came_by is not None:
            parent = path[-1][0]
            lowest[parent] = min(lowest[parent], lowest[node])
            if lowest[node] > order[parent]:
                found.append((came_by, frozenset(below[node])))
            below[parent] += below[node]
    return found


def joined_periods(rows: Sequence[Mapping[str, int]]) -> list[int]:
    """Return where periods end (as positions after a row) when rows in order are joined until no sum is small.

    The last period takes what is left, so that it too is not small; [] if the whole is.

    >>> joined_periods([{"g": 4}, {"g": 9}, {"g": 0}, {"g": 12}, {"g": 2}])
    [3, 5]
    """
    columns = sorted({column for row in rows for column in row})
    ends: list[int] = []
    running = dict.fromkeys(columns, 0)
    for position, row in enumerate(rows, start=1):
        for column in columns:
            running[column] += row.get(column, 0)
        if any(running.values()) and not any(is_small(n) for n in running.values()):
            following = rows[position] if position < len(rows) else {}
            # A period without anybody goes with the one before it.
            if any(following.values()) or position == len(rows):
                ends.append(position)
                running = dict.fromkeys(columns, 0)
    # What is left at the end joins the last period, and that one the period before it as long as it is small.
    ends = [*ends[:-1], len(rows)] if ends else []
    while ends:
        last = rows[ends[-2] if len(ends) > 1 else 0 :]
        if not any(is_small(sum(row.get(column, 0) for row in last)) for column in columns):
            break
        ends = [*ends[:-2], len(rows)] if len(ends) > 1 else []
    return ends
