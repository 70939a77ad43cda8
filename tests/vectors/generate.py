"""Write the vectors that the server's Python and the tablet's JavaScript must both answer.

Run it as `python -m tests.vectors.generate`.
Merge vectors are histories with the record they leave, to the byte; what stands in them is checked here against the
model that keeps every op, so a vector never blesses a wrong merge. names.json is written by hand.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from sync.canonical import canonical, digest, refusal, sum64
from sync.clock import Readings, Sample, corrected
from sync.ids import RecordId, derived_id
from sync.ops import hash_of, payload
from sync.state import content_sum, encode
from sync.view import view
from tests.sync.making import chained, line, make_op, uuid
from tests.sync.model import standing
from tests.sync.test_merge import POLICY_FIELDS, arrivals, fold, found, histories, long_history
from tests.vectors.pulls import pulls, sums

FOLDER = Path(__file__).parent
PER_POLICY = 12
VALUES: tuple[Any, ...] = (
    {"b": 1, "a": {"d": None, "c": [True, False, "é"]}},
    '\x1f"\\/\b\f\n\r\t\x7f€😀',
    [2**53 - 1, -(2**53) + 1, 0],
    {},
    [],
    {"10": 1, "9": 2, "A": 3, "a": 4, "_": 5},
)
REFUSED: tuple[Any, ...] = (1.5, 2**53, "e\u0301", "a\x00b", {"é": 1}, [[2.0]])


def merges() -> Iterator[dict[str, Any]]:
    """Yield histories of each policy with the record they leave."""
    chance = random.Random(2026)
    for policy, (kind, _, _) in POLICY_FIELDS.items():
        short = list(histories(policy))
        for ops in [*chance.sample(short, PER_POLICY), long_history(policy, 4), long_history(policy, 5)]:
            arrival = chance.choice(list(arrivals(ops))) if len(ops) < 6 else ops
            state = fold(arrival)
            if found(state) != standing(ops):
                raise AssertionError(f"a {policy} vector differs from the model")
            record = RecordId(ops[0].record)
            yield {
                "policy": policy.value,
                "kind": kind,
                "ops": [{"at": 1000 * op.n + op.actor, "op": json.loads(payload(op))} for op in arrival],
                "encoded": encode(record, state).decode(),
                "sum": f"{content_sum(record, state):016x}",
                "view": msgspec.to_builtins(view(state)),
            }


def canonicals() -> dict[str, Any]:
    """Return values with their canonical text and hashes, and values that may not travel."""
    return {
        "values": [
            {
                "value": value,
                "canonical": canonical(value).decode(),
                "sha256": digest(value).hex(),
                "sum64": f"{sum64(canonical(value)):016x}",
            }
            for value in VALUES
        ],
        "refused": [{"value": value, "word": refusal(value)} for value in REFUSED],
        "derived_id": derived_id("double_dose", "b", "a"),
    }


def chains() -> list[dict[str, Any]]:
    """Return a chain of ops with the line that each is sent as."""
    ops = chained(
        [
            make_op(3, 1, record=uuid(5), set={"given_name": "Zoé", "room": "12"}),
            make_op(3, 2, record=uuid(5), add={"allergies": ["œuf", "latex"]}, seen={3: 1}),
            make_op(3, 3, record=uuid(5), set={"room": None}, remove={"allergies": ["latex"]}, seen={3: 2}),
        ]
    )
    return [{"line": line(op).decode(), "hash": hash_of(payload(op)), "prev": op.prev} for op in ops]


def clocks() -> list[dict[str, Any]]:
    """Return clock readings with their corrected times."""
    samples = [Sample(500_000, 1_000, "b", 90_000_000, 200), Sample(700_000, 201_000, "b", 90_200_000, 80)]
    readings = [(499_500, 500, "b"), (650_000, 150_000, "b"), (90_100_000, 1, "c"), (10**13, 10**9, "b")]
    return [
        {
            "wall": wall,
            "mono": mono,
            "boot": boot,
            "now": 95_000_000,
            "samples": msgspec.to_builtins(samples),
            "corrected": msgspec.to_builtins(corrected(wall, mono, boot, Readings(samples), 95_000_000)),
        }
        for wall, mono, boot in readings
    ]


def files() -> dict[str, str]:
    """Return each vector file's text by its name."""
    made: dict[str, Any] = {
        "merge.json": list(merges()),
        "canonical.json": canonicals(),
        "chain.json": chains(),
        "clock.json": clocks(),
        "pull.json": {"steps": list(pulls()), "sums": sums()},
    }
    return {name: _lines(content) for name, content in made.items()}


def _lines(content: Any) -> str:
    """Return JSON with one vector a line, so that a change shows which vector it changes."""
    if isinstance(content, list):
        return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in content) + "\n]\n"
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, "utf-8")
