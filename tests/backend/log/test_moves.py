"""Who moves takes the history along: it leaves the former place's tablets and reaches those of the new one (S6)."""

from uuid import UUID

from backend import clock
from backend.access import Role
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, write
from tests.backend.ground import Ground, Pen, dose_of
from tests.backend.log.meetings import beside, until_done_or_blocked
from tests.backend.log.whole import faults


async def _buckets(ground: Ground, record: UUID | str) -> list[str]:
    return list(await ground.value("SELECT buckets FROM record WHERE territory_id = $1 AND id = $2", record))


async def test_history_follows_when_a_person_moves(ground: Ground) -> None:
    pen = await ground.tablet_pen()
    ada, dose, consent = ground.ids["ada"], str(new_id()), str(new_id())
    decided = {"person_id": str(ada), "act": "vaccinate", "decision": "given", "decided_at": "2026-11-20T08:00:00.000Z"}
    assert await pen.put("dose", dose, **dose_of(ada)) == "stored"
    assert await pen.put("consent", consent, set=decided) == "stored"
    assert await _buckets(ground, dose) == [f"history:{ground.ids['hotel']}"]
    assert await ground.desk([Act("person", ada, {"place_id": str(ground.ids["shelter"])})], Role.DISPATCHER) == []
    for record in (dose, consent):
        assert await _buckets(ground, record) == [f"history:{ground.ids['shelter']}"]
        gone = await ground.fetch(
            "SELECT bucket_id, gone FROM feed WHERE territory_id = $1 AND record_id = $2 ORDER BY gone", record
        )
        assert [tuple(row) for row in gone] == [
            (f"history:{ground.ids['shelter']}", False),
            (f"history:{ground.ids['hotel']}", True),
        ]
    assert await faults(ground) == []


async def test_person_stands_at_both_places_when_two_teams_disagree_where(ground: Ground) -> None:
    """While it is not settled, neither team loses sight of the person or of the history."""
    await ground.give_round("team", "hotel")
    await ground.give_round("other_team", "hotel")
    first, second = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    ada, dose = ground.ids["ada"], str(new_id())
    assert await first.put("dose", dose, **dose_of(ada)) == "stored"
    assert await first.put("person", ada, set={"place_id": str(ground.ids["shelter"])}, seen={}) == "merged"
    assert await second.put("person", ada, set={"place_id": str(ground.ids["centre"])}, seen={}) == "merged"
    wanted = sorted(f"history:{ground.ids[name]}" for name in ("hotel", "shelter", "centre"))
    assert await _buckets(ground, dose) == wanted
    assert await faults(ground) == []


async def test_dose_lands_where_the_person_is_when_both_are_written_at_the_same_moment(ground: Ground) -> None:
    """A dose saved while its person moves must not stay behind in a bucket that nobody of the new place holds."""
    ada, dose = ground.ids["ada"], str(new_id())
    pen = await ground.tablet_pen()
    scope = ground.scope
    async with transaction(scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
        move = Act("person", ada, {"place_id": str(ground.ids["shelter"])})
        assert (await write(tx, desk, [move], clock.now())).refused == []
        push = beside(pen.push(pen.op("dose", dose, **dose_of(ada))))
        await until_done_or_blocked(ground, push)
    assert (await push).verdicts[0].word == "stored"
    assert await _buckets(ground, dose) == [f"history:{ground.ids['shelter']}"]
    assert await faults(ground) == []


async def test_dose_follows_when_it_was_written_first_and_not_yet_committed(ground: Ground) -> None:
    """The same meeting the other way round: the move must see the dose that commits before it."""
    ada, dose = ground.ids["ada"], str(new_id())
    pen = await ground.desk_pen()
    async with transaction(ground.scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
        act = Act("dose", UUID(dose), dose_of(ada)["set"], dose_of(ada)["add"])
        assert (await write(tx, desk, [act], clock.now())).refused == []
        move = beside(pen.put("person", ada, set={"place_id": str(ground.ids["shelter"])}, seen={}))
        await until_done_or_blocked(ground, move)
    assert await move == "merged"
    stands = await _buckets(ground, ada)
    assert f"place:{ground.ids['shelter']}" in stands
    assert await _buckets(ground, dose) == [one.replace("place:", "history:") for one in stands]
    assert await faults(ground) == []


async def test_outcome_follows_when_its_visit_goes_to_another_place(ground: Ground) -> None:
    pen: Pen = await ground.desk_pen()
    visit, outcome = str(new_id()), str(new_id())
    assert await pen.put("visit", visit, set={"place_id": str(ground.ids["hotel"]), "state": "wanted"}) == "stored"
    assert await pen.put("visit_outcome", outcome, set={"visit_id": visit, "result": "absent"}) == "stored"
    assert await ground.desk([Act("visit", UUID(visit), {"place_id": str(ground.ids["shelter"])})]) == []
    assert await _buckets(ground, outcome) == [f"history:{ground.ids['shelter']}"]
    assert await faults(ground) == []
