"""Build a desk without a port: every page of ours on an invented territory of sixty people, and who works there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import httpx

from admin.centre import page as centre_page
from admin.coverage import analysis as analysis_page
from admin.coverage import campaigns as campaigns_page
from admin.coverage import gap as gap_page
from admin.coverage import page as coverage_page
from admin.coverage import people as counted_people_page
from admin.coverage import report as report_page
from admin.dispatcher.after import page as after_page
from admin.dispatcher.due import page as due_page
from admin.dispatcher.lists import page as lists_page
from admin.dispatcher.paper import page as paper_page
from admin.dispatcher.plan import by_hand, ways
from admin.dispatcher.plan import page as plan_page
from admin.dispatcher.priorities import page as priorities_page
from admin.dispatcher.requests import join as requests_join
from admin.dispatcher.requests import page as requests_page
from admin.dispatcher.requests import where as requests_where
from admin.dispatcher.today import change as today_change
from admin.dispatcher.today import on_map
from admin.dispatcher.today import page as today_page
from admin.dispatcher.today import sheets as today_sheets
from admin.exchange import page as exchange_page
from admin.home import page as home_page
from admin.keying import page as keying_page
from admin.partner import page as partner_page
from admin.phone import page as phone_page
from admin.products import page as products_page
from admin.review import page as review_page
from admin.rota import calendar as calendar_page
from admin.rota import handover as handover_page
from admin.rota import page as rota_page
from admin.rules import page as rules_page
from admin.shared import static_files
from admin.stock import page as stock_page
from admin.tablets import page as tablets_page
from admin.vaccination import page as vaccination_page
from backend.access import Role, Scope
from backend.db.transaction import transaction
from backend.dispatch import store
from backend.dispatch.load_day import load_rest_of_day
from backend.dispatch.plan_day import Planned, plan_day
from backend.dispatch.travel import travel_of_day
from backend.ids import PlanId, TerritoryId, UserId
from backend.jobs import store as jobs
from backend.jobs.queue import connect, make_queue
from backend.live import Live
from backend.log.desk import Act, Written, installation_for, write
from backend.settings import Settings
from backend.territory.generate import SLUG, generate
from backend.territory.store import WholeTerritory, write_territory
from backend.travel.choose import TravelSources
from tests.backend.accounts.house import House, house_of
from tests.conftest import Database

TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
PAGES = (
    home_page, requests_page, requests_where, requests_join, plan_page, priorities_page, by_hand, ways, today_page, on_map,
    today_change, today_sheets, lists_page, paper_page, after_page, rota_page, calendar_page, handover_page,
    partner_page, phone_page, review_page, tablets_page, static_files, due_page, vaccination_page, keying_page,
    products_page, rules_page, exchange_page, centre_page, stock_page, coverage_page, campaigns_page, gap_page,
    report_page, analysis_page, counted_people_page,
)  # fmt: skip
PEOPLE = 60


@dataclass
class Desk:
    """A house with a territory in it; `users` by login."""

    house: House
    territory_id: TerritoryId
    users: dict[str, UserId]

    @property
    def scope(self) -> Scope:
        """Return the scope in which a test looks at the territory."""
        return Scope(self.territory_id)

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        """Return rows of the territory, which is `$1`."""
        async with transaction(self.scope) as tx:
            return await tx.fetch(sql, self.territory_id, *values)

    async def value(self, sql: str, *values: Any) -> Any:
        """Return the first column of the first row."""
        async with transaction(self.scope) as tx:
            return await tx.fetch_value(sql, self.territory_id, *values)

    async def write(self, login: str, acts: list[Act], session: Any = None) -> Written:
        """Write acts as somebody of the territory, from a desk of their own."""
        now = self.house.time()
        async with transaction(Scope(self.territory_id, self.users[login])) as tx:
            return await write(tx, await installation_for(tx, login, now, session), acts, now)

    async def until_done_or_blocked(self, task: "asyncio.Task[Any]") -> None:
        """Wait until a task that stands beside an open transaction has ended, or waits for a lock of that one."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        while not task.done() and not (await self.house.as_owner(waiting))[0][0]:
            await asyncio.wait([task], timeout=0.02)

    async def draft(self, seed: int = 1, iterations: int = 60, day_on: date = TOMORROW) -> PlanId:
        """Plan a day, tomorrow, as a worker would, without a queue, and keep the draft."""
        async with transaction(self.scope) as tx:
            day = await load_rest_of_day(tx, day_on, self.house.time())
        travel = travel_of_day(day, TravelSources())
        planned = plan_day(day, travel, seed, lambda _: iterations, lambda: True, lambda _: None)
        assert isinstance(planned, Planned)
        plan_id = store.new_plan_id()
        async with transaction(self.scope) as tx:
            job_id = await jobs.ask(tx, "plan_day", {}, only_one_key=f"test {plan_id}")
            assert job_id is not None
            await tx.execute("UPDATE job SET state = 'done', ended_at = now() WHERE id = $1", job_id)
            stored = store.StoredPlan(
                plan_id, day_on, "draft", 1, planned.problem_hash, seed, planned.iterations, planned.travel_source,
                planned.summary, planned.body, self.house.time(),
            )  # fmt: skip
            await store.add_draft(tx, stored, job_id)
        self.house.time.pass_by(seconds=1)
        return plan_id


@asynccontextmanager
async def desk_of(database: Database, settings: Settings, *, people: int = PEOPLE) -> AsyncIterator[Desk]:
    """Open a desk; nothing listens and no worker works."""
    routes = [route for page in PAGES for route in page.routes]
    async with house_of(database, settings, *routes) as house:
        house.time.at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
        redis = connect(settings)
        house.app.state.update(
            {"settings": settings, "now": house.time, "queue": make_queue(settings, redis), "live": Live(database.url)}
        )
        territory_id = await write_territory(database.owner_url, whole(people), house.time())
        users = {
            login: await house.user(login, SLUG, role)
            for login, role in (
                ("dora", Role.DISPATCHER),
                ("david", Role.DISPATCHER),
                ("selma", Role.CLINICAL_SUPERVISOR),
                ("marc", Role.CENTRE_MANAGER),
                ("paul", Role.PARTNER),
            )
        }
        yield Desk(house, territory_id, users)
        redis.close()


def bare(slug: str) -> WholeTerritory:
    """Return a territory in which nothing is written down yet: no product, no campaign."""
    return WholeTerritory(slug, slug.title(), "Europe/Paris", 1_000, is_demo=True, zone_rows=(), population_cells=(), shifts=(),
                          coverage_targets=(), records=())  # fmt: skip


def whole(people: int, today: date = TODAY) -> WholeTerritory:
    """Return the invented territory as it is written."""
    made = generate(1, today, people)
    return WholeTerritory(
        slug=made.slug,
        name=made.name,
        time_zone=made.time_zone,
        inhabitants=made.inhabitants,
        is_demo=True,
        zone_rows=made.zone_rows,
        population_cells=made.population_cells,
        shifts=made.shifts,
        coverage_targets=made.coverage_targets,
        records=made.records(),
    )


class Seen(HTMLParser):
    """Read a page: its tags, the addresses it names, its forms, and what a strict policy would refuse."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.refused: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        at = {name: value or "" for name, value in attributes}
        self.tags.append(tag)
        self.addresses += [at[name] for name in ("href", "src", "action") if name in at]
        self.refused += [name for name in at if name == "style" or name.startswith("on")]
        self.refused += ["style"] if tag == "style" else []
        self._in_script = tag == "script" and at.get("type") != "application/json"
        if tag == "form":
            self.forms.append((at["action"] if at.get("method") == "post" else "", {}))
        elif tag in {"input", "button"} and "name" in at and self.forms:
            is_choice = at.get("type") in {"checkbox", "radio"}
            self.forms[-1][1].update({at["name"]: at.get("value", "")} if not is_choice or "checked" in at else {})

    def handle_data(self, data: str) -> None:
        """Note a script that is written into the page."""
        if self._in_script and data.strip():
            self.refused.append("script")

    def form(self, action: str) -> dict[str, str]:
        """Return the fields of the form that posts to this address, as a browser would send them untouched."""
        return next(fields for found, fields in self.forms if found == action)


async def send(browser: httpx.AsyncClient, shown: httpx.Response, action: str, **typed: Any) -> httpx.Response:
    """Fill in and send the form of a page."""
    return await browser.post(action, data={**Seen(shown.text).form(action), **typed})
