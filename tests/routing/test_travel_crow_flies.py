"""Hold the crow-flies source to its calibration, its geometry and its honesty about being a fallback."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.travel.calibrate import errors, fit, read_paris1314
from routing import problem
from routing.travel import (
    CALIBRATED,
    OVERHEAD_SECONDS,
    UNREACHABLE_METRES,
    UNREACHABLE_SECONDS,
    CrowFlies,
    Mode,
    Origin,
    Source,
    Travel,
    assemble,
    crow_flies,
    straight_metres,
)
from tests.data_files import data_path

PARIS = st.tuples(st.floats(2.30, 2.41), st.floats(48.80, 48.85))


@pytest.mark.data
@pytest.mark.parametrize("mode", list(Mode))
def test_constants_are_those_the_calibration_finds_when_it_is_run_again(mode: Mode) -> None:
    """A constant nobody can reproduce is a guess."""
    folder = data_path("paris1314/sites.csv").parent
    points, measured = read_paris1314(folder)
    seconds, metres = measured[mode]
    again, committed = fit(points, seconds, metres), CALIBRATED[mode]
    assert again.detour_factor == pytest.approx(committed.detour_factor, rel=0.005)
    assert again.block_metres == pytest.approx(committed.block_metres, rel=0.01)
    assert again.metres_per_second == pytest.approx(committed.metres_per_second, rel=0.001)
    error = np.abs(errors(points, seconds, committed))
    assert np.median(error) < {Mode.FOOT: 0.05, Mode.BICYCLE: 0.12, Mode.CAR: 0.12}[mode]


@settings(derandomize=True, max_examples=40, deadline=None)
@given(points=st.lists(PARIS, min_size=1, max_size=12), mode=st.sampled_from(list(Mode)))
def test_crow_flies_is_symmetric_and_complete_when_points_are_in_one_city(
    points: list[tuple[float, float]], mode: Mode
) -> None:
    travel = crow_flies(points, mode)
    assert np.array_equal(travel.seconds, travel.seconds.T)
    assert travel.unreachable.shape == (0, 2)
    apart = straight_metres(points) > 0
    assert (travel.seconds[apart] > travel.overhead_seconds).all()
    assert travel.source.startswith("crow_flies")


@settings(derandomize=True, max_examples=40, deadline=None)
@given(points=st.lists(PARIS, min_size=3, max_size=3), mode=st.sampled_from(list(Mode)))
def test_a_farther_point_never_takes_less_time_when_the_model_is_calibrated(
    points: list[tuple[float, float]], mode: Mode
) -> None:
    straight, seconds = straight_metres(points)[0], crow_flies(points, mode).seconds[0]
    if straight[1] <= straight[2]:
        assert seconds[1] <= seconds[2]


def test_overhead_is_not_paid_when_two_points_are_the_same_spot() -> None:
    """Two flats of one house need no second parking place."""
    house, hotel = (2.35, 48.83), (2.36, 48.83)
    travel = crow_flies([house, house, hotel], Mode.CAR)
    assert travel.seconds[0, 1] == 0
    moving = crow_flies([house, hotel], Mode.CAR, overhead_seconds=0).seconds[0, 1]
    assert travel.seconds[0, 2] == moving + OVERHEAD_SECONDS[Mode.CAR]


def test_a_pair_is_unreachable_when_no_shift_could_travel_it() -> None:
    travel = crow_flies([(2.35, 48.83), (2.36, 48.83), (139.69, 35.69)], Mode.FOOT)
    assert travel.unreachable.tolist() == [[0, 2], [1, 2], [2, 0], [2, 1]]
    assert travel.stranded == (2,)
    assert travel.metres[0, 2] == UNREACHABLE_METRES
    assert travel.seconds[0, 2] == UNREACHABLE_SECONDS


def test_the_reason_travels_with_the_matrix_when_crow_flies_stands_in() -> None:
    travel = crow_flies([(2.35, 48.83)], Mode.CAR, instead_because="the server did not answer within 5 s")
    assert travel.source == "crow_flies (calibrated on Paris 13e and 14e, because the server did not answer within 5 s)"


@pytest.mark.parametrize("bad", [(float("nan"), 48.8), (181.0, 48.8), (2.3, 90.5), (2.3, float("inf"))])
def test_a_point_is_refused_by_its_number_when_it_is_not_on_earth(bad: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="point 1 is not a longitude and latitude"):
        crow_flies([(2.35, 48.83), bad], Mode.FOOT)


def test_a_model_is_refused_when_it_would_shorten_the_way() -> None:
    with pytest.raises(ValueError, match="lengthens"):
        CrowFlies(detour_factor=0.9, block_metres=0, metres_per_second=1.4)


@pytest.mark.parametrize(
    ("seconds", "metres", "sentence"),
    [
        ([[0, 5]], [[0, 5]], r"int32 \[n, n\]"),
        ([[0, -1], [1, 0]], [[0, 1], [1, 0]], "negative"),
        ([[1, 1], [1, 0]], [[0, 1], [1, 0]], "zero diagonal"),
        ([[0, UNREACHABLE_SECONDS], [1, 0]], [[0, 1], [1, 0]], "together"),
        ([[0, UNREACHABLE_SECONDS + 1], [1, 0]], [[0, 1], [1, 0]], "longer"),
    ],
)
def test_a_matrix_is_refused_when_it_breaks_the_shape(
    seconds: list[list[int]], metres: list[list[int]], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        Travel(
            Mode.CAR,
            np.array(seconds, dtype=np.int32),
            np.array(metres, dtype=np.int32),
            0,
            Origin(Source.STREETS, "hand-made"),
        )


def test_the_planner_calls_a_pair_unreachable_when_a_matrix_does() -> None:
    assert UNREACHABLE_SECONDS == problem.UNREACHABLE_SECONDS
    assert np.iinfo(np.int32).max > 200 * UNREACHABLE_SECONDS


def test_no_way_is_unreachable_when_a_source_answers_inf_or_nan() -> None:
    points = [(2.35, 48.83), (2.36, 48.83), (2.37, 48.83)]
    seconds = np.array([[0, np.inf, 1], [2, 0, np.nan], [3, 4, 0]])
    travel = assemble(Mode.FOOT, points, (seconds, np.ones((3, 3))), 0, Origin(Source.STREETS, "hand-made"))
    assert travel.unreachable.tolist() == [[0, 1], [1, 2]]
    assert travel.stranded == ()
