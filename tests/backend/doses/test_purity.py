"""The engine, its facts and the rule format stay pure: no I/O, no clock, no chance, none of the rest of the house."""

import ast
from collections.abc import Iterator
from pathlib import Path

DOSES = Path(__file__).parents[3] / "backend" / "doses"
PURE = [
    *sorted((DOSES / "engine").glob("*.py")),
    *(
        DOSES / f
        for f in (
            "facts.py",
            "vials.py",
            "datamatrix.py",
            "questions.py",
            "not_given.py",
            "advice.py",
            "unsigned.py",
            "declaration.py",
            "vial_terms.py",
        )
    ),
    *(DOSES / "rules" / f for f in ("format.py", "series.py")),
]
STANDARD = {
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "hashlib",
    "operator",
    "re",
    "typing",
    "msgspec",
    "zoneinfo",
    "calendar",
}
OURS = (
    "backend.doses.engine",
    "backend.doses.facts",
    "backend.doses.rules.format",
    "backend.doses.rules.series",
    "backend.doses.unsigned",
)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_engine_imports_nothing_that_reads_writes_or_guesses_when_searched() -> None:
    assert len(PURE) > 15
    for path in PURE:
        for name in imported(path):
            assert name.split(".")[0] in STANDARD or name.startswith(OURS), f"{path.name} imports {name}"


def test_the_engine_asks_no_clock_and_opens_no_file_when_searched() -> None:
    for path in PURE:
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        names = {call.id if isinstance(call, ast.Name) else getattr(call, "attr", "") for call in calls}
        assert not names & {"open", "print", "today", "now", "utcnow", "input", "read_text", "read_bytes"}, path.name
