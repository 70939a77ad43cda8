"""This file runs the product's own processes for tests: a web server and workers, on a database of their own."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pyotp

from backend import clock, embedded
from backend.access import Role
from backend.accounts.demo_user import add_demo_user
from backend.accounts.passphrase import Cost, Hasher
from backend.accounts.services import accounts_of
from backend.accounts.user_changes import NewUser, Obstacle
from backend.demo.desk import Desk
from backend.demo.users import DemoUser
from backend.reference_tablet.tablet import Tablet
from backend.serve.processes import child, environment_of, wait_for_worker, wait_until_ready
from backend.settings import Settings
from tests.backend.ground import Ground, make_ground
from tests.conftest import fresh_database

READY_SECONDS_MAX = 180
PASSPHRASE = "trois mouettes lisent un journal humide"


@dataclass
class Served:
    """A territory, and the web server process that serves it."""

    ground: Ground
    settings: Settings
    urls: embedded.Urls
    web: Popen[bytes]
    opened: list[Tablet] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def log(self) -> str:
        """Return what web server and workers have logged."""
        return "".join(path.read_text("utf-8") for path in sorted((self.settings.home / "logs").glob("*.log")))

    def ask(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send a request of nobody."""
        return httpx.request(method, f"{self.url}{path}", timeout=30, **parts)

    async def tablet(self, folder: Path, team: str = "team") -> Tablet:
        """Return a reference tablet in a folder, enrolled for a team."""
        _, code = await self.ground.enrolment_code(team)
        tablet = self.open(folder)
        assert tablet.enrol(str(self.ground.territory_id), code)
        return tablet

    def open(self, folder: Path) -> Tablet:
        """Open the tablet of a folder; the fixture closes it."""
        self.opened.append(Tablet(folder, self.url))
        return self.opened[-1]

    def close_tablets(self) -> None:
        """Close all tablets that were opened."""
        while self.opened:
            self.opened.pop().close()

    async def desk(self, login: str) -> Desk:
        """Return a dispatcher's browser, signed in."""
        return Desk(self.url, await self.user(login, Role.DISPATCHER))

    async def user(self, login: str, role: Role) -> DemoUser:
        """Make a user who can sign in."""
        accounts = accounts_of(self.settings, hasher=Hasher(Cost(memory_kib=64, passes=1)))
        secret = pyotp.random_base32()
        slug = await self.ground.value("SELECT slug FROM territory WHERE id = $1")
        new = NewUser(login, login.title(), frozenset({role}))
        try:
            added = await add_demo_user(accounts, slug, new, PASSPHRASE, secret, clock.now())
        finally:
            accounts.close()
        assert not isinstance(added, Obstacle), added
        return DemoUser(added, login, login.title(), role, PASSPHRASE, secret)

    @contextlib.contextmanager
    def worker(self, name: str = "worker") -> Iterator[Popen[bytes]]:
        """Run a worker process beside the server until the context ends."""
        log = self.settings.home / "logs" / f"{name}.log"
        with child(["worker"], environment_of(self.settings, self.urls), log) as process:
            assert wait_for_worker(self.settings, process, READY_SECONDS_MAX), log.read_text("utf-8")
            yield process


@contextlib.asynccontextmanager
async def serve_ground(urls: embedded.Urls, home: Path, web_processes: int = 1) -> AsyncIterator[Served]:
    """Serve a small demo territory on a fresh database from processes, for as long as the context lasts."""
    async with fresh_database(urls) as database:
        settings = Settings(
            database_url=database.url,
            database_owner_url=database.owner_url,
            redis_url=urls.redis_url,
            home=home,
            port=free_port(),
            secret_key="00" * 32,
            queue_name=database.name,
            job_lease_seconds=2,
            secure_cookies=False,
            web_processes=web_processes,
        )
        ours = replace(urls, owner_url=database.owner_url, app_url=database.url)
        ground = await make_ground(database, is_demo=True)
        with child(["serve-demo"], environment_of(settings, ours), home / "logs" / "web.log") as web:
            served = Served(ground, settings, ours, web)
            assert wait_until_ready(served.url, web, READY_SECONDS_MAX), served.log
            yield served


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
