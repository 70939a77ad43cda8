"""This file measures what no other engine offers: vials, visits by two, re-planning at noon, an urgent visit, scale, start.

Every function prints its figures; `bench/plan/__main__.py` is the command.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from bench.plan.outreach import DOSE, Case, Territory, problem_of, suite
from routing.budget import iterations_for
from routing.check import check
from routing.cost import evaluate, points
from routing.insert import offers
from routing.plan import Plan
from routing.problem import Pair, Problem, Visit, VisitId, Weights, Window
from routing.replan import frozen_at, replan
from routing.solve import laid_out, solve

NOON = 43_200
PAIR_PRICES = (0, Weights().pair_half_left_out)
"""Seconds of travel that each half of a visit by two left out costs besides its points: nothing, and what is usual."""
VIAL_PRICES = (0, Weights().wasted_dose)
"""Seconds of travel that a wasted dose is worth: blind, and what is usual."""


def planned(problem: Problem, seconds: float, seed: int = 1) -> Plan:
    """Return the plan that so many CPU seconds give."""
    return solve(problem, seed, iterations=iterations_for(problem, seed, seconds, time.process_time)).plan


def doses_given(problem: Problem, plan: Plan) -> int:
    """Return the doses that the plan's stops use."""
    served = plan.team_of
    return sum(need.count for v in problem.visits if v.id in served for need in v.needs if need.product == DOSE)


def vials(territory: Territory, seconds: float, say: Callable[[str], None]) -> None:
    """Print doses wasted and value served, blind to vials and priced."""
    for case in (*suite()[:3], *suite(2)[:3]):
        for price in VIAL_PRICES:
            problem = problem_of(case, territory, vial_doses=10, wasted_dose=price)
            plan = planned(problem, seconds)
            score, given = evaluate(problem, plan), doses_given(problem, plan)
            wasted = f"wasted {score.doses_wasted:3} of {given} ({100 * score.doses_wasted / given:4.1f} %)"
            broken = len(check(problem, plan))
            say(f"{case.name:28} price {price:3}: value {score.points_served}, {wasted}, rules broken {broken}")


def pairs(territory: Territory, seconds: float, say: Callable[[str], None]) -> None:
    """Print how many visits by two are served: in two passes, by their points alone, and at their usual price."""
    for case, count in ((Case(60, 4, 1), 6), (Case(150, 8, 1), 15), (Case(150, 8, 2), 15)):
        drawn = problem_of(case, territory, pairs=count)
        able = sum(can_be_made(drawn, pair) for pair in drawn.pairs)
        say_pairs(f"{case.name:28} in two passes    ({able} possible)", drawn, in_two_passes(drawn, seconds), say)
        for price in PAIR_PRICES:
            problem = replace(drawn, weights=msgspec.structs.replace(drawn.weights, pair_half_left_out=price))
            say_pairs(f"{case.name:28} half price {price:5} ({able} possible)", problem, planned(problem, seconds), say)


def say_pairs(words: str, problem: Problem, plan: Plan, say: Callable[[str], None]) -> None:
    """Print what a plan serves. A half without the other, or out of step with it, counts nothing."""
    starts = plan.starts
    whole = {
        name
        for pair in problem.pairs
        if pair.first in starts and starts.get(pair.second, -1) == starts[pair.first]
        for name in (pair.first, pair.second)
    }
    lost = [v for v in problem.visits if v.id in problem.partner and v.id in starts and v.id not in whole]
    value = evaluate(problem, plan).points_served - sum(points(problem, visit) for visit in lost)
    say(f"{words}: {len(whole) // 2} of {len(problem.pairs)} pairs, {len(lost)} halves for nothing, value {value}")


def in_two_passes(problem: Problem, seconds: float) -> Plan:
    """Plan as one must who has no visits by two: halves apart, then again with each pair held to the start of one half."""
    apart = replace(problem, pairs=())
    starts = planned(apart, seconds).starts
    begins: dict[VisitId, int] = {}
    for pair in problem.pairs:
        found = [starts[name] for name in (pair.first, pair.second) if name in starts]
        if found:
            begins |= {pair.first: max(found), pair.second: max(found)}
    held = tuple(
        msgspec.structs.replace(v, windows=(Window(from_seconds=begins[v.id], until_seconds=begins[v.id]),))
        if v.id in begins
        else v
        for v in problem.visits
    )
    return planned(replace(apart, visits=held), seconds)


def can_be_made(problem: Problem, pair: Pair) -> bool:
    """Whether two teams could make this pair if they had nothing else to do."""
    alone = replace(
        problem,
        visits=tuple(visit for visit in problem.visits if visit.id in (pair.first, pair.second)),
        pairs=(pair,),
    )
    return bool(laid_out(alone, 1).best_plan().routes)


def urgent(problem: Problem, number: int) -> Visit:
    """Return an urgent visit worth eight points at the place of one of the visits."""
    like = problem.visits[(37 * number + 11) % len(problem.visits)]
    return msgspec.structs.replace(
        like, id=VisitId(f"urgent {number}"), priority=4, persons=1, windows=(), service_seconds=1_200, needs=()
    )


def noon(territory: Territory, iterations: int, runs: int, say: Callable[[str], None]) -> None:
    """Print the time of a re-plan at noon with five urgent visits, what it serves, moves and loses."""
    spent, moved, served, lost = [], [], [], []
    for seed in range(1, runs + 1):
        problem = problem_of(Case(300, 16, seed), territory)
        plan = planned(problem, 2.0, seed)
        now = frozen_at(problem, plan, NOON)
        calls = tuple(urgent(problem, number) for number in range(5 * seed, 5 * seed + 5))
        now = replace(now, visits=(*now.visits, *calls))
        begun = time.process_time()
        again = replan(now, plan, seed, iterations=iterations)
        spent.append(time.process_time() - begun)
        value = evaluate(now, again.plan).points_served
        long = evaluate(now, solve(now, seed, warm=plan, iterations=40 * iterations).plan).points_served
        moved.append(len(again.moved))
        served.append(sum(call.id in again.plan.team_of for call in calls))
        lost.append(100 * (long - value) / long)
    spent.sort()
    say(f"noon, 300 visits, {runs} days: p95 {spent[int(0.95 * (runs - 1))]:.3f} s CPU, max {spent[-1]:.3f}")
    say(f"urgent served {served} of 5, moved to another team {moved}, value lost at most {max(lost):.2f} %")


def insertion(territory: Territory, runs: int, say: Callable[[str], None]) -> None:
    """Print how long it takes to offer places for an urgent visit on a large day."""
    problem = problem_of(Case(600, 32, 1), territory)
    plan = planned(problem, 3.0)
    spent = []
    for number in range(runs):
        asked = replace(problem, visits=(*problem.visits, urgent(problem, number)))
        begun = time.process_time()
        offers(asked, plan, VisitId(f"urgent {number}"))
        spent.append(time.process_time() - begun)
    spent.sort()
    say(f"insertion, 600 visits: median {statistics.median(spent):.3f} s, p95 {spent[int(0.95 * (runs - 1))]:.3f} s")


def scale(territory: Territory, say: Callable[[str], None]) -> None:
    """Print the first plan, and the CPU seconds to 99 % of a long run's value, for 60 and 600 visits."""
    reached = {}
    for case in (Case(60, 4, 1), Case(600, 32, 1)):
        problem = problem_of(case, territory)
        begun = time.process_time()
        laid = laid_out(problem, 1)
        first = time.process_time() - begun
        cost = evaluate(problem, laid.best_plan()).points_served
        goal = 0.99 * evaluate(problem, planned(problem, 20.0)).points_served
        seconds = 0.01
        while evaluate(problem, planned(problem, seconds)).points_served < goal and seconds < 60:
            seconds *= 1.3
        reached[case.visits] = seconds
        say(f"{case.name:28} first plan {first:.3f} s, value {cost}; 99 % of a long run in {seconds:.2f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"600 visits take {reached[600] / reached[60]:.1f} times the time of 60; memory {memory:.0f} MB")


COLD_SCRIPT = """
import time
begun = time.perf_counter(), time.process_time()
from pathlib import Path
from bench.plan.outreach import Case, Territory, problem_of
from routing.solve import solve
loaded = time.perf_counter(), time.process_time()
problem = problem_of(Case(150, 8, 1), Territory(Path({folder!r})))
made = time.perf_counter()
solve(problem, 1, iterations=1)
first = time.perf_counter()
solve(problem, 2, iterations=1)
later = time.perf_counter()
print(loaded[0] - begun[0], loaded[1] - begun[1], first - made, later - first)
"""


def cold(folder: Path, say: Callable[[str], None]) -> None:
    """Print what a worker waits for before its first plan: with nothing compiled yet, then with what that run left."""
    with tempfile.TemporaryDirectory() as cache:
        for words in ("nothing compiled yet", "compiled before"):
            done = subprocess.run(
                [sys.executable, "-c", COLD_SCRIPT.format(folder=str(folder))],
                env={**os.environ, "MARAUDE_CACHE_DIR": cache},
                capture_output=True,
                text=True,
                check=True,
            )
            wall, cpu, first, later = (float(word) for word in done.stdout.split())
            say(
                f"{words}: ready after {wall:.2f} s ({cpu:.2f} s CPU), first plan of 150 visits in {1000 * first:.0f} "
                f"ms, later ones in {1000 * later:.0f} ms"
            )
