"""Publish a plan: rounds and stops as ops on the log, so that they travel to the tablets like everything else.

The former plan's rounds are withdrawn in the same transaction: at no moment do two plans speak to one team (R6).
What changed is said to the tablets by the log; what is done already stays done, since `furthest` never goes back.
"""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.dispatch import store
from backend.dispatch.legs import travel_seconds
from backend.dispatch.other_days import standing_on_other_days
from backend.dispatch.problem_of_day import instant_of_second, visit_of
from backend.ids import InstallationId, PlanId
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone


class Over(Enum):
    """Said in place of a plan by who publishes over whatever is in force: a program that has just looked."""

    ANY = "any"


async def publish(
    tx: Transaction,
    plan: store.StoredPlan,
    installation_id: InstallationId,
    now: datetime,
    over: Over | PlanId | None = Over.ANY,
) -> list[UUID]:
    """Put a draft in force; return the ids of its rounds.

    `over` is the plan that its reader saw in force (None: they saw that there was none). Raises Problem `plan_changed`
    if another is in force by now, or if this is no longer the draft that was read; `plan_only_supposed` for a what-if;
    `visits_on_other_days` if a plan of another day has been put in force meanwhile with visits of this one.
    """
    if plan.body.get("what_if"):
        raise Problem("plan_only_supposed")
    await store.lock_plans(tx)  # two desks publish one after the other, and the second one hears of it
    former = await store.in_force(tx, plan.day_on)
    if over is not Over.ANY and over != (former.id if former else None):
        raise Problem("plan_changed")
    if not await store.mark_published(tx, plan, now):
        raise Problem("plan_changed")
    time_zone = await read_time_zone(tx)
    served = {visit_of(stop["visit"]) for route in plan.body["plan"]["routes"] for stop in route["stops"]}
    if served & {str(one) for one in await standing_on_other_days(tx, plan.day_on, time_zone, now)}:
        raise Problem("visits_on_other_days")
    acts = await _withdraw(tx, former) if former is not None else []
    places = await places_of(tx, plan)
    rounds: list[UUID] = []
    for route in plan.body["plan"]["routes"]:
        round_id = uuid5(plan.id, f"round {route['team']}")
        rounds.append(round_id)
        acts += round_acts(plan, route, round_id, time_zone, places)
    acts += [Act("visit", UUID(visit_id), {"state": "planned"}) for visit_id in sorted(served)]
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("plan_rejected", codes=sorted(set(written.refused)))
    return rounds


async def _withdraw(tx: Transaction, former: store.StoredPlan) -> list[Act]:
    rounds = await tx.fetch(
        "SELECT id FROM round WHERE territory_id = $1 AND day_on = $2 AND state NOT IN ('withdrawn', 'closed')",
        tx.scope.territory_id,
        former.day_on,
    )
    stops = await tx.fetch(
        "SELECT id FROM stop WHERE territory_id = $1 AND round_id = ANY($2::uuid[]) AND state = 'planned'",
        tx.scope.territory_id,
        [row["id"] for row in rounds],
    )
    return [
        *(Act("stop", row["id"], {"state": "withdrawn"}) for row in stops),
        *(Act("round", row["id"], {"state": "withdrawn"}) for row in rounds),
    ]


async def places_of(tx: Transaction, plan: store.StoredPlan) -> dict[str, str]:
    """Return the place of each visit on a route of the plan."""
    visits = {visit_of(stop["visit"]) for route in plan.body["plan"]["routes"] for stop in route["stops"]}
    rows = await tx.fetch(
        "SELECT id, place_id FROM visit WHERE territory_id = $1 AND id = ANY($2::uuid[])",
        tx.scope.territory_id,
        sorted(visits),
    )
    return {str(row["id"]): str(row["place_id"]) for row in rows}


def round_acts(
    plan: store.StoredPlan, route: dict[str, Any], round_id: UUID, time_zone: str, places: dict[str, str]
) -> list[Act]:
    """Return the acts that make a round with its stops."""
    made = Act(
        "round",
        round_id,
        {
            "plan_id": str(plan.id),
            "team_id": route["team"],
            "day_on": plan.day_on.isoformat(),
            "starts_at": instant(plan, time_zone, route["depart_seconds"]),
            "ends_at": instant(plan, time_zone, route["end_seconds"]),
            "version": plan.version,
            "state": "published",
        },
    )
    groups = grouped(route, places)
    stops = [
        stop_act(plan, group, position, uuid5(round_id, f"stop {position}"), round_id, time_zone, places)
        for position, group in enumerate(groups, start=1)
    ]
    return [made, *stops]


def grouped(route: dict[str, Any], places: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Return the stops of a route, with the way to each: visits that follow each other at one place are one stop."""
    groups: list[list[dict[str, Any]]] = []
    for planned, seconds in zip(route["stops"], travel_seconds(route), strict=True):
        stop = {**planned, "travel_seconds": seconds}
        if groups and places[visit_of(groups[-1][-1]["visit"])] == places[visit_of(stop["visit"])]:
            groups[-1].append(stop)
        else:
            groups.append([stop])
    return groups


def visits_of(group: list[dict[str, Any]]) -> list[str]:
    """Return the visits that are made at a stop, each once."""
    return sorted({visit_of(stop["visit"]) for stop in group})


def stop_act(
    plan: store.StoredPlan,
    group: list[dict[str, Any]],
    position: int,
    stop_id: UUID,
    round_id: UUID,
    time_zone: str,
    places: dict[str, str],
) -> Act:
    """Return the act that makes a stop."""
    return Act(
        "stop",
        stop_id,
        {
            "round_id": str(round_id),
            "place_id": places[visit_of(group[0]["visit"])],
            "position": position,
            "arrival_planned_at": instant(plan, time_zone, group[0]["arrive_seconds"]),
            "service_minutes": max(1, (group[-1]["end_seconds"] - group[0]["start_seconds"]) // 60),
            "travel_seconds": group[0]["travel_seconds"],
            "state": "planned",
        },
        {"visit_ids": visits_of(group)},
    )


def instant(plan: store.StoredPlan, time_zone: str, second: int) -> str:
    """Return a second of the plan's day as tablets get it."""
    return wire_instant(instant_of_second(plan.day_on, time_zone, second))
