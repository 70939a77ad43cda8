"""The committed vectors are what the engine answers today, and cover every policy."""

import json

import msgspec
import pytest

from sync.canonical import canonical, refusal
from sync.decode import Batch, decode
from sync.ids import RecordId
from sync.kinds import Policy
from sync.merge import apply
from sync.ops import Op
from sync.state import RecordState, encode
from tests.sync.making import body
from tests.vectors.generate import FOLDER, files

MERGES = json.loads((FOLDER / "merge.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["merge.json", "canonical.json", "chain.json", "clock.json", "pull.json"])
def test_vector_file_is_what_its_script_writes(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == files()[name]


def test_vectors_cover_every_policy() -> None:
    assert {one["policy"] for one in MERGES} == {policy.value for policy in Policy} - {"derived"}


@pytest.mark.parametrize("vector", MERGES, ids=[f"{one['policy']}-{index}" for index, one in enumerate(MERGES)])
def test_merge_answers_the_vector_read_from_json(vector: dict[str, object]) -> None:
    state: RecordState | None = None
    steps = vector["ops"]
    assert isinstance(steps, list)
    ops = [msgspec.convert(step["op"], Op, str_keys=True) for step in steps]
    for op, step in zip(ops, steps, strict=True):
        state = apply(state, op, step["at"]).state
    assert state is not None
    assert encode(RecordId(ops[0].record), state).decode() == vector["encoded"]


def test_canonical_answers_its_vectors() -> None:
    vectors = json.loads((FOLDER / "canonical.json").read_text("utf-8"))
    assert all(canonical(one["value"]).decode() == one["canonical"] for one in vectors["values"])
    assert all(refusal(one["value"]) == one["word"] for one in vectors["refused"])


def test_chain_vectors_are_read_whole() -> None:
    lines = [one["line"].encode() for one in json.loads((FOLDER / "chain.json").read_text("utf-8"))]
    read = decode(body(lines))
    assert isinstance(read, Batch)
    assert [item.code for item in read.items] == ["", "", ""]


def test_pull_vectors_tell_every_turn_of_a_claim() -> None:
    """The story holds what each rule of sync/claim.py is for; JavaScript runs it in tests/browser/tablet/test_engine.py."""
    steps = json.loads((FOLDER / "pull.json").read_text("utf-8"))["steps"]
    by_marks = [place for place, one in enumerate(steps) if "held" in one["asked"]]
    taken = [one["taken"] for one in steps]
    assert taken == ["more"] * 2 + ["done"] * 3 + ["more", "done", "more", "done", "late"] + ["done"] * 3
    assert by_marks == [0, 6, 8, 10], "at the first pull, after each question, and when a bucket was lost"
    assert [one["after"]["identity"]["leaving"] != [] for one in steps] == [False] * 6 + [True] * 7
    for one in steps[2:]:
        apart = {bucket for bucket, at in one["after"]["cursors"].items() if at != [0, 0, 0]}
        assert apart == set(one["after"]["identity"]["leaving"]), "what a whole pull leaves stands at one place"
