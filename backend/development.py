"""Run the developers' verbs in the environment that the bootstrap made: tests and the whole check."""

import os
import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def test(words: list[str]) -> int:
    """Run pytest on everything, or on what the words name; nothing is written into the tree."""
    cache = Path(os.environ.get("MARAUDE_HOME", ".")) / "cache" / "pytest"
    return _run([sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *_side_by_side(words), *words])


def _side_by_side(words: list[str]) -> list[str]:
    """Return the options that run everything in two processes, a file in one of them; `-n 0` among the words takes them back.

    Most tests wait for servers and browsers, so two processes are nearly twice as fast. Each has embedded servers of its own;
    ordinary ones (DATABASE_URL) are there once, and one process uses them.
    """
    names_tests = any(not word.startswith("-") for word in words)
    alone = names_tests or "DATABASE_URL" in os.environ or (os.cpu_count() or 1) < 2
    return [] if alone else ["-n", "2", "--dist", "loadfile"]


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


def simulate(words: list[str]) -> int:
    """Run the deterministic simulation of sync; words go to it."""
    return _module("tests.simulation", words)


def chaos(words: list[str]) -> int:
    """Kill servers, database and tablets on a bad network, and count; words go to it."""
    return _module("bench.chaos", words)


def bench(words: list[str]) -> int:
    """Run a measurement by name, or list them."""
    names = sorted(
        path.stem for path in (_CHECKOUT / "bench").glob("*") if path.stem not in ("__init__", "__pycache__")
    )
    if not words or words[0] not in names:
        print(f"Measurements: {', '.join(names)}. Example: maraude bench {names[0] if names else 'NAME'}")
        return 2
    return _module(f"bench.{words[0]}", words[1:])


def _module(name: str, words: list[str]) -> int:
    if not (_CHECKOUT / name.replace(".", "/")).exists() and not (_CHECKOUT / f"{name.replace('.', '/')}.py").exists():
        print(f"maraude: {name} is not here: this verb runs from a checkout.", file=sys.stderr)
        return 1
    return _run([sys.executable, "-m", name, *words])


def _run(command: list[str]) -> int:
    print("$", " ".join([Path(command[0]).name, *command[1:]]), flush=True)
    return subprocess.run(command, cwd=_CHECKOUT, check=False).returncode  # noqa: S603 - our own tools
