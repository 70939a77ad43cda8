"""The bench of what security costs measures a server that is really without it, and says so when a name has moved."""

import subprocess
import sys

from bench.trust.__main__ import sentence

_LOOK = """
import sys
from backend import app
from backend.accounts import authenticate
from backend.journal import store
record = store.record
{before}
from bench.trust import unguarded
unguarded.take_protections_away()
left = [name for name, one in sys.modules.items() if name.startswith(("backend.", "admin.")) and record in
        [value for value in vars(one).values() if callable(value)]]
assert not left, left
assert app.tablet_scope_of is unguarded.tablet_of_the_header
assert authenticate.find_signed is unguarded.signed_of_the_first_time
"""


def _run(before: str = "") -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", _LOOK.format(before=before)]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def test_every_protection_is_replaced_and_no_module_keeps_the_journal() -> None:
    done = _run()
    assert done.returncode == 0, done.stderr


def test_protection_that_moved_away_stops_the_bench() -> None:
    """Else the bench would compare the product with itself and call security free."""
    done = _run("del app.tablet_scope_of")
    assert done.returncode != 0
    assert "tablet_scope_of is not there any more" in done.stderr


def test_line_of_the_report_names_both_and_their_ratio() -> None:
    assert sentence("push", [0.004] * 30, [0.002] * 30).startswith("push: p95 4.0 guarded, 2.0 unguarded: x 2.00")
