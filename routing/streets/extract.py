"""Hold what is read of a street map before any mode's rules are applied: ways, tagged nodes, turn restrictions.

It is the border between the file reader (backend/travel/extract_file.py) and the graph builder (graph.py), and what
tests write by hand. Tags keep the OpenStreetMap words; what they mean is decided in access.py and speeds.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.travel import Point, Real, as_degrees

Tags = Mapping[str, str]


@dataclass(frozen=True)
class Way:
    """A street: its id in the map, its tags, and the map ids of its nodes in drawing order (two or more)."""

    way_id: int
    tags: Tags
    node_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.node_ids) < 2:
            raise ValueError(f"way {self.way_id} has fewer than two nodes")


@dataclass(frozen=True)
class TurnRestriction:
    """From one way over one node to another way: `tags` carry the word (no_left_turn, only_straight_on …)."""

    from_way: int
    via_node: int
    to_way: int
    tags: Tags


@dataclass(frozen=True)
class Extract:
    """The streets of a territory; every node of a way has a (lon, lat), only barriers and signals have tags."""

    ways: tuple[Way, ...]
    nodes: Mapping[int, Point]
    node_tags: Mapping[int, Tags] = field(default_factory=dict)
    restrictions: tuple[TurnRestriction, ...] = ()
    restrictions_unread: int = 0  # over a way instead of a node, or broken: counted, not applied

    def __post_init__(self) -> None:
        missing = next((n for way in self.ways for n in way.node_ids if n not in self.nodes), None)
        if missing is not None:
            raise ValueError(f"node {missing} of a way has no coordinates")
        as_degrees(tuple(self.nodes.values()))

    def coordinates(self, node_ids: tuple[int, ...]) -> Real:
        """Return the [k, 2] degrees of these nodes."""
        return as_degrees([self.nodes[node_id] for node_id in node_ids])
