"""This file is the command: run histories by seed, print what was injected and what was violated, exit 1 if anything was."""

import argparse
import hashlib
import sys
import time

from tests.simulation.faults import FAULTS
from tests.simulation.run import Totals, run, run_all, shortest
from tests.simulation.stories import STORIES, tell
from tests.simulation.world import Plan


def main(words: list[str] | None = None) -> int:
    """Run what the command line asks for; return its exit status."""
    asked = _arguments(words)
    if asked.seed is not None:
        return _one(asked.seed, trace=asked.trace)
    started = time.monotonic()
    wrong = _stories()
    if wrong and asked.stop:
        asked.seeds = 0
    totals, traces = Totals(), hashlib.sha256()
    for history in run_all(range(asked.first, asked.first + asked.seeds), asked.processes):
        totals.add(history)
        traces.update(history.trace.encode())
        if history.violations and asked.stop:
            break
    seconds = time.monotonic() - started
    _print(totals, traces.hexdigest()[:16], seconds)
    wrong = wrong or bool(totals.failed)
    for seed in sorted(totals.failed)[:3]:
        print(f"\nseed {seed}: {len(totals.failed[seed])} violations")
        print("\n".join(f"  {one}" for one in totals.failed[seed][:8]))
    if totals.failed and not asked.quick:
        _tell(min(totals.failed))
    for sentence in totals.too_few() if not asked.stop else []:
        wrong = True
        print(sentence)
    return 1 if wrong else 0


def _stories() -> bool:
    """Run the stories, print how they end, and return whether one ends badly."""
    wrong = False
    for story in STORIES:
        found = tell(story)
        wrong = wrong or bool(found)
        print(f"story {story.__name__}: {len(found)} violations")
        print("".join(f"  {one}\n" for one in found[:8]), end="")
    return wrong


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="maraude simulate", description=__doc__)
    parser.add_argument("--seeds", type=_at_least_one, default=200, help="how many histories")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--processes", type=_at_least_one, default=2, help="how many at the same time")
    parser.add_argument("--seed", type=int, help="run this one history")
    parser.add_argument("--trace", action="store_true", help="with --seed: print all that happened")
    parser.add_argument("--stop", action="store_true", help="stop at the first violation")
    parser.add_argument("--quick", action="store_true", help="do not look for the shortest story of a violation")
    return parser.parse_args(words)


def _at_least_one(text: str) -> int:
    """Return a count; none at all would find nothing and look well."""
    if not text.isdecimal() or int(text) < 1:
        message = f"{text} is not possible: a whole number, 1 or more"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def _print(totals: Totals, traces: str, seconds: float) -> None:
    print(
        f"{totals.histories} histories, {totals.ops} ops recorded, {totals.acknowledged} acknowledged, "
        f"at rest after at most {totals.rounds_most} rounds, {sum(totals.injected.values())} faults"
    )
    for fault in FAULTS:
        print(f"  {totals.injected[fault.name]:8d}  {fault.name:28s} {fault.says}")
    print(f"{totals.used_twice} acts not judged by C4: their number was used twice (tablet and server both restored)")
    print(f"{len(totals.failed)} histories with violations; traces {traces}")
    print(f"{seconds:.1f} s, {totals.histories / max(seconds, 0.001):.1f} histories/s")


def _one(seed: int, *, trace: bool) -> int:
    history = run(Plan(seed))
    if trace:
        print("\n".join(history.story))
    print(f"seed {seed}: {history.ops} ops, {sum(history.injected.values())} faults, trace {history.trace}")
    print("\n".join(history.violations) or "no violation")
    return 1 if history.violations else 0


def _tell(seed: int) -> None:
    plan, history = shortest(seed)
    muted = ", ".join(sorted(plan.muted)) or "nothing"
    print(f"\nThe shortest story found of seed {seed} ({plan.steps_most} steps, without {muted}):")
    print("\n".join(history.story))
    print("\n".join(history.violations))


if __name__ == "__main__":
    sys.exit(main())
