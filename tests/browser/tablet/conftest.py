"""Give tests of the tablet a server of their own that can be stopped, a team's round of today, and browsers that can be killed.

A profile is a directory: the same tablet goes on after its browser was ended by `kill -9`. What a page does goes through the
app's own interface (sync/tablet/interface.js), as the screens do it.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid5

import pyotp
import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

from backend import clock, embedded
from backend.access import Scope
from backend.accounts.secrets_box import SecretsBox
from backend.clock import wire_instant
from backend.db.transaction import Transaction, transaction
from backend.ids import TabletId, TeamId, new_id
from backend.log.desk import Act
from backend.piccolo_conf import DB
from backend.serve.processes import child, environment_of, wait_until_ready
from backend.settings import Settings
from backend.tablets.enrol import add_tablet, make_code, revoke
from backend.tablets.rescue import speak
from backend.tablets.wipe import order_wipe
from sync.ops import Scalar
from tests.browser.conftest import READY_SECONDS_MAX, Site, apart, as_owner, fill, free_port
from tests.conftest import TEMPLATE, at_database

T = TypeVar("T")
PIN = "482915"
CHECKOUT = Path(__file__).resolve().parents[3]
STOPS = 3


@dataclass
class Ward(Site):
    """A product whose web server is started and stopped by the test, with a team that has a round today."""

    urls: embedded.Urls | None = None
    team_id: str = ""
    place_ids: list[str] = field(default_factory=list)
    _running: contextlib.ExitStack | None = None

    def start(self, tree: Path = CHECKOUT) -> None:
        """Start the web server on its port; packages of `tree` come before ours; the data are those of before."""
        assert self.urls is not None
        log = self.settings.home / "web.log"
        self._running = contextlib.ExitStack()
        environment = {**environment_of(self.settings, self.urls), "PYTHONPATH": f"{tree}{os.pathsep}{CHECKOUT}"}
        web = self._running.enter_context(child(["serve-demo"], environment, log, tree))
        assert wait_until_ready(self.url, web, READY_SECONDS_MAX), log.read_text("utf-8")

    def stop(self) -> None:
        """Let the port be dead: there is no server any more. A tablet is to open without it: await its worker before."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def publish_round(self) -> None:
        """Write down a round of today for one team: some places with people in them, a visit each."""
        team = self.rows("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter LIMIT 1")[0]["id"]
        places = self.rows(
            "SELECT place_id AS id, count(*) AS people FROM person WHERE territory_id = $1 AND place_id IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $2",
            STOPS,
        )
        self.team_id, self.place_ids = str(team), [str(row["id"]) for row in places]
        round_id, now = new_id(), clock.now()
        plan_id = self.rows(
            "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, "
            "body, made_at) VALUES ($2, $1, $3, 'published', '', 1, 0, '', '{}', '{}', $4) RETURNING id",
            new_id(),
            self.today,
            now,
        )[0]["id"]
        about = {
            "plan_id": str(plan_id),
            "team_id": self.team_id,
            "day_on": self.today.isoformat(),
            "state": "published",
        }
        acts = [Act("round", round_id, {**about, "starts_at": wire_instant(now), "version": 1})]
        for position, place_id in enumerate(self.place_ids, 1):
            visit_id = uuid5(round_id, f"visit {position}")
            visit: dict[str, Scalar] = {"place_id": place_id, "service_minutes": 20, "priority": 2, "state": "planned"}
            acts.append(Act("visit", visit_id, visit, {"acts": ["vaccinate"]}))
            stop: dict[str, Scalar] = {
                "round_id": str(round_id),
                "place_id": place_id,
                "position": position,
                "state": "planned",
            }
            acts.append(Act("stop", uuid5(round_id, f"stop {position}"), stop, {"visit_ids": [str(visit_id)]}))
        self.write("dora", acts)

    def rename(self, place_id: str, name: str) -> list[Act]:
        """Return the act that gives a place another name."""
        return [Act("place", UUID(place_id), {"name": name})]

    def revoke(self, label: str) -> TabletId:
        """Revoke a tablet, as the page of tablets does."""
        return self._on_tablet(label, revoke)

    def order_wipe(self, label: str) -> TabletId:
        """Order a tablet to wipe itself."""
        return self._on_tablet(label, lambda tx, tablet_id: order_wipe(tx, tablet_id, clock.now()))

    def _on_tablet(self, label: str, act: Callable[[Transaction, TabletId], Awaitable[bool]]) -> TabletId:
        found = self.rows("SELECT id FROM tablet WHERE territory_id = $1 AND label = $2 ORDER BY id DESC", label)[0][
            "id"
        ]

        async def do(tx: Transaction) -> None:
            assert await act(tx, TabletId(found))

        apart(self._as_dora(do))
        return TabletId(found)

    def speak(self, tablet_id: TabletId, number: int) -> str | None:
        """Ask for the code of a number, as the page of tablets does."""
        box = SecretsBox(self.settings.secret_key)
        return apart(self._as_dora(lambda tx: speak(tx, box, tablet_id, number, "no network", clock.now())))

    def code(self, label: str) -> str:
        """Return the fragment of a QR code that enrols a tablet of the team."""

        async def make(tx: Transaction) -> str:
            tablet_id = await add_tablet(tx, label, TeamId(UUID(self.team_id)), clock.now())
            return await make_code(tx, tablet_id, clock.now())

        return f"#territory={self.territory_id}&code={apart(self._as_dora(make))}"

    async def _as_dora(self, act: Callable[[Transaction], Awaitable[T]]) -> T:
        DB.point_at(self.settings.database_url)
        await DB.start_connection_pool(min_size=1, max_size=2)
        try:
            async with transaction(Scope(self.territory_id, self.users["dora"].id)) as tx:
                return await act(tx)
        finally:
            await DB.close_connection_pool()

    def proof(self, login: str, pin: str = PIN) -> dict[str, str]:
        """Return what somebody types at the first sign-in on a tablet. A code works once: its user may use it again here."""
        user = self.users[login]
        self.rows("UPDATE app_user SET totp_step_last = 0 WHERE $1::uuid IS NOT NULL AND id = $2", user.id)
        return {
            "login": login,
            "passphrase": user.passphrase,
            "code": pyotp.TOTP(user.totp_secret).at(clock.now()),
            "pin": pin,
        }


@pytest.fixture(scope="module")
def ward(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Start a product of this module's own."""
    made = make_ward(urls, tmp_path_factory.mktemp("ward"))
    made.start()
    yield made
    made.stop()


def make_ward(urls: embedded.Urls, home: Path) -> Ward:
    """Make the database and the round of a ward; its server is not started yet."""
    name = f"w_{new_id().hex[-12:]}"
    apart(as_owner(urls, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"'))
    found = embedded.Urls(at_database(urls.owner_url, name), at_database(urls.app_url, name), urls.redis_url)
    settings = Settings(
        database_url=found.app_url,
        database_owner_url=found.owner_url,
        redis_url=found.redis_url,
        home=home,
        port=free_port(),
        secret_key="00" * 32,
        queue_name=name,
        secure_cookies=False,
    )
    today = clock.day_in("Europe/Paris", clock.now())
    territory_id, users = apart(fill(settings, today))
    made = Ward(f"http://127.0.0.1:{settings.port}", settings, territory_id, users, today, {}, found)
    made.publish_round()
    return made


@dataclass
class Handset:
    """One tablet: a profile directory, and a browser on it while it runs."""

    ward: Ward
    profile: Path
    playwright: Playwright
    executable: str
    context: BrowserContext | None = None
    page: Page | None = None

    def start(self) -> "Handset":
        """Start the browser on the profile and open the tablet in a page of the app."""
        self.launch()
        self.open()
        return self

    def launch(self) -> None:
        """Start the browser on the profile; no page of ours is open yet."""
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=self.executable,
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            locale="fr-FR",
            timezone_id="Europe/Paris",  # the territory's: its day is the tablet's
            base_url=self.ward.url,
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()

    def open(self) -> None:
        """Open the app's page, from the server or from what the worker keeps."""
        page = self._page
        page.goto("/tablet/")
        page.wait_for_function("() => document.querySelector('script[type=module]') !== null")
        page.evaluate(
            """async () => {
              const script = document.querySelector('script[type=module]').src;
              const { openTablet } = await import(new URL('./tablet.js', script).href);
              window.tablet = await openTablet();
              window.tablet.again.stop();  // it syncs when the test says so
            }"""
        )

    def do(self, what: str, argument: Any = None) -> Any:
        """Evaluate JavaScript with `tablet` and `a`, the argument."""
        return self._page.evaluate(f"(a) => {{ const tablet = window.tablet; return ({what}); }}", argument)

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of the tablet."""
        return self.do(f"tablet.{name}(...a)", list(arguments))

    @property
    def state(self) -> Any:
        """Return the tablet's state."""
        return self.do("tablet.state")

    def enrol(self, label: str, login: str = "nina") -> None:
        """Enrol, sign somebody in with both factors, and pull."""
        assert self.call("enrol", self.ward.code(label)) == {"done": True, "reason": ""}
        assert self.call("signIn", self.ward.proof(login)) == {"done": True, "reason": ""}
        done = self.call("sync")
        assert done["complete"], done

    def record(self, **act: Any) -> Any:
        """Record an act; it must be saved."""
        said = self.call("record", act)
        assert said["saved"], said
        return said

    def kill(self) -> None:
        """End the browser's processes as a dead battery does, and leave the profile as it lies."""
        assert self.context is not None
        for pid in processes_of(self.profile):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Exception):
            self.context.close()
        self.context = self.page = None

    def close(self) -> None:
        """Close the browser as a person does."""
        if self.context is not None:
            self.context.close()
        self.context = self.page = None

    def devtools(self) -> CDPSession:
        """Return the browser's own tools on the page."""
        assert self.context is not None
        return self.context.new_cdp_session(self._page)

    @property
    def _page(self) -> Page:
        assert self.page is not None
        return self.page


def processes_of(profile: Path) -> list[int]:
    """Return the processes of the browser that we started on this profile, the first one first."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
                if f"--user-data-dir={profile}" in words:
                    found.append(int(entry.name))
    return sorted(found)


@pytest.fixture(scope="module")
def handsets(ward: Ward, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Handsets"]:
    """Give browsers with profiles of their own; skipped, named and counted where there is no Chromium."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        made = Handsets(ward, playwright, path, tmp_path_factory.mktemp("handsets"))
        yield made
        for one in made.all:
            one.close()


@dataclass
class Handsets:
    """The tablets of a module's tests."""

    ward: Ward
    playwright: Playwright
    executable: str
    folder: Path
    all: list[Handset] = field(default_factory=list)

    def new(self, profile: Path | None = None) -> Handset:
        """Return a tablet that runs, on a fresh profile or on a copy of another."""
        folder = profile or self.folder / f"profile-{len(self.all)}"
        made = Handset(self.ward, folder, self.playwright, self.executable)
        self.all.append(made)
        return made.start()
