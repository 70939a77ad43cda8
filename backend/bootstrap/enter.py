"""This file is the way from a bare checkout into the prepared environment: `python3 -m backend VERB …`.

Inside a prepared environment it hands over to the command line at once. Otherwise it becomes the Python of one, which
`prepare.py` makes when there is none; that file is read only then, since every command passes here.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from backend.bootstrap.bring_libraries import bring, libraries_dir
from backend.bootstrap.places import CHECKOUT, READY_MARK, Kind, Unusable, caches, home, ready_environment, user_home

DEVELOPERS_VERBS: Final = frozenset({"test", "check", "bench", "simulate", "chaos"})
# Those that show pages, which have a map where its library is there.
VERBS_WITH_PAGES: Final = frozenset({"demo", "serve", "test", "check", "bench"})
# For whoever brings the packages himself, as in a container image or a development environment.
OWN_ENVIRONMENT: Final = "MARAUDE_OWN_ENVIRONMENT"


def enter(words: Sequence[str], environ: Mapping[str, str]) -> int | None:  # noqa: RET503 — execve never returns
    """Return None when the command line can run in this process; else an exit status, unless it is replaced."""
    if (Path(sys.prefix) / READY_MARK).exists() or environ.get(OWN_ENVIRONMENT):
        return None
    _leave_no_compiled_files()
    started_at = time.monotonic()

    def say(sentence: str) -> None:
        print(f"maraude: {sentence} ({time.monotonic() - started_at:.1f} s)", file=sys.stderr, flush=True)

    verbose, rest = split_verbose(words)
    kind = kind_of(rest[0] if rest else "")
    home_dir = home(environ)
    if isinstance(home_dir, Unusable):
        say(home_dir.sentence)
        return 1
    environment = ready_environment(home_dir, kind)
    if environment is None:
        if _is_installed():
            return None
        from backend.bootstrap.prepare import prepare  # noqa: PLC0415 — read only when there is something to make

        environment = prepare(home_dir, kind, environ, say, verbose=verbose)
        if environment is None:
            return 1
    if rest and rest[0] in VERBS_WITH_PAGES:
        bring(libraries_dir(home_dir, environ), environ, user_home(environ), say)
    python = str(environment / "bin/python")
    settings = {**environ, **caches(home_dir, environ), "MARAUDE_HOME": str(home_dir)}
    # The process becomes the environment's Python: nothing after this line runs.
    os.execve(python, [python, "-m", "backend", *rest], settings)  # noqa: S606


def kind_of(verb: str) -> Kind:
    """Return which environment a verb runs in.

    >>> kind_of("serve"), kind_of("test"), kind_of("reference-admin")
    ('run', 'dev', 'reference-admin')
    """
    if verb == "reference-admin":
        return "reference-admin"
    return "dev" if verb in DEVELOPERS_VERBS else "run"


def split_verbose(words: Sequence[str]) -> tuple[bool, list[str]]:
    """Take the bootstrap's own word from before the verb.

    >>> split_verbose(["--verbose", "demo", "--once"]), split_verbose(["test", "--verbose"])
    ((True, ['demo', '--once']), (False, ['test', '--verbose']))
    """
    return (True, list(words[1:])) if words and words[0] == "--verbose" else (False, list(words))


def _is_installed() -> bool:
    """Tell whether this Python has Maraude installed with its packages, as in a container image."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415 — slow, and rarely asked

    try:
        distribution("maraude")
    except PackageNotFoundError:
        return False
    return True


def _leave_no_compiled_files() -> None:
    """Remove the compiled files that Python left in the tree before any word of ours could run.

    Root would otherwise leave a folder there that the tree's own user cannot write.
    """
    package = CHECKOUT / "backend"
    compiled = [Path(cache_from_source(str(package / name))) for name in ("__init__.py", "__main__.py")]
    try:
        for path in compiled:
            if path.exists() and path.stat().st_uid == os.geteuid():
                path.unlink()
        compiled[0].parent.rmdir()
    except OSError:
        # Not there, not ours, or a developer's other files beside them: all of that is well left alone.
        return
