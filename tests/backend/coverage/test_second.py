"""The second implementation stays a second one."""

import ast
from pathlib import Path

import pytest


@pytest.mark.parametrize("file", ["second.py", "from_log.py"])
def test_second_implementation_imports_nothing_of_ours(file: str) -> None:
    """If it shared a line with the backend, both would be wrong together."""
    tree = ast.parse((Path(__file__).parent / file).read_text("utf-8"))
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert {name.split(".")[0] for name in imported} <= {
        "collections",
        "datetime",
        "json",
        "typing",
        "uuid",
        "zoneinfo",
    }
