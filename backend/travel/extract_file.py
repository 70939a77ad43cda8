"""Read the streets of an OpenStreetMap extract (.osm.pbf, .osm.xml) from a file.

Only what the rules of routing/streets/ look at is kept: streets with their nodes, barriers and signals, and turn
restrictions over a node. Ferries are no streets: they are not read.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import osmium

from routing.streets.extract import Extract, Tags, TurnRestriction, Way
from routing.travel import Point

NOT_YET = frozenset({"construction", "proposed", "abandoned", "razed", "rest_area", "services", "raceway"})


class UnreadableExtractError(Exception):
    """The file is absent, is no street map, or holds no street; the sentence says which."""


def read_extract(path: Path) -> Extract:
    """Return the streets of a map file; raise UnreadableExtractError with a sentence for the person who named it."""
    ways: list[Way] = []
    nodes: dict[int, Point] = {}
    node_tags: dict[int, Tags] = {}
    restrictions: list[TurnRestriction] = []
    unread = 0
    try:
        for thing in _things(path):
            if thing.is_node():
                node_tags[thing.id] = dict(thing.tags)
            elif thing.is_way():
                _add_way(thing, ways, nodes)
            elif thing.tags.get("type") == "restriction":
                restriction = _restriction(thing)
                if restriction is None:
                    unread += 1
                else:
                    restrictions.append(restriction)
    except (RuntimeError, OSError, ValueError) as problem:
        raise UnreadableExtractError(f"{path.name} cannot be read as an OpenStreetMap extract: {problem}") from problem
    if not ways:
        raise UnreadableExtractError(f"{path.name} holds no street")
    kept = {node: tags for node, tags in node_tags.items() if node in nodes}
    return Extract(tuple(ways), nodes, kept, tuple(restrictions), unread)


def _things(path: Path) -> Iterable[Any]:
    """Return the tagged things of the file that may matter; ways know where their nodes lie."""
    processor = osmium.FileProcessor(str(path)).with_locations()
    return processor.with_filter(osmium.filter.KeyFilter("highway", "barrier", "type"))


def _add_way(thing: Any, ways: list[Way], nodes: dict[int, Point]) -> None:
    """Keep a street; where the extract's edge cuts it, keep each piece whose nodes are there."""
    highway = thing.tags.get("highway")
    if highway is None or highway in NOT_YET:
        return
    tags = dict(thing.tags)
    piece: list[int] = []
    for node in thing.nodes:
        if node.location.valid():
            nodes[node.ref] = (node.lon, node.lat)
            if not piece or piece[-1] != node.ref:
                piece.append(node.ref)
            continue
        if len(piece) > 1:
            ways.append(Way(thing.id, tags, tuple(piece)))
        piece = []
    if len(piece) > 1:
        ways.append(Way(thing.id, tags, tuple(piece)))


def _restriction(thing: Any) -> TurnRestriction | None:
    """Return the restriction if it goes from one way over one node to one way."""
    by_role: dict[str, list[Any]] = {"from": [], "via": [], "to": []}
    for member in thing.members:
        by_role.setdefault(member.role, []).append(member)
    if any(len(by_role[role]) != 1 for role in ("from", "via", "to")) or by_role["via"][0].type != "n":
        return None
    return TurnRestriction(by_role["from"][0].ref, by_role["via"][0].ref, by_role["to"][0].ref, dict(thing.tags))
