"""This file is the way from a bare checkout into the prepared environment: `python3 -m backend VERB …`.

Run inside a prepared environment it hands over to the command line at once. Otherwise it makes the environment, one
process at a time, and becomes its Python. A killed or failed making leaves no ready mark and is made again.
"""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from backend.bootstrap.installers import Installed, Job, install
from backend.bootstrap.places import (
    CHECKOUT,
    LOCKS,
    READY_MARK,
    Kind,
    Unusable,
    caches,
    environment_dir,
    home,
    is_ready,
)

DEVELOPERS_VERBS: Final = frozenset({"test", "check", "bench", "simulate", "chaos"})
# For whoever brings the packages himself (a container image, a development environment).
OWN_ENVIRONMENT: Final = "MARAUDE_OWN_ENVIRONMENT"


def enter(words: Sequence[str], environ: Mapping[str, str]) -> int | None:  # noqa: RET503 — execve never returns
    """Return None when the command line can run in this process; else an exit status, unless it is replaced."""
    if runs_prepared(environ):
        return None
    _leave_no_compiled_file()
    verbose, rest = split_verbose(words)
    kind: Kind = "dev" if rest and rest[0] in DEVELOPERS_VERBS else "run"
    started_at = time.monotonic()

    def say(sentence: str) -> None:
        print(f"maraude: {sentence} ({time.monotonic() - started_at:.1f} s)", file=sys.stderr, flush=True)

    home_dir = home(environ)
    if isinstance(home_dir, Unusable):
        say(home_dir.sentence)
        return 1
    environment = ready_environment(home_dir, kind, environ, say, verbose=verbose)
    if environment is None:
        return 1
    python = environment / "bin/python"
    # The process becomes the environment's Python: nothing after this line runs.
    os.execve(  # noqa: S606 — the point of this file
        python,
        [str(python), "-m", "backend", *rest],
        {**environ, **caches(home_dir, environ), "MARAUDE_HOME": str(home_dir)},
    )


def runs_prepared(environ: Mapping[str, str]) -> bool:
    """Tell whether this Python already has the packages: ours, an installed Maraude's, or its user's own affair."""
    if (Path(sys.prefix) / READY_MARK).exists() or environ.get(OWN_ENVIRONMENT):
        return True
    try:
        distribution("maraude")
    except PackageNotFoundError:
        return False
    return True


def split_verbose(words: Sequence[str]) -> tuple[bool, list[str]]:
    """Take the bootstrap's own word from before the verb.

    >>> split_verbose(["--verbose", "demo", "--once"]), split_verbose(["test", "--verbose"])
    ((True, ['demo', '--once']), (False, ['test', '--verbose']))
    """
    return (True, list(words[1:])) if words and words[0] == "--verbose" else (False, list(words))


def ready_environment(
    home_dir: Path, kind: Kind, environ: Mapping[str, str], say: Callable[[str], None], *, verbose: bool
) -> Path | None:
    """Return an environment with the locked packages, made if there is none; None after saying why it cannot."""
    environment = environment_dir(home_dir, kind)
    for candidate in (environment, environment_dir(home_dir, "dev")):
        if is_ready(candidate):
            return candidate
    with _alone(home_dir / "environments.lock", say) as descriptor:
        if is_ready(environment):
            return environment
        say(f"preparing the environment {environment}")
        lock = CHECKOUT / LOCKS[kind][-1]
        outcome = install(Job(environment, lock, home_dir, environ, say, verbose, descriptor))
        if not isinstance(outcome, Installed):
            shutil.rmtree(environment, ignore_errors=True)
            for failure in outcome.failures:
                say(failure)
            say(
                "no installer could bring the packages: set PIP_INDEX_URL (or UV_DEFAULT_INDEX) to a package index "
                "that this machine can reach, or PIP_FIND_LINKS to a folder of wheels; `python3 -m backend --verbose …` "
                "shows what the installers say"
            )
            return None
        mark_ready(environment)
        say(f"environment ready, installed with {outcome.how}")
    return environment


def mark_ready(environment: Path) -> None:
    """Write the mark that says this environment is whole, after everything it vouches for is on the disk."""
    os.sync()
    (environment / READY_MARK).touch()


@contextmanager
def _alone(path: Path, say: Callable[[str], None]) -> Iterator[int]:
    """Hold the lock that makes one process at a time prepare an environment."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another process is preparing an environment: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _leave_no_compiled_file() -> None:
    """Remove the compiled file that importing this package left in the tree before any word of ours could run.

    Root would otherwise leave a folder there that the tree's own user cannot write.
    """
    compiled = Path(cache_from_source(str(CHECKOUT / "backend" / "__init__.py")))
    try:
        if compiled.stat().st_uid == os.geteuid():
            compiled.unlink()
            compiled.parent.rmdir()
    except OSError:
        # Not there, not ours, or other files of a developer beside it: all of them are well left alone.
        return
