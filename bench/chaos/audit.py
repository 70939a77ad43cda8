"""Hold the server's log and records against what the tablets wrote down: lost, twice, taken back, different.

The log is looked at twice: at once after the last crash, before any tablet could heal it, and at the end.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from backend.backup.verify import Seen, verify
from backend.ids import TerritoryId
from backend.reference_tablet.store import SqliteStore
from bench.chaos.ledger import ACKNOWLEDGED, RECORDED, TAKEN_BACK, read_ledger
from sync.ids import RecordId
from sync.state import encode


@dataclass(frozen=True)
class Findings:
    """What a run came to; all but the first two and `verdicts` must be nought."""

    acknowledged: int
    recorded: int
    verdicts: Counter[str]
    lost: int  # acknowledged, and not in the log right after a crash, or taken back later, or not there at the end
    never_arrived: int  # recorded, and not in the log after every tablet came home
    twice: int  # ops that count twice
    refused: int  # nothing here deserves a refusal
    differences: list[str]  # what the recomputed chains, sums and tablets say

    @property
    def held(self) -> bool:
        """Tell whether every promise held."""
        return not (self.lost or self.never_arrived or self.twice or self.refused or self.differences)


async def missing_from_log(owner_url: str, territory_id: TerritoryId, tablets: Path) -> set[tuple[str, ...]]:
    """Return the acknowledgements (op id, hash) of which the log knows nothing now."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            rows = await connection.fetch("SELECT id, hash FROM op")
    finally:
        await connection.close()
    return read_ledger(tablets, ACKNOWLEDGED) - {(row["id"].hex, row["hash"].hex()) for row in rows}


async def audit(owner_url: str, territory_id: TerritoryId, tablets: Path, missed: set[tuple[str, ...]]) -> Findings:
    """Return the findings once every tablet is home; `missed` is what the log did not have after the last crash."""
    seen = next(one for one in await verify(owner_url) if one.territory_id == territory_id)
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            ops = await connection.fetch("SELECT o.id, o.verdict FROM op o")
            records = await connection.fetch("SELECT id, body, unnest(buckets) AS bucket FROM record")
    finally:
        await connection.close()
    held: dict[str, dict[str, bytes]] = defaultdict(dict)
    for row in records:
        held[row["bucket"]][str(row["id"])] = row["body"].encode()
    lost = missed | read_ledger(tablets, TAKEN_BACK) | await missing_from_log(owner_url, territory_id, tablets)
    acknowledged = {line[0] for line in read_ledger(tablets, ACKNOWLEDGED)}
    recorded = acknowledged | {line[0] for line in read_ledger(tablets, RECORDED)}
    twice = [wrong for wrong in seen.wrongs if wrong.what == "op"]
    verdicts = Counter(row["verdict"] for row in ops)
    return Findings(
        acknowledged=len(acknowledged),
        recorded=len(recorded),
        verdicts=verdicts,
        lost=len(lost),
        never_arrived=len(recorded - {row["id"].hex for row in ops}),
        twice=len(twice),
        refused=verdicts["refused"],
        differences=_differences(seen) + _tablets_that_differ(tablets, held),
    )


def _differences(seen: Seen) -> list[str]:
    return [f"{wrong.what} {wrong.which}: {wrong.reason}" for wrong in seen.wrongs if wrong.what != "op"]


def _tablets_that_differ(tablets: Path, held: dict[str, dict[str, bytes]]) -> list[str]:
    """Compare the records of every bucket of every tablet with the server's, byte by byte (S7)."""
    differ = []
    for path in sorted(tablets.glob("*/tablet.sqlite")):
        with SqliteStore(path) as store:
            for bucket, records in store.buckets().items():
                mine = {record_id: encode(RecordId(record_id), state) for record_id, state in records.items()}
                if mine != held.get(bucket, {}):
                    differ.append(f"tablet {path.parent.name}: bucket {bucket} differs")
    return differ
