"""Tell one day of Maraude, from the phone call to the coverage that moved; every step goes through the real doors.

`run_day` is the story in its order. It wishes and looks; whether the wishes came true is read by report.py.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from backend import clock
from backend.access import Scope
from backend.db.transaction import transaction
from backend.demo.desk import Desk
from backend.demo.report import CoverageFigures, read_coverage
from backend.demo.tablet_process import Wish
from backend.demo.users import DemoUser
from backend.dispatch.problem_of_day import visit_of
from backend.ids import PlanId, TerritoryId

Tell = Callable[[str], None]
DISPUTES = (("nina", "1950-03-04", "+33 1 99 00 00 01"), ("omar", "1951-03-04", "+33 1 99 00 00 02"))
TABLET_SECONDS_MAX = 180


class DayStoppedError(Exception):
    """A step of the day did not come to its end; the text says which and why."""


@dataclass
class Day:
    """What the story leaves behind for the report."""

    plan_id: PlanId
    campaign_id: UUID
    before: CoverageFigures
    after: CoverageFigures = field(default_factory=CoverageFigures)
    tablets: list[Path] = field(default_factory=list)
    plan_seconds: float = 0.0


@dataclass(frozen=True)
class Ground:
    """Where the day happens: the server's address, the territory, its users, a folder for the tablets."""

    url: str
    territory_id: TerritoryId
    users: dict[str, DemoUser]
    folder: Path
    plan_seconds: int

    @property
    def scope(self) -> Scope:
        """Return the scope in which the report reads."""
        return Scope(self.territory_id)


async def run_day(ground: Ground, tell: Tell) -> Day:
    """Run the day: a call, a plan on the worker, publishing, two tablets without a network, sync, coverage."""
    campaign = await _campaign(ground)
    before = await read_coverage(ground.scope, campaign["id"])
    with Desk(ground.url, ground.users["dora"]) as desk:
        caller = await _who_calls(ground, campaign)
        visit_id = await _take_a_call(ground, desk, caller, tell)
        started = time.monotonic()
        plan_id = _plan_tomorrow(ground, desk, tell, await _tomorrow(ground))
        plan = desk.get(f"/api/plans/{plan_id}")
        day = Day(PlanId(UUID(plan_id)), campaign["id"], before, plan_seconds=time.monotonic() - started)
        _publish(desk, plan, tell)
        wishes = await _hand_out_tablets(ground, desk, plan, visit_id, caller, campaign, tell)
    day.tablets = [Path(wish.folder) for wish in wishes]
    _work_offline(wishes, tell)
    day.after = await read_coverage(ground.scope, campaign["id"])
    return day


async def _row(ground: Ground, sql: str, *values: Any) -> Any:
    """Return the first row of a statement about the ground; without one the story cannot go on."""
    async with transaction(ground.scope) as tx:
        row = await tx.fetch_row(sql, ground.territory_id, *values)
    if row is None:
        message = "The territory lacks what the story needs."
        raise DayStoppedError(message)
    return row


async def _campaign(ground: Ground) -> Any:
    return await _row(
        ground, "SELECT id, antigen, age_least_years, starts_on FROM campaign WHERE territory_id = $1 LIMIT 1"
    )


async def _tomorrow(ground: Ground) -> date:
    async with transaction(ground.scope) as tx:
        time_zone = await tx.fetch_value("SELECT time_zone FROM territory WHERE id = $1", ground.territory_id)
    return clock.day_in(str(time_zone), clock.now()) + timedelta(days=1)


async def _who_calls(ground: Ground, campaign: Any) -> Any:
    """Return the place where most people wait for a dose of the campaign, and one of them, whom both teams will meet."""
    return await _row(
        ground,
        "SELECT p.id, p.name, count(*) AS people, (array_agg(h.id ORDER BY h.id))[1] AS person_id "
        "FROM place p JOIN person h ON h.territory_id = p.territory_id AND h.place_id = p.id "
        "WHERE p.territory_id = $1 AND p.kind IN ('hotel', 'nursing_home') "
        "AND h.born_on <= $2::date - make_interval(years => $3) AND NOT EXISTS (SELECT FROM dose d "
        "WHERE d.territory_id = h.territory_id AND d.person_id = h.id AND d.status = 'given' "
        "AND $4 = ANY(d.antigens) AND d.given_on >= $2) GROUP BY p.id, p.name ORDER BY count(*) DESC, p.id LIMIT 1",
        campaign["starts_on"],
        campaign["age_least_years"],
        campaign["antigen"],
    )


async def _take_a_call(ground: Ground, desk: Desk, caller: Any, tell: Tell) -> str:
    """Several people are to be seen by two professionals at once. So two teams will meet the same people."""
    asked = desk.post("/api/requests", {
        "caller_role": "partner", "place_id": str(caller["id"]), "acts": ["vaccinate", "educate"], "priority": 4,
        "due_on": (await _tomorrow(ground)).isoformat(), "reason": "deux soignants en même temps",
    })  # fmt: skip
    accepted = desk.post(f"/api/requests/{asked['request_id']}/accept", {
        "service_minutes": 40, "people_count": 6, "professionals": 2, "skills": ["nurse"],
    })  # fmt: skip
    tell(
        f"A call: {caller['name']} ({caller['people']} people there wait for the campaign's dose) asks for two "
        "professionals at once; accepted as a visit."
    )
    return str(accepted["visit_id"])


def _plan_tomorrow(ground: Ground, desk: Desk, tell: Tell, day_on: date) -> str:
    job_id = desk.post("/api/plans", {"day_on": day_on.isoformat(), "seconds": ground.plan_seconds, "seed": 1})[
        "job_id"
    ]
    tell(f"Plan {day_on}: job {job_id[-8:]} is on the queue; a worker process takes it.")
    heard = 0

    def hear(state: dict[str, Any]) -> None:
        nonlocal heard
        progress = state["progress"]
        if "done" in progress and "of" in progress and heard < 100 * progress["done"] // max(1, progress["of"]):
            heard = 100 * progress["done"] // max(1, progress["of"])
            tell(f"  … {state['state']}: {progress.get('step', '')} {heard} %")
            heard += 24

    ended = desk.watch(job_id, hear)
    if ended.get("state") != "done":
        message = f"The plan was not made: {ended.get('state')} {ended.get('problem_code')}"
        raise DayStoppedError(message)
    return str(ended["result"]["plan_id"])


def _publish(desk: Desk, plan: dict[str, Any], tell: Tell) -> None:
    summary = plan["summary"]
    tell(
        f"The plan: {summary['visits_planned']} visits planned with {summary['teams']} teams, "
        f"{summary['visits_left_out']} left out, {summary['travel_minutes']} minutes of travel "
        f"({plan['travel_source']}), {plan['iterations']} iterations."
    )
    rounds = desk.post(f"/api/plans/{plan['id']}/publish", {})["rounds"]
    tell(f"Published: {len(rounds)} rounds are on their way to the tablets.")


async def _hand_out_tablets(
    ground: Ground, desk: Desk, plan: dict[str, Any], visit_id: str, caller: Any, campaign: Any, tell: Tell
) -> list[Wish]:
    teams = [
        route["team"]
        for route in plan["body"]["plan"]["routes"]
        if any(visit_of(stop["visit"]) == visit_id for stop in route["stops"])
    ]
    if len(teams) != len(DISPUTES):
        message = f"The visit for two professionals is on {len(teams)} routes."
        raise DayStoppedError(message)
    product = await _row(
        ground,
        "SELECT code, antigens FROM product WHERE territory_id = $1 AND $2 = ANY(antigens) ORDER BY code LIMIT 1",
        campaign["antigen"],
    )
    wishes = []
    for number, (team_id, (login, born_on, phone)) in enumerate(zip(teams, DISPUTES, strict=True), start=1):
        given = desk.post("/api/tablets", {"label": f"Tablette {number}", "team_id": team_id})
        desk.send_form(f"/teams/{team_id}/people", {"member": str(ground.users[login].id)})
        folder = ground.folder / f"tablet-{number}"
        wish = Wish(
            folder=str(folder),
            url=ground.url,
            territory_id=given["territory_id"],
            code=given["code"],
            author=str(ground.users[login].id),
            product_code=product["code"],
            antigens=list(product["antigens"]),
            campaign=str(campaign["id"]),
            shared_visit=visit_id,
            disputed_person=str(caller["person_id"]),
            born_on=born_on,
            phone=phone,
            seed=number,
        )
        folder.mkdir(parents=True)
        (folder / "wish.json").write_bytes(msgspec.json.encode(wish))
        wishes.append(wish)
    tell(f"Two tablets are handed out, to {ground.users['nina'].full_name} and {ground.users['omar'].full_name}.")
    return wishes


def _work_offline(wishes: list[Wish], tell: Tell) -> None:
    """Both take their rounds; both work without a network; both come home: each part a process of its own."""
    for part, sentence in (
        ("morning", "Morning: both tablets enrol and take their rounds."),
        (
            "day",
            "The day: no network. They vaccinate, test, explain, are refused, meet somebody unknown, and disagree.",
        ),
        ("evening", "Evening: both tablets hand in, pull, compare sums, and ask for a receipt."),
        ("night", "Both look once more, now that the other has handed in."),
    ):
        tell(sentence)
        processes = [_start(part, wish) for wish in wishes]
        for process, wish in zip(processes, wishes, strict=True):
            try:
                status = process.wait(TABLET_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = -1
            if status != 0:
                log = (Path(wish.folder) / f"{part}.log").read_text("utf-8", errors="replace").strip().splitlines()
                message = f"A tablet's {part} ended with status {status}: {log[-1] if log else 'no word'}"
                raise DayStoppedError(message)


def _start(part: str, wish: Wish) -> subprocess.Popen[bytes]:
    folder = Path(wish.folder)
    with (folder / f"{part}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "backend.demo.tablet_process", part, str(folder / "wish.json")],
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
