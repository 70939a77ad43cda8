"""The journal cannot be rewritten unnoticed: whoever owns the database alters it, and the verifier says where."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend import clock
from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.journal.commands import verify
from backend.journal.seal import Fault, SealKey, key_of
from backend.journal.sealer import HEADS, Mark, exported, seal_once
from backend.journal.store import record
from tests.trust.town import Town

KEY = key_of("00" * 32)
NOTHING = Mark(0, 0)


@dataclass
class Sealed:
    """A journal of three seals, and the seq of an entry in the middle one."""

    town: Town
    heads: Path
    seq: int
    n: int

    async def faults(self) -> list[Fault]:
        """Return what the verifier finds in the first territory."""
        return (await verify(self.town.settings, self.heads))[self.town.mine.id][1]

    async def alter(self, sql: str, *values: object) -> None:
        """Alter the first territory's rows as the owner of the database; `$1` is the territory."""
        await self.town.as_owner(self.town.mine.id, sql, *values)


async def seal_all(heads: Path, key: SealKey = KEY) -> None:
    """Seal what is written; other transactions of the machine may hold the first tries back."""
    mark = await seal_once(NOTHING, key, heads, clock.now)
    for _ in range(200):
        later = await seal_once(mark, key, heads, clock.now)
        if later != mark:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing could be sealed")


@pytest.fixture
async def sealed(town: Town, tmp_path: Path) -> AsyncIterator[Sealed]:
    await town.as_owner(town.mine.id, "DELETE FROM journal_seal WHERE territory_id = $1")
    await town.as_owner(town.mine.id, "DELETE FROM journal WHERE territory_id = $1")
    heads = tmp_path / HEADS
    for _ in range(3):
        async with transaction(Scope(town.mine.id, town.mine.users[Role.DISPATCHER])) as tx:
            for number in range(3):
                await record(tx, "plan_read", "plan", [new_id()], f"reason {number}", at=clock.now())
        await seal_all(heads)
    rows = await town.as_owner(town.mine.id, "SELECT n, seqs FROM journal_seal WHERE territory_id = $1 ORDER BY n")
    covered = [seq for row in rows for seq in row["seqs"]]
    assert len(covered) == 9
    n, seq = next((row["n"], row["seqs"][0]) for row in rows if covered[4] in row["seqs"])
    made = Sealed(town, heads, seq, n)
    assert await made.faults() == []
    yield made
    await town.as_owner(town.mine.id, "DELETE FROM journal_seal WHERE territory_id = $1")
    await town.as_owner(town.mine.id, "DELETE FROM journal WHERE territory_id = $1")


async def test_edited_entry_is_named(sealed: Sealed) -> None:
    for column, value in (("act", "x"), ("reason", "x"), ("request_id", "x"), ("subject_kind", "x")):
        before = await sealed.town.as_owner(
            sealed.town.mine.id, f"SELECT {column} FROM journal WHERE territory_id = $1 AND seq = $2", sealed.seq
        )
        change = f"UPDATE journal SET {column} = $3 WHERE territory_id = $1 AND seq = $2"
        await sealed.alter(change, sealed.seq, value)
        assert await sealed.faults() == [Fault("entry_edited", sealed.n, sealed.seq)]
        await sealed.alter(change, sealed.seq, before[0][0])
    assert await sealed.faults() == []
    await sealed.alter("UPDATE journal SET user_id = NULL WHERE territory_id = $1 AND seq = $2", sealed.seq)
    assert await sealed.faults() == [Fault("entry_edited", sealed.n, sealed.seq)]


async def test_deleted_entry_is_named(sealed: Sealed) -> None:
    await sealed.alter("DELETE FROM journal WHERE territory_id = $1 AND seq = $2", sealed.seq)
    assert await sealed.faults() == [Fault("entry_deleted", sealed.n, sealed.seq)]


async def test_inserted_entry_is_named(sealed: Sealed) -> None:
    """An entry that somebody puts among sealed ones, under a number that nobody had."""
    await sealed.alter("DELETE FROM journal WHERE territory_id = $1 AND seq = 0")
    await sealed.alter(
        "INSERT INTO journal (territory_id, seq, at, act) OVERRIDING SYSTEM VALUE VALUES ($1, -7, now(), 'x')"
    )
    assert [(fault.what, fault.seq) for fault in await sealed.faults()] == [("entry_inserted", -7)]


async def test_cut_tail_is_seen_by_the_exported_head(sealed: Sealed) -> None:
    """Entries and their seals go together: within the database nothing is missing, and the head outside says so."""
    last = exported(sealed.heads, sealed.town.mine.id)[-1]
    await sealed.alter("DELETE FROM journal WHERE territory_id = $1 AND seq >= $2", sealed.seq)
    await sealed.alter("DELETE FROM journal_seal WHERE territory_id = $1 AND n >= $2", sealed.n)
    found = await sealed.faults()
    assert Fault("tail_cut", last.n) in found
    assert {fault.what for fault in found} == {"tail_cut"}


async def test_seal_made_to_fit_an_altered_entry_is_named(sealed: Sealed) -> None:
    """Who rewrites an entry and its digest cannot sign: the seal does not fit its signature or its hash."""
    await sealed.alter("UPDATE journal SET act = 'x' WHERE territory_id = $1 AND seq = $2", sealed.seq)
    await sealed.alter(
        "UPDATE journal_seal SET digests = sha256('x') || substr(digests, 33) WHERE territory_id = $1 AND n = $2",
        sealed.n,
    )
    assert Fault("seal_altered", sealed.n) in await sealed.faults()
    await sealed.alter("UPDATE journal_seal SET key_id = 'mine' WHERE territory_id = $1 AND n = $2", sealed.n)
    assert Fault("seal_by_unknown_key", sealed.n) in await sealed.faults()


async def test_chain_that_is_sealed_anew_from_an_altered_entry_on_is_named(sealed: Sealed) -> None:
    """Who owns the database and knows the code makes every later seal fit: the key is not theirs, nor the exported heads."""
    await sealed.alter("UPDATE journal SET act = 'x' WHERE territory_id = $1 AND seq = $2", sealed.seq)
    await sealed.alter("DELETE FROM journal_seal WHERE territory_id = $1 AND n >= $2", sealed.n)
    await seal_all(sealed.heads.with_name("heads of somebody else"), key_of("11" * 32))
    found = await sealed.faults()
    assert Fault("seal_by_unknown_key", sealed.n) in found
    assert {fault.n for fault in found} >= {sealed.n}


async def test_entries_that_are_swapped_are_named(sealed: Sealed) -> None:
    """Two entries change places: each row is one that was written, and neither stands where it was sealed."""
    rows = await sealed.town.as_owner(
        sealed.town.mine.id, "SELECT seq FROM journal WHERE territory_id = $1 ORDER BY seq LIMIT 2"
    )
    first, second = (row["seq"] for row in rows)
    await sealed.alter(
        "UPDATE journal a SET at = b.at, act = b.act, reason = b.reason, subject_ids = b.subject_ids FROM journal b "
        "WHERE a.territory_id = $1 AND b.territory_id = $1 AND a.seq <> b.seq AND a.seq = ANY($2) AND b.seq = ANY($2)",
        [first, second],
    )
    found = await sealed.faults()
    assert {(fault.what, fault.seq) for fault in found} == {("entry_edited", first), ("entry_edited", second)}


async def test_missing_seal_in_the_middle_is_named(sealed: Sealed) -> None:
    await sealed.alter("DELETE FROM journal_seal WHERE territory_id = $1 AND n = $2", sealed.n)
    assert Fault("seal_missing", sealed.n) in await sealed.faults()


async def test_entry_that_commits_late_is_sealed_in_its_place(town: Town, tmp_path: Path) -> None:
    """A seq is given before the commit: without waiting, a slow writer's entry would look like an inserted one."""
    heads, scope = tmp_path / HEADS, Scope(town.mine.id, town.mine.users[Role.DISPATCHER])

    async def later() -> Mark:
        async with transaction(scope) as tx:
            await record(tx, "quick", at=clock.now())
        return await seal_once(await seal_once(NOTHING, KEY, heads, clock.now), KEY, heads, clock.now)

    async with transaction(scope) as slow:
        await record(slow, "slow", at=clock.now())
        await asyncio.create_task(later(), context=Context())
        count = "SELECT count(*) FROM journal_seal WHERE territory_id = $1"
        assert (await town.as_owner(town.mine.id, count))[0][0] == 0
    await seal_all(heads)
    assert (await verify(town.settings, heads))[town.mine.id][1] == []
    rows = await town.as_owner(town.mine.id, "SELECT seqs FROM journal_seal WHERE territory_id = $1")
    acts = await town.as_owner(
        town.mine.id, "SELECT act FROM journal WHERE territory_id = $1 AND seq = ANY($2::bigint[])", rows[0]["seqs"]
    )
    assert {"slow", "quick"} <= {row["act"] for row in acts}


async def test_auditor_reads_who_saw_a_person(town: Town) -> None:
    """The tablet that pulled the person's place is named; an entry about others is not."""
    person_id, user = town.mine.ids["person"], town.mine.users[Role.DISPATCHER]
    async with transaction(Scope(town.mine.id, user)) as tx:
        await record(tx, "person_read", "person", [person_id], at=clock.now())
        await record(tx, "person_read", "person", [new_id()], at=clock.now())
    async with await town.signed_in(Role.AUDITOR) as browser:
        found = (await browser.get(f"/api/people/{person_id}/journal")).json()
        assert [(one["act"], one["user_id"], one["subject_ids"]) for one in found["entries"]] == [
            ("person_read", str(user), [str(person_id)])
        ]
        again = (await browser.get(f"/api/people/{person_id}/journal")).json()
        assert [one["act"] for one in again["entries"]] == ["journal_read", "person_read"]
        whole = (await browser.get("/api/journal")).json()["entries"]
        assert [one["act"] for one in whole[:2]] == ["journal_read", "journal_read"]
        assert len((await browser.get("/api/journal", params={"before": whole[1]["seq"]})).json()["entries"]) >= 2
