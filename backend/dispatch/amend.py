"""Change the plan in force while teams are on the road: its rounds stay, and only the stops that changed are told.

A stop keeps its id as long as the same visits are made there, so that what a tablet recorded stays with it. What is done
is never touched. Everything travels as ops on the log, like a first publication (publish.py).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from backend.db.transaction import Transaction
from backend.dispatch import store
from backend.dispatch.other_days import standing_on_other_days
from backend.dispatch.plan_day import body_of, hash_of, source_of, summary_of
from backend.dispatch.problem_of_day import visit_of
from backend.dispatch.publish import grouped, instant, places_of, round_acts, stop_act, visits_of
from backend.dispatch.running_day import RunningDay
from backend.ids import InstallationId, PlanId
from backend.log.desk import Act, write
from backend.problems import Problem as Told
from routing.check import check
from routing.plan import Plan
from routing.problem import Problem

# What is told of a stop that stays and moves.
TOLD = ("position", "arrival_planned_at", "service_minutes", "travel_seconds")


async def amend(
    tx: Transaction, running: RunningDay, problem: Problem, plan: Plan, desk: InstallationId, now: datetime
) -> PlanId:
    """Put a changed plan in force in place of the one it was made from; return its id.

    Raises Problem `plan_changed` if another is in force by now, `plan_rejected` if the referee finds anything (R4),
    `visits_on_other_days` if a visit that comes in stands on another day since the day was loaded.
    """
    if check(problem, plan):
        raise Told("plan_rejected")
    former = running.in_force
    await store.lock_plans(tx)
    in_force = await store.in_force(tx, former.day_on)
    if in_force is None or in_force.id != former.id:
        raise Told("plan_changed")
    come = {visit_of(name) for name in plan.team_of.keys() - running.plan.team_of.keys()}
    if come & {str(one) for one in await standing_on_other_days(tx, former.day_on, running.day.time_zone, now)}:
        raise Told("visits_on_other_days")
    made = _stored(running, problem, plan, now)
    await store.add_draft(tx, made, None)
    await store.mark_published(tx, made, now)
    written = await write(tx, desk, await _acts(tx, running, made), now)
    if written.refused:
        raise Told("plan_rejected", codes=sorted(set(written.refused)))
    return made.id


def _stored(running: RunningDay, problem: Problem, plan: Plan, now: datetime) -> store.StoredPlan:
    reasons = {one["visit"]: one for one in running.in_force.body["left_out"]}
    left_out = [
        reasons.get(out.visit) or {"visit": out.visit, "code": "during_the_day", "teams": [], "relaxations": []}
        for out in plan.left_out
    ]
    return store.StoredPlan(
        store.new_plan_id(), running.in_force.day_on, "draft", 1, hash_of(problem), running.in_force.seed,
        running.in_force.iterations, source_of(running.travel), summary_of(running.day, problem, plan),
        body_of(running.day, problem, plan, left_out, running.draft, ""), now,
    )  # fmt: skip


async def _acts(tx: Transaction, running: RunningDay, made: store.StoredPlan) -> list[Act]:
    """Return the acts that lead the rounds of the day from the former plan to this one."""
    time_zone, places = running.day.time_zone, await places_of(tx, made)
    rounds = await tx.fetch(
        "SELECT id, team_id, ends_at, version FROM round WHERE territory_id = $1 AND day_on = $2 "
        "AND state NOT IN ('withdrawn', 'closed')",
        tx.scope.territory_id,
        made.day_on,
    )
    stops = await tx.fetch(
        "SELECT id, round_id, visit_ids, position, arrival_planned_at, state FROM stop WHERE territory_id = $1 "
        "AND round_id = ANY($2::uuid[]) AND state <> 'withdrawn'",
        tx.scope.territory_id,
        [row["id"] for row in rounds],
    )
    by_team = {str(row["team_id"]): row for row in rounds}
    routes = {route["team"]: route for route in made.body["plan"]["routes"]}
    acts: list[Act] = []
    for team, route in routes.items():
        if team in by_team:
            own = [stop for stop in stops if stop["round_id"] == by_team[team]["id"]]
            acts += _round_changes(made, route, by_team[team], own, time_zone, places)
        else:
            acts += round_acts(made, route, uuid5(made.id, f"round {team}"), time_zone, places)
    idle = {row["id"] for team, row in by_team.items() if team not in routes}
    acts += [
        Act("stop", stop["id"], {"state": "withdrawn"})
        for stop in stops
        if stop["round_id"] in idle and stop["state"] == "planned"
    ]
    before = {visit_of(stop.visit) for route in running.plan.routes for stop in route.stops}
    after = {visit_of(stop["visit"]) for route in routes.values() for stop in route["stops"]}
    return [*acts, *(Act("visit", UUID(one), {"state": "planned"}) for one in sorted(after - before))]


def _round_changes(
    made: store.StoredPlan,
    route: dict[str, Any],
    row: Any,
    stops: list[Any],
    time_zone: str,
    places: dict[str, str],
) -> Iterator[Act]:
    """Yield what changes on one round: stops moved in time or rank, stops that are new, stops that are gone."""
    known = {frozenset(str(one) for one in stop["visit_ids"]): stop for stop in stops}
    for position, group in enumerate(grouped(route, places), start=1):
        stop = known.pop(frozenset(visits_of(group)), None)
        if stop is None:
            new_id = uuid5(made.id, f"stop {position} of {row['id']}")
            yield stop_act(made, group, position, new_id, row["id"], time_zone, places)
        elif stop["state"] == "planned":
            wanted = stop_act(made, group, position, stop["id"], row["id"], time_zone, places).set
            at = msgspec.convert(wanted["arrival_planned_at"], datetime)
            if stop["position"] != position or stop["arrival_planned_at"] != at:
                told = {name: wanted[name] for name in TOLD}
                yield Act("stop", stop["id"], told)
    yield from (
        Act("stop", stop["id"], {"state": "withdrawn"}) for stop in known.values() if stop["state"] == "planned"
    )
    ends_at = instant(made, time_zone, route["end_seconds"])
    if row["ends_at"] != msgspec.convert(ends_at, datetime):
        yield Act("round", row["id"], {"ends_at": ends_at, "version": (row["version"] or 1) + 1})
