"""Append a batch of ops: load what it needs, let sync decide, save the decision, ask the rules across records.

The caller's transaction is the whole of it (S9). Who may write what is decided in `authority.py`.
"""

from datetime import datetime

from backend.coverage import touched
from backend.coverage.keep import Applied, apply_changes
from backend.db.transaction import Transaction
from backend.doses.jobs import ask_recompute
from backend.doses.keep import Followed, follow
from backend.health.metrics import OPS
from backend.ids import InstallationId
from backend.jobs.store import ask
from backend.log.authority import authority_of
from backend.log.detect import detect
from backend.log.load import load
from backend.log.projection import Change
from backend.log.save import save
from sync.decode import Batch
from sync.ledger import Decision
from sync.push import decide


async def append(
    tx: Transaction, installation_id: InstallationId, batch: Batch, now: datetime
) -> tuple[Decision, list[Change]]:
    """Decide and save a batch in this transaction; return the decision and what changed in the typed tables."""
    loaded = await load(tx, installation_id, batch)
    decision = decide(batch, loaded.known, int(now.timestamp() * 1000), await authority_of(tx, loaded, batch))
    changes = await save(tx, installation_id, loaded, decision, now)
    changes += await detect(tx, changes, now)
    await tell_followers(tx, changes)
    for verdict in decision.verdicts:
        OPS.labels(verdict.word).inc()
    return decision, changes


async def tell_followers(tx: Transaction, changes: list[Change]) -> None:
    """Let the read models follow, and wake the open pages of the territory once this is committed."""
    followed = [touched.Change(one.kind, one.record_id, one.before, one.after) for one in changes]
    if await follow(tx, changes) is Followed.RECOMPUTE_NEEDED:
        await ask_recompute(tx)
    if await apply_changes(tx, followed) is Applied.REBUILD_NEEDED:
        await ask(tx, "coverage_rebuild", {}, only_one_key="coverage_rebuild")  # the sweeper puts it on the queue
    if changes:
        await tx.execute("SELECT pg_notify('maraude', $1)", f"territory:{tx.scope.territory_id}")
