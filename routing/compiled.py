"""This file compiles the search once per machine and keeps the result outside the package.

The folder is named by MARAUDE_CACHE_DIR; without it, it is the user's own cache. With NUMBA_DISABLE_JIT=1 nothing
is compiled and the same code runs as plain Python: that is the test oracle. The code itself is `routing/kernel.py`.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


SOURCES = ("compiled.py", "kernel.py", "layout.py")


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
    library: Any = numba
    signature = tuple(library.typeof(example) for example in examples)

    def decorate(function: Function) -> Function:
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
