"""This file lets the web processes of one server count together, so that whoever asks one of them is told about all.

The library of measures then keeps its numbers in files of a folder, one a process, and adds them when asked. It looks at
the name of the folder when it is imported: so this comes first.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import Final

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it


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
