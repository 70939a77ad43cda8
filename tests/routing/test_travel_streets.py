"""Hold the street network to one-ways, barriers, access and forbidden turns on hand-made maps, and to an oracle."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.streets.access import Use, directions_of, passes, use_of
from routing.streets.graph import StreetGraph, build
from routing.streets.paths import leg, matrix
from routing.streets.snap import Snapper, Spots
from routing.streets.speeds import WALKING, limit_of
from routing.travel import Mode, Real, straight_metres
from tests.routing.street_maps import HAND_MADE, StreetMap, random_town

BLOCK = """
a b c
d e f
g h i
"""


def block() -> StreetMap:
    """Return the rim of a block: a two-way ring road a-c-i-g without its middle."""
    map_ = StreetMap(BLOCK)
    map_.way("abcfihgda")
    return map_


def test_a_car_goes_round_when_the_short_street_is_one_way_against_it() -> None:
    map_ = block()
    map_.way("beh", {"oneway": "yes"})
    assert map_.metres("b", "h", Mode.CAR) == 200
    assert map_.metres("h", "b", Mode.CAR) == 400
    assert map_.metres("h", "b", Mode.FOOT) == 200
    assert map_.metres("h", "b", Mode.BICYCLE) == 400


@pytest.mark.parametrize(
    "tags",
    [
        {"oneway:bicycle": "no"},
        {"cycleway": "opposite"},
        {"cycleway:left": "opposite_lane"},
        {"cycleway:left:oneway": "-1"},
    ],
)
def test_a_bicycle_rides_against_a_one_way_when_contraflow_is_signed(tags: dict[str, str]) -> None:
    map_ = block()
    map_.way("beh", {"oneway": "yes", **tags})
    assert map_.metres("h", "b", Mode.BICYCLE) == 200
    assert map_.metres("h", "b", Mode.CAR) == 400


def test_a_matrix_is_not_symmetric_when_a_street_is_one_way() -> None:
    map_ = block()
    map_.way("beh", {"oneway": "-1"})
    seconds = map_.travel("bh", Mode.CAR).seconds
    assert seconds[0, 1] > seconds[1, 0]
    on_foot = map_.travel("bh", Mode.FOOT).seconds
    assert on_foot[0, 1] == on_foot[1, 0]


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "bollard"}, {Mode.CAR}),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, set()),
        ({"barrier": "gate"}, set()),
        ({"barrier": "gate", "access": "private"}, set(Mode)),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, {Mode.CAR, Mode.BICYCLE}),
        ({"barrier": "turnstile"}, {Mode.CAR, Mode.BICYCLE}),
        ({"barrier": "fence"}, set(Mode)),
        ({"highway": "traffic_signals"}, set()),
    ],
)
def test_a_mode_goes_round_when_a_barrier_on_the_street_stops_it(tags: dict[str, str], stopped: set[Mode]) -> None:
    """A barrier in the middle of one way, not at a junction: the line must be cut there."""
    map_ = block()
    map_.way("beh", highway="tertiary")
    map_.node("e", tags)
    for mode in Mode:
        assert map_.metres("b", "h", mode) == (400 if mode in stopped else 200), mode


def test_streets_on_both_sides_stay_apart_when_a_barrier_stands_on_their_meeting_point() -> None:
    map_ = block()
    map_.way("de")
    map_.way("ef")
    map_.node("e", {"barrier": "block"})
    assert map_.metres("d", "f", Mode.CAR) == 400
    assert map_.metres("d", "f", Mode.FOOT) == 200


def test_a_way_is_left_out_when_its_tags_close_it_to_the_mode() -> None:
    map_ = block()
    map_.way("beh", highway="footway")
    assert map_.metres("b", "h", Mode.CAR) == 400
    assert map_.metres("b", "h", Mode.FOOT) == 200
    private = block()
    private.way("beh", {"access": "private"})
    assert {private.metres("b", "h", mode) for mode in Mode} == {400}


@pytest.mark.parametrize(
    ("word", "tags", "route"),
    [
        ("no_right_turn", {}, "detour"),
        ("only_straight_on", {}, "straight only"),
        ("no_right_turn", {"except": "bicycle;motorcar"}, "turn"),
    ],
)
def test_a_car_does_not_turn_when_the_turn_is_forbidden(word: str, tags: dict[str, str], route: str) -> None:
    """From d over e to h: forbidden, so round the rim; from d straight on to f nothing changes."""
    map_ = block()
    west = map_.way("de", {"oneway": "yes"})
    east = map_.way("ef", {"oneway": "yes"})
    south = map_.way("eh", {"oneway": "yes"})
    map_.way("be", {"oneway": "yes"})
    map_.forbid(west, "e", east if word.startswith("only_") else south, {"restriction": word, **tags})
    assert map_.metres("d", "f", Mode.CAR) == 200
    assert map_.passed("d", "h", Mode.CAR) == ("deh" if route == "turn" else "dgh")
    # The turn stays open to those who come another way, and to people on foot.
    assert map_.passed("b", "h", Mode.CAR) == "beh"
    assert map_.metres("d", "h", Mode.FOOT) == 200


def test_a_bicycle_obeys_a_forbidden_turn_when_it_is_not_excepted() -> None:
    map_ = StreetMap("a b c\n. d .\n. e .")
    ab, bd = map_.way("ab"), map_.way("bd")
    map_.way("bc")
    map_.way("de")
    map_.forbid(ab, "b", bd, {"restriction": "no_right_turn"})
    assert map_.metres("a", "d", Mode.FOOT) == 200
    # Straight on, round at the end of c, and back: the only lawful way left.
    assert map_.metres("a", "d", Mode.BICYCLE) == 400


def test_both_ends_keep_their_rule_when_one_street_lies_between_two_forbidden_turns() -> None:
    """The copy of the first junction must lead into the copy of the second one."""
    map_ = StreetMap("a b c d\n. . e .\nf g h i")
    ab, bc, ce = map_.way("ab"), map_.way("bc"), map_.way("ce")
    map_.way("cd")
    bg = map_.way("bg")
    map_.way("eh")
    for names in ("fg", "gh", "hi", "id", "fa"):
        map_.way(names)
    map_.forbid(ab, "b", bg, {"restriction": "no_right_turn"})
    map_.forbid(bc, "c", ce, {"restriction": "no_right_turn"})
    assert "bce" not in map_.passed("a", "e", Mode.CAR)
    assert "abg" not in map_.passed("a", "g", Mode.CAR)
    assert map_.passed("b", "d", Mode.CAR) == "bcd"
    assert map_.metres("b", "e", Mode.FOOT) == 200


def test_a_point_snaps_to_the_street_that_can_be_left_when_a_nearer_one_is_cut_off() -> None:
    """An island of streets without a link to the rest would strand a team; the nearest reachable street is taken."""
    map_ = StreetMap("a b c\nd e f\n. . .\nx y .")
    map_.way("abcfeda")
    map_.way("xy")
    travel = map_.travel("xyc", Mode.CAR)
    assert travel.unreachable.shape == (0, 2)
    assert travel.metres[0, 2] > 200


def test_a_dead_end_one_way_is_no_place_to_stop_when_nobody_could_come_back() -> None:
    map_ = block()
    map_.way("be", {"oneway": "yes"})
    graph = build(map_.extract(), Mode.CAR)
    assert len(graph.line_first) - 1 == 2  # the rim, cut at b and closed at its start: the dead end is gone
    assert map_.travel("eh", Mode.CAR).unreachable.shape == (0, 2)


def test_a_point_is_projected_on_the_street_when_it_lies_between_junctions() -> None:
    map_ = StreetMap("a b\nc d")
    for names in ("ab", "bd", "dc", "ca"):
        map_.way(names)
    (lon_a, lat), (lon_b, _) = map_.at["a"], map_.at["b"]
    points = [(lon_a * 0.75 + lon_b * 0.25, lat), (lon_a * 0.25 + lon_b * 0.75, lat)]
    graph = build(map_.extract(), Mode.FOOT)
    spots = Snapper(graph).snap(points)
    assert matrix(graph, spots, points, Mode.FOOT, 0, HAND_MADE).metres.tolist() == [[0, 50], [50, 0]]
    assert np.array(leg(graph, spots)) == pytest.approx(np.array(points), abs=1e-7)


def test_the_walk_to_the_street_counts_when_a_place_lies_back_from_it() -> None:
    map_ = StreetMap("a b")
    map_.way("ab")
    (lon, lat), end = map_.at["a"], map_.at["b"]
    points = [(lon, lat + 0.5 * (48.83 - lat) + 0.00089932), end]
    graph = build(map_.extract(), Mode.CAR)
    travel = matrix(graph, Snapper(graph).snap(points), points, Mode.CAR, 0, HAND_MADE)
    assert travel.metres[0, 1] == pytest.approx(200, abs=1)
    assert travel.seconds[0, 1] > 100 / WALKING


def test_a_point_is_unreachable_and_named_when_no_street_is_near() -> None:
    map_ = block()
    points = [map_.at["a"], map_.at["i"], (2.5, 48.83)]
    graph = build(map_.extract(), Mode.FOOT)
    travel = matrix(graph, Snapper(graph).snap(points), points, Mode.FOOT, 0, HAND_MADE)
    assert travel.stranded == (2,)
    assert travel.unreachable.tolist() == [[0, 2], [1, 2], [2, 0], [2, 1]]


def test_a_team_never_stops_on_a_motorway_when_a_street_is_farther() -> None:
    map_ = StreetMap("a b c\nd e f")
    map_.way("abc", {"oneway": "no"}, highway="motorway")
    map_.way("def")
    map_.way("ad")
    map_.way("cf")
    graph = build(map_.extract(), Mode.CAR)
    assert Snapper(graph).snap([map_.at["b"]]).metres[0] == pytest.approx(100, rel=0.01)


def test_building_is_refused_with_a_sentence_when_a_mode_finds_no_street() -> None:
    map_ = StreetMap("a b")
    map_.way("ab", highway="footway")
    with pytest.raises(ValueError, match="no street that can be travelled by car"):
        build(map_.extract(), Mode.CAR)


@pytest.mark.parametrize(
    ("tags", "mode", "use"),
    [
        ({"highway": "motorway"}, Mode.FOOT, Use.CLOSED),
        ({"highway": "motorway", "access": "yes"}, Mode.BICYCLE, Use.CLOSED),
        ({"highway": "primary", "motorroad": "yes"}, Mode.FOOT, Use.CLOSED),
        ({"highway": "residential", "access": "no", "foot": "yes"}, Mode.FOOT, Use.OPEN),
        ({"highway": "residential", "access": "destination"}, Mode.CAR, Use.DESTINATION),
        ({"highway": "residential", "vehicle": "no"}, Mode.BICYCLE, Use.CLOSED),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, Mode.BICYCLE, Use.OPEN),
        ({"highway": "footway"}, Mode.BICYCLE, Use.PUSHED),
        ({"highway": "footway", "access": "yes"}, Mode.BICYCLE, Use.PUSHED),
        ({"highway": "footway", "access": "yes"}, Mode.CAR, Use.CLOSED),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, Mode.CAR, Use.DESTINATION),
        ({"highway": "path", "bicycle": "dismount"}, Mode.BICYCLE, Use.PUSHED),
        ({"highway": "steps"}, Mode.BICYCLE, Use.CLOSED),
        ({"highway": "steps", "ramp:bicycle": "yes"}, Mode.BICYCLE, Use.PUSHED),
        ({"highway": "construction", "access": "yes"}, Mode.FOOT, Use.CLOSED),
        ({"route": "ferry", "foot": "yes"}, Mode.FOOT, Use.CLOSED),
    ],
)
def test_use_of_a_way_follows_the_closest_tag(tags: dict[str, str], mode: Mode, use: Use) -> None:
    assert use_of(tags, mode) is use


def test_a_roundabout_is_one_way_when_no_tag_says_so() -> None:
    assert directions_of({"highway": "primary", "junction": "roundabout"}, Mode.CAR) == (True, False)
    assert directions_of({"highway": "steps", "conveying": "backward"}, Mode.FOOT) == (False, True)
    assert passes({"highway": "crossing", "access": "no"}, Mode.CAR)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("20 mph", 32.19), ("walk", 7), ("none", None), ("FR:urban", None), ("0", None), ("²", None)],
)
def test_a_limit_is_read_when_it_is_a_number(text: str, kmh: float | None) -> None:
    limit = limit_of({"maxspeed": text})
    assert limit == (None if kmh is None else pytest.approx(kmh / 3.6, rel=0.001))


def oracle(graph: StreetGraph, spots: Spots) -> Real:
    """Return the seconds between spots by relaxing every edge until nothing changes: slow, and plainly right."""
    size = len(spots.line)
    out = np.full((size, size), np.inf)
    for source in range(size):
        at = np.full(graph.nodes, np.inf)
        for e in np.flatnonzero(graph.line == spots.line[source]):
            share = 1 - spots.share[source] if graph.backward[e] else spots.share[source]
            at[graph.head[e]] = min(at[graph.head[e]], (1 - share) * graph.seconds[e])
        for _ in range(graph.nodes):
            np.minimum.at(at, graph.head, at[graph.tail] + graph.seconds)
        for target in range(size):
            for e in np.flatnonzero(graph.line == spots.line[target]):
                ours = 1 - spots.share[target] if graph.backward[e] else spots.share[target]
                out[source, target] = min(out[source, target], at[graph.tail[e]] + ours * graph.seconds[e])
                theirs = 1 - spots.share[source] if graph.backward[e] else spots.share[source]
                if spots.line[source] == spots.line[target] and theirs <= ours:
                    out[source, target] = min(out[source, target], (ours - theirs) * graph.seconds[e])
    return out


@settings(derandomize=True, max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(list(Mode)))
def test_the_matrix_is_that_of_the_oracle_when_the_town_is_random(seed: int, mode: Mode) -> None:
    map_, chance = random_town(seed), random.Random(seed + 1)
    points = [
        (2.35 + chance.uniform(-0.5, 3.5) * 0.0013662, 48.83 - chance.uniform(-0.5, 3.5) * 0.00089932) for _ in range(7)
    ]
    graph = build(map_.extract(), mode)
    spots = Snapper(graph).snap(points)
    travel = matrix(graph, spots, points, mode, 0, HAND_MADE)
    expected = oracle(graph, spots) + (spots.metres[:, None] + spots.metres[None, :]) / WALKING
    np.fill_diagonal(expected, 0)
    assert np.abs(travel.seconds - np.maximum(np.rint(expected), 1 - np.eye(7))).max() <= 1
    # Nothing is shorter than the straight line (but for rounding and the flat projection).
    assert (travel.metres >= straight_metres(points) * 0.995 - 1).all()


@settings(derandomize=True, max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), mode=st.sampled_from(list(Mode)))
def test_the_shape_of_a_leg_is_as_long_as_its_matrix_says_when_the_town_is_random(seed: int, mode: Mode) -> None:
    map_, chance = random_town(seed), random.Random(seed + 2)
    points = [(2.35 + chance.uniform(0, 3) * 0.0013662, 48.83 - chance.uniform(0, 3) * 0.00089932) for _ in range(2)]
    graph = build(map_.extract(), mode)
    spots = Snapper(graph).snap(points)
    shape = leg(graph, spots)
    steps = straight_metres(shape)
    along = sum(steps[k, k + 1] for k in range(len(shape) - 1))
    walked = spots.metres.sum()
    assert along + walked == pytest.approx(matrix(graph, spots, points, mode, 0, HAND_MADE).metres[0, 1], abs=2)
