"""Forecasts follow the records: after any ops the kept rows equal those worked out from the records alone."""

from collections.abc import Callable
from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.db.transaction import transaction
from backend.doses import jobs, keep
from backend.doses.jobs import ask_recompute, forecast_recompute_job
from backend.doses.keep import Followed, recompute, today
from backend.ids import JobId, new_id
from backend.jobs.run import Running
from backend.jobs.store import Leased
from backend.log.desk import Act, act_of_fields
from sync.ops import Scalar
from tests.backend.doses.ward import Ward, as_kept, from_scratch, make_ward
from tests.conftest import Database


def running(ward: Ward, **args: int) -> Running:
    return Running(Leased(JobId(new_id()), ward.scope.territory_id, jobs.KIND, dict(args), new_id(), 1, None))


async def test_a_dose_changes_what_is_due_and_its_correction_changes_it_back(database: Database) -> None:
    """DESIGN 7: an entry in error is corrected by a word on the record, and the forecast must not keep it."""
    ward = await make_ward(database)
    person = await ward.person()
    before = (await ward.rows(person))["zoster"]
    dose = await ward.dose(person, antigens=["zoster"], product_code="VAC0567")
    after = (await ward.rows(person))["zoster"]
    assert (before["dose_number"], after["dose_number"]) == (1, 2)
    assert after["earliest_on"] > before["earliest_on"]
    assert f'"id": "{dose}"' in after["doses"]
    await ward.write(Act("dose", dose, {"state": "entered_in_error"}))
    assert (await ward.rows(person))["zoster"] == before
    assert set(ward.followed) == {Followed.COMPUTED}


async def test_joined_records_are_one_human_and_come_apart_again(database: Database) -> None:
    ward = await make_ward(database)
    one, other = await ward.person(), await ward.person()
    await ward.dose(other, antigens=["zoster"], product_code="VAC0567")
    alone = await ward.rows(one)
    link = new_id()
    fields: dict[str, Scalar] = {"person_id": str(one), "other_id": str(other), "joined": True}
    await ward.write(Act("same_person", link, fields))
    human, member = min(one, other), max(one, other)
    assert (await ward.rows(human))["zoster"]["dose_number"] == 2
    assert await ward.rows(member) == {}
    assert {(await ward.kept(id_))["human_id"] for id_ in (one, other)} == {human}
    await ward.write(Act("same_person", link, {"joined": False}))
    assert await ward.rows(one) == alone
    assert (await ward.rows(other))["zoster"]["dose_number"] == 2


async def test_person_without_birth_date_or_dead_has_no_forecast_and_says_so(database: Database) -> None:
    ward = await make_ward(database)
    person = await ward.person(born_on=None)
    assert await ward.rows(person) == {}
    assert (await ward.kept(person))["state"] == "no_birth_date"
    await ward.write(Act("person", person, {"born_on": "1950-03-01"}))
    assert "influenza" in await ward.rows(person)
    await ward.write(Act("person", person, {"died_on": "2026-11-01"}))
    assert await ward.rows(person) == {}
    assert (await ward.kept(person))["state"] == "dead"


async def test_refusal_is_kept_beside_the_forecast_until_consent_is_given(database: Database) -> None:
    ward = await make_ward(database)
    person = await ward.person()
    base: dict[str, Scalar | list[str]] = {"person_id": str(person), "act": "vaccinate"}
    refused: dict[str, Scalar | list[str]] = {"decision": "refused", "decided_at": "2026-11-20T23:30:00.000Z"}
    await ward.write(act_of_fields("consent", new_id(), base | refused))
    assert (await ward.kept(person))["refused_on"] == date(2026, 11, 21)  # half past midnight in Paris
    given_at: dict[str, Scalar | list[str]] = {"decision": "given", "decided_at": "2026-11-21T09:00:00.000Z"}
    await ward.write(act_of_fields("consent", new_id(), base | given_at))
    assert (await ward.kept(person))["refused_on"] is None


async def test_changed_product_and_large_push_wait_for_the_job(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = await make_ward(database)
    person = await ward.person()
    await ward.dose(person, product_code="z_new")
    assert "vaccine_unknown" in (await ward.kept(person))["unread"]
    await ward.write(act_of_fields("product", new_id(), {"code": "z_new", "nuva_code": "VAC0567"}))
    assert ward.followed[-1] is Followed.RECOMPUTE_NEEDED
    assert (await ward.kept(person))["computed_for_on"] is None
    monkeypatch.setattr(keep, "PERSONS_MAX", 1)
    many = [act_of_fields("person", new_id(), {"born_on": "1950-03-01"}) for _ in range(3)]
    await ward.write(*many)
    assert ward.followed[-1] is Followed.RECOMPUTE_NEEDED
    monkeypatch.setattr(jobs, "BATCH", 2)
    save = await forecast_recompute_job(running(ward))
    async with transaction(ward.scope) as tx:
        assert (await save(tx))["persons"] == 4
        assert await as_kept(tx) == await from_scratch(tx, await today(tx))
    assert (await ward.rows(person))["zoster"]["dose_number"] == 2


async def test_job_goes_on_where_it_was_and_meets_nobody_who_is_current(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ward = await make_ward(database)
    for _ in range(5):
        await ward.person()
    async with transaction(ward.scope) as tx:
        await tx.execute("UPDATE forecast_person SET rules_version = 'a release before'")
    monkeypatch.setattr(jobs, "BATCH", 2)
    stopped = running(ward)
    stopped.report = lambda **_: setattr(stopped, "stop_reason", "cancel")  # type: ignore[method-assign]
    await forecast_recompute_job(stopped)
    async with transaction(ward.scope) as tx:
        waiting = "SELECT count(*) FROM forecast_person WHERE rules_version = 'a release before'"
        assert await tx.fetch_value(waiting) == 3
    both = [running(ward, part=part, parts=2) for part in (0, 1)]
    saves = [await forecast_recompute_job(one) for one in both]
    async with transaction(ward.scope) as tx:
        assert sum([(await save(tx))["persons"] for save in saves]) == 3
        assert await tx.fetch_value(waiting) == 0
        assert await ask_recompute(tx, parts=3) == 3
    async with transaction(ward.scope) as tx:
        assert await ask_recompute(tx, parts=3) == 0


async def test_recompute_writes_nothing_when_the_answer_is_the_same(database: Database) -> None:
    """A new day for a whole town must not rewrite a million rows."""
    ward = await make_ward(database)
    person = await ward.person()
    async with transaction(ward.scope) as tx:
        before = await tx.fetch("SELECT antigen, xmin::text FROM forecast ORDER BY antigen")
    async with transaction(ward.scope) as tx:
        await recompute(tx, [person], await today(tx))
    async with transaction(ward.scope) as tx:
        assert await tx.fetch("SELECT antigen, xmin::text FROM forecast ORDER BY antigen") == before
        await tx.execute("UPDATE forecast SET status = 'complete' WHERE antigen = 'zoster'")
        assert await as_kept(tx) != await from_scratch(tx, await today(tx))  # the comparison sees a planted fault
        await recompute(tx, [person], await today(tx))
        assert await as_kept(tx) == await from_scratch(tx, await today(tx))


@settings(derandomize=True, max_examples=12, deadline=None, suppress_health_check=[*HealthCheck], database=None)
@given(seed=st.integers(0, 2**32))
async def test_kept_forecasts_equal_the_records_after_any_ops(database: Database, seed: int) -> None:
    chance = Random(seed)
    ward = await make_ward(database, f"w{new_id()}")
    people = [await ward.person(chance.choice([None, "1950-03-01", "1990-07-07", "2025-02-02"])) for _ in range(3)]
    doses: list[UUID] = []

    async def dose() -> None:
        words = chance.choice([["influenza"], ["measles"], ["zoster"], ["diphtheria", "tetanus", "polio"]])
        day = chance.choice(["2026-11-20", "2025-10-20", "1949-01-01", "2031-01-01"])
        doses.append(await ward.dose(chance.choice(people), antigens=words, given_on=day))

    async def correct() -> None:
        if doses:
            await ward.write(Act("dose", chance.choice(doses), {"state": "entered_in_error"}))

    async def birth() -> None:
        await ward.write(Act("person", chance.choice(people), {"born_on": chance.choice(["1940-01-01", "2001-01-01"])}))

    async def ill() -> None:
        await ward.write(Act("person", chance.choice(people), add={"conditions": ["diabète"]}))

    async def join() -> None:
        one, other = chance.sample(people, 2)
        fields: dict[str, Scalar] = {"person_id": str(one), "other_id": str(other), "joined": chance.random() < 0.7}
        await ward.write(Act("same_person", new_id(), fields))

    acts: list[Callable[[], object]] = [dose, dose, correct, birth, ill, join]
    for _ in range(6):
        await chance.choice(acts)()  # type: ignore[misc]
    async with transaction(ward.scope) as tx:
        assert await as_kept(tx) == await from_scratch(tx, await today(tx))
