"""This file holds what comes from outside to its rules: problems, JSON both ways, commands, splits."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from bench.plan.definition import HASHES, hashes
from routing.commands import main
from routing.jsonio import read_plan, read_problem, schemas, write_plan, write_problem
from routing.problem import Need, Pair, PlaceId, ProblemRefused, ProductId, Visit, VisitId, Window
from routing.solve import solve
from routing.stops import split, split_rest
from tests.routing.random_problems import a_problem


def test_problem_is_the_same_when_written_and_read() -> None:
    problem = a_problem(4)
    again = read_problem(write_problem(problem))
    assert write_problem(again) == write_problem(problem)
    plan = solve(problem, 4, iterations=20).plan
    assert read_plan(write_plan(plan)) == plan
    assert {"problem", "plan", "$defs"} == set(schemas())


def test_every_fault_is_named_when_a_problem_is_refused() -> None:
    problem = a_problem(4)
    broken = msgspec.structs.replace(
        problem.visits[0],
        place=PlaceId("nowhere"),
        priority=9,
        persons=10**12,
        windows=(Window(from_seconds=10, until_seconds=5),),
    )
    with pytest.raises(ProblemRefused) as refused:
        replace(
            problem,
            visits=(broken, *problem.visits[1:], problem.visits[1]),
            pairs=(Pair(first=VisitId("ghost"), second=VisitId("v1"), gap_min_seconds=9, gap_max_seconds=1),),
            travel=(
                replace(problem.travel[0], seconds=problem.travel[0].seconds.astype(np.int64)),
                *problem.travel[1:],
            ),
        )
    said = " ".join(refused.value.reasons)
    for words in (
        "nowhere",
        "priority 9",
        "1000000000000 persons",
        "window",
        "named 2 times",
        "ghost",
        "gaps",
        "int32",
    ):
        assert words in said


def test_solve_command_repeats_a_timed_run_when_given_its_iterations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R3: what `--seconds` printed is made again by `--iterations`."""
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_bytes(write_problem(a_problem(6, visits=20, teams=3)))
    assert main(["solve", str(problem), "--seconds", "0.2", "--seed", "5"]) == 0
    first = capsys.readouterr()
    figures = json.loads(first.err)
    assert main(["solve", str(problem), "--seed", "5", "--iterations", str(figures["iterations"])]) == 0
    second = capsys.readouterr()
    assert second.out == first.out
    plan.write_text(first.out)
    assert main(["check", str(problem), str(plan)]) == 0
    route = json.loads(first.out)
    route["routes"][0]["stops"][0]["start_seconds"] = 1
    plan.write_text(json.dumps(route))
    assert main(["check", str(problem), str(plan)]) == 1
    plan.write_text('{"routes": [], "left_out": []}')
    capsys.readouterr()
    assert main(["check", str(problem), str(plan)]) == 1
    assert (
        "points_served" not in capsys.readouterr().err
    )  # nobody is served and nobody left out: there is nothing to price
    problem.write_text("{}")
    assert main(["check", str(problem), str(plan)]) == 2
    assert str(problem) in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--seconds", "abc"], ["--seconds", "0"], ["--iterations", "-1"]])
def test_solve_command_says_what_is_possible_when_a_number_is_not(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["solve", "problem.json", *words])
    assert f"{words[1]} is not possible" in capsys.readouterr().err


@pytest.mark.parametrize("persons", [1, 9, 10, 20, 21, 45, 60, 137])
@pytest.mark.parametrize("vial", [1, 6, 10])
def test_shares_cover_the_roster_once_when_a_hotel_is_split(persons: int, vial: int) -> None:
    problem = a_problem(2)
    whole = msgspec.structs.replace(problem.visits[0], id=VisitId("hotel"))
    roster = [f"person {number}" for number in range(persons)]
    shares = split(whole, roster, 300, 20, vial)
    assert [person for share in shares for person in share.persons] == roster
    assert all(0 < len(share.persons) <= 20 for share in shares)
    for index, need in enumerate(whole.needs):
        assert sum(share.visit.needs[index].count for share in shares) == need.count
    if len(shares) > 1:
        assert all(len(share.persons) % vial == 0 for share in shares[:-1])


def test_definition_of_a_good_plan_is_the_one_of_before_tuning_when_figures_are_made() -> None:
    """Figures are worth something only if what is measured was settled before it was tuned for."""
    assert HASHES.read_text() == hashes()


def test_rest_of_a_hotel_is_covered_once_when_it_is_split_again() -> None:
    """Whoever was not seen is on exactly one new visit, under a name that no old visit has, with doses enough."""
    roster = [f"person {number}" for number in range(47)]
    hotel = Visit(
        id=VisitId("h"), place=PlaceId("p"), service_seconds=0, needs=(Need(product=ProductId("dose"), count=47),)
    )
    shares = split(hotel, roster, 300, 20, vial_doses=10)
    for seen in (set[str](), set(roster[:13]), set(roster[5:40]), set(roster)):
        rest = split_rest(hotel, shares, seen, 300, 12, vial_doses=10)
        assert [person for share in rest for person in share.persons] == [one for one in roster if one not in seen]
        assert not {share.visit.id for share in rest} & {share.visit.id for share in shares}
        assert all(len(share.persons) <= 12 for share in rest)
        assert sum(need.count for share in rest for need in share.visit.needs) == len(roster) - len(seen)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file["visits"][0].update(windws=[]), "`windws` - at `$.visits[0]`"),
        (lambda file: file["visits"][1].pop("service_seconds"), "`service_seconds` - at `$.visits[1]`"),
        (lambda file: file["travel"][0]["seconds"][2].pop(), "at `$.travel[0].seconds[2]`"),
        (lambda file: file["travel"][1]["metres"][2].insert(0, 2**40), "at `$.travel[1].metres[2]`"),
        (lambda file: file["travel"][0]["seconds"][0].__setitem__(1, -5), "seconds from p0 to p1 is -5"),
        (lambda file: file["visits"][0].update(id=""), "an id of one sign"),
        (lambda file: file["products"][0].update(doses_per_vial=1, open_seconds=-5), "serves -5 seconds"),
        (lambda file: file["travel"][0]["seconds"][1].__setitem__(1, 5), "seconds from p1 to itself"),
    ],
)
def test_refusal_says_what_and_where_when_a_problem_file_has_a_mistake(
    spoil: Callable[[Any], object], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt field that is passed over in silence is a window that nobody keeps."""
    file = json.loads(write_problem(a_problem(4)))
    spoil(file)
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(file))
    assert main(["solve", str(problem), "--iterations", "1"]) == 2
    assert words in capsys.readouterr().err


def test_time_is_kept_when_a_day_has_no_visit() -> None:
    """Who asks for a plan of an empty day gets an empty plan, and can stop the search like any other."""
    empty = replace(a_problem(4), visits=(), pairs=(), pins=(), published=())
    looks = iter([True, True, False])
    assert solve(empty, 1, iterations=10**9, keep_going=looks.__next__).plan.routes == ()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--seconds", one) for one in ("nan", "inf", "-3", "0")] + [("--iterations", one) for one in ("-1", "9" * 23)],
)
def test_time_or_count_that_no_run_has_is_refused_with_a_sentence(
    option: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = tmp_path / "problem.json"
    problem.write_bytes(write_problem(a_problem(4)))
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(problem), f"{option}={value}"])
    assert ended.value.code == 2
    assert f"{value} is not possible" in capsys.readouterr().err


@pytest.mark.parametrize("travel", [True, False])
def test_everybody_is_left_out_when_there_is_no_team(
    travel: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = json.loads(write_problem(a_problem(4)))
    file |= {"teams": [], "pins": [], "published": [], **({} if travel else {"travel": []})}
    problem = tmp_path / "problem.json"
    problem.write_text(json.dumps(file))
    assert main(["solve", str(problem), "--iterations", "5"]) == 0
    assert len(json.loads(capsys.readouterr().out)["left_out"]) == len(file["visits"])
