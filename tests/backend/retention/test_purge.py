"""A purge leaves nothing of a person in any table, and every chain, sum, feed and tablet agrees with what is left."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.access import Role
from backend.accounts.secrets_box import SecretsBox
from backend.backup.verify import verify
from backend.db.transaction import transaction, transaction_of_jobs
from backend.ids import UserId, new_id
from backend.jobs import store as jobs
from backend.jobs.run import Running, _finish
from backend.journal.commands import verify as verify_journal
from backend.journal.seal import key_of
from backend.journal.sealer import HEADS, Mark, seal_once
from backend.journal.store import record
from backend.log.desk import Act
from backend.log.rebuild import rebuild
from backend.people import identity_store
from backend.retention import purges
from backend.retention.certificate import fault_of
from backend.retention.jobs import ask_purge, purge
from backend.retention.plan import dry_run
from backend.retention.rules import RuleName
from backend.settings import Settings
from backend.tablets.feed import give_receipt
from sync.wire import Receipt
from tests.backend.ground import Ground, dose_of, person

KEY = key_of("00" * 32)
CANARY = "Zéphyrine"
LATER = datetime(2060, 1, 2, 12, tzinfo=UTC)


async def run_purge(ground: Ground, rule: RuleName, at: datetime = LATER) -> dict[str, Any]:
    """Ask for a purge and run it as a worker does, at an instant; return its result."""
    async with transaction(ground.scope) as tx:
        job_id = await ask_purge(tx, rule)
    assert job_id is not None
    async with transaction_of_jobs() as tx:
        leased = await jobs.take_lease(tx, job_id, 60)
    assert leased is not None
    running = Running(leased)
    assert await _finish(running, await purge(running, KEY, lambda: at)) == "done"
    (row,) = await ground.fetch("SELECT result FROM job WHERE territory_id = $1 AND id = $2", job_id)
    result: dict[str, Any] = json.loads(row["result"])
    return result


async def everything(ground: Ground) -> dict[str, str]:
    """Return every table of the database as one text, as its owner reads it: what a thief of the disk would find."""
    connection = await asyncpg.connect(ground.database.owner_url)
    try:
        await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(ground.territory_id))
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (name,) in tables:
            rows = await connection.fetch(f'SELECT t::text AS row FROM "{name}" t')
            bodies = await connection.fetch("SELECT body FROM op") if name == "op" else []
            texts = [row["row"] for row in rows] + [row["body"].decode("utf-8", "replace") for row in bodies]
            found[name] = "\n".join(texts)
        return found
    finally:
        await connection.close()


async def tables_with(ground: Ground, text: str) -> list[str]:
    """Return the tables that hold a text."""
    return [name for name, content in (await everything(ground)).items() if text in content]


async def test_nothing_of_an_erased_person_is_in_any_table_and_everything_else_agrees(ground: Ground) -> None:
    """The whole of it: a home, a household, a dose by a tablet, a refused entry, a review; then only the hashes."""
    ids = {name: new_id() for name in ("home", "house", "zoe", "dose", "visit", "request")}
    assert await ground.desk([
        Act("place", ids["home"], {"kind": "home", "name": CANARY, "address": f"1 rue {CANARY}"}),
        Act("household", ids["house"], {"name": CANARY, "place_id": str(ids["home"])}),
        Act("person", ids["zoe"], {"given_name": CANARY, "born_on": "1950-01-01", "place_id": str(ids["home"]),
                                   "household_id": str(ids["house"])}, {"allergies": [CANARY]}),
        Act("request", ids["request"], {"caller_role": "person", "person_id": str(ids["zoe"]), "reason": CANARY,
                                        "received_at": "2026-11-20T08:00:00.000Z"}),
        Act("visit", ids["visit"], {"place_id": str(ids["home"]), "person_id": str(ids["zoe"]),
                                    "request_id": str(ids["request"])}),
    ]) == []  # fmt: skip
    pen, other = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    dose = dose_of(ids["zoe"])
    assert await pen.put("dose", ids["dose"], **dose) == "stored"
    kept = pen.op("dose", new_id(), **dose_of(ground.ids["bob"]))
    assert (await pen.push(kept)).verdicts[0].word == "stored"
    assert await other.put("dose", new_id(), set=dose["set"] | {"note": CANARY, "visit_id": str(new_id())}) == (
        "refused reference_unknown"
    )
    sent_again = pen.op("consent", new_id(), set={
        "person_id": str(ids["zoe"]), "act": "vaccinate", "decision": "refused", "decided_at": "2026-11-20T10:00:00.000Z",
        "note": CANARY,
    })  # fmt: skip
    await pen.push(sent_again)
    async with transaction(ground.scope) as tx:
        assert await purges.hold(tx, ground.ids["bob"], "enquête", UserId(new_id()), LATER)
        box = SecretsBox("a key of thirty-two characters at least")
        await identity_store.keep(tx, box, ids["zoe"], "255081416802538", UserId(new_id()), LATER)
    assert {"op", "record", "person", "consent", "place"} <= set(await tables_with(ground, CANARY))

    result = await run_purge(ground, RuleName.CARE_FILE)

    assert await tables_with(ground, CANARY) == []
    for name in ("home", "house", "zoe", "dose", "visit", "request"):
        assert set(await tables_with(ground, str(ids[name]))) <= {"journal", "feed", "bucket"}, name
    assert result["erased"]["files"] == 1
    assert result["erased"]["ops"] >= 8
    found = await verify(ground.database.owner_url)
    assert [wrong for one in found for wrong in one.wrongs] == []
    assert (await rebuild(ground.scope)).mended == 0
    async with transaction(pen.scope) as tx:
        assert await give_receipt(tx) == Receipt(pen.n, pen.head)
    again = await pen.push(sent_again)
    assert [verdict.word for verdict in again.verdicts] == ["already"]
    assert again.suspicion == ""
    assert await ground.value("SELECT count(*) FROM person WHERE territory_id = $1 AND id = $2", ground.ids["bob"]) == 1


async def test_records_of_others_keep_a_file(ground: Ground) -> None:
    """A dose of Bob's that was recorded under Ada's visit is Bob's: her file waits, and nothing of him goes."""
    visit, dose = new_id(), new_id()
    assert await ground.desk([
        Act("visit", visit, {"place_id": str(ground.ids["hotel"]), "person_id": str(ground.ids["ada"])}),
        Act("dose", dose, {**dose_of(ground.ids["ada"])["set"]}, dose_of(ground.ids["ada"])["add"]),
        Act("dose", new_id(), {**dose_of(ground.ids["bob"])["set"], "visit_id": str(visit)}, {"antigens": ["measles"]}),
    ]) == []  # fmt: skip
    async with transaction(ground.scope) as tx:
        assert await purges.hold(tx, ground.ids["bob"], "enquête", UserId(new_id()), LATER)
    assert (await run_purge(ground, RuleName.CARE_FILE))["erased"] == {}
    assert await ground.value("SELECT count(*) FROM dose WHERE territory_id = $1") == 2


async def test_a_file_is_kept_to_its_last_day_and_a_joined_record_keeps_it(ground: Ground) -> None:
    assert (
        await ground.desk([Act("dose", new_id(), dose_of(ground.ids["ada"])["set"], {"antigens": ["measles"]})]) == []
    )
    last = datetime(2046, 11, 20, 12, tzinfo=UTC)
    assert (await run_purge(ground, RuleName.CARE_FILE, last))["erased"] == {}
    twin = new_id()
    assert await ground.desk([
        person(twin, ground.ids["hotel"], "Ada", "2030-01-02"),
        Act("same_person", new_id(), {"person_id": str(ground.ids["ada"]), "other_id": str(twin), "joined": True}),
    ]) == []  # fmt: skip
    assert (await run_purge(ground, RuleName.CARE_FILE, last + timedelta(days=1)))["erased"] == {}
    erased = (await run_purge(ground, RuleName.CARE_FILE, datetime(2058, 1, 3, 12, tzinfo=UTC)))["erased"]
    assert (erased["files"], erased["persons"]) == (1, 2)


async def test_whoever_alters_what_was_purged_is_found(ground: Ground) -> None:
    """A further op that is marked as erased, and a certificate that is edited, do not fit the signature."""
    await run_purge(ground, RuleName.KNOWN_ONLY)

    async def fault() -> str:
        async with transaction(ground.scope) as tx:
            (one,) = await purges.certificates(tx)
            return fault_of(one, await purges.digest_now(tx, one.id), {KEY.id: KEY.public})

    assert await fault() == ""
    (row,) = await ground.as_owner(
        "UPDATE op SET body = '', record_id = NULL, purge_id = (SELECT id FROM purge WHERE territory_id = $1) "
        "WHERE territory_id = $1 AND (actor, n) IN (SELECT actor, n FROM op WHERE territory_id = $1 AND kind = 'team' "
        "LIMIT 1) RETURNING actor, n"
    )
    assert await fault() == "ops_differ"
    found = await verify(ground.database.owner_url)
    assert any(wrong.what == "purge" for one in found for wrong in one.wrongs)
    await ground.as_owner("UPDATE op SET purge_id = NULL WHERE territory_id = $1 AND (actor, n) = ($2, $3)", *row)
    owner = await asyncpg.connect(ground.database.owner_url)
    await owner.execute("ALTER TABLE purge DISABLE TRIGGER certificate_stays")
    await owner.close()
    await ground.as_owner("UPDATE purge SET as_of_on = as_of_on - 1 WHERE territory_id = $1")
    assert await fault() == "altered"


async def test_the_application_erases_nothing_outside_of_a_purge(ground: Ground) -> None:
    """Whoever has taken the application over can still not empty the log, nor change a certificate."""
    await run_purge(ground, RuleName.KNOWN_ONLY)
    (certificate,) = await ground.fetch("SELECT id FROM purge WHERE territory_id = $1")
    for statement, values in (
        ("SELECT maraude_erase_ops($2, ARRAY[$3::uuid])", (new_id(), ground.ids["team"])),
        ("SELECT maraude_erase_ops($2, ARRAY[$3::uuid])", (certificate["id"], ground.ids["team"])),
        ("UPDATE purge SET erased = '{}' WHERE territory_id = $1 AND id = $2", (certificate["id"],)),
        ("DELETE FROM purge WHERE territory_id = $1 AND id = $2", (certificate["id"],)),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ground.fetch(statement if "$1" in statement else statement + ", $1::uuid", *values)


async def test_purge_goes_on_where_it_stopped_and_counts_once(ground: Ground) -> None:
    async with transaction(ground.scope) as tx:
        begun = await purges.begin(tx, RuleName.KNOWN_ONLY, LATER.date(), LATER)
        await purges.add(tx, begun.id, {"files": 5})
    result = await run_purge(ground, RuleName.KNOWN_ONLY, LATER + timedelta(days=400))
    assert UUID(result["purge_id"]) == begun.id
    assert result["erased"]["files"] == 7
    assert await ground.value("SELECT as_of_on FROM purge WHERE territory_id = $1") == LATER.date()


async def test_journal_is_cut_in_whole_seals_and_still_verifies(ground: Ground, tmp_path: Path) -> None:
    """Old entries go with their seals; the verifier begins at the certified cut, and sees one that nobody certified."""
    heads, at = tmp_path / HEADS, datetime(2030, 1, 1, tzinfo=UTC)
    settings = Settings(database_url=ground.database.url, home=tmp_path, secret_key="00" * 32)
    for year in (0, 1, 5):
        await note_and_seal(ground, heads, at + timedelta(days=365 * year))
    entries = await ground.value("SELECT count(*) FROM journal WHERE territory_id = $1")
    result = await run_purge(ground, RuleName.ACCESS_TRACE, at + timedelta(days=365 * 5))
    assert result["erased"] == {"entries": 2}
    assert await ground.value("SELECT count(*) FROM journal WHERE territory_id = $1") == entries - 2 + 1
    found = (await verify_journal(settings, heads))[ground.territory_id]
    assert found[1] == []
    await ground.as_owner("DELETE FROM journal WHERE territory_id = $1 AND seq = (SELECT min(seq) FROM journal)")
    found = (await verify_journal(settings, heads))[ground.territory_id]
    assert [fault.what for fault in found[1]] == ["entry_deleted"]


async def note_and_seal(ground: Ground, heads: Path, at: datetime) -> None:
    """Write an entry at an instant, and seal it then."""
    async with transaction(ground.scope) as tx:
        await record(tx, "person_read", "person", [ground.ids["ada"]], at=at)
    mark = await seal_once(Mark(0, 0), KEY, heads, lambda: at)
    for _ in range(200):  # where other tests share the server, their transactions hold sealing back for a moment
        if await seal_once(mark, KEY, heads, lambda: at) != mark:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing could be sealed")


async def test_ended_sign_ins_and_jobs_go_when_they_are_over(ground: Ground) -> None:
    user_id = ground.users[Role.DISPATCHER]
    await ground.fetch(
        "INSERT INTO sign_in_session (id, token_hash, user_id, territory_id, created_at, seen_at, ends_at) "
        "SELECT gen_random_uuid(), sha256(y::text::bytea), $2, $1, d, d, d FROM (VALUES (2024), (2026)) v (y), "
        "make_date(y, 6, 1) d RETURNING id",
        user_id,
    )
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert (await run_purge(ground, RuleName.SIGN_IN_TRACE, at))["erased"] == {"sessions": 1}
    assert (await run_purge(ground, RuleName.JOB_TRACE, at + timedelta(days=200)))["erased"] == {"jobs": 1}


async def test_dry_run_counts_what_a_purge_then_erases(ground: Ground) -> None:
    async with transaction(ground.scope) as tx:
        await purges.hold(tx, ground.ids["bob"], "enquête", UserId(new_id()), LATER)
    found = await dry_run(ground.scope, LATER.date(), persons_most=10, listed_most=10)
    due = found.due[RuleName.KNOWN_ONLY]
    assert (due.count, due.held, found.whole) == (1, 1, True)
    assert [file.person_ids for file in due.files] == [(ground.ids["ada"],)]
    assert (await run_purge(ground, RuleName.KNOWN_ONLY))["erased"]["files"] == due.count
    assert (await dry_run(ground.scope, LATER.date(), persons_most=10, listed_most=10)).due[
        RuleName.KNOWN_ONLY
    ].count == 0
