"""Build what the tests of accounts share: a clock that is set, territories, users, the application, a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pyotp
from litestar import Litestar, Request, get, post

from backend.access import Right, Role
from backend.accounts import api
from backend.accounts.authenticate import check_right, needs, scope_of
from backend.accounts.csrf import HEADER
from backend.accounts.demo_user import add_demo_user
from backend.accounts.passphrase import Cost, Hasher
from backend.accounts.services import Accounts, accounts_of
from backend.accounts.user_changes import NewUser
from backend.db.transaction import transaction
from backend.edge.errors import answer_error
from backend.edge.middleware import edge_middleware
from backend.ids import TerritoryId, UserId, new_id
from backend.settings import Settings
from tests.conftest import Database

PASSPHRASE = "trois mouettes lisent un journal humide"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OURS = {HEADER: "1"}


@dataclass
class Time:
    """A clock that stands still until a test moves it."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 18, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Return the instant that was set."""
        return self.at

    def pass_by(self, **much: float) -> None:
        """Move the clock on by so many `minutes=`, `seconds=` …."""
        self.at += timedelta(**much)


@dataclass
class House:
    """A server without a port: database, clock, services, application."""

    database: Database
    time: Time
    accounts: Accounts
    app: Litestar

    async def territory(self, slug: str) -> TerritoryId:
        """Make a demo territory."""
        territory_id = TerritoryId(new_id())
        connection = await asyncpg.connect(self.database.owner_url)
        await connection.execute(
            "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
            "VALUES ($1, $2, $2, 'Europe/Paris', 1, true, $3)",
            territory_id,
            slug,
            self.time(),
        )
        await connection.close()
        return territory_id

    async def user(self, login: str, slug: str, *roles: Role) -> UserId:
        """Make a user who can sign in with PASSPHRASE and the codes of SECRET."""
        new = NewUser(login, login.title(), frozenset(roles))
        added = await add_demo_user(self.accounts, slug, new, PASSPHRASE, SECRET, self.time())
        assert isinstance(added, type(new_id()))
        return UserId(added)

    async def as_owner(self, sql: str, *values: Any, territory_id: TerritoryId | None = None) -> list[Any]:
        """Look at or change the database as its owner, whom row-level security binds to a territory as well."""
        connection = await asyncpg.connect(self.database.owner_url)
        try:
            await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(territory_id or ""))
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    def browser(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        """Return a browser without cookies, whose requests carry the header of our pages."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, client=(address, 1)),  # type: ignore[arg-type]
            base_url="http://maraude.test",
            headers=OURS,
        )

    def code(self, secret: str = SECRET) -> str:
        """Return the code of this moment."""
        return pyotp.TOTP(secret).at(self.time())

    async def signed_in(self, login: str) -> httpx.AsyncClient:
        """Return a browser with both factors given; time has moved on by one step, so that the next code is another."""
        browser = self.browser()
        assert (await give_passphrase(browser, login)).status_code == 200
        answer = await browser.post("/api/sign-in/code", json={"code": self.code()})
        assert answer.status_code == 200, answer.text
        self.time.pass_by(seconds=30)
        return browser


async def give_passphrase(browser: httpx.AsyncClient, login: str, passphrase: str = PASSPHRASE) -> httpx.Response:
    return await browser.post("/api/sign-in", json={"login": login, "passphrase": passphrase})


def hold(browser: httpx.AsyncClient, token: str) -> None:
    """Put a token into a browser's session cookie."""
    browser.cookies.set("session", token, domain="maraude.test", path="/")


@get("/probe/places", opt=needs(Right.SEE_ROUNDS))
async def count_places(request: Request[Any, Any, Any]) -> int:
    """Count without naming the territory, so that row-level security alone decides."""
    async with transaction(scope_of(request)) as tx:
        return int(await tx.fetch_value("SELECT count(*) FROM place"))


@post("/probe/export", opt=needs(Right.SEE_ROUNDS, reauthenticated=True), status_code=200)
async def export() -> str:
    return "exported"


@get("/probe/plan", opt=needs(Right.PLAN_ROUNDS))
async def plan() -> str:
    return "planned"


@post("/probe/form", opt=needs(Right.ANYBODY), status_code=200)
async def form() -> str:
    return "taken"


@get("/probe/tablet", opt=needs(Right.TABLET))
async def tablet() -> str:
    return "a tablet"


PROBES = [count_places, export, plan, form, tablet]


@asynccontextmanager
async def house_of(
    database: Database, settings: Settings, *more: Any, cost: Cost | None = None
) -> AsyncIterator[House]:
    """Open a house; hashing is cheap unless a cost is given, because its cost is tested apart."""
    time = Time()
    cheap = Hasher(cost or Cost(memory_kib=64, passes=1))
    accounts = accounts_of(replace(settings, secure_cookies=False), time, hasher=cheap)
    app = Litestar(
        [*api.routes, *PROBES, *more],
        guards=[check_right],
        exception_handlers={Exception: answer_error},
        middleware=[edge_middleware],
        openapi_config=None,
    )
    app.state.accounts = accounts
    async with app.lifespan():
        yield House(database, time, accounts, app)
    accounts.close()
