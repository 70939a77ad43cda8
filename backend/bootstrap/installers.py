"""This file decides by which installer the locked packages come into an environment, and runs it.

In this order: uv on the PATH; the Python's own pip (ensurepip), which first tries the pinned uv for speed; a pip that
the Python already has; the pinned uv fetched from a configured index. Every way checks each file against the lock's
hashes. Where packages come from is `indexes.py`.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.bootstrap.fetch_uv import NotFetched, fetch_uv, read_pin
from backend.bootstrap.indexes import Indexes, configured_for_pip, configured_for_uv, uv_arguments

UV_LOCK: Final = Path(__file__).with_name("installer.lock")


@dataclass(frozen=True)
class Job:
    """One environment to fill: where, from which lock, with which settings, and who hears what is done."""

    environment: Path
    lock: Path
    home_dir: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]
    verbose: bool
    # An installer that outlives a killed bootstrap keeps this lock, so that nobody builds beside it.
    lock_descriptor: int

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.environment / "bin/python"


@dataclass(frozen=True)
class Installed:
    """The environment holds the locked packages; `how` names the installer."""

    how: str


@dataclass(frozen=True)
class NotInstalled:
    """No installer worked; each failure in the order in which it was met."""

    failures: tuple[str, ...]


def install(job: Job) -> Installed | NotInstalled:
    """Fill the environment by the first installer that works."""
    failures: list[str] = []
    for how, attempt in _attempts(job):
        job.say(f"installing {job.lock.name} with {how}")
        shutil.rmtree(job.environment, ignore_errors=True)
        failure = attempt(job)
        if failure is None:
            return Installed(how)
        failures.append(f"{how}: {failure}")
    return NotInstalled(tuple(failures))


def _attempts(job: Job) -> Iterator[tuple[str, Callable[[Job], str | None]]]:
    if shutil.which("uv", path=job.environ.get("PATH")):
        yield "uv", _by_uv_on_path
    if importlib.util.find_spec("ensurepip") is not None:
        yield "the pip that comes with Python", _by_ensurepip
    if importlib.util.find_spec("pip") is not None:
        yield "the pip of this Python", _by_own_pip
    yield "a fetched uv", _by_fetched_uv


def _by_uv_on_path(job: Job) -> str | None:
    return _empty_environment(job) or _by_uv(job, str(shutil.which("uv", path=job.environ.get("PATH"))))


def _by_ensurepip(job: Job) -> str | None:
    failure = _run(job, [sys.executable, "-m", "venv", str(job.environment)])
    if failure is not None:
        return failure
    pip = [str(job.python), "-m", "pip", "install", "--no-input", "--require-hashes", "--no-compile"]
    # uv installs the whole lock in less time than pip needs to begin; without it pip does it all.
    if (
        _run(job, [*pip, "--requirement", str(UV_LOCK)]) is None
        and _by_uv(job, str(job.python.with_name("uv"))) is None
    ):
        return None
    return _run(job, [*pip, "--requirement", str(job.lock)])


def _by_own_pip(job: Job) -> str | None:
    words = [sys.executable, "-m", "pip", "--python", str(job.python), "install", "--no-input", "--require-hashes"]
    return _empty_environment(job) or _run(job, [*words, "--no-compile", "--requirement", str(job.lock)])


def _by_fetched_uv(job: Job) -> str | None:
    pin = read_pin(UV_LOCK.read_text(encoding="utf-8"))
    program: Path | NotFetched = job.home_dir / "tools" / f"uv-{pin.version}"
    if isinstance(program, Path) and not program.exists():
        program = fetch_uv(pin, _fetch_from(job.environ), program)
    if isinstance(program, NotFetched):
        return program.sentence
    return _empty_environment(job) or _by_uv(job, str(program))


def _empty_environment(job: Job) -> str | None:
    return _run(job, [sys.executable, "-m", "venv", "--without-pip", str(job.environment)])


def _by_uv(job: Job, uv: str) -> str | None:
    """Install with uv, which is told where pip would look unless it has a configuration of its own."""
    user_home = _user_home(job.environ)
    pip_says = configured_for_pip(job.environ, user_home)
    own = not configured_for_uv(job.environ, user_home).is_empty
    words = [uv, "pip", "install", "--python", str(job.python), "--require-hashes", "--requirement", str(job.lock)]
    more = (
        {"SSL_CERT_FILE": pip_says.certificates} if pip_says.certificates and "SSL_CERT_FILE" not in job.environ else {}
    )
    return _run(job, [*words, *([] if own else uv_arguments(pip_says))], more)


def _fetch_from(environ: Mapping[str, str]) -> Indexes:
    """Return the indexes that either tool is configured with: a fetch may use both."""
    user_home = _user_home(environ)
    uv_says, pip_says = configured_for_uv(environ, user_home), configured_for_pip(environ, user_home)
    return Indexes(
        default=uv_says.default or pip_says.default,
        extra=(*uv_says.extra, *pip_says.extra),
        find_links=(*uv_says.find_links, *pip_says.find_links),
        no_index=uv_says.no_index or pip_says.no_index,
    )


def _user_home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 — Path raises for a user without a home


def _run(job: Job, words: Sequence[str], more: Mapping[str, str] | None = None) -> str | None:
    """Run an installer; None when it succeeded, else the end of what it said."""
    environ = {**job.environ, **_cache_settings(job), **(more or {})}
    # A Python that is running a module from a checkout must not lend its own paths to the installers.
    environ.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            words,
            env=environ,
            cwd=job.home_dir,
            stdin=subprocess.DEVNULL,
            stdout=None if job.verbose else subprocess.PIPE,
            stderr=None if job.verbose else subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            pass_fds=(job.lock_descriptor,),
        )
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return None
    said = (done.stdout or "").strip().splitlines()[-4:]
    return " / ".join(said) or f"exit status {done.returncode}"


def _cache_settings(job: Job) -> dict[str, str]:
    """Keep the installers' caches with this user when he has no home of his own."""
    if os.access(_user_home(job.environ), os.W_OK):
        return {}
    cache = job.home_dir / "cache"
    return {"UV_CACHE_DIR": str(cache / "uv"), "PIP_CACHE_DIR": str(cache / "pip")}
