"""What the worker runs for retention: erase what is due by one rule in short steps, then sign the certificate.

It may be killed anywhere: each step is whole, the purge that is under way is gone on with, and what was erased is not
due any more. Whatever became due for another reason meanwhile is judged again in the transaction that erases it.
"""

from typing import Any
from uuid import UUID

from backend.clock import Clock, day_in, now
from backend.db.transaction import Transaction
from backend.ids import JobId
from backend.jobs.run import Running
from backend.jobs.store import ask
from backend.jobs.table import Save
from backend.journal.seal import SealKey, key_of
from backend.journal.store import record as journal
from backend.log.follow import catch_up
from backend.problems import Problem
from backend.retention import purges, traces
from backend.retention.certificate import Certificate
from backend.retention.erase import erase_file
from backend.retention.files import File, due_files, lock_persons, persons_after
from backend.retention.rules import FILES, RuleName
from backend.settings import read_settings
from backend.territory.time_zone import read_time_zone


async def ask_purge(tx: Transaction, rule: RuleName) -> JobId | None:
    """Ask for a purge by a rule; None if one is asked for already."""
    return await ask(tx, "purge", {"rule": rule.value}, only_one_key=f"purge {rule.value}")


async def purge_job(running: Running) -> Save:
    """Erase what is due, and sign it by the key that this installation's secret gives."""
    secret_key = read_settings().secret_key
    if not secret_key:
        raise Problem("secret_key_missing")
    return await purge(running, key_of(secret_key), now)


async def purge(running: Running, key: SealKey, clock: Clock) -> Save:
    """Erase what is due by the rule that the job names."""
    rule = RuleName(running.args["rule"])
    async with running.transaction() as tx:
        begun = await purges.begin(tx, rule, day_in(await read_time_zone(tx), clock()), clock())
    if rule in FILES:
        await _erase_files(running, begun, rule, clock)
    elif rule is RuleName.ACCESS_TRACE:
        await _erase_entries(running, begun)
    else:
        await _erase_traces(running, begun, rule)

    async def save(tx: Transaction) -> dict[str, Any]:
        whole = await purges.end(tx, begun.id, key, clock())
        await journal(tx, "purged", "purge", [begun.id], at=clock())
        return {"purge_id": str(whole.id), "erased": whole.erased}

    return save


async def _erase_files(running: Running, begun: Certificate, rule: RuleName, clock: Clock) -> None:
    while running.keep_going() and await catch_up(running.scope, clock()):
        running.report(step="follow")  # a note that waits names ids, and its review would be opened after the purge
    after: UUID | None = UUID(int=0)
    looked_at = erased = tied = 0
    while after is not None and running.keep_going():
        async with running.transaction() as tx:
            persons = await persons_after(tx, after, begun.as_of_on)
            due = await due_files(tx, persons, rule, begun.as_of_on)
        for file in due:
            if not running.keep_going():
                return
            went = await _erase_one(running, begun, file, clock)
            erased += went
            tied += not went
        looked_at += len(persons)
        running.report(looked_at=looked_at, erased=erased, tied=tied)
        after = persons[-1] if persons else None


async def _erase_one(running: Running, begun: Certificate, file: File, clock: Clock) -> bool:
    """Erase a file if it is still due now that nobody else can write about it; False if it has to stay."""
    async with running.transaction() as tx:
        await lock_persons(tx, file.person_ids)
        for one in await due_files(tx, list(file.person_ids), file.ending.rule, begun.as_of_on):
            outcome = await erase_file(tx, begun.id, one.person_ids)
            if outcome.tied:
                return False
            await purges.add(tx, begun.id, {"files": 1, **outcome.counts})
            await journal(tx, "file_erased", "person", one.person_ids, at=clock())
            return True
    return False


async def _erase_entries(running: Running, begun: Certificate) -> None:
    async with running.transaction() as tx:
        cut = begun.cut or await traces.next_cut(tx, begun.as_of_on)
        if cut is not None and begun.cut is None:
            await purges.set_cut(tx, begun.id, cut)
    erased = 0
    while cut is not None and running.keep_going():
        async with running.transaction() as tx:
            went = await traces.erase_entries(tx, begun.id, cut)
            await purges.add(tx, begun.id, went)
        erased += went.get("entries", 0)
        running.report(erased=erased)
        if not went:
            return


async def _erase_traces(running: Running, begun: Certificate, rule: RuleName) -> None:
    erased = 0
    while running.keep_going():
        async with running.transaction() as tx:
            went = await traces.erase_some(tx, rule, begun.as_of_on)
            await purges.add(tx, begun.id, went)
        erased += sum(went.values())
        running.report(erased=erased)
        if not went:
            return
