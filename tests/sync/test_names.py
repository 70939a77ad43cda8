"""Names heard alike are found alike; the tablet app answers the same vectors."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.names import alike, sounds

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "names.json").read_text("utf-8"))


@pytest.mark.parametrize(("one", "other", "expected"), VECTORS)
def test_alike_answers_the_vector(one: str, other: str, expected: str) -> None:
    assert alike(one, other) == expected, (sounds(one), sounds(other))


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_alike_is_symmetric_and_never_fails_on_any_text(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert alike(one, one) in {"same", "different"}
