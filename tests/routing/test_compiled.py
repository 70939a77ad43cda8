"""This file holds the cache of compiled code to its purpose: one process compiles, for every processor of the kind."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = """
import sys
from routing.compiled import compiled

@compiled(0)
def twice(number):
    return 2 * number

print(sum(twice.stats.cache_misses.values()), twice.targetctx.codegen().magic_tuple()[1], twice(21))
"""


def test_one_process_compiles_and_others_take_what_it_left_when_they_start_together(tmp_path: Path) -> None:
    """Web server and worker start at once on a new machine: each for itself takes four times as long."""
    (tmp_path / "small.py").write_text(MODULE)
    settings = {**os.environ, "MARAUDE_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    settings.pop("NUMBA_DISABLE_JIT", None)
    started = [
        subprocess.Popen([sys.executable, str(tmp_path / "small.py")], env=settings, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=120)[0].split() for process in started)
    assert said == [["0", "generic", "42"], ["0", "generic", "42"], ["1", "generic", "42"]]
