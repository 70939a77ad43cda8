"""Draw tiny street maps for tests: nodes by name on a grid of 100 m, ways as words of node names."""

import random
from collections.abc import Mapping, Sequence

from routing.streets.extract import Extract, Tags, TurnRestriction, Way
from routing.streets.graph import build
from routing.streets.paths import leg, matrix
from routing.streets.snap import Snapper
from routing.travel import Mode, Origin, Point, Source, Travel

STEP_LON, STEP_LAT = 0.0013662, 0.00089932  # 100 m at 48.83° north
HAND_MADE = Origin(Source.STREETS, "hand-made")


class StreetMap:
    """A map whose nodes are letters at (column, row); `way("ab", …)` draws a street, tags as keywords."""

    def __init__(self, drawing: str) -> None:
        rows = [row.split() for row in drawing.strip().splitlines()]
        self.at: dict[str, Point] = {
            name: (2.35 + column * STEP_LON, 48.83 - row * STEP_LAT)
            for row, names in enumerate(rows)
            for column, name in enumerate(names)
            if name != "."
        }
        self.ids = {name: number + 1 for number, name in enumerate(sorted(self.at))}
        self.ways: list[Way] = []
        self.node_tags: dict[int, Tags] = {}
        self.restrictions: list[TurnRestriction] = []

    def way(self, names: str, tags: Mapping[str, str] | None = None, highway: str = "residential") -> int:
        """Draw a street through these nodes and return its id."""
        way_id = len(self.ways) + 1
        self.ways.append(Way(way_id, {"highway": highway, **(tags or {})}, tuple(self.ids[name] for name in names)))
        return way_id

    def node(self, name: str, tags: Mapping[str, str]) -> None:
        """Put a barrier or a signal on a node."""
        self.node_tags[self.ids[name]] = dict(tags)

    def forbid(self, from_way: int, via: str, to_way: int, tags: Mapping[str, str]) -> None:
        """Forbid (no_…) or prescribe (only_…) a turn."""
        self.restrictions.append(TurnRestriction(from_way, self.ids[via], to_way, dict(tags)))

    def extract(self) -> Extract:
        """Return what a reader would have read."""
        nodes = {self.ids[name]: point for name, point in self.at.items()}
        return Extract(tuple(self.ways), nodes, self.node_tags, tuple(self.restrictions))

    def travel(self, names: Sequence[str], mode: Mode) -> Travel:
        """Return the matrix between nodes."""
        points = [self.at[name] for name in names]
        graph = build(self.extract(), mode)
        return matrix(graph, Snapper(graph).snap(points), points, mode, 0, HAND_MADE)

    def metres(self, begin: str, end: str, mode: Mode) -> int:
        """Return the length of the quickest way between two nodes, to the next 100 m."""
        return round(int(self.travel([begin, end], mode).metres[0, 1]) / 100) * 100

    def passed(self, begin: str, end: str, mode: Mode) -> str:
        """Return the names of the nodes on the quickest way, in order."""
        graph = build(self.extract(), mode)
        shape = leg(graph, Snapper(graph).snap([self.at[begin], self.at[end]]))
        names = [
            name for lon, lat in shape for name, at in self.at.items() if abs(at[0] - lon) + abs(at[1] - lat) < 1e-7
        ]
        return "".join(name for k, name in enumerate(names) if k == 0 or names[k - 1] != name)


def random_town(seed: int) -> StreetMap:
    """Return a 4 × 4 grid of streets with random one-ways, speeds, barriers and forbidden turns."""
    chance = random.Random(seed)
    map_ = StreetMap("a b c d\ne f g h\ni j k l\nm n o p")
    across = ("ab", "bc", "cd", "ef", "fg", "gh", "ij", "jk", "kl", "mn", "no", "op")
    down = ("ae", "ei", "im", "bf", "fj", "jn", "cg", "gk", "ko", "dh", "hl", "lp")
    for names in across + down:
        map_.way(names, _chance_tags(chance))
    map_.node(chance.choice("fgjk"), {"barrier": "bollard"})
    for _ in range(4):
        word = chance.choice(("no_left_turn", "no_right_turn", "only_straight_on", "no_u_turn"))
        via = chance.choice("bcfgjkno")
        meeting = [way.way_id for way in map_.ways if map_.ids[via] in way.node_ids]
        from_way, to_way = chance.choice(meeting), chance.choice(meeting)
        map_.forbid(from_way, via, from_way if word == "no_u_turn" else to_way, {"restriction": word})
    return map_


def _chance_tags(chance: random.Random) -> dict[str, str]:
    return {"oneway": chance.choice(("no",) * 6 + ("yes", "-1")), "maxspeed": chance.choice(("10", "20", "30"))}
