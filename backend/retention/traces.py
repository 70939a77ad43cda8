"""This file erases traces whose time is over: entries of the journal in whole seals, ended sign-ins, ended jobs.

How long they are kept is decided in rules.py. The last seal always stays, so that the chain goes on from it.
"""

from datetime import date
from typing import Final
from uuid import UUID

from backend.db.transaction import Transaction
from backend.journal.seal import Cut
from backend.retention.rules import RuleName, first_day_kept

ROWS_A_STEP: Final = 2000
_STATEMENTS: Final[dict[RuleName, dict[str, str]]] = {
    RuleName.SIGN_IN_TRACE: {
        "sessions": "DELETE FROM sign_in_session WHERE id IN (SELECT id FROM sign_in_session "
        "WHERE (territory_id = $1 OR territory_id IS NULL) AND coalesce(ended_at, ends_at) < $2 LIMIT $3)",
        "codes": "DELETE FROM set_up_code c USING (SELECT $1::uuid) t WHERE c.code_hash IN "
        "(SELECT code_hash FROM set_up_code WHERE ends_at < $2 LIMIT $3)",
        "attempts": "DELETE FROM throttle h USING (SELECT $1::uuid) t WHERE (h.key_hash, h.window_starts_at) IN "
        "(SELECT key_hash, window_starts_at FROM throttle WHERE window_starts_at < $2 LIMIT $3)",
    },
    RuleName.JOB_TRACE: {
        "jobs": "DELETE FROM job WHERE territory_id = $1 AND id IN (SELECT j.id FROM job j WHERE j.territory_id = $1 "
        "AND j.ended_at < $2 AND NOT EXISTS (SELECT FROM plan p WHERE p.territory_id = j.territory_id AND p.job_id = j.id) "
        "LIMIT $3)",
    },
}
_DUE: Final[dict[RuleName, str]] = {
    RuleName.SIGN_IN_TRACE: "SELECT count(*) FROM sign_in_session WHERE (territory_id = $1 OR territory_id IS NULL) "
    "AND coalesce(ended_at, ends_at) < $2",
    RuleName.JOB_TRACE: "SELECT count(*) FROM job j WHERE j.territory_id = $1 AND j.ended_at < $2 AND NOT EXISTS "
    "(SELECT FROM plan p WHERE p.territory_id = j.territory_id AND p.job_id = j.id)",
}


async def count_due(tx: Transaction, rule: RuleName, as_of: date) -> int:
    """Return how many traces of a rule are over."""
    if rule is RuleName.ACCESS_TRACE:
        cut = await next_cut(tx, as_of)
        found = await tx.fetch_value(
            "SELECT count(*) FROM journal WHERE territory_id = $1 AND seq <= $2",
            tx.scope.territory_id,
            cut.seq if cut else 0,
        )
        return int(found)
    return int(await tx.fetch_value(_DUE[rule], tx.scope.territory_id, first_day_kept(rule, as_of)))


async def erase_some(tx: Transaction, rule: RuleName, as_of: date) -> dict[str, int]:
    """Erase at most ROWS_A_STEP rows of each table of a rule; return what went, nothing when no more is due."""
    before = first_day_kept(rule, as_of)
    went = {
        name: await tx.execute(statement, tx.scope.territory_id, before, ROWS_A_STEP)
        for name, statement in _STATEMENTS[rule].items()
    }
    return {name: count for name, count in went.items() if count}


async def next_cut(tx: Transaction, as_of: date) -> Cut | None:
    """Return where the journal would begin: after the latest seal of which every entry is too old, never the last one."""
    row = await tx.fetch_row(
        "SELECT n, hash, seqs[cardinality(seqs)] AS seq FROM journal_seal WHERE territory_id = $1 AND sealed_at < $2 "
        "AND n < (SELECT max(n) FROM journal_seal WHERE territory_id = $1) ORDER BY n DESC LIMIT 1",
        tx.scope.territory_id,
        first_day_kept(RuleName.ACCESS_TRACE, as_of),
    )
    return Cut(row["n"], row["hash"], row["seq"]) if row else None


async def erase_entries(tx: Transaction, purge_id: UUID, cut: Cut) -> dict[str, int]:
    """Erase at most ROWS_A_STEP entries before the cut, and with the last of them their seals."""
    went = await tx.fetch_value("SELECT maraude_cut_journal($1, $2, $3)", purge_id, cut.n, ROWS_A_STEP)
    return {"entries": int(went)} if went else {}
