"""This file holds the reader of the classical instances, and the search on them, to the published best distances."""

import json

import pytest

from bench.plan.vrptw import SCALE, read
from routing.check import check
from routing.cost import evaluate
from routing.solve import solve
from tests.data_files import data_path


@pytest.mark.data
@pytest.mark.parametrize("name", ["C101", "R101"])
def test_distance_is_near_the_best_known_and_never_below_when_a_classic_is_solved(name: str) -> None:
    """Below the best known distance would mean that the reader or the evaluator is wrong."""
    best = json.loads(data_path("vrptw/best_known.json").read_text())["best_known"][name]
    problem = read(data_path(f"vrptw/solomon/{name}.txt"))
    plan = solve(problem, 1, iterations=6_000).plan
    assert check(problem, plan) == []
    assert not plan.left_out
    distance = evaluate(problem, plan).travel_seconds / SCALE
    assert best <= distance < 1.03 * best
