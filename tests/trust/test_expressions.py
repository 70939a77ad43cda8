"""No regular expression of the product takes long on a text that was made to make it take long."""

import ast
import re
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CALLS = {"compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer"}
SIGNS = 2_000
CPU_SECONDS_MAX = 1.0  # of this process alone; an expression that explodes takes minutes
TEXTS = [
    piece * SIGNS + end
    for piece in ("a", "1", " ", "-", ".", "0,", "aA", "=", "/", "'", "é")
    for end in ("", "!", "\n")
]


def expressions() -> dict[str, str]:
    """Return the literal expressions of the product by the place where they stand."""
    found = {}
    for folder in ("admin", "backend", "routing", "sync"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func) in {f"re.{name}" for name in CALLS}
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                ):
                    found[f"{path.relative_to(CHECKOUT)}:{node.lineno}"] = node.args[0].value
    return found


def slow(pattern: str) -> bool:
    """Tell whether an expression takes too long on one of the texts."""
    compiled = re.compile(pattern)
    began = time.process_time()
    for text in TEXTS:
        compiled.search(text)
        compiled.fullmatch(text)
        if time.process_time() - began > CPU_SECONDS_MAX:
            return True
    return False


def test_no_expression_of_ours_explodes_on_adversarial_text() -> None:
    found = expressions()
    assert len(found) >= 10
    assert [place for place, pattern in found.items() if slow(pattern)] == []


def test_an_expression_that_explodes_is_seen() -> None:
    assert slow(r"a*a*b")
