"""Tests of the rule about skips: a test run that quietly leaves something out says more than it has seen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
BOTH = """
import pytest

@pytest.mark.data
def test_wants_data() -> None:
    pytest.skip("no data here")

@pytest.mark.browser
@pytest.mark.skipif(True, reason="no browser here")
def test_wants_browser() -> None: ...

def test_free() -> None:
    pytest.skip("only on Sundays")
"""
WHOLE = 'import pytest\npytest.skip("not today", allow_module_level=True)\n'


@pytest.mark.parametrize(
    ("text", "require", "status", "sayings"),
    [
        (BOTH, "", 0, ("1 skipped that need: data", "1 skipped that need: browser", "3 skipped")),
        (
            BOTH,
            "browser,data",
            1,
            ("1 failed, 1 skipped, 1 error", "MARAUDE_REQUIRE=browser, but skipped: no browser here"),
        ),
        (WHOLE, "data", 2, ("the whole module is skipped",)),
        (BOTH, "brower", 4, ("MARAUDE_REQUIRE names brower",)),
    ],
)
def test_a_skip_is_told_or_fails_when_its_marker_is_required(
    tmp_path: Path, text: str, require: str, status: int, sayings: tuple[str, ...]
) -> None:
    (tmp_path / "test_some.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  data\n  browser\n")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider", "-rA", "."],
        cwd=tmp_path,
        env={
            **os.environ,
            "MARAUDE_REQUIRE": require,
            "PYTHONPATH": str(CHECKOUT),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stdout + run.stderr
    assert run.returncode == status, said
    for saying in sayings:
        assert saying in said
