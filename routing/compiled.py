"""This file compiles the search once per machine and keeps the result outside the package.

The folder is named by MARAUDE_CACHE_DIR; without it, it is the user's own cache. With NUMBA_DISABLE_JIT=1 nothing
is compiled and the same code runs as plain Python: that is the test oracle. The code itself is `routing/kernel.py` and its parts.

Compiled is for any processor of the machine's kind, so that an image made on one machine serves on another: measured,
the search, integers throughout, is as fast as when compiled for the processor at hand.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


SOURCES = ("compiled.py", "layout.py", *sorted(path.name for path in Path(__file__).parent.glob("kernel*.py")))


def cache_folder() -> Path:
    """Where compiled code is kept: never in the source tree, which need not be ours to write.

    Each text of the search has a folder of its own: a compiled function keeps what it calls or names in other files.
    """
    named = os.environ.get("MARAUDE_CACHE_DIR")
    text = b"".join((Path(__file__).parent / name).read_bytes() for name in SOURCES)
    folder = (Path(named) if named else Path.home() / ".cache" / "maraude") / "kernels"
    return folder / hashlib.sha256(text).hexdigest()[:12]


def compiled(*examples: object, allocates: bool = False, inner: bool = False) -> Callable[[Function], Function]:
    """Compiles a function for exactly the types of these examples, without relaxed arithmetic, and caches it.

    What makes no array of its own (the search) runs without reference counts, four times as fast; the others say so.
    """
    config: Any = numba.config
    config.CACHE_DIR = str(cache_folder())
    config.CPU_NAME, config.CPU_FEATURES = "generic", ""
    library: Any = numba
    signature = tuple(library.typeof(example) for example in examples)

    def decorate(function: Function) -> Function:
        with _one_at_a_time():
            made: Function = library.njit(
                signature,
                cache=True,
                fastmath=False,
                error_model="numpy",
                _nrt=allocates,
                no_cfunc_wrapper=True,
                no_cpython_wrapper=inner,
            )(function)
        return made

    return decorate


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process compile while others wait for what it leaves: web server and worker start together."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with (cache_folder() / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
