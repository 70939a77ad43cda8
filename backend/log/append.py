"""Append a batch of ops: load what it needs, let sync decide, save the decision, note what must follow.

The caller's transaction is the whole of it (S9). Who may write what is decided in `authority.py`.
"""

from collections import Counter
from datetime import datetime

from backend.db.together import Together
from backend.db.transaction import Transaction
from backend.health.metrics import OPS
from backend.ids import InstallationId
from backend.log.authority import authority_of
from backend.log.follow import note
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
    decision = decide(batch, loaded.known, int(now.timestamp() * 1000), await authority_of(tx, loaded, now))
    together = Together(tx)
    changes = await save(tx, installation_id, loaded, decision, now, together)
    await note(tx, together, changes, now)
    await together.send()  # last: other pushes into these buckets wait from here to the commit
    for word, count in Counter(verdict.word for verdict in decision.verdicts).items():
        OPS.labels(word).inc(count)
    return decision, changes
