"""Run the developers' verbs in the environment that the bootstrap made: tests and the whole check."""

import os
import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def test(words: list[str]) -> int:
    """Run pytest on everything, or on what the words name; nothing is written into the tree."""
    cache = Path(os.environ.get("MARAUDE_HOME", ".")) / "cache" / "pytest"
    return _run([sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *words])


def check(words: list[str]) -> int:
    """Run format, lint, types, import contracts and tests; go on to the end and fail if one of them failed."""
    steps = (
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["mypy"],
        ["lint-imports"],
    )
    statuses = [_run([str(Path(sys.executable).parent / step[0]), *step[1:]]) for step in steps]
    statuses.append(test(words))
    return int(any(statuses))


def _run(command: list[str]) -> int:
    print("$", " ".join([Path(command[0]).name, *command[1:]]), flush=True)
    return subprocess.run(command, cwd=_CHECKOUT, check=False).returncode  # noqa: S603 - our own tools
