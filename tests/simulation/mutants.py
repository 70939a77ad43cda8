"""This file breaks the engine on purpose: each mutant is one patch of the shipped source, and the simulation must see it.

A mutant is a copy of the packages with one text replaced, run on the same seeds that pass unpatched; a patch whose text
is not found is an error. `python -m tests.simulation.mutants` prints what became of each, and exits 1 if one survives.
The patches are in mutant_table.py.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.mutant_table import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("sync", "tests/simulation", "backend/log/anchors.py", "backend/clock.py")


@dataclass(frozen=True)
class Tried:
    """What became of a mutant: `killed` with the first sentence, `survived`, or `broken` (it does not even run)."""

    outcome: str
    says: str
    seconds: float


def main(words: list[str] | None = None) -> int:
    """Try every mutant, and the unpatched packages first."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    asked = parser.parse_args(words)
    plain = attempt(None, asked.seeds)
    print(f"{'unpatched':50s} {'':3s} {plain.outcome:9s} {plain.seconds:6.1f} s  {plain.says}", flush=True)
    survivors = 0
    chosen = [one for one in MUTANTS if asked.only in one.name]
    for mutant in chosen:
        tried = attempt(mutant, asked.seeds)
        survivors += tried.outcome != "killed"
        print(
            f"{mutant.name:50s} {mutant.breaks:3s} {tried.outcome:9s} {tried.seconds:6.1f} s  {tried.says}", flush=True
        )
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed on seeds 1 to {asked.seeds}")
    return 1 if survivors or plain.outcome != "survived" else 0


def attempt(mutant: Mutant | None, seeds: int) -> Tried:
    """Run the simulation on a copy of the packages with a mutant's patch, up to the first violation."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutant") as folder:
        _copy(Path(folder))
        if mutant is not None:
            _patch(Path(folder) / mutant.path, mutant)
        words = [
            sys.executable,
            "-m",
            "tests.simulation",
            "--seeds",
            str(seeds),
            "--processes",
            "1",
            "--stop",
            "--quick",
        ]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=3600)
    seconds = time.monotonic() - started
    if done.returncode not in (0, 1) or "histories," not in done.stdout:
        return Tried("broken", (done.stderr.strip().splitlines() or [""])[-1][:120], seconds)
    says = next((line.strip()[:90] for line in done.stdout.splitlines() if line.startswith("  C")), "")
    return Tried("survived" if done.returncode == 0 else "killed", says, seconds)


def _copy(folder: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for package in ("tests", "backend", "backend/log"):
        (folder / package / "__init__.py").write_text("", "utf-8")


def _patch(path: Path, mutant: Mutant) -> None:
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        message = (
            f"The patch of '{mutant.name}' does not apply: its text is {text.count(mutant.old)} times in {mutant.path}."
        )
        raise ValueError(message)
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
