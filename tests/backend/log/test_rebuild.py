"""What follows from the log can be made again from it, to the same digits, whatever was damaged."""

import asyncio
from typing import Any

import pytest

from backend.access import Role
from backend.ids import new_id
from backend.log import commands
from backend.log.desk import Act
from backend.log.rebuild import Rebuilt, rebuild
from backend.piccolo_conf import DB
from backend.settings import Settings
from sync.kinds import KINDS
from tests.backend.ground import Ground, dose_of, person
from tests.backend.log.whole import faults

DAMAGES = {
    "typed rows are wrong": "UPDATE person SET phone = 'x', recorded_by = NULL, recorded_at = now() WHERE territory_id = $1",
    "typed rows are gone": "DELETE FROM dose WHERE territory_id = $1",
    "records are unreadable": "UPDATE record SET body = '[]', content_sum = 1 WHERE territory_id = $1 AND kind <> 'review'",
    "records are gone": "DELETE FROM record WHERE territory_id = $1 AND kind <> 'review'",
    "records stand elsewhere": "UPDATE record SET buckets = '{place:x}' WHERE territory_id = $1 AND kind = 'person'",
    "the feed is gone": "DELETE FROM feed WHERE territory_id = $1",
    "the feed says gone": "UPDATE feed SET gone = true WHERE territory_id = $1",
    "sums are wrong": "UPDATE bucket SET records = 7, content_sum = 7 WHERE territory_id = $1",
    "sums are gone": "DELETE FROM bucket WHERE territory_id = $1",
}


async def _lived(ground: Ground) -> None:
    """Let people disagree, move, be corrected, and a tablet be refused something."""
    for team in ("team", "other_team"):
        await ground.give_round(team, "hotel")
    first, second = await ground.tablet_pen(), await ground.tablet_pen("other_team")
    ada, bob = ground.ids["ada"], ground.ids["bob"]
    await first.put("person", ada, set={"born_on": "1951-01-02", "phone": "1"}, seen={})
    await second.put("person", ada, set={"born_on": "1952-01-02", "phone": "2"}, seen={})
    doses = [str(new_id()) for _ in range(3)]
    for pen, dose, who in zip((first, second, first), doses, (ada, ada, bob), strict=True):
        assert await pen.put("dose", dose, **dose_of(who)) == "stored"
    await first.put("dose", new_id(), **dose_of(new_id()))
    dose_seen = {first.actor: first.n - 1}
    await first.put("dose", doses[2], set={"state": "entered_in_error"}, seen=dose_seen)
    assert await ground.desk([Act("person", bob, {"place_id": str(ground.ids["shelter"])})], Role.DISPATCHER) == []


async def _digits(ground: Ground) -> dict[str, Any]:
    """Return all that a rebuild promises to make again."""
    found: dict[str, Any] = {}
    for table in (*KINDS, "record", "bucket"):
        rows = [dict(row) for row in await ground.fetch(f"SELECT * FROM {table} WHERE territory_id = $1")]
        for row in rows:
            row.pop("changed_at", None)
        key = [row for row in rows if table != "bucket" or row["records"]]
        found[table] = sorted(key, key=lambda row: str(row["id"]))
    live = await ground.fetch("SELECT bucket_id, record_id FROM feed WHERE territory_id = $1 AND NOT gone")
    found["feed"] = sorted((row["bucket_id"], str(row["record_id"])) for row in live)
    return found


@pytest.mark.parametrize("damage", DAMAGES)
async def test_digits_are_those_of_before_when_a_damage_is_rebuilt(ground: Ground, damage: str) -> None:
    await _lived(ground)
    before = await _digits(ground)
    assert await faults(ground) == []
    await ground.as_owner(DAMAGES[damage])
    assert await faults(ground) != []
    await rebuild(ground.scope)
    assert await faults(ground) == []
    after = await _digits(ground)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


async def test_nothing_is_mended_or_sent_again_when_nothing_is_wrong(ground: Ground) -> None:
    """A rebuild on a sound log may not make every tablet pull everything."""
    await _lived(ground)
    feed = "SELECT bucket_id, record_id, seq FROM feed WHERE territory_id = $1 ORDER BY seq"
    before = [tuple(row) for row in await ground.fetch(feed)]
    done = await rebuild(ground.scope)
    assert (done.mended, done.strays) == (0, 0)
    assert done.records > 10
    assert [tuple(row) for row in await ground.fetch(feed)] == before


async def test_review_of_siblings_is_opened_again_when_it_is_gone(ground: Ground) -> None:
    """A question that was asked because two values stand is asked as long as they do (S8)."""
    await _lived(ground)
    asked = "SELECT id, rule, field, opened_at FROM review WHERE territory_id = $1 AND rule = 'siblings'"
    before = [tuple(row) for row in await ground.fetch(asked)]
    await ground.as_owner("DELETE FROM review WHERE territory_id = $1 AND rule = 'siblings'")
    await ground.as_owner(
        "DELETE FROM record r WHERE r.territory_id = $1 AND kind = 'review' "
        "AND NOT EXISTS (SELECT FROM review v WHERE v.territory_id = $1 AND v.id = r.id)"
    )
    await rebuild(ground.scope)
    assert [tuple(row) for row in await ground.fetch(asked)] == before


async def test_stray_is_counted_and_left_when_no_op_explains_it(ground: Ground) -> None:
    """What cannot be explained is not thrown away by a command that mends."""
    await ground.as_owner(
        "INSERT INTO record (territory_id, id, kind, body, content_sum) VALUES ($1, $2, 'person', '[]', 0)", new_id()
    )
    assert (await rebuild(ground.scope)).strays == 1


async def test_log_stays_whole_when_people_write_during_a_rebuild(ground: Ground) -> None:
    await _lived(ground)
    pen = await ground.desk_pen()

    async def write() -> list[str]:
        return [await pen.put("dose", new_id(), **dose_of(ground.ids["ada"])) for _ in range(10)]

    crowd = [person(new_id(), ground.ids["hotel"], f"N{n}", "1980-01-01") for n in range(50)]
    written, rebuilt, refused = await asyncio.gather(write(), rebuild(ground.scope), ground.desk(crowd))
    assert (set(written), refused) == ({"stored"}, [])
    assert isinstance(rebuilt, Rebuilt)
    assert await faults(ground) == []


async def test_command_mends_every_territory_when_it_is_run(ground: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    await _lived(ground)
    await ground.as_owner(DAMAGES["sums are gone"])
    await DB.close_connection_pool()
    assert (
        await commands._rebuild(
            Settings(database_url=ground.database.url, database_owner_url=ground.database.owner_url)
        )
        == 0
    )
    await DB.start_connection_pool(min_size=1, max_size=4)
    assert "records made again" in capsys.readouterr().out
    assert await faults(ground) == []
