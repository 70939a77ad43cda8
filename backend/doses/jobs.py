"""What the worker runs for forecasts: make those of a whole territory current, in short transactions, with progress.

After a release of rules or for a new day every person waits; after a changed product those who had a dose of it. A
job that is stopped or dies goes on where it was: who is current is not met again.
"""

from typing import Any, Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.doses.keep import recompute, today
from backend.doses.rules.words import release_on
from backend.jobs.run import Running
from backend.jobs.store import ask
from backend.jobs.table import Save

KIND: Final = "forecast_recompute"
BATCH: Final = 200
PARTS_MAX: Final = 64
# Who is not current; a part is a share of the persons by the hash of their id, so that several workers share the work.
_WAITING: Final = (
    "FROM person p LEFT JOIN forecast_person f ON f.territory_id = p.territory_id AND f.id = p.id "
    "WHERE p.territory_id = $1 AND (f.id IS NULL OR f.rules_version IS DISTINCT FROM $2 "
    "OR f.computed_for_on IS DISTINCT FROM $3) AND (hashtext(p.id::text) & 65535) % $4 = $5"
)


async def ask_recompute(tx: Transaction, parts: int = 1) -> int:
    """Ask for the forecasts to be made current, in so many jobs; return how many were not already waiting."""
    parts = min(max(parts, 1), PARTS_MAX)
    asked = [
        await ask(tx, KIND, {"part": part, "parts": parts}, only_one_key=f"{KIND}:{parts}:{part}")
        for part in range(parts)
    ]
    return sum(job_id is not None for job_id in asked)


async def forecast_recompute_job(running: Running) -> Save:
    """Forecast for everybody who is not current; a person changed meanwhile is current by the push itself."""
    part, parts = int(running.args.get("part", 0)), int(running.args.get("parts", 1))
    async with running.transaction() as tx:
        on = await today(tx)
        version = release_on(on).version
        total = await tx.fetch_value(f"SELECT count(*) {_WAITING}", tx.scope.territory_id, version, on, parts, part)
    done, last = 0, UUID(int=0)
    made_way = False
    while running.keep_going() and not (made_way := running.makes_way):
        async with running.transaction() as tx:
            rows = await tx.fetch(
                f"SELECT p.id {_WAITING} AND p.id > $6 ORDER BY p.id LIMIT $7",
                tx.scope.territory_id,
                version,
                on,
                parts,
                part,
                last,
                BATCH,
            )
            if not rows:
                break
            await recompute(tx, [row["id"] for row in rows], on)
        done += len(rows)
        last = rows[-1]["id"]
        running.report(step="forecast", done=done, total=total, rules_version=version[:12])

    async def save(tx: Transaction) -> dict[str, Any]:
        if made_way:  # this job has ended in this very transaction: the next goes on with who is not current
            await ask(tx, KIND, {"part": part, "parts": parts}, only_one_key=f"{KIND}:{parts}:{part}")
        return {"persons": done, "rules_version": version, "computed_for_on": on.isoformat()}

    return save
