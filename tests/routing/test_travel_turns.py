"""Hold one-ways, barriers and forbidden turns of random towns to a second reading of the same map."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.streets.access import directions_of, passes, use_of
from routing.streets.graph import build
from routing.streets.paths import matrix
from routing.streets.snap import Snapper
from routing.streets.speeds import speed_of
from routing.streets.turns import word_for
from routing.travel import Mode, straight_metres
from tests.routing.street_maps import HAND_MADE, StreetMap, random_town

State = tuple[int, int]  # a way, and the node towards which it is travelled


def edge_oracle(map_: StreetMap, mode: Mode) -> dict[tuple[int, int], float]:
    """Return the seconds from the middle of each way to that of each other, searching over (way, direction) states.

    Another reading of one-ways, barriers and forbidden turns, which knows nothing of copied junctions.
    """
    extract = map_.extract()
    states: dict[State, tuple[int, float]] = {}
    for way in extract.ways:
        nodes = way.node_ids
        metres = float(straight_metres([extract.nodes[nodes[0]], extract.nodes[nodes[1]]])[0, 1])
        seconds = metres / speed_of(way.tags, mode, use_of(way.tags, mode))
        for permitted, begin, end in zip(directions_of(way.tags, mode), nodes, reversed(nodes), strict=True):
            if permitted:
                states[way.way_id, end] = (begin, seconds)
    after = {a: [b for b in states if follows(map_, mode, states, a, b)] for a in states}
    return {
        (first, last): min((best[s] - states[s][1] / 2 for s in best if s[0] == last), default=np.inf)
        for first in {way for way, _ in states}
        for best in [relaxed(first, states, after)]
        for last in {way for way, _ in states} - {first}
    }


def follows(map_: StreetMap, mode: Mode, states: dict[State, tuple[int, float]], arrived: State, left: State) -> bool:
    """Return whether a driver who arrived by one way may go on by the other."""
    (from_way, via), to_way = arrived, left[0]
    if states[left][0] != via:
        return False
    if not passes(map_.node_tags.get(via, {}), mode):
        return from_way == to_way  # one turns back at a barrier, whatever is signed there
    for rule in map_.restrictions:
        word = word_for(rule.tags, mode)
        if (rule.from_way, rule.via_node) != (from_way, via):
            continue
        prescribed = any(way == rule.to_way and begin == via for (way, _), (begin, _) in states.items())
        if word.startswith("only_") and to_way != rule.to_way and prescribed:
            return False
        if word.startswith("no_") and to_way == rule.to_way and (word == "no_u_turn") == (to_way == from_way):
            return False
    return True


def relaxed(first: int, states: dict[State, tuple[int, float]], after: dict[State, list[State]]) -> dict[State, float]:
    """Return the seconds to the end of each state from the middle of a way, relaxing until nothing changes."""
    best = {state: seconds / 2 for state, (_, seconds) in states.items() if state[0] == first}
    changed = set(best)
    while changed:
        arrived = changed.pop()
        for left in after[arrived]:
            reached = best[arrived] + states[left][1]
            if reached < best.get(left, np.inf):
                best[left] = reached
                changed.add(left)
    return best


def middles(map_: StreetMap) -> list[tuple[float, float]]:
    """Return the middle of each two-node way, in order."""
    nodes = map_.extract().nodes
    pairs = [(nodes[way.node_ids[0]], nodes[way.node_ids[1]]) for way in map_.ways]
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs]


def whole(map_: StreetMap, mode: Mode) -> bool:
    """Return whether the graph keeps every direction of every way: none leads where nobody comes back from."""
    graph = build(map_.extract(), mode)
    permitted = sum(sum(directions_of(way.tags, mode)) for way in map_.ways)
    return len(np.unique(2 * graph.line + graph.backward)) == permitted


def differences(map_: StreetMap, truth: StreetMap, mode: Mode) -> int:
    """Return how many pairs of middles that lie on the kept network the matrix of `map_` gives another time."""
    graph, points = build(map_.extract(), mode), middles(map_)
    spots = Snapper(graph).snap(points)
    seconds = matrix(graph, spots, points, mode, 0, HAND_MADE).seconds
    return sum(
        spots.metres[a - 1] < 1 and spots.metres[b - 1] < 1 and abs(seconds[a - 1, b - 1] - expected) > 1
        for (a, b), expected in edge_oracle(truth, mode).items()
    )


@settings(derandomize=True, max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from([Mode.CAR, Mode.BICYCLE]))
def test_one_ways_barriers_and_turns_are_those_of_an_edge_search_when_the_town_is_random(seed: int, mode: Mode) -> None:
    map_ = random_town(seed)
    assume(whole(map_, mode))
    assert differences(map_, map_, mode) == 0


@pytest.mark.parametrize("planted", ["turns dropped", "one-ways dropped", "barrier dropped"])
def test_the_edge_search_notices_when_a_rule_is_dropped(planted: str) -> None:
    """A checker that never complains checks nothing."""
    noticed = 0
    for seed in range(20):
        map_, spoilt = random_town(seed), random_town(seed)
        if not whole(map_, Mode.CAR):
            continue
        if planted == "turns dropped":
            spoilt.restrictions.clear()
        elif planted == "barrier dropped":
            spoilt.node_tags.clear()
        else:
            spoilt.ways = [replace(way, tags={**way.tags, "oneway": "no"}) for way in spoilt.ways]
        noticed += differences(spoilt, map_, Mode.CAR) > 0
    assert noticed >= 2
