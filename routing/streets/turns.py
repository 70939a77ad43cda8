"""Decide which turns are forbidden to a mode, and rebuild those junctions so that no shortest path can make them.

A junction with a forbidden turn gets a copy for each arriving edge concerned: that edge ends on the copy, and the
copy keeps only the edges that may follow. Elsewhere the graph stays as small as it was. Restrictions over a node are
kept; those over a whole way are counted by the reader and not applied. People on foot turn where they like.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from routing.streets.extract import Tags, TurnRestriction
from routing.travel import Mode

RESTRICTION_KEYS: dict[Mode, tuple[str, ...]] = {
    Mode.FOOT: (),
    Mode.BICYCLE: ("restriction:bicycle", "restriction"),
    Mode.CAR: ("restriction:motorcar", "restriction:motor_vehicle", "restriction"),
}
EXCEPTIONS: dict[Mode, frozenset[str]] = {
    Mode.FOOT: frozenset(),
    Mode.BICYCLE: frozenset({"bicycle"}),
    Mode.CAR: frozenset({"motorcar", "motor_vehicle"}),
}


@dataclass(frozen=True)
class Edge:
    """One direction of a line: from node to node (numbers of the graph), with its cost; `line` holds the shape."""

    tail: int
    head: int
    seconds: float
    metres: float
    line: int
    backward: bool
    way_id: int


def word_for(tags: Tags, mode: Mode) -> str:
    """Return the restriction word that binds the mode, or an empty text.

    >>> word_for({"restriction": "no_left_turn", "except": "bicycle;psv"}, Mode.CAR)
    'no_left_turn'
    >>> word_for({"restriction": "no_left_turn", "except": "bicycle;psv"}, Mode.BICYCLE)
    ''
    """
    word = next((tags[key] for key in RESTRICTION_KEYS[mode] if key in tags), "")
    excepted = {part.strip() for part in tags.get("except", "").split(";")}
    return "" if excepted & EXCEPTIONS[mode] or not word.startswith(("no_", "only_")) else word


def forbid(
    edges: list[Edge], node_count: int, restrictions: tuple[TurnRestriction, ...], via: dict[int, int], mode: Mode
) -> tuple[list[Edge], list[int]]:
    """Return the edges with forbidden turns made impossible, and for each copied node (in order) the node it copies.

    `via` gives the graph number of the map nodes that restrictions name; one not in the graph binds nobody.
    """
    leaving: dict[int, list[int]] = defaultdict(list)
    arriving: dict[int, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        leaving[edge.tail].append(number)
        arriving[edge.head].append(number)
    banned: dict[int, set[int]] = defaultdict(set)  # arriving edge -> edges that may not follow it
    for restriction in restrictions:
        word, node = word_for(restriction.tags, mode), via.get(restriction.via_node)
        if not word or node is None:
            continue
        sources = [e for e in arriving[node] if edges[e].way_id == restriction.from_way]
        named = {e for e in leaving[node] if edges[e].way_id == restriction.to_way}
        if word == "no_u_turn":
            named = {e for e in named if restriction.from_way == restriction.to_way}
        for source in sources:
            if word.startswith("only_"):
                if named:
                    banned[source] |= set(leaving[node]) - named
            elif word == "no_u_turn":
                banned[source] |= {e for e in named if edges[e].line == edges[source].line}
            else:
                banned[source] |= {e for e in named if edges[e].line != edges[source].line}
    return _split(edges, node_count, leaving, banned)


def _split(
    edges: list[Edge], node_count: int, leaving: dict[int, list[int]], banned: dict[int, set[int]]
) -> tuple[list[Edge], list[int]]:
    """Give each arriving edge with forbidden followers its own copy of the junction."""
    rebuilt = list(edges)
    copies: list[int] = []
    copy_of: dict[int, int] = {}
    for source in sorted(banned):
        if banned[source]:
            copy_of[source] = node_count + len(copies)
            copies.append(edges[source].head)
            rebuilt[source] = replace(edges[source], head=copy_of[source])
    for source, copy in copy_of.items():
        # The edge as rebuilt is followed, since its far end may itself be a copy.
        rebuilt.extend(
            replace(rebuilt[follower], tail=copy)
            for follower in leaving[edges[source].head]
            if follower not in banned[source]
        )
    return rebuilt, copies
