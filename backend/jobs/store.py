"""Keep the rows of jobs: ask, take a lease, renew it, end. Every later write is fenced by the token.

Times come from the database's clock, the one that all workers share.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.access import Scope
from backend.db.transaction import Transaction
from backend.ids import JobId, TerritoryId, UserId, new_id


@dataclass(frozen=True)
class Leased:
    """A job that this process may work on as long as the lease holds."""

    id: JobId
    territory_id: TerritoryId
    kind: str
    args: dict[str, Any]
    token: UUID
    attempt: int
    asked_by: UserId | None

    @property
    def scope(self) -> Scope:
        """Return the scope in which the job reads and writes."""
        return Scope(self.territory_id, self.asked_by)


@dataclass(frozen=True)
class JobState:
    """What a person may see of a job; `progress` holds numbers and words, no names."""

    id: JobId
    kind: str
    state: str
    attempts: int
    progress: dict[str, Any]
    result: dict[str, Any] | None
    problem_code: str | None


async def ask(tx: Transaction, kind: str, args: dict[str, Any], only_one_key: str) -> JobId | None:
    """Write a job down as queued; None if one with the same key is already unfinished in this territory."""
    return await ask_in(tx, tx.scope.territory_id, kind, args, only_one_key, tx.scope.user_id)


async def ask_in(
    tx: Transaction,
    territory_id: TerritoryId,
    kind: str,
    args: dict[str, Any],
    only_one_key: str,
    asked_by: UserId | None = None,
) -> JobId | None:
    """Write a job of a territory down, for a transaction that has no scope of its own: the sweeper's."""
    job_id = JobId(new_id())
    # No error is raised and caught here: it would abort the caller's transaction, which may hold a whole push.
    added = await tx.execute(
        "INSERT INTO job (id, territory_id, kind, args, state, asked_by, asked_at, only_one_key) "
        "VALUES ($1, $2, $3, $4, 'queued', $5, now(), $6) "
        "ON CONFLICT (territory_id, only_one_key) WHERE state IN ('queued', 'running') DO NOTHING",
        job_id,
        territory_id,
        kind,
        json.dumps(args),
        asked_by,
        only_one_key,
    )
    return job_id if added else None


async def find(tx: Transaction, job_id: JobId) -> JobState | None:
    """Return what is known of a job of this territory."""
    row = await tx.fetch_row(
        "SELECT id, kind, state, attempts, progress, result, problem_code FROM job WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        job_id,
    )
    if row is None:
        return None
    return JobState(
        JobId(row["id"]),
        row["kind"],
        row["state"],
        row["attempts"],
        json.loads(row["progress"]),
        json.loads(row["result"]) if row["result"] else None,
        row["problem_code"],
    )


async def ask_to_cancel(tx: Transaction, job_id: JobId) -> bool:
    """Ask a job to stop; a queued one is cancelled at once. Return whether there was anything to cancel."""
    touched = await tx.execute(
        "UPDATE job SET cancel_asked = true, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END, "
        "ended_at = CASE state WHEN 'queued' THEN now() ELSE ended_at END "
        "WHERE territory_id = $1 AND id = $2 AND state IN ('queued', 'running')",
        tx.scope.territory_id,
        job_id,
    )
    await announce(tx, job_id)
    return touched == 1


async def take_lease(tx: Transaction, job_id: JobId, lease_seconds: int) -> Leased | None:
    """Take the lease of a job that nobody else holds; None if it is done, cancelled or held by a living worker."""
    row = await tx.fetch_row(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_token = $2, "
        "lease_until = now() + make_interval(secs => $3), started_at = coalesce(started_at, now()) "
        "WHERE id = $1 AND attempts < attempts_max AND NOT cancel_asked "
        "AND (state = 'queued' OR (state = 'running' AND lease_until < now())) "
        "RETURNING id, territory_id, kind, args, lease_token, attempts, asked_by",
        job_id,
        new_id(),
        float(lease_seconds),
    )
    if row is None:
        return None
    return Leased(
        JobId(row["id"]),
        TerritoryId(row["territory_id"]),
        row["kind"],
        json.loads(row["args"]),
        row["lease_token"],
        row["attempts"],
        UserId(row["asked_by"]) if row["asked_by"] else None,
    )


async def renew_lease(tx: Transaction, leased: Leased, lease_seconds: int, progress: dict[str, Any] | None) -> str:
    """Renew the lease and write progress; `held`, `cancel` if a person asked to stop, `lost` if it is another's."""
    row = await tx.fetch_row(
        "UPDATE job SET lease_until = now() + make_interval(secs => $3), progress = coalesce($4::jsonb, progress) "
        "WHERE id = $1 AND lease_token = $2 AND state = 'running' RETURNING cancel_asked",
        leased.id,
        leased.token,
        float(lease_seconds),
        json.dumps(progress) if progress is not None else None,
    )
    if row is None:
        return "lost"
    if progress is not None:
        await announce(tx, leased.id)
    return "cancel" if row["cancel_asked"] else "held"


async def end(tx: Transaction, leased: Leased, state: str, problem_code: str | None = None) -> bool:
    """End a job as `done`, `failed` or `cancelled`; False if the lease is no longer ours: then nothing may be saved."""
    touched = await tx.execute(
        "UPDATE job SET state = $3, problem_code = $4, ended_at = now(), lease_until = NULL "
        "WHERE id = $1 AND lease_token = $2 AND state = 'running'",
        leased.id,
        leased.token,
        state,
        problem_code,
    )
    await announce(tx, leased.id)
    return touched == 1


async def write_result(tx: Transaction, leased: Leased, result: dict[str, Any]) -> None:
    """Write what came of a job that this transaction has just ended."""
    await tx.execute("UPDATE job SET result = $2 WHERE id = $1", leased.id, json.dumps(result))


async def unfinished_to_requeue(tx: Transaction, quiet_seconds: int) -> list[tuple[JobId, str]]:
    """Return jobs, with their kind, that nothing will wake: queued and not on the queue lately, or with a dead lease."""
    rows = await tx.fetch(
        "UPDATE job SET enqueued_at = now() WHERE id IN (SELECT id FROM job WHERE "
        "(state = 'queued' AND coalesce(enqueued_at, '-infinity') < now() - make_interval(secs => $1)) "
        "OR (state = 'running' AND lease_until < now() AND attempts < attempts_max "
        "    AND coalesce(enqueued_at, '-infinity') < lease_until) FOR UPDATE SKIP LOCKED) RETURNING id, kind",
        float(quiet_seconds),
    )
    return [(JobId(row["id"]), row["kind"]) for row in rows]


async def somebody_waits(tx: Transaction, background: frozenset[str]) -> bool:
    """Tell whether a job that a person waits for has lain on the queue for a second: no worker is free to take it."""
    return bool(
        await tx.fetch_value(
            "SELECT EXISTS (SELECT FROM job WHERE state = 'queued' AND kind <> ALL($1) "
            "AND asked_at < now() - interval '1 second')",
            sorted(background),
        )
    )


async def give_up_on_the_hopeless(tx: Transaction) -> list[JobId]:
    """Fail running jobs that used up their attempts or were cancelled, and whose worker is dead."""
    rows = await tx.fetch(
        "UPDATE job SET state = CASE WHEN cancel_asked THEN 'cancelled' ELSE 'failed' END, ended_at = now(), "
        "problem_code = CASE WHEN cancel_asked THEN NULL ELSE 'internal' END "
        "WHERE state = 'running' AND lease_until < now() AND (attempts >= attempts_max OR cancel_asked) RETURNING id"
    )
    return [JobId(row["id"]) for row in rows]


async def announce(tx: Transaction, job_id: JobId) -> None:
    """Wake those who watch this job, once this transaction is committed."""
    await tx.execute("SELECT pg_notify('maraude', $1)", f"job:{job_id}")
