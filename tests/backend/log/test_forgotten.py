"""What an op names may be unknown to the server: it is taken where the log lets it pass, and no push fails for it."""

from backend.ids import new_id
from tests.backend.ground import Ground, dose_of
from tests.backend.log.whole import faults


async def test_record_offered_before_the_one_that_it_names_is_taken(ground: Ground) -> None:
    """After a restore: the tablet that made the place may be lost, and what others recorded there must not wait (S1, S5)."""
    await ground.as_owner("UPDATE server_epoch SET reoffering = true WHERE $1::uuid IS NOT NULL")
    pen = await ground.tablet_pen()
    place, person, dose = str(new_id()), str(new_id()), str(new_id())
    assert await pen.put("dose", dose, **dose_of(person)) == "stored"
    assert await pen.put("person", person, set={"given_name": "Awa", "place_id": place}) == "stored"
    rows = await ground.fetch(
        "SELECT p.place_id::text AS place, d.person_id::text AS person FROM dose d JOIN person p "
        "ON p.territory_id = d.territory_id AND p.id = d.person_id WHERE d.territory_id = $1"
    )
    assert [(row["place"], row["person"]) for row in rows] == [(place, person)]
    assert await pen.put("place", place, set={"kind": "hotel", "name": "H"}) == "stored"
    await ground.follow()
    assert await ground.value("SELECT buckets FROM record WHERE territory_id = $1 AND id = $2", dose) == [
        f"history:{place}"
    ]
    assert await faults(ground) == []


async def test_round_that_names_a_plan_nobody_has_fails_no_push(ground: Ground) -> None:
    """A plan is no record, so the log cannot ask for it; an id that means nothing costs no other op of the push."""
    pen = await ground.desk_pen()
    fields = {
        "plan_id": str(new_id()),
        "team_id": str(ground.ids["team"]),
        "day_on": "2026-11-23",
        "state": "published",
    }
    assert await pen.put("round", new_id(), set=fields) == "stored"


async def test_op_that_did_not_count_is_known_again(ground: Ground) -> None:
    """What was refused or counted elsewhere is found by its id too (S2), whichever of the two indexes holds it."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    refused = first.op("person", new_id(), set={"given_name": "Awa", "place_id": str(new_id())})
    assert [one.word for one in (await first.push(refused)).verdicts] == ["refused"]
    assert [(one.word, one.of) for one in (await first.push(refused)).verdicts] == [("already", "refused")]
    again = second.op("person", refused.record, id=refused.id, author=refused.author, wall_at=refused.wall_at,
                      mono_ms=refused.mono_ms, boot=refused.boot, set=refused.set)  # fmt: skip
    verdict = (await second.push(again)).verdicts[0]
    assert (verdict.word, verdict.code, verdict.of) == ("already", "reference_unknown", "refused")
