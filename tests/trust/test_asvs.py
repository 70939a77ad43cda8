"""The security checklist names tests that exist: a row without one says openly why."""

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = CHECKOUT / "docs" / "reference" / "asvs.md"
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def faults(text: str) -> list[str]:
    """Return the rows that are silent or name a test that is not there."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != 3 or cells[0].startswith(("Row", "---")):
            continue
        named = _TEST.findall(cells[2])
        if not named and not re.match(r"\*\*(open|deviation)\*\*: \w.{10,}", cells[2]):
            found.append(f"{cells[0]}: neither a test nor a reason")
        found += [f"{cells[0]}: no {path}::{name}" for path, name in named if name not in _functions(path)]
    return found


def test_every_row_names_a_test_that_exists_or_says_why_not() -> None:
    text = PAGE.read_text("utf-8")
    assert faults(text) == []
    assert len(_TEST.findall(text)) > 40


@pytest.mark.parametrize(
    "row",
    [
        "| 1.1.1 (2) | x | |",
        "| 1.1.1 (2) | x | **open** |",
        "| 1.1.1 (2) | x | `tests/trust/test_asvs.py::test_nobody_wrote` |",
        "| 1.1.1 (2) | x | `tests/trust/nowhere.py::test_nobody_wrote` |",
    ],
)
def test_a_row_that_promises_nothing_is_caught(row: str) -> None:
    assert faults(row)


def _functions(path: str) -> set[str]:
    if not (CHECKOUT / path).exists():
        return set()
    tree = ast.parse((CHECKOUT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
