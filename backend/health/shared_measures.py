"""This file lets the web processes of one server count together, so that whoever asks one of them is told about all.

The library of measures then keeps its numbers in files of a folder and adds them when asked. It looks at the name of the
folder when it is imported: so this comes first. Each process that is kept running has a name for its files: whoever is
started in its place counts on where it ended, and so does the next of a worker's forks, one a job. So there are as many
files as there are such names, however often processes end, and nothing that was counted is lost with one.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it
_NAME: Final = "MARAUDE_COUNTS_AS"
_STARTED: Final = os.getpid()


@contextlib.contextmanager
def measures_are_shared(processes: int) -> Iterator[None]:
    """Name a folder for the measures of several processes for as long as the context lasts; one alone needs none."""
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="maraude-measures-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def counts_as(name: str) -> dict[str, str]:
    """Return what to add to the environment of a process that is started again when it ends: one name, one at a time."""
    return {_NAME: name}


def own_files() -> str:
    """Return the name of the files in which this process counts: its own, that of its one fork at a time, or its number.

    A fork needs files of its own: it would go on from the numbers that its parent remembers, not from those of the fork before.
    """
    name = os.environ.get(_NAME)
    if name is None:
        return str(os.getpid())
    return name if os.getpid() == _STARTED else f"{name}-fork"
