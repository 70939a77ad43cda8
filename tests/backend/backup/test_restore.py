"""Yesterday's backup restored in the middle of a day: every tablet offers again, nothing is lost, nothing counts twice."""

import argparse
import asyncio
import random
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from backend import clock
from backend.access import Scope
from backend.backup.commands import backup, backup_key, reoffering, restore, verify
from backend.db.transaction import transaction
from backend.ids import TabletId, TerritoryId
from backend.piccolo_conf import DB
from backend.reference_tablet.tablet import Tablet
from backend.settings import Settings
from backend.tablets import enrol
from bench.chaos.house import CHECKOUT, House, house
from bench.chaos.world import World, write_world
from sync.client import Act
from sync.ops import Op

pytestmark = pytest.mark.slow


def options(**words: object) -> argparse.Namespace:
    return argparse.Namespace(**words)


class Team:
    """The tablets of the test and every op that was recorded on them."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self.url = ""
        self.recorded: set[str] = set()
        self.chance = random.Random(5)

    def tablet(self, number: int) -> Tablet:
        return Tablet(self.folder / f"t{number}", self.url)

    def enrol(self, number: int, code: str = "") -> None:
        tablet = self.tablet(number)
        assert tablet.enrol(str(self.world.territory_id), code or self.world.tablets[number].code)
        tablet.close()

    def work(self, number: int, acts: int) -> None:
        tablet = self.tablet(number)
        for index in range(acts):
            person = self.chance.choice(self.world.tablets[number].person_ids)
            done = tablet.record(Act(person, "person", {"room": f"{number}-{index}"}), self.world.author)
            assert isinstance(done, Op)
            self.recorded.add(done.id)
        tablet.close()

    def sync(self, number: int) -> str:
        tablet = self.tablet(number)
        done = tablet.sync_until_complete(30, self.chance)
        receipt = tablet.receipt()
        tablet.close()
        return receipt if done.complete else done.reason


def test_backup_of_the_morning_restored_at_noon_loses_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """S1 and S2 across a restore, with a tablet enrolled after the backup and ops that no server has seen yet."""
    home, file, key = tmp_path / "home", tmp_path / "morning.maraude", tmp_path / "backup.key"
    home.mkdir()
    assert backup_key(options(file=key), Settings(home=home)) == 0
    public = capsys.readouterr().out.split("=", 1)[1].split()[0]
    settings = Settings(home=home, backup_key=public)
    with house(home, CHECKOUT) as built:
        world = asyncio.run(write_world(built.urls.owner_url, built.urls.app_url, tablets=4))
        team = Team(tmp_path / "tablets", world)
        team.url = serve(built)
        for number in range(3):
            team.enrol(number)
            team.work(number, 8)
            assert team.sync(number) == "confirmed"
        assert backup(options(file=file, to="", verify=key, overwrite=False), settings) == 0
        assert "as backed up" in capsys.readouterr().out
        team.enrol(3)
        for number in range(4):
            team.work(number, 12)
            assert team.sync(number) == "confirmed"
        team.work(1, 5)  # and these nobody has seen
        assert restore(options(file=file, key=key, check=False), settings) == 1  # the server runs
    assert restore(options(file=file, key=key, check=False), settings) == 0
    with house(home, CHECKOUT) as built:
        team.url = serve(built)
        assert team.sync(3) == "tablet_unknown"
        assert reoffering(options(end=True, without_them=False), settings) == 1
        for number in range(3):
            assert team.sync(number) == "confirmed"
        tablet_id = asyncio.run(add_tablet(built, world.territory_id))
        team.enrol(3, tablet_id)
        for number in (3, 0, 1, 2):
            assert team.sync(number) == "confirmed"
        assert team.recorded == set(asyncio.run(counted(built.urls.owner_url, world.territory_id, team.recorded)))
        assert verify(options(), settings) == 0
        assert reoffering(options(end=True, without_them=False), settings) == 0
        assert reoffering(options(end=True, without_them=False), settings) == 0
        assert "No tablet is asked" in capsys.readouterr().out


def test_changed_backup_is_refused_and_the_database_in_use_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file, key = tmp_path / "home", tmp_path / "b.maraude", tmp_path / "backup.key"
    home.mkdir()
    assert backup_key(options(file=key), Settings(home=home)) == 0
    public = capsys.readouterr().out.split("=", 1)[1].split()[0]
    settings = Settings(home=home, backup_key=public)
    with house(home, CHECKOUT) as built:
        asyncio.run(write_world(built.urls.owner_url, built.urls.app_url, tablets=1))
        assert backup(options(file=file, to="", verify=None, overwrite=False), settings) == 0
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert restore(options(file=file, key=key, check=False), settings) == 1
    assert "changed after it was written" in capsys.readouterr().err
    file.write_bytes(content[: len(content) // 3])
    assert restore(options(file=file, key=key, check=True), settings) == 1
    assert verify(options(), settings) == 0
    with house(home, CHECKOUT) as built:
        assert asyncio.run(databases(built.urls.owner_url)) == ["maraude", "postgres"]


def serve(built: House) -> str:
    """Start one web server and return its address."""
    built.start_web(built.ports[0])
    built.wait_for_web()
    return built.straight_urls[0]


async def add_tablet(built: House, territory_id: TerritoryId) -> str:
    """Write down the forgotten tablet again and return its code."""
    DB.point_at(built.urls.app_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    try:
        async with transaction(Scope(territory_id)) as tx:
            tablet_id = TabletId(await tx.fetch_value("SELECT id FROM tablet WHERE label = 'T3'"))
            return await enrol.make_code(tx, tablet_id, clock.now() + timedelta(minutes=5))
    finally:
        await DB.close_connection_pool()


async def counted(owner_url: str, territory_id: TerritoryId, ids: set[str]) -> list[str]:
    """Return the ids among these of the ops that count, as often as they count."""
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('maraude.territory', $1, true)", str(territory_id))
            rows = await connection.fetch(
                "SELECT id FROM op WHERE verdict IN ('stored', 'merged', 'review') AND id = ANY($1::uuid[])", list(ids)
            )
    finally:
        await connection.close()
    found = [row["id"].hex for row in rows]
    assert len(found) == len(set(found))
    return found


async def databases(owner_url: str) -> list[str]:
    """Return the databases of the server."""
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname")
    finally:
        await connection.close()
    return [row["datname"] for row in rows]
