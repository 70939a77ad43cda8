"""This file makes an environment from the hashed lock, one process at a time.

It is made where it will stay, since its programs name their own place, and marked ready last: what a killed or failed
making leaves has no mark, and is made again from nothing. How packages come into it is `installers.py`.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backend.bootstrap.installers import Installed, Job, install
from backend.bootstrap.places import CHECKOUT, LOCKS, READY_MARK, Kind, environment_dir, is_ready


def prepare(
    home_dir: Path, kind: Kind, environ: Mapping[str, str], say: Callable[[str], None], *, verbose: bool
) -> Path | None:
    """Return the environment with the locked packages, made now; None after saying why it cannot be made."""
    environment = environment_dir(home_dir, kind)
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
                "that this machine can reach, or PIP_FIND_LINKS to a folder of wheels; "
                "`python3 -m backend --verbose …` shows what the installers say"
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
