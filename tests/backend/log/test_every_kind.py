"""An op of every kind reaches its record, each column of its typed table, the feed and the sums."""

from typing import Any
from uuid import UUID

from backend import clock
from backend.ids import new_id
from backend.log.projection import DERIVED_COLUMNS
from sync.fields import SCHEMA
from sync.kinds import KINDS, Field, Policy, Shape
from sync.ops import Op
from tests.backend.ground import Ground, Pen
from tests.backend.log.whole import faults, typed_value

DAY, INSTANT = "2026-11-23", "2026-11-23T08:15:00.250Z"


class _Maker:
    """Makes an op of a kind that sets every field, and first whatever it refers to."""

    def __init__(self, ground: Ground, pen: Pen) -> None:
        self.ground = ground
        self.pen = pen
        self.made: dict[str, str] = {}

    async def record(self, kind: str, *, naming_its_own_kind: bool = True) -> tuple[str, Op]:
        record_id = str(new_id())
        parts: dict[str, dict[str, Any]] = {"set": {}, "add": {}, "inc": {}}
        for name, field in KINDS[kind].fields.items():
            if field.to == kind and not naming_its_own_kind:
                continue  # the first of its kind, like the first of two appointments
            value = await self._value(name, field)
            if field.policy is Policy.SET:
                parts["add"][name] = [value]
            elif field.policy is Policy.COUNTER:
                parts["inc"][name] = 3
            else:
                parts["set"][name] = value
        op = self.pen.op(kind, record_id, **parts)
        answer = await self.pen.push(op)
        assert [verdict.word for verdict in answer.verdicts] == ["stored"], (kind, answer)
        return record_id, op

    async def _value(self, name: str, field: Field) -> Any:
        if field.shape is Shape.REF:
            return await self._reference(field.to)
        plain = {
            Shape.TEXT: ("09:00-10:00" if name == "windows" else f"é{name}")[: field.characters_max],
            Shape.WORD: next(reversed(field.words), ""),
            Shape.DAY: DAY,
            Shape.INSTANT: INSTANT,
            Shape.WHOLE: field.most,
            Shape.FLAG: True,
        }
        return plain[field.shape]

    async def _reference(self, kind: str) -> str:
        if kind == "plan":
            plan_id = new_id()
            await self.ground.add_plan(plan_id, clock.day_in("Europe/Paris", clock.now()))
            return str(plan_id)
        kind = kind or "person"
        if kind not in self.made:
            self.made[kind], _ = await self.record(kind, naming_its_own_kind=False)
        return self.made[kind]


async def test_every_field_reaches_its_column_when_an_op_of_its_kind_is_stored(ground: Ground) -> None:
    """A column that nothing fills would show a nurse's entry as empty, on every page and in every figure."""
    maker = _Maker(ground, await ground.desk_pen())
    for kind, described in KINDS.items():
        if kind == "review":
            continue  # opened by rules and settled at a desk: test_conflicts.py
        record_id, op = await maker.record(kind)
        (row,) = await ground.fetch(f"SELECT * FROM {kind} WHERE territory_id = $1 AND id = $2", UUID(record_id))
        given: dict[str, Any] = {**op.set, **op.add, **op.inc}
        for name, field in described.fields.items():
            wanted = typed_value(field.shape, given[name], is_set=field.policy is Policy.SET)
            assert row[name] == wanted, f"{kind}.{name}"
        assert str(row["recorded_by"]) == op.author
        assert row["recorded_at"] is not None
    assert await faults(ground) == []


async def test_unknown_field_and_word_survive_when_a_newer_app_wrote_them(ground: Ground) -> None:
    """An old server keeps what it cannot read, byte for byte, and gives it back (DESIGN section 5, schema)."""
    pen = await ground.tablet_pen()
    newer = pen.op(
        "person",
        ground.ids["ada"],
        set={"gait": "lent", "mobility": "hovers"},
        schema=SCHEMA + 1,
        seen={},
    )
    assert (await pen.push(newer)).verdicts[0].word in ("stored", "merged", "review")
    body = await ground.value("SELECT body FROM record WHERE territory_id = $1 AND id = $2", ground.ids["ada"])
    assert '"gait":"lent"' in body
    assert '"mobility":"hovers"' in body
    assert await faults(ground) == []


async def test_field_of_a_newer_app_never_stands_for_a_column(ground: Ground) -> None:
    """What an op wrote is taken as it is spelled: a field that is named as a column must not name another row."""
    pen = await ground.tablet_pen()
    ada, other = new_id(), new_id()
    assert await pen.put("person", other, set={"given_name": "Other"}) == "stored"
    named = {
        "id": str(other),
        "recorded_by": str(other),
        "recorded_ms": 1,
        "sounds": "x",
        "disputed": "x",
        "territory_id": "x",
    }
    assert await pen.put("person", ada, set={"given_name": "Ada", **named}, schema=SCHEMA + 1) == "stored"
    rows = await ground.fetch(
        "SELECT id, given_name, recorded_by::text, sounds, disputed FROM person WHERE territory_id = $1 AND id = ANY($2::uuid[])",
        [ada, other],
    )
    assert {row["id"]: row["given_name"] for row in rows} == {ada: "Ada", other: "Other"}
    assert all((row["recorded_by"], row["disputed"]) == (pen.author, []) for row in rows)
    assert [row["sounds"] for row in rows if row["id"] == ada] == [["ADA"]]


def test_no_field_is_named_as_a_column_that_is_none() -> None:
    columns = {"territory_id", "id", "disputed", "recorded_by", "recorded_ms", "recorded_at", "changed_at"}
    for name, kind in KINDS.items():
        assert not (columns | set(DERIVED_COLUMNS.get(name, {}))) & set(kind.fields), name


async def test_place_gets_its_zone_when_its_coordinates_say_so(ground: Ground) -> None:
    rows = await ground.fetch(
        "SELECT z.code FROM place p LEFT JOIN zone z ON z.territory_id = p.territory_id AND z.id = p.zone_id "
        "WHERE p.territory_id = $1 AND p.id = $2",
        ground.ids["hotel"],
    )
    assert [row["code"] for row in rows] == ["z1"]


async def test_checker_names_each_part_when_a_fault_is_planted_in_it(ground: Ground) -> None:
    """The checker that these tests end with must itself see a fault in each of the parts."""
    assert await faults(ground) == []
    planted = {
        "UPDATE person SET phone = 'x' WHERE territory_id = $1": "person.phone",
        "DELETE FROM campaign WHERE territory_id = $1": "typed row of campaign",
        "UPDATE bucket SET content_sum = mod(content_sum + 1, 18446744073709551616) WHERE territory_id = $1": "sum of bucket",
        "DELETE FROM feed WHERE territory_id = $1": "feed of",
    }
    for statement, named in planted.items():
        await ground.as_owner(statement)
        assert any(named in fault for fault in await faults(ground)), statement
