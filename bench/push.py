"""Measure what each part of a push costs an op, beside the floor of reading and hashing the same bytes.

Run it as `python -m bench.push`. Rounds are interleaved; ratios are medians of per-round ratios, since a machine shared
with others has no steady absolute speed, and beside the median stands the quietest round. No database: the shell's cost
is measured where the shell is.
"""

import gc
import hashlib
import random
import statistics
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import msgspec

from sync.canonical import sum64
from sync.decode import Batch, decode, envelope
from sync.ids import RecordId
from sync.ledger import Decision, Installation, Known
from sync.ops import NO_PREVIOUS, Op, hash_of, payload
from sync.push import decide
from sync.sound import READERS
from sync.state import encode
from sync.wire import PushHeader

PUSHES = 50
OPS_A_PUSH = 100
ROUNDS = 15
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
            "born_on": f"19{chance.randrange(30, 99)}-0{chance.randrange(1, 10)}-{chance.randrange(10, 29)}",
            "born_precision": "day",
            "sex": "female",
            "phone": "0601020304",
            "language": "fr",
            "place_id": str(UUID(int=chance.getrandbits(128))),
            "room": "312",
            "population_group": "homeless_hotel",
        },
        add={"allergies": ["penicillin"], "conditions": ["asthma", "diabetes"]},
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


def read_and_drop(bodies: list[bytes]) -> None:
    """Read one push after the other, and keep none: a server holds one at a time."""
    for body in bodies:
        decode(body)


def read_closely(bodies: list[bytes]) -> None:
    """Read the pushes with nothing taken at one look: what ops cost that are not sound."""
    before = dict(READERS)
    READERS.clear()
    try:
        read_and_drop(bodies)
    finally:
        READERS.update(before)


def decide_all(batches: list[Batch]) -> Iterator[Decision]:
    """Decide the pushes one after the other."""
    installation = Installation(7, 1, NO_PREVIOUS)
    for batch in batches:
        decision = decide(batch, Known(installation, {}, {}, {}, [], 1), NOW)
        if any(verdict.word != "stored" for verdict in decision.verdicts):
            raise AssertionError("a sound op was not stored")
        installation = decision.installation
        yield decision


def decide_and_drop(batches: list[Batch]) -> None:
    """Decide the pushes and keep no decision."""
    for _ in decide_all(batches):
        pass


def write_all(decisions: list[Decision]) -> None:
    """Write the records that the pushes made, with their sums, and the answers."""
    for decision in decisions:
        for record_id, state in decision.records.items():
            sum64(encode(RecordId(record_id), state))
        msgspec.json.encode(decision.answer())


def _microseconds(work: Callable[[], object]) -> float:
    """Return what the work took for each op, in processor time."""
    gc.collect()
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e6 / (PUSHES * OPS_A_PUSH)


def main() -> None:
    """Print what each part costs."""
    bodies = pushes(seed=1)
    batches = read(bodies)
    decisions = list(decide_all(batches))
    parts: dict[str, Callable[[], object]] = {
        "floor: read and hash": lambda: read_and_hash(bodies),
        "decode": lambda: read_and_drop(bodies),
        "decode, each op closely": lambda: read_closely(bodies),
        "decide": lambda: decide_and_drop(batches),
        "records, sums, answer": lambda: write_all(decisions),
    }
    gc.freeze()  # as the web process does when it starts
    rounds = [{name: _microseconds(work) for name, work in parts.items()} for _ in range(ROUNDS)]
    print(f"{PUSHES * OPS_A_PUSH} ops of {sum(map(len, bodies)) // (PUSHES * OPS_A_PUSH)} bytes, {ROUNDS} rounds")
    for name in parts:
        found = [one[name] for one in rounds]
        ratio = statistics.median(one["floor: read and hash"] / one[name] for one in rounds)
        print(f"{name:24} {statistics.median(found):6.2f} us an op (quietest {min(found):5.2f})  {ratio:5.2f} x floor")


if __name__ == "__main__":
    main()
