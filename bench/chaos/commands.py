"""Read the words of `maraude chaos`, print what happened as counts, and say by the exit status whether all held."""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.chaos.mutants import MUTANTS, patched_copy
from bench.chaos.run import Goal, Outcome, run

CRASHES_PER_OP = 30 / 50_000
MUTANT_OPS, MUTANT_CRASHES = 1_500, 8


def main(words: list[str]) -> int:
    """Run a chaos day, or one per mutant; 0 if all held, or if every mutant was found."""
    parser = argparse.ArgumentParser(prog="maraude chaos", description=__doc__)
    parser.add_argument("--ops", type=int, default=50_000, help="ops to be acknowledged (default 50000)")
    parser.add_argument("--minutes", type=float, default=15.0, help="end at the latest after so long (default 15)")
    parser.add_argument("--seed", type=int, default=1, help="seed of faults and crashes (default 1)")
    parser.add_argument("--mutants", action="store_true", help="run on servers broken on purpose: each must be found")
    given = parser.parse_args(words)
    if given.mutants:
        return _mutants(given.seed, given.minutes * 60)
    crashes = max(4, round(given.ops * CRASHES_PER_OP))
    outcome = run(Goal(given.ops, given.ops // 10, crashes, given.minutes * 60, given.seed))
    _print(outcome)
    return 0 if outcome.held else 1


def _mutants(seed: int, seconds_max: float) -> int:
    """Run the unchanged source and each mutant under the same goal; print a table."""
    goal = Goal(MUTANT_OPS, MUTANT_OPS // 10, MUTANT_CRASHES, seconds_max, seed)
    control = run(goal, tell=_say_nothing)
    rows = [("none: the source as it is", control, control.held)]
    for mutant in MUTANTS:
        with tempfile.TemporaryDirectory(prefix="mutant") as name:
            folder = Path(name)
            folder.chmod(0o755)
            outcome = run(goal, patched_copy(mutant, folder), tell=_say_nothing)
        rows.append((mutant.name, outcome, not outcome.findings.held))
    print(f"{'mutant':<52} {'acked':>6} {'faults':>6} {'crashes':>7} {'lost':>5} {'twice':>5} {'differ':>6}  found")
    for name, outcome, right in rows:
        found = outcome.findings
        word = ("held" if right else "BROKEN") if outcome is control else ("yes" if right else "NO")
        print(
            f"{name:<52} {found.acknowledged:>6} {outcome.faults.total():>6} {outcome.crashes.total():>7} "
            f"{found.lost + found.never_arrived:>5} {found.twice:>5} {len(found.differences):>6}  {word}"
        )
    return 0 if all(right for _, _, right in rows) else 1


def _say_nothing(_line: str) -> None:
    """Leave the table alone on the screen."""


def _print(outcome: Outcome) -> None:
    found = outcome.findings
    print(f"\nacknowledged ops       {found.acknowledged} of {found.recorded} recorded, in {outcome.seconds:.0f} s")
    print("first verdicts         " + ", ".join(f"{word} {count}" for word, count in sorted(found.verdicts.items())))
    print(f"network faults         {outcome.faults.total()}: " + _counts(outcome.faults))
    print(f"crashes                {outcome.crashes.total()}: " + _counts(outcome.crashes))
    print(f"lost                   {found.lost}")
    print(f"recorded, not arrived  {found.never_arrived}")
    print(f"twice                  {found.twice}")
    print(f"refused                {found.refused}")
    print(f"differences            {len(found.differences)}")
    for line in found.differences[:20]:
        print(f"  {line}")
    if not outcome.all_home:
        print("BROKEN: a tablet could not be brought home")
    if not outcome.reached:
        print("BROKEN: the time was over before the goal was reached")
    for kind in outcome.never_injected:
        print(f"BROKEN: no {kind} happened: this run proves nothing about it")
    print("every promise held" if outcome.held else "NOT EVERY PROMISE HELD")


def _counts(counted: Mapping[Any, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in sorted(counted.items()))
