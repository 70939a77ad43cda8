"""Two people write about one record: nothing is dropped, what may not be chosen between is asked."""

import asyncio
from dataclasses import replace

import msgspec

from backend import clock
from backend.access import Role
from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act, installation_for, vector_of, write
from sync.ops import Scalar
from sync.state import decode
from sync.view import view
from tests.backend.ground import Ground, dose_of, make_ground, person
from tests.backend.log.meetings import beside, until_done_or_blocked
from tests.backend.log.whole import faults


async def _seen(ground: Ground, record: str) -> dict[int, int]:
    body = await ground.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", ground.ids[record])
    return dict(decode(body.encode())[1].seen)


async def test_field_is_null_and_named_when_two_tablets_disagree(ground: Ground) -> None:
    """Nobody may take one of two birth dates for the truth: an age decides about a dose."""
    for team in ("team", "other_team"):
        await ground.give_round(team, "hotel")
    seen = await _seen(ground, "ada")
    first, second = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    ada = ground.ids["ada"]
    assert await first.put("person", ada, set={"born_on": "1951-01-02", "phone": "1"}, seen=seen) == "stored"
    assert await second.put("person", ada, set={"born_on": "1952-01-02", "phone": "2"}, seen=seen) == "review"
    (row,) = await ground.fetch("SELECT * FROM person WHERE territory_id = $1 AND id = $2", ada)
    assert (row["born_on"], row["disputed"], row["phone"]) == (None, ["born_on"], "2")
    (review,) = await ground.fetch("SELECT * FROM review WHERE territory_id = $1 AND rule = 'siblings'")
    assert (review["field"], review["record_ids"], review["state"]) == ("born_on", [ada], "open")
    assert await faults(ground) == []


async def test_both_values_stay_when_a_desk_writes_over_a_stale_page(ground: Ground) -> None:
    """S8: who saves an old page has not seen what came meanwhile, and may not replace it."""
    await ground.give_round("team", "hotel")
    stale = await _seen(ground, "bob")
    pen = await ground.tablet_pen()
    assert await pen.put("person", ground.ids["bob"], set={"born_on": "1961-01-01"}, seen=stale) == "stored"
    act = Act(
        "person", ground.ids["bob"], {"born_on": "1962-01-01"}, seen=vector_of(msgspec.json.encode(stale).decode())
    )
    assert await ground.desk([act], Role.DISPATCHER) == []
    body = await ground.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", ground.ids["bob"])
    assert view(decode(body.encode())[1]).disputed == {"born_on": ["1961-01-01", "1962-01-01"]}
    settled = Act("person", ground.ids["bob"], {"born_on": "1961-01-01"})  # has seen both
    assert await ground.desk([settled], Role.CLINICAL_SUPERVISOR) == []
    (row,) = await ground.fetch(
        "SELECT born_on, disputed FROM person WHERE territory_id = $1 AND id = $2", ground.ids["bob"]
    )
    assert (row["born_on"].isoformat(), row["disputed"]) == ("1961-01-01", [])
    assert await faults(ground) == []


async def test_one_review_opens_when_two_teams_dose_one_person_at_once(ground: Ground) -> None:
    """Two doses on one day are a question for a physician, asked once (S2), and both doses stay (decision 4)."""
    pen = await ground.tablet_pen()
    dose = dose_of(ground.ids["ada"])
    async with transaction(ground.scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
        assert (await write(tx, desk, [Act("dose", new_id(), dose["set"], dose["add"])], clock.now())).refused == []
        push = beside(pen.put("dose", new_id(), **dose))
        await until_done_or_blocked(ground, push)
    assert await push == "stored"
    await ground.follow()
    assert await ground.value("SELECT count(*) FROM dose WHERE territory_id = $1") == 2
    assert await ground.value("SELECT count(*) FROM review WHERE territory_id = $1 AND rule = 'double_dose'") == 1
    assert await faults(ground) == []


async def test_review_opens_when_two_teams_register_one_person_at_once(ground: Ground) -> None:
    """Neither push may miss the other's person, or the same human stays two for good."""
    pen = await ground.tablet_pen()
    who = {
        "given_name": "Fatou",
        "family_name": "Diarra",
        "born_on": "1970-05-06",
        "place_id": str(ground.ids["hotel"]),
    }
    async with transaction(ground.scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
        assert (await write(tx, desk, [Act("person", new_id(), {**who})], clock.now())).refused == []
        push = beside(pen.put("person", new_id(), set=who))
        await until_done_or_blocked(ground, push)
    assert await push == "stored"
    await ground.follow()
    assert await ground.value("SELECT count(*) FROM review WHERE territory_id = $1 AND rule LIKE 'duplicate%'") == 1


async def test_review_opens_when_one_human_is_dosed_at_two_places_and_neither_push_sees_the_other(
    ground: Ground,
) -> None:
    """Two records joined as one human share no lock: whoever looks last must see both doses."""
    elsewhere = new_id()
    link: dict[str, Scalar] = {"person_id": str(ground.ids["ada"]), "other_id": str(elsewhere), "joined": True}
    acts = [
        person(elsewhere, ground.ids["shelter"], "Adda", "1950-01-02"),
        Act("same_person", new_id(), link),
    ]
    assert await ground.desk(acts, Role.CLINICAL_SUPERVISOR) == []
    first, second = dose_of(ground.ids["ada"]), dose_of(elsewhere)
    pen = await ground.tablet_pen()
    async with transaction(ground.scope) as tx:
        desk = await installation_for(tx, "desk", clock.now())
        assert (await write(tx, desk, [Act("dose", new_id(), first["set"], first["add"])], clock.now())).refused == []
        push = beside(pen.put("dose", new_id(), **second))
        assert await push == "stored"  # answered while the other is still being saved
        await beside(ground.follow())
    doubled = "SELECT count(*) FROM review WHERE territory_id = $1 AND rule = 'double_dose'"
    assert await ground.value(doubled) == 0
    await ground.follow()
    assert await ground.value(doubled) == 1
    assert await faults(ground) == []


async def test_record_holds_both_when_two_installations_create_it_at_the_same_moment(ground: Ground) -> None:
    """S1: the second to commit is decided again on what is there then; none is lost, none is answered an error."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    for _ in range(15):
        record = str(new_id())
        pens = ((first, "Ana"), (second, "Eva"))
        pushes = [pen.push(pen.op("person", record, set={"given_name": name, "alias": "x"})) for pen, name in pens]
        answers = await asyncio.gather(*pushes)
        assert {answer.verdicts[0].word for answer in answers} <= {"stored", "merged"}
        body = await ground.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", record)
        assert "Ana" in body
        assert "Eva" in body
    assert await faults(ground) == []


async def test_one_counts_when_two_installations_hand_in_the_same_act_at_the_same_moment(ground: Ground) -> None:
    """S2: a cloned tablet hands in the act that the other hands in too."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    for _ in range(15):
        op = first.op("dose", new_id(), **dose_of(ground.ids["bob"]))
        again = second.op("dose", op.record, id=op.id, set=op.set, add=op.add, wall_at=op.wall_at, mono_ms=op.mono_ms)
        answers = await asyncio.gather(first.push(op), second.push(again))
        assert sorted(answer.verdicts[0].word for answer in answers) == ["already", "stored"]
        in_effect = "SELECT count(*) FROM op WHERE territory_id = $1 AND id = $2 AND verdict = 'stored'"
        assert await ground.value(in_effect, op.id) == 1
    assert await faults(ground) == []


async def test_other_content_is_refused_when_two_installations_use_one_id_at_the_same_moment(ground: Ground) -> None:
    """The same id with other content is never acknowledged, so the tablet keeps it and issues it anew (S1)."""
    first, second = await ground.tablet_pen(), await ground.tablet_pen()
    op = first.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    other = second.op("dose", new_id(), id=op.id, **dose_of(ground.ids["bob"]))
    answers = await asyncio.gather(first.push(op), second.push(other))
    assert sorted((one.verdicts[0].word, one.verdicts[0].code) for one in answers) == [
        ("refused", "id_reused"),
        ("stored", ""),
    ]
    assert "id_reused" in {answer.suspicion for answer in answers}


async def test_push_is_answered_already_when_the_same_push_arrives_twice_at_once(ground: Ground) -> None:
    """A tablet that saw no answer sends again while the first is still being saved."""
    pen = await ground.tablet_pen()
    op = pen.op("dose", new_id(), **dose_of(ground.ids["ada"]))
    answers = await asyncio.gather(pen.push(op), pen.push(op), pen.push(op))
    assert sorted(answer.verdicts[0].word for answer in answers) == ["already", "already", "stored"]
    assert await ground.value("SELECT count(*) FROM op WHERE territory_id = $1 AND actor = $2", pen.actor) == 1


async def test_reference_is_refused_when_nothing_of_this_territory_has_that_id(ground: Ground) -> None:
    pen = await ground.tablet_pen()
    unknown = await pen.put("dose", new_id(), **dose_of(new_id()))
    a_place = await pen.put("dose", new_id(), **dose_of(ground.ids["hotel"]))
    assert (unknown, a_place) == ("refused reference_unknown", "refused reference_kind")
    assert await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "stored"  # S5: nothing is blocked


async def test_record_of_another_territory_is_as_unknown_as_none_when_referred_to(ground: Ground) -> None:
    """The answer must not tell that such a person exists elsewhere (S6)."""
    other = await make_ground(ground.database)
    pen = await ground.tablet_pen()
    assert await pen.put("dose", new_id(), **dose_of(other.ids["ada"])) == "refused reference_unknown"
    # An op about a record id of the other territory makes a record here and touches nothing there.
    before = await other.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", other.ids["ada"])
    assert await pen.put("person", other.ids["ada"], set={"given_name": "Eva"}) == "stored"
    after = await other.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", other.ids["ada"])
    assert after == before
    assert await faults(other) == await faults(ground) == []


async def test_ops_of_the_same_push_may_refer_to_each_other_when_the_first_is_stored(ground: Ground) -> None:
    pen = await ground.tablet_pen()
    somebody, bad = str(new_id()), str(new_id())
    answer = await pen.push(
        pen.op("person", somebody, set={"alias": "x", "place_id": str(ground.ids["hotel"])}),
        pen.op("dose", new_id(), **dose_of(somebody)),
        pen.op("person", bad, set={"place_id": str(new_id())}),
        pen.op("dose", new_id(), **dose_of(bad)),
    )
    assert [(one.word, one.code) for one in answer.verdicts] == [
        ("stored", ""),
        ("stored", ""),
        ("refused", "reference_unknown"),
        ("refused", "reference_unknown"),
    ]
    assert await faults(ground) == []


async def test_op_is_held_when_its_tablet_is_revoked(ground: Ground) -> None:
    """A lost tablet may hand in; a supervisor decides what counts."""
    pen = await ground.tablet_pen()
    await ground.fetch(
        "UPDATE installation SET state = 'deposit_only' WHERE territory_id = $1 AND actor = $2", pen.actor
    )
    assert await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "review revoked_tablet"
    assert await ground.value("SELECT count(*) FROM dose WHERE territory_id = $1") == 0
    assert await ground.value("SELECT count(*) FROM review WHERE territory_id = $1 AND rule = 'revoked_tablet'") == 1


async def test_author_is_refused_when_somebody_has_no_part_in_the_territory(ground: Ground) -> None:
    pen = await ground.tablet_pen()
    stranger = replace(pen, author=str(new_id()))
    assert await stranger.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "refused author_unknown"


async def test_tablet_may_not_begin_what_a_desk_begins_when_it_tries(ground: Ground) -> None:
    pen = await ground.tablet_pen()
    assert await pen.put("visit", new_id(), set={"place_id": str(ground.ids["hotel"])}) == "refused begun_at_a_desk"
    assert await pen.put("team", new_id(), set={"name": "x"}) == "refused desk_only"


async def test_chain_is_forked_when_a_second_op_names_the_same_former_one(ground: Ground) -> None:
    """A tablet restored from an older copy of itself: said aloud, nothing of it acknowledged."""
    pen = await ground.tablet_pen()
    copy = replace(pen)
    assert await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) == "stored"
    answer = await copy.push(copy.op("dose", new_id(), **dose_of(ground.ids["bob"])))
    assert (answer.verdicts, answer.suspicion) == ([], "forked")
