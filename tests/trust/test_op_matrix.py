"""An op of every kind, by every author, from every installation: what may be written is what backend/log/authority.py says.

The table of expectations is written here by hand; a kind that it does not know fails.
"""

from typing import Any
from uuid import UUID

import pytest

from backend.access import Role
from backend.ids import UserId, new_id
from backend.log.desk import Act
from sync.kinds import KINDS, Field, Shape
from tests.trust.town import Territory, Town, add_plan

# What a tablet may begin; the rest is begun at a desk, or belongs to a desk alone.
BY_TABLETS = {
    "place", "household", "person", "same_person", "request", "visit_outcome", "consent", "dose", "screening",
    "education_session", "exposure", "vial", "temperature", "questionnaire", "adverse_event",
}  # fmt: skip
BEGUN_AT_A_DESK = {"round", "stop", "message", "visit"}
DESK_ONLY = {
    "product", "lot", "team", "campaign", "site_session", "appointment", "reserve", "stock_move", "excursion",
    "objective",
}  # fmt: skip
WRITERS = {Role.FIELD_TEAM, Role.CLINICAL_SUPERVISOR, Role.DISPATCHER}
_PLAIN: dict[Shape, Any] = {
    Shape.TEXT: "x", Shape.DAY: "2026-11-23", Shape.INSTANT: "2026-11-23T08:15:00.250Z", Shape.FLAG: True,
}  # fmt: skip


def expected(kind: str, role: Role | None) -> str:
    """Return the verdict of an op that begins a record; no role: an author whom nobody knows here."""
    if kind in DESK_ONLY:
        return "refused desk_only"
    if role not in WRITERS:
        return "refused author_unknown"
    if kind == "review":
        return "refused record_unknown"  # reviews are opened by rules alone
    return "refused begun_at_a_desk" if kind in BEGUN_AT_A_DESK else "stored"


async def test_every_kind_has_an_expectation(town: Town) -> None:
    assert set(KINDS) == BY_TABLETS | BEGUN_AT_A_DESK | DESK_ONLY | {"review"}


@pytest.mark.parametrize("role", [*Role, None], ids=str)
async def test_op_of_each_kind_gets_the_verdict_of_its_authors_role(town: Town, role: Role | None) -> None:
    """An author of another territory is nobody here, whatever they may do at home."""
    refs = await _refs(town, town.mine)
    authors = [town.mine.users[role]] if role else [UserId(new_id()), town.other.users[Role.FIELD_TEAM]]
    for author in authors:
        tablet = await town.new_tablet(town.mine)
        lines = [tablet.line(kind, new_id(), author, **_begin(kind, refs)) for kind in KINDS]
        verdicts = (await town.push(tablet, *lines))["verdicts"]
        found = {kind: _word(verdict) for kind, verdict in zip(KINDS, verdicts, strict=True)}
        assert found == {kind: expected(kind, role) for kind in KINDS}


async def test_record_id_of_another_territory_is_an_unknown_id(town: Town) -> None:
    """Neither a verdict nor a body tells that the id exists elsewhere, and nothing there changes."""
    refs = await _refs(town, town.mine)
    for seen in ({}, {1: 1}):
        theirs = await _refs(town, town.other)
        before = await _content(town, town.other)
        tablet, twin = await town.new_tablet(town.mine), await town.new_tablet(town.mine)
        kinds = [kind for kind in KINDS if kind in theirs]
        asked = [(tablet, [theirs[kind] for kind in kinds]), (twin, [new_id() for _ in kinds])]
        answers = [
            await town.push(pen, *(
                pen.line(kind, record, town.mine.users[Role.FIELD_TEAM], seen=seen, **_begin(kind, refs))
                for kind, record in zip(kinds, records, strict=True)
            ))
            for pen, records in asked
        ]  # fmt: skip
        assert _words(answers[0]) == _words(answers[1])
        assert {kind for kind in kinds if kind in BY_TABLETS} >= {"place", "person", "vial"}
        assert await _content(town, town.other) == before


async def test_reference_into_another_territory_is_refused_as_an_unknown_one(town: Town) -> None:
    theirs = await _refs(town, town.other)
    unknown = dict.fromkeys(theirs, new_id())
    answers = []
    for refs in (theirs, unknown):
        tablet = await town.new_tablet(town.mine)
        lines = [
            tablet.line(kind, new_id(), town.mine.users[Role.FIELD_TEAM], **_begin(kind, refs, every_ref=True))
            for kind in sorted(BY_TABLETS)
        ]  # fmt: skip
        answers.append(_words(await town.push(tablet, *lines)))
    assert answers[0] == answers[1]
    referring = [kind for kind in sorted(BY_TABLETS) if any(_is_ref(one) for one in KINDS[kind].fields.values())]
    assert [dict(zip(sorted(BY_TABLETS), answers[0], strict=True))[kind] for kind in referring] == (
        ["refused reference_unknown"] * len(referring)
    )
    control = await town.new_tablet(town.mine)
    refs = await _refs(town, town.mine)
    line = control.line("dose", new_id(), town.mine.users[Role.FIELD_TEAM], **_begin("dose", refs, every_ref=True))
    assert _words(await town.push(control, line)) == ["stored"]


async def test_revoked_tablet_hands_in_and_nothing_of_it_is_in_force(town: Town) -> None:
    """S6: what it holds is kept for a supervisor, and no record, row or feed changes by it."""
    refs, tablet = await _refs(town, town.mine), await town.new_tablet(town.mine, "deposit_only")
    records = {kind: new_id() for kind in KINDS}
    author = town.mine.users[Role.FIELD_TEAM]
    lines = [tablet.line(kind, records[kind], author, **_begin(kind, refs)) for kind in KINDS]
    answer = await town.push(tablet, *lines)
    found = {kind: _word(verdict) for kind, verdict in zip(KINDS, answer["verdicts"], strict=True)}
    assert found == {kind: "refused desk_only" if kind in DESK_ONLY else "review revoked_tablet" for kind in KINDS}
    made = await town.as_owner(
        town.mine.id, "SELECT kind FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])", list(records.values())
    )
    assert made == []
    kept = await town.as_owner(
        town.mine.id, "SELECT n FROM op WHERE territory_id = $1 AND actor = $2 ORDER BY n", tablet.actor
    )
    assert [row["n"] for row in kept] == list(range(1, len(KINDS) + 1))


async def test_author_actor_and_territory_in_a_payload_give_no_right(town: Town) -> None:
    """Mass assignment inside ops: another's actor is refused, and an unknown key of a known schema is no way in."""
    tablet, twin = await town.new_tablet(town.mine), await town.new_tablet(town.mine)
    author, begin = town.mine.users[Role.FIELD_TEAM], _begin("place", {})
    line = tablet.line("place", new_id(), author, actor=twin.actor, **begin)
    assert _words(await town.push(tablet, line)) == ["refused actor"]
    place_id = new_id()
    for name in ("territory_id", "recorded_by", "recorded_at", "zone_id", "disputed"):
        parts = {"set": {**begin["set"], name: str(town.other.id)}}
        place_id = new_id()
        words = _words(await town.push(tablet, tablet.line("place", place_id, author, **parts)))
        rows = await town.as_owner(
            town.mine.id,
            "SELECT recorded_by, zone_id, disputed FROM place WHERE territory_id = $1 AND id = $2",
            place_id,
        )
        assert words == ["refused field_unknown"] or [tuple(row) for row in rows] == [(author, None, [])], (name, words)
    assert await town.as_owner(town.other.id, "SELECT 1 FROM place WHERE territory_id = $1 AND id = $2", place_id) == []


async def _refs(town: Town, where: Territory) -> dict[str, UUID]:
    """Make one record of each kind that others refer to, and return the ids by kind."""
    names = ("place", "person", "household", "request", "visit", "round", "stop", "vial")
    refs = {**{name: where.ids[name] for name in ("team", "lot", "product", "campaign")}}
    refs |= {name: new_id() for name in names} | {"plan": await add_plan(town, where, new_id().int % 100_000)}
    await town.at_desk(where, *(Act(kind, refs[kind], _begin(kind, refs)["set"]) for kind in names))
    return refs


def _begin(kind: str, refs: dict[str, UUID], *, every_ref: bool = False) -> dict[str, Any]:
    """Return the parts of an op that begins a record of a kind: its required fields, and every reference if asked."""
    wanted = {
        name: one for name, one in KINDS[kind].fields.items() if one.required or (every_ref and _is_ref(one))
    } or dict(list(KINDS[kind].fields.items())[:1])
    return {"set": {name: _value(one, refs) for name, one in wanted.items()}}


def _is_ref(one: Field) -> bool:
    return one.shape is Shape.REF and one.policy.value != "set" and bool(one.to) and one.to in KINDS


def _value(one: Field, refs: dict[str, UUID]) -> Any:
    if one.shape is Shape.REF:
        return str(refs.get(one.to) or new_id())
    if one.shape is Shape.WORD:
        return one.words[0]
    return one.least if one.shape is Shape.WHOLE else _PLAIN[one.shape]


def _word(verdict: dict[str, Any]) -> str:
    return f"{verdict['word']} {verdict.get('code', '')}".strip()


def _words(answer: dict[str, Any]) -> list[str]:
    return [_word(verdict) for verdict in answer["verdicts"]]


async def _content(town: Town, where: Territory) -> Any:
    rows = await town.as_owner(where.id, "SELECT id, body FROM record WHERE territory_id = $1 ORDER BY id")
    return [(row["id"], row["body"]) for row in rows]
