"""PostgreSQL or the queue goes away under a running web server: told clearly, recovered without a restart, nothing lost."""

import asyncio
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import msgspec
import pytest

from backend.access import Role
from backend.accounts.csrf import HEADER
from backend.embedded import Urls
from backend.ids import new_id
from backend.reference_tablet.link import Link, Outcome
from backend.reference_tablet.tablet import Tablet
from sync.client import Act
from sync.ops import Op
from sync.store import Change
from tests.backend.embedded.beside import launcher, server_pids
from tests.backend.jobs.planning import ask_for_plan, make_day, plans_of, send, wait_until
from tests.backend.running import Served, serve_ground
from tests.conftest import prepared

SECONDS_MAX = 60


class House:
    """Servers of their own, whose processes a test may stop and kill, and what is served from them."""

    def __init__(self, served: Served, data_dir: Path) -> None:
        self.served = served
        self.data_dir = data_dir

    def pid(self, word: str) -> int:
        """Return the process of these servers whose command line names the word."""
        for pid in server_pids(self.data_dir):
            if word in Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " "):
                return pid
        raise AssertionError(f"no {word} runs")

    @contextmanager
    def without(self, word: str) -> Any:
        """Kill a server as `kill -9` does; as long as the context lasts its keeper does not revive it."""
        keeper = self.pid("keeper")
        send(signal.SIGSTOP, keeper)
        send(signal.SIGKILL, self.pid(word))
        try:
            yield
        finally:
            send(signal.SIGCONT, keeper)
            _until(lambda: self.ready().json() == {"database": "up", "queue": "up"})

    def ready(self) -> httpx.Response:
        """Ask whether the server can work."""
        return self.served.ask("GET", "/health/ready")


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Serve from a PostgreSQL and a queue that only this module uses."""
    data_dir = tmp_path_factory.mktemp("outage")
    with launcher(data_dir) as launched:
        urls: Urls = await asyncio.to_thread(prepared, launched.urls)
        async with serve_ground(urls, tmp_path_factory.mktemp("home")) as served:
            yield House(served, data_dir)
            served.close_tablets()


def _until(said: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS_MAX
    while not said():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _dose(house: House, tablet: Tablet) -> Op:
    ids = house.served.ground.ids
    given = {"person_id": str(ids["ada"]), "status": "given", "given_on": "2026-11-20", "source": "own"}
    op = tablet.record(Act(str(new_id()), "dose", {**given}), str(house.served.ground.users[Role.FIELD_TEAM]))
    assert isinstance(op, Op)
    return op


async def test_requests_are_told_to_come_again_when_postgresql_is_gone(house: House, tmp_path: Path) -> None:
    """503 as problem+json with Retry-After; recovery without a restart; what was acknowledged is there."""
    served = house.served
    tablet = await served.tablet(tmp_path / "one")
    before = [_dose(house, tablet) for _ in range(5)]
    assert tablet.sync().complete
    with house.without("postgres -D"):
        answer = served.ask("POST", "/api/sign-in", json={"login": "x", "passphrase": "y" * 20}, headers={HEADER: "1"})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert house.ready().status_code == 503
        assert served.ask("GET", "/health/live").status_code == 200
        during = [_dose(house, tablet) for _ in range(5)]  # S4: recording never needs the network
        done = tablet.sync()
        assert (done.complete, done.reason) == (False, "database_away")
    _until(lambda: house.ready().status_code == 200)
    assert served.web.poll() is None
    assert tablet.sync_until_complete(SECONDS_MAX, Random(1)).complete
    ids = [op.record for op in (*before, *during)]
    found = await _count_when_up(
        house, "SELECT count(*) FROM dose WHERE territory_id = $1 AND id = ANY($2::uuid[])", ids
    )
    assert found == len(ids)
    assert tablet.receipt() == "confirmed"


async def test_no_acknowledged_op_is_lost_when_postgresql_is_killed_while_tablets_push(
    house: House, tmp_path: Path
) -> None:
    """S1 and S2 under fire: kill -9 of the database three times while a tablet hands in without a pause."""
    served = house.served
    tablet = await served.tablet(tmp_path / "one")
    killing = _KillingLink(house, tablet.link)
    tablet.link.close()
    tablet.link = killing
    ops: list[Op] = []
    for _ in range(3):
        ops += [_dose(house, tablet) for _ in range(12)]
        # It grows by one with each answer: the fourth request is on its way before the twelve are in.
        tablet.store.save(Change(msgspec.structs.replace(tablet.store.identity(), push_most=1)))
        killing.posts_left = 4
        assert not tablet.sync().complete
        killing.wait()
        _until(lambda: house.ready().status_code == 200)
    assert tablet.sync_until_complete(SECONDS_MAX, Random(1)).complete
    rows = await _when_up(house, "SELECT id FROM op WHERE territory_id = $1 AND verdict = 'stored'")
    counted = [row["id"].hex for row in rows]
    assert len(counted) == len(set(counted))
    assert {op.id for op in ops} <= set(counted)
    assert tablet.receipt() == "confirmed"


class _KillingLink(Link):
    """A link under which the database is killed while the request `posts_left` from now is on its way."""

    def __init__(self, house: House, link: Link) -> None:
        super().__init__(house.served.url, link._key)
        self.house = house
        self.posts_left = 0
        self.killer: threading.Thread | None = None

    def send(self, method: str, path: str, body: bytes, who: str = "", more: dict[str, str] | None = None) -> Outcome:
        """Send a request, and kill the database meanwhile if it is its turn."""
        self.posts_left -= 1
        if self.posts_left == 0:
            self.killer = threading.Thread(target=send, args=(signal.SIGKILL, self.house.pid("postgres -D")))
            self.killer.start()
        return super().send(method, path, body, who, more)

    def wait(self) -> None:
        """Wait until the killing is done."""
        assert self.killer is not None
        self.killer.join()


async def test_plan_waits_and_is_made_when_the_queue_is_away(house: House) -> None:
    """The asking succeeds without Redis; the sweeper wakes a worker once it is back."""
    served = house.served
    with await served.desk("iris") as desk, served.worker():
        day_on = await make_day(served.ground, 1)
        with house.without("valkey-server"):
            job_id = ask_for_plan(served, desk, day_on, seconds=1)
            ready = house.ready()
            assert (ready.status_code, ready.json()["database"]) == (200, "up")
            assert ready.json()["queue"].startswith("down")
        job = await wait_until(served.ground, job_id, "done", "failed")
    assert job["state"] == "done"
    assert await plans_of(served.ground, job_id) == 1


async def test_pool_gives_all_connections_again_when_they_were_cut(house: House) -> None:
    """A connection that the server ended must not stay in the pool as one that only answers errors."""
    served = house.served
    await _when_up(
        house,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND $1::uuid IS NOT NULL",
    )
    _until(lambda: house.ready().status_code == 200)
    answers = [served.ask("GET", "/health/ready").status_code for _ in range(served.settings.pool_size_max * 2)]
    assert set(answers) == {200}


async def _when_up(house: House, sql: str, *values: Any) -> list[Any]:
    return await house.served.ground.as_owner(sql, *values)


async def _count_when_up(house: House, sql: str, *values: Any) -> int:
    return int((await _when_up(house, sql, *values))[0][0])
