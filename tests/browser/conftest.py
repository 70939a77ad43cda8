"""Give browser tests a real server and a real worker, processes of their own, on an invented territory of sixty people.

Chromium is looked for at CHROMIUM, else where systems put it; without it these tests are skipped, named and counted.
"""

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import pyotp
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from admin.shared.libraries import read_libraries
from backend import clock, embedded
from backend.access import Scope
from backend.accounts.passphrase import Hasher
from backend.accounts.services import accounts_of
from backend.accounts.sessions import REAUTHENTICATED_FOR
from backend.bootstrap import places
from backend.bootstrap.bring_libraries import bring, libraries_dir
from backend.db.transaction import transaction
from backend.demo.users import DemoUser, add_users
from backend.ids import TerritoryId, new_id
from backend.log.desk import Act, installation_for, write
from backend.piccolo_conf import DB
from backend.serve.processes import child, environment_of, wait_for_worker, wait_until_ready
from backend.settings import Settings
from backend.territory.generate import SLUG
from backend.territory.store import write_territory
from tests.admin.desk import whole
from tests.conftest import TEMPLATE, at_database

T = TypeVar("T")
READY_SECONDS_MAX = 120
PEOPLE = 60


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a thread of its own: the browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass
class Site:
    """A running product: its address, its day, its users."""

    url: str
    settings: Settings
    territory_id: TerritoryId
    users: dict[str, DemoUser]
    today: date
    signed_in: dict[str, tuple[Any, datetime]]

    @property
    def tomorrow(self) -> date:
        """Return the day that is planned."""
        return self.today + timedelta(days=1)

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Return rows of the territory, which is `$1`."""
        return apart(self._rows(sql, values))

    def write(self, login: str, acts: list[Act]) -> None:
        """Write acts as somebody of the territory, from a desk of their own."""
        apart(self._write(login, acts))

    async def _rows(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        connection = await asyncpg.connect(self.settings.database_owner_url)
        try:
            await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(self.territory_id))
            return list(await connection.fetch(sql, self.territory_id, *values))
        finally:
            await connection.close()

    async def _write(self, login: str, acts: list[Act]) -> None:
        DB.point_at(self.settings.database_url)
        await DB.start_connection_pool(min_size=1, max_size=2)
        try:
            now = clock.now()
            async with transaction(Scope(self.territory_id, self.users[login].id)) as tx:
                assert not (await write(tx, await installation_for(tx, login, now), acts, now)).refused
        finally:
            await DB.close_connection_pool()


@pytest.fixture(scope="module")
def site(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the product for one file of tests, so that none meets what another wrote, in whatever order they run."""
    home = tmp_path_factory.mktemp("site")
    name = f"b_{new_id().hex[-12:]}"
    apart(as_owner(urls, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"'))
    found = embedded.Urls(at_database(urls.owner_url, name), at_database(urls.app_url, name), urls.redis_url)
    found = replace(found, reference_url=at_database(urls.reference_url, name))
    port, beside = free_port(), free_port()
    settings = Settings(
        database_url=found.app_url,
        database_owner_url=found.owner_url,
        database_reference_url=found.reference_url,
        redis_url=found.redis_url,
        home=home,
        port=port,
        public_url=f"http://localhost:{port}",  # passkeys want a name, not a number
        reference_admin_url=f"http://localhost:{beside}",
        reference_admin_port=beside,
        reference_admin_asks=f"http://127.0.0.1:{port}",
        secret_key="00" * 32,
        queue_name=name,
        secure_cookies=False,
        libraries=_libraries(),
    )
    today = clock.day_in("Europe/Paris", clock.now())
    territory_id, users = apart(fill(settings, today))
    environment = environment_of(settings, found)
    url = f"http://127.0.0.1:{settings.port}"
    with (
        child(["serve-demo"], environment, home / "web.log") as web,
        child(["worker"], environment, home / "worker.log") as worker,
    ):
        assert wait_until_ready(url, web, READY_SECONDS_MAX), (home / "web.log").read_text("utf-8")
        assert wait_for_worker(settings, worker, READY_SECONDS_MAX), (home / "worker.log").read_text("utf-8")
        yield Site(url, settings, territory_id, users, today, {})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium, or skip when there is none. It ends with its module: its loop would block every later test."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def sign_in(site: Site, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Give a page of somebody who signed in by passphrase and code; a warning in the browser's console fails the test."""
    opened: list[Any] = []
    words: list[str] = []

    def open_page(login: str) -> Page:
        kept, given_at = site.signed_in.get(login, (None, None))
        if (
            given_at is None or clock.now() - given_at > REAUTHENTICATED_FOR / 2
        ):  # a code given lately is asked for by some
            kept = None
        context = browser.new_context(
            viewport={"width": 1280, "height": 720}, locale="fr-FR", base_url=site.url, storage_state=kept
        )
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: words.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: words.append(str(error)))
        if kept is None:
            give_both_factors(site, page, login)
            site.signed_in[login] = context.storage_state(), clock.now()
        return page

    yield open_page
    for context in opened:
        context.close()
    assert words == []


def give_both_factors(site: Site, page: Page, login: str) -> None:
    """Sign in as a person does; seldom, since a code works once and the next comes in half a minute."""
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=passphrase]", site.users[login].passphrase)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    page.fill("input[name=code]", pyotp.TOTP(site.users[login].totp_secret).at(clock.now()))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/")


TOO_WIDE: Final = """(width) => [...document.querySelectorAll('main *')]
  .filter((one) => one.getBoundingClientRect().right > width + 1 && !one.closest('.scroll'))
  .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 60)}`)"""


def too_wide(page: Page, width: int) -> list[str]:
    """Return what stands out over the right edge of a screen; nothing if the page fits it."""
    if page.evaluate("document.documentElement.scrollWidth") <= width:
        return []
    found: list[str] = page.evaluate(TOO_WIDE, width)
    return found[:5] or ["something outside of the page's main part"]


def picture(page: Page, name: str) -> None:
    """Take a picture for the documentation when PICTURES names a folder; at most 200 kB."""
    folder = os.environ.get("PICTURES")
    if folder:
        content = page.screenshot()
        assert len(content) <= 200_000, f"{name} has {len(content)} bytes"
        (Path(folder) / f"{name}.png").write_bytes(content)


def _libraries() -> Path:
    """Return where the pages' libraries lie, brought now if they can be: this user's folder, as in `python3 -m backend`."""
    own = places.home(os.environ)
    assert isinstance(own, Path)
    folder = libraries_dir(own, os.environ)
    bring(folder, os.environ, Path.home(), print)
    return folder


def has_map(site: "Site") -> bool:
    """Tell whether the map's library is there; without it the pages show a picture, and say so."""
    return bool(read_libraries(site.settings.libraries))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def as_owner(urls: embedded.Urls, statement: str) -> None:
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def fill(settings: Settings, today: date) -> tuple[TerritoryId, dict[str, DemoUser]]:
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=4)
    accounts = accounts_of(settings, hasher=Hasher())
    try:
        territory_id = await write_territory(settings.database_owner_url, whole(PEOPLE, today), clock.now())
        return territory_id, await add_users(accounts, SLUG, clock.now())
    finally:
        accounts.close()
        await DB.close_connection_pool()
