"""This file holds the home health care instances: their own evaluator, and the planner to the published best prices."""

import csv

import pytest

from bench.plan.hhcrsp import Instance, price, problem_of, read, routes_of, solved
from routing.check import check
from routing.solve import solve
from tests.data_files import data_path


def two_patients() -> Instance:
    """One patient who needs two carers, the second 5 to 10 after the first, and one who needs one."""
    return Instance(
        patients=[
            {
                "time_window": [10, 20],
                "required_caregivers": [{"service": "s", "duration": 4}, {"service": "t"}],
                "synchronization": {"type": "sequential", "distance": [5, 10]},
            },
            {"time_window": [0, 12], "required_caregivers": [{"service": "s"}]},
        ],
        carers=[{"id": "a", "abilities": ["s"]}, {"id": "b", "abilities": ["s", "t"]}],
        apart=[[0, 3, 6], [3, 0, 9], [6, 9, 0]],
        lasts={"s": 2, "t": 2},
    )


def test_price_is_that_of_the_rule_when_a_small_instance_is_worked_by_hand() -> None:
    """Carer b reaches the second patient at 6, starts the second service at 17, and no service is late.

    The other way round carer a is with the first patient from 10 to 14 and with the second at 23, 11 late.
    """
    found = price(two_patients(), [("a", [(0, 0)]), ("b", [(1, 0), (0, 1)])])
    assert found is not None
    assert (found.distance, found.late_total, found.late_max) == (6 + 18, 0, 0)
    found = price(two_patients(), [("a", [(0, 0), (1, 0)]), ("b", [(0, 1)])])
    assert found is not None
    assert (found.distance, found.late_total, found.late_max, found.total) == (18 + 6, 11, 11, (24 + 11 + 11) / 3)


@pytest.mark.parametrize(
    "routes",
    [
        [("a", [(0, 0)]), ("b", [(0, 1)])],
        [("a", [(0, 0), (1, 0)]), ("b", [(0, 1), (1, 0)])],
        [("a", [(0, 0), (0, 1)]), ("b", [(1, 0)])],
        [("b", [(0, 0), (0, 1), (1, 0)])],
        [("a", [(0, 0)]), ("b", [(0, 1)]), ("a", [(1, 0)])],
    ],
    ids=["left out", "twice", "not able", "both by one carer", "two routes of one carer"],
)
def test_price_is_refused_when_a_rule_is_broken(routes: list[tuple[str, list[tuple[int, int]]]]) -> None:
    """Every planted fault is seen: a bench that prices what is not allowed proves nothing."""
    assert price(two_patients(), routes) is None


@pytest.mark.data
@pytest.mark.parametrize("number", [1, 5, 7])
def test_price_is_the_best_known_when_a_small_instance_is_solved(number: int) -> None:
    """Reader, planner and evaluator agree with the published price, to its digits."""
    name = f"InstanzCPLEX_HCSRP_10_{number}"
    with data_path("hhcrsp/best_known.csv").open() as file:
        best = next(float(row["total_cost"]) for row in csv.DictReader(file) if row["instance"] == name)
    instance = read(data_path(f"hhcrsp/mankowska/{name}.json"))
    found = [solved(instance, seed, lambda _problem, _rounds: 4_000) for seed in range(3)]
    totals = [one.total for one in found if one is not None]
    assert min(totals) == pytest.approx(best, rel=1e-4)


@pytest.mark.data
def test_plan_breaks_no_rule_when_an_instance_is_solved() -> None:
    """The referee and this file's evaluator, which share nothing, both accept what the planner makes."""
    instance = read(data_path("hhcrsp/mankowska/InstanzCPLEX_HCSRP_25_3.json"))
    problem = problem_of(instance)
    plan = solve(problem, 1, iterations=2_000).plan
    assert check(problem, plan) == []
    assert price(instance, routes_of(plan)) is not None
