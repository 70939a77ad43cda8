"""Measure how fast a push is read and decided, beside the floor of reading and hashing the same bytes.

Run it as `python -m bench.push`. Rounds are interleaved; the figures are medians of per-round ratios, since a machine
shared with others has no steady absolute speed. No database: the shell's cost is measured where the shell is.
"""

import hashlib
import random
import statistics
import time
from collections.abc import Callable
from uuid import UUID

import msgspec

from sync.decode import Batch, decode, envelope
from sync.ledger import Installation, Known
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.push import decide
from sync.wire import PushHeader

PUSHES = 50
OPS_A_PUSH = 100
ROUNDS = 7
NOW = 1_795_371_600_000


def pushes(seed: int) -> list[bytes]:
    """Return the pushes of one tablet that registers persons, a new record an op."""
    chance = random.Random(seed)
    header = PushHeader(1, str(UUID(int=9)), 1, "2026-11-22T18:20:00.000Z", 9000, "boot")
    previous, n, bodies = NO_PREVIOUS, 0, []
    for _ in range(PUSHES):
        lines = [msgspec.json.encode(header)]
        for _ in range(OPS_A_PUSH):
            n += 1
            content = payload(_registration(chance, n, previous))
            previous = hash_of(content)
            lines.append(envelope(f"{n:032x}", n, previous, content))
        bodies.append(b"\n".join(lines) + b"\n")
    return bodies


def _registration(chance: random.Random, n: int, previous: str) -> Op:
    return Op(
        id=f"{n:032x}",
        actor=7,
        n=n,
        prev=previous,
        record=str(UUID(int=chance.getrandbits(128))),
        kind="person",
        schema=1,
        author=str(UUID(int=5)),
        wall_at="2026-11-22T18:10:00.000Z",
        mono_ms=5000 + n,
        boot="boot",
        set={
            "given_name": "Aminata",
            "family_name": "Traoré",
            "born_on": "1950-03-02",
            "born_precision": "day",
            "sex": "female",
            "phone": "0601020304",
            "language": "fr",
            "place_id": str(UUID(int=chance.getrandbits(128))),
            "room": "312",
            "population_group": "homeless_hotel",
        },
    )


def read_and_hash(bodies: list[bytes]) -> None:
    """Do what no push can go without: read each line and hash it."""
    for body in bodies:
        for line in body.splitlines():
            msgspec.json.decode(line)
            hashlib.sha256(line).hexdigest()


def read(bodies: list[bytes]) -> list[Batch]:
    """Read the pushes strictly."""
    return [batch for body in bodies if isinstance(batch := decode(body), Batch)]


def decide_all(batches: list[Batch]) -> None:
    """Decide the pushes one after the other."""
    installation = Installation(7, 1, NO_PREVIOUS)
    for batch in batches:
        decision = decide(batch, Known(installation, {}, {}, {}, [], 1), NOW)
        if any(verdict.word != "stored" for verdict in decision.verdicts):
            raise AssertionError("a sound op was not stored")
        installation = decision.installation


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print the medians."""
    bodies = pushes(seed=1)
    batches = read(bodies)
    ops = PUSHES * OPS_A_PUSH
    rounds = [
        (_seconds(lambda: read_and_hash(bodies)), _seconds(lambda: read(bodies)), _seconds(lambda: decide_all(batches)))
        for _ in range(ROUNDS)
    ]
    print(f"{ops} ops of {sum(map(len, bodies)) // ops} bytes, {ROUNDS} rounds, medians")
    for name, at in (("floor: read and hash", 0), ("decode", 1), ("decide", 2)):
        speed = statistics.median(ops / one[at] for one in rounds)
        ratio = statistics.median(one[0] / one[at] for one in rounds)
        print(f"{name:22} {speed:10,.0f} ops/s  {ratio:5.2f} x floor")


if __name__ == "__main__":
    main()
