"""The demo's day, once as a user starts it; then each of its promises must fail when its fault is planted."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backend import embedded
from backend.access import Scope
from backend.demo import commands
from backend.demo.database import NAME
from backend.demo.day import Day, Ground
from backend.demo.report import CoverageFigures, check_promises
from backend.ids import PlanId, TerritoryId, new_id
from backend.piccolo_conf import DB
from backend.settings import Settings
from tests.backend.running import free_port
from tests.conftest import at_database, drop_database

pytestmark = pytest.mark.slow
SECONDS_MAX = 280
PLAN_ACCEPTED = "The referee accepted the published plan; who is left out has a reason"
BEFORE = CoverageFigures({"g": (1, 5)}, {"z": 1}, 3, Counter(g=1))
AFTER = CoverageFigures({"g": (2, 4)}, {"z": 2}, 5, Counter(g=2))
IN_THE_LOG = "Every op of the tablets is in the log and has its verdict"
ONCE = "No op counts twice"
CHAINS = "The chain of every installation holds from its first op to its last"
EQUAL = "Records on the tablets equal the server's, byte for byte"
SUMS = "Every bucket's sum is the sum of its records"
DISPUTED = "Two teams disagree: both birth dates stand, a review is open, the phones are merged"
NOT_REFUSED = "No op was refused on an ordinary day; a refusal would have its reason"
TABLES = "Every record of a person or dose has its typed row"

_OF_A_TABLET = "actor IN (SELECT actor FROM installation WHERE territory_id = $1 AND tablet_id IS NOT NULL)"
# What is done to a copy of the day's database → the promise that must be seen to be broken.
FAULTS = {
    "the plan is not in force": ("UPDATE plan SET state = 'superseded' WHERE territory_id = $1", PLAN_ACCEPTED),
    "somebody is left out without a reason": (
        (
            "UPDATE plan SET summary = jsonb_set(summary, '{visits_left_out}', '9'), "
            "body = jsonb_set(body, '{left_out}', '[]') "
            "WHERE territory_id = $1"
        ),
        PLAN_ACCEPTED,
    ),
    "one reason is missing": (
        (
            "UPDATE plan SET summary = jsonb_set(summary, '{visits_left_out}', '2'), body = jsonb_set(body, '{left_out}', "
            """'[{"visit": "a"}]') WHERE territory_id = $1"""
        ),
        PLAN_ACCEPTED,
    ),
    "the last op of a tablet is forgotten": (
        (
            f"DELETE FROM op WHERE territory_id = $1 AND {_OF_A_TABLET} AND n = (SELECT max(n) FROM op AS o "
            "WHERE o.territory_id = $1 AND o.actor = op.actor)"
        ),
        IN_THE_LOG,
    ),
    "an op counts twice": (
        (
            "INSERT INTO op (territory_id, actor, n, id, hash, verdict, body, received_at) "
            "SELECT territory_id, actor, n + 100000, id, hash, verdict, body, received_at "
            "FROM op WHERE territory_id = $1 LIMIT 1"
        ),
        ONCE,
    ),
    "an op is changed in the log": (
        (
            f"UPDATE op SET body = replace(encode(body, 'escape'), '\"kind\"', '\"kine\"')::bytea "
            f"WHERE territory_id = $1 "
            f"AND {_OF_A_TABLET} AND n = 2"
        ),
        CHAINS,
    ),
    "an op is missing in the middle": (f"DELETE FROM op WHERE territory_id = $1 AND {_OF_A_TABLET} AND n = 2", CHAINS),
    "a record changed on the server": ("UPDATE record SET body = body || ' ' WHERE territory_id = $1", EQUAL),
    "a sum is wrong": (
        "UPDATE bucket SET records = records + 1 WHERE territory_id = $1 AND id = 'reference:all'",
        SUMS,
    ),
    "a record left a bucket unsaid": (
        "DELETE FROM feed WHERE territory_id = $1 AND bucket_id = 'reference:all'",
        SUMS,
    ),
    "one birth date stands alone": ("UPDATE person SET disputed = '{}' WHERE territory_id = $1", DISPUTED),
    "nobody is asked": ("DELETE FROM review WHERE territory_id = $1", DISPUTED),
    "an op was refused": (
        f"UPDATE op SET verdict = 'refused' WHERE territory_id = $1 AND {_OF_A_TABLET} AND n = 3",
        NOT_REFUSED,
    ),
    "a dose has no row": ("DELETE FROM dose WHERE territory_id = $1", TABLES),
}


@dataclass(frozen=True)
class Played:
    """A day that was played: its servers, its tablets' folders and what the demo said."""

    urls: embedded.Urls
    tablets: list[Path]
    said: str


@pytest.fixture(scope="module")
def played(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the day once, as a user does, at a small scale; it must come to its end with every promise held."""
    home = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "MARAUDE_OWN_ENVIRONMENT": "1",
        "MARAUDE_HOME": str(home),
        "DATABASE_URL": urls.app_url,
        "DATABASE_OWNER_URL": urls.owner_url,
        "REDIS_URL": urls.redis_url,
    }
    words = ["demo", "--once", "--scale", "1000", "--plan-seconds", "2", "--port", str(free_port())]
    done = subprocess.run(
        [sys.executable, "-m", "backend", *words],
        env=environment,
        timeout=SECONDS_MAX,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "BROKEN" not in done.stdout
    return Played(urls, sorted((home / "demo" / "tablets").glob("tablet-*")), done.stdout)


@dataclass
class Copy:
    """A copy of the played day's database, to plant faults in."""

    owner_url: str
    url: str
    territory_id: TerritoryId
    plan_id: PlanId
    tablets: list[Path]

    async def plant(self, statement: str) -> None:
        """Do something to the copy that the product never does."""
        connection = await asyncpg.connect(self.owner_url)
        await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(self.territory_id))
        await connection.execute("DROP INDEX op_once")
        await connection.execute(statement, self.territory_id)
        await connection.close()

    async def broken(self) -> set[str]:
        """Return the sentences of the promises that do not hold."""
        promises = await check_promises(Scope(self.territory_id), self.plan_id, self.tablets, (BEFORE, AFTER))
        return {promise.sentence for promise in promises if not promise.held}


@pytest.fixture
async def copy(played: Played) -> AsyncIterator[Copy]:
    """Copy the day's database for one test."""
    name = f"d_{new_id().hex[-12:]}"
    owner = await asyncpg.connect(played.urls.owner_url)
    await owner.execute(f'CREATE DATABASE "{name}" TEMPLATE "{NAME}"')
    owner_url, url = at_database(played.urls.owner_url, name), at_database(played.urls.app_url, name)
    connection = await asyncpg.connect(owner_url)
    territory_id = await connection.fetchval("SELECT id FROM territory")
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory_id))
    plan_id = await connection.fetchval("SELECT id FROM plan WHERE state = 'published'")
    await connection.close()
    DB.point_at(url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    yield Copy(owner_url, url, territory_id, plan_id, played.tablets)
    if DB.pool is not None:
        await DB.close_connection_pool()
    await owner.close()
    await drop_database(played.urls, name)


async def test_every_promise_holds_when_nothing_is_planted(copy: Copy) -> None:
    assert await copy.broken() == set()


@pytest.mark.parametrize("fault", FAULTS)
async def test_promise_is_broken_when_its_fault_is_planted(copy: Copy, fault: str) -> None:
    """A check that nothing can fail would print `held` over a loss."""
    statement, promise = FAULTS[fault]
    await copy.plant(statement)
    assert promise in await copy.broken()


def test_report_names_each_figure_when_the_day_has_ended(played: Played) -> None:
    """A reader of the report sees what was planned, left out, handed in, merged, asked, and the coverage before and after."""
    wanted = (
        "visits wanted / planned / left out",
        "ops of the tablets",
        "open reviews",
        "before         after",
        "held",
    )
    assert [words for words in wanted if words not in played.said] == []
    assert played.said.count("\nheld ") == 10


@pytest.mark.parametrize("fault", ["", "a sum is wrong", "coverage"])
async def test_exit_status_tells_whether_all_held_when_the_day_has_ended(
    copy: Copy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """`--once` is a check that scripts rely on."""
    if fault in FAULTS:
        await copy.plant(FAULTS[fault][0])
    day = Day(copy.plan_id, new_id(), BEFORE, BEFORE if fault == "coverage" else AFTER, copy.tablets, 1.0)

    async def played_day(_ground: Any, _tell: Any) -> Day:
        return day

    monkeypatch.setattr(commands, "run_day", played_day)
    await DB.close_connection_pool()
    ground = Ground("", copy.territory_id, {}, Path(), 1)
    status, day_on = await commands._day(replace(Settings(), database_url=copy.url), ground, lambda _said: None)  # type: ignore[arg-type]
    assert status == (1 if fault else 0)
    assert day_on is not None
    commands._print_addresses("http://d", {}, day_on)
    told = capsys.readouterr().out
    assert f"http://d/today?day={day_on}" in told
    assert "authenticator app" in told
