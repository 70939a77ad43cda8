"""Measure what coverage costs: a page, a new dose until it is seen, a rebuild, beside plain SQL aggregation.

`python -m bench.coverage` fills territories of 10,000 and 100,000 doses (three a person) on a throw-away server and prints a
line for each; `--full` adds 1,000,000 doses, the whole pilot territory. Pages are asked of the whole application, signed
in, without a network between. Ratios are told too, since a machine shared with others has no steady absolute speed.
"""

import argparse
import asyncio
import gc
import math
import os
import secrets
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pyotp
from litestar import Litestar

from backend import embedded
from backend.access import Role, Scope
from backend.accounts.csrf import HEADER
from backend.accounts.demo_user import add_demo_user
from backend.accounts.user_changes import NewUser
from backend.app import create_app
from backend.clock import now
from backend.coverage.keep import apply_changes
from backend.coverage.rebuild import rebuild_in_steps
from backend.coverage.touched import Change
from backend.db.migrate import migrate
from backend.db.transaction import Transaction, transaction
from backend.edge.logs import set_up
from backend.ids import UserId, new_id
from backend.log.desk import Act, installation_for, write
from backend.settings import Settings
from bench.coverage_town import fill

SIZES = (10_000, 100_000)
FULL = (1_000_000,)
ROUNDS = 60
PAGES_ASKED = 40
SEEN_SECONDS_MAX = 10.0
# What was promised, of a machine that does nothing else meanwhile.
PAGE_SECONDS_MOST, SEEN_SECONDS_MOST, COST_GROWTH_MOST = 0.2, 2.0, 1.2
PASSPHRASE = secrets.token_urlsafe(24)
# What a server without a read model would ask for each page: known persons by zone and group, covered or not, and doses.
PLAIN = (
    "SELECT l.zone_id, p.population_group, count(DISTINCT p.id), count(DISTINCT d.person_id), count(d.id) "
    "FROM person p JOIN place l ON l.territory_id = p.territory_id AND l.id = p.place_id "
    "LEFT JOIN dose d ON d.territory_id = p.territory_id AND d.person_id = p.id AND d.status = 'given' "
    "AND d.state IS DISTINCT FROM 'entered_in_error' AND 'influenza' = ANY(d.antigens) AND d.given_on >= '2026-10-14' "
    "WHERE p.territory_id = $1 AND p.born_on <= '1961-10-14' AND p.died_on IS NULL "
    "AND NOT 'statistics' = ANY(p.objections) GROUP BY 1, 2"
)


@dataclass
class Town:
    """A filled territory, its campaign, and a manager's signed-in browser."""

    scope: Scope
    campaign_id: UUID
    browser: httpx.AsyncClient
    people: list[UUID]


async def one_dose(tx: Transaction, person_id: UUID, *, counted: bool) -> None:
    """Write a dose as the projection does; count it or not."""
    dose_id = new_id()
    await tx.execute(
        "INSERT INTO dose (id, territory_id, person_id, status, antigens, given_on, source) "
        "VALUES ($1, $2, $3, 'given', '{influenza}', '2026-11-20', 'own')",
        dose_id,
        tx.scope.territory_id,
        person_id,
    )
    if counted:
        await apply_changes(tx, [Change("dose", dose_id, None, {"person_id": person_id})])


async def sign_in(app: Litestar, login: str, slug: str) -> httpx.AsyncClient:
    """Return a browser of somebody who manages a territory's centre and may see its records, both factors given."""
    secret = pyotp.random_base32()
    new = NewUser(login, "Bench", frozenset({Role.CENTRE_MANAGER, Role.CLINICAL_SUPERVISOR}))
    await add_demo_user(app.state.accounts, slug, new, PASSPHRASE, secret, now())
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    browser = httpx.AsyncClient(transport=transport, base_url="http://maraude.test", headers={HEADER: "1"})
    await browser.post("/api/sign-in", json={"login": login, "passphrase": PASSPHRASE})
    answer = await browser.post("/api/sign-in/code", json={"code": pyotp.TOTP(secret).at(now())})
    if answer.status_code != httpx.codes.OK:
        raise RuntimeError(answer.text)
    return browser


@dataclass
class Asked:
    """How long a page took, in seconds of the clock and of the web process's processor."""

    seconds: list[float]
    processor_seconds: list[float]

    @property
    def at_95(self) -> float:
        """Return the seconds within which 95 of 100 were answered."""
        return statistics.quantiles(self.seconds, n=20)[-1]

    def told(self) -> str:
        """Return the figures in milliseconds."""
        median, processor = (statistics.median(one) * 1000 for one in (self.seconds, self.processor_seconds))
        return f"{median:.0f} ms (95 %: {self.at_95 * 1000:.0f}; processor {processor:.0f})"


async def pages(town: Town) -> dict[str, tuple[Asked, Asked]]:
    """Ask each page so many times; return how long it took right after a dose was counted, and asked again."""
    campaign = {"campaign": str(town.campaign_id)}
    due = (await town.browser.get("/api/coverage", params=campaign)).json()["lines"]
    zone = max(due, key=lambda line: line["due"] or 0)["key"]
    asked = {
        "page by zone": ("/coverage", {}),
        "page by age": ("/coverage", {"by": "age_band", "show": "population"}),
        "analyses": ("/coverage/analysis", campaign),
        "from gap to action": ("/coverage/gap", {**campaign, "zone": zone}),
        "report": ("/coverage/report", {}),
        "JSON": ("/api/coverage", campaign),
        "CSV": ("/api/coverage.csv", campaign),
    }
    taken = {name: (Asked([], []), Asked([], [])) for name in asked}
    chance = Random(11)
    gc.collect()
    gc.freeze()  # as the web process does when it starts: it has not filled a town before
    for turn in range(PAGES_ASKED + 3):
        for name, (path, query) in asked.items():
            async with transaction(town.scope) as tx:
                await one_dose(tx, chance.choice(town.people), counted=True)
            for one in taken[name]:
                began, used = time.perf_counter(), time.process_time()
                answer = await town.browser.get(path, params=query)
                if answer.status_code != httpx.codes.OK:
                    raise RuntimeError(answer.text)
                if turn >= 3:  # the first ones fill caches, as a server's first visitors do
                    one.processor_seconds.append(time.process_time() - used)
                    one.seconds.append(time.perf_counter() - began)
    return taken


async def until_seen(town: Town) -> float:
    """Return the seconds from a dose given at a desk until the figures hold it, for a person unknown before."""
    async with transaction(town.scope) as tx:
        installation = await installation_for(tx, "bench", now())
        person_id = new_id()
        fields: dict[str, Any] = {"born_on": "1940-01-01", "population_group": "other", "family_name": "Bench"}
        await write(tx, installation, [Act("person", person_id, fields)], now())
    query = {"campaign": str(town.campaign_id)}
    before = (await town.browser.get("/api/coverage", params=query)).json()["total"]["covered"]
    began = time.perf_counter()
    async with transaction(town.scope) as tx:
        dose: dict[str, Any] = {
            "person_id": str(person_id),
            "status": "given",
            "given_on": "2026-11-20",
            "source": "own",
        }
        await write(tx, installation, [Act("dose", new_id(), dose, {"antigens": ["influenza"]})], now())
    while (await town.browser.get("/api/coverage", params=query)).json()["total"]["covered"] == before:
        if time.perf_counter() - began > SEEN_SECONDS_MAX:
            raise RuntimeError("the dose was never seen")
    return time.perf_counter() - began


async def measure(owner_url: str, app: Litestar, doses: int) -> Town:
    """Fill, rebuild, then measure and print; return the town."""
    scope = await fill(owner_url, doses // 3)
    began = time.perf_counter()
    await rebuild_in_steps(scope)
    rebuilt = time.perf_counter() - began
    async with transaction(scope) as tx:
        campaign_id = await tx.fetch_value("SELECT id FROM campaign WHERE territory_id = $1", scope.territory_id)
        rows = await tx.fetch(
            "SELECT id FROM person WHERE territory_id = $1 ORDER BY id LIMIT 3000", scope.territory_id
        )
    browser = await sign_in(app, f"m{doses}", f"t{doses // 3}")
    town = Town(Scope(scope.territory_id, UserId(new_id())), campaign_id, browser, [row["id"] for row in rows])
    taken = await pages(town)
    plain = []
    for _ in range(PAGES_ASKED // 4):
        async with transaction(scope) as tx:
            began = time.perf_counter()
            await tx.fetch(PLAIN, scope.territory_id)
            plain.append(time.perf_counter() - began)
    seen = await until_seen(Town(scope, campaign_id, browser, town.people))
    fresh = [new for new, _ in taken.values()]
    median, slowest = max(statistics.median(one.seconds) for one in fresh), max(one.at_95 for one in fresh)
    print(
        f"{doses} doses, {doses // 3} persons; each page right after a dose was counted, and asked again:", flush=True
    )
    for name, (new, again) in taken.items():
        print(f"  {name}: {new.told()}; again {again.told()}")
    print(
        f"  plain SQL of the same figures {statistics.median(plain) * 1000:.0f} ms, x {statistics.median(plain) / median:.1f} of "
        f"the slowest page (medians); a new dose seen after {seen * 1000:.0f} ms; "
        f"rebuild {rebuilt:.1f} s ({doses // 3 / rebuilt:.0f} persons/s)\n"
        f"  slowest page at 95 %: {slowest * 1000:.0f} ms, {_met(slowest <= PAGE_SECONDS_MOST)} "
        f"{PAGE_SECONDS_MOST * 1000:.0f} ms; seen: {_met(seen <= SEEN_SECONDS_MOST)} {SEEN_SECONDS_MOST:.0f} s; "
        f"load of the machine {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return town


def _met(is_met: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "within" if is_met else "NOT within"


async def cost_of_a_dose(towns: list[Town], chance: Random) -> list[float]:
    """Return what counting adds to writing a dose in each town, in milliseconds; rounds go from town to town."""
    taken: list[dict[bool, list[float]]] = [{False: [], True: []} for _ in towns]
    for turn in range(ROUNDS + 5):
        for town, kept in zip(towns, taken, strict=True):
            for counted in (False, True):
                began = time.perf_counter()
                async with transaction(town.scope) as tx:
                    await one_dose(tx, chance.choice(town.people), counted=counted)
                if turn >= 5:
                    kept[counted].append(time.perf_counter() - began)
    return [(statistics.median(kept[True]) - statistics.median(kept[False])) * 1000 for kept in taken]


async def run(urls: embedded.Urls, home: Path, sizes: list[int]) -> None:
    """Migrate the throw-away server, open the application on it, and measure each size."""
    await migrate(urls.owner_url, now())
    settings = Settings(
        database_url=urls.app_url,
        database_owner_url=urls.owner_url,
        redis_url=urls.redis_url,
        home=home,
        port=0,
        secret_key="00" * 32,
        secure_cookies=False,
    )
    app = create_app(settings)
    set_up("warning")
    async with app.lifespan():
        costs = await cost_of_a_dose([await measure(urls.owner_url, app, size) for size in sizes], Random(7))
    told = ", ".join(f"{cost:.1f} ms (x {cost / costs[0]:.2f})" for cost in costs)
    growth = max(costs) / costs[0] if costs[0] > 0 else math.inf  # a larger town that costs less is no fault
    print(f"counting one more dose, by size, in turns: {told}; {_met(growth <= COST_GROWTH_MOST)} x {COST_GROWTH_MOST}")


def main() -> int:
    """Run the bench on a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--doses", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--full", action="store_true", help="1,000,000 doses too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mb", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a server of another uid must reach its directory
        with embedded.servers(Path(folder) / "data", durable=False) as urls:
            asyncio.run(run(urls, Path(folder), [*asked.doses, *(FULL if asked.full else ())]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
