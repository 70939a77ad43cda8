"""This file reads the facts of subjects from the typed tables.

Every statement carries the territory of the scope; row-level security stands underneath. Instants become days in the
territory's time zone here, so that what decides (backend/coverage/count.py) knows calendar days alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from math import ceil
from typing import Any
from uuid import UUID

from backend.clock import day_in
from backend.coverage.second_dose import Window, window_in
from backend.coverage.subjects import (
    ActFacts,
    CampaignRule,
    ConsentRefusal,
    DoseFact,
    Facts,
    HumanFacts,
    RequestFacts,
    ScreeningFact,
    SiteFacts,
    Subject,
    SubjectKind,
    VialFacts,
)
from backend.db.transaction import Transaction
from backend.doses.rules.files import FRENCH_RULES, read_rules
from backend.visits.join_store import URGENCY

SEEN = ("done", "refused")  # results of a visit at which somebody was met
NOT_MET = ("absent", "no_dose_left")  # reasons for no dose that do not say that the person was met
_ZONE_OF_PERSON = (
    "person p LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
    "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id)"
)


async def campaigns(tx: Transaction) -> list[CampaignRule]:
    """Return the rule of every campaign that names an antigen."""
    rows = await tx.fetch(
        "SELECT id, antigen, starts_on, ends_on, age_least_years, population_groups FROM campaign "
        "WHERE territory_id = $1 AND antigen IS NOT NULL ORDER BY id",
        tx.scope.territory_id,
    )
    return [
        CampaignRule(
            row["id"],
            row["antigen"],
            row["starts_on"],
            row["ends_on"],
            row["age_least_years"] or 0,
            frozenset(row["population_groups"]),
        )
        for row in rows
    ]


@cache
def windows() -> dict[str, Window]:
    """Return the windows of second doses that our rules state, by antigen; of several files of one, the latest."""
    _, files = read_rules(FRENCH_RULES)
    found = {rules.antigen: window_in(rules) for rules in sorted(files, key=lambda one: one.version)}
    return {antigen: window for antigen, window in found.items() if window is not None}


async def time_zone(tx: Transaction) -> str:
    """Return the name of the territory's time zone."""
    return str(await tx.fetch_value("SELECT time_zone FROM territory WHERE id = $1", tx.scope.territory_id))


async def facts_of(tx: Transaction, subjects: Sequence[Subject], human_of: dict[UUID, UUID]) -> dict[Subject, Facts]:
    """Return the facts of the subjects that exist; `human_of` is the answer of `with_joined` for the persons."""
    zone = await time_zone(tx)
    ids: dict[SubjectKind, set[UUID]] = defaultdict(set)
    for subject in subjects:
        ids[subject.kind].add(subject.id)
    found: list[tuple[SubjectKind, Facts]] = []
    found += [(SubjectKind.PERSON, facts) for facts in await _humans(tx, human_of, zone)]
    found += [(SubjectKind.REQUEST, facts) for facts in await _requests(tx, ids[SubjectKind.REQUEST], zone)]
    found += [(SubjectKind.SITE, facts) for facts in await _sites(tx, ids[SubjectKind.SITE], zone)]
    found += [(SubjectKind.VIAL, facts) for facts in await _vials(tx, ids[SubjectKind.VIAL])]
    found += [(SubjectKind.ACT, facts) for facts in await _acts(tx, ids[SubjectKind.ACT], zone)]
    return {Subject(kind, facts.id): facts for kind, facts in found}


async def _humans(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> list[HumanFacts]:
    if not human_of:
        return []
    rows = await tx.fetch(
        "SELECT p.id, l.zone_id, p.population_group, p.born_on, p.died_on, p.objections "
        f"FROM {_ZONE_OF_PERSON} WHERE p.territory_id = $1 AND p.id = ANY($2) ORDER BY p.id",
        tx.scope.territory_id,
        list(human_of),
    )
    persons: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        persons[human_of[row["id"]]].append(row)
    doses = await _doses(tx, human_of)
    refusals = await _refusals(tx, human_of, zone)
    acts = await _acts_on(tx, human_of, zone)
    screenings = await _screenings(tx, human_of, zone)
    return [
        HumanFacts(
            human,
            # The first of the joined records that knows a thing is believed; any objection and any death counts.
            _first(row["zone_id"] for row in records),
            _first(row["population_group"] for row in records) or "unknown",
            _first(row["born_on"] for row in records),
            _first(row["died_on"] for row in records),
            any("statistics" in row["objections"] for row in records),
            tuple(fact for fact, _ in doses[human]),
            tuple(refusals[human]),
            tuple({*acts[human], *(fact.given_on for fact, met in doses[human] if met and fact.given_on)}),
            tuple(screenings[human]),
        )
        for human, records in persons.items()
    ]


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


async def _doses(tx: Transaction, human_of: dict[UUID, UUID]) -> dict[UUID, list[tuple[DoseFact, bool]]]:
    """Return each human's standing dose records, each with whether it shows that one of our teams met the person."""
    rows = await tx.fetch(
        "SELECT person_id, status, not_given_reason, antigens, given_on, source, visit_id IS NOT NULL AS at_visit, "
        "lot_number IS NOT NULL AND expires_on IS NOT NULL AS traceable "
        "FROM dose WHERE territory_id = $1 AND person_id = ANY($2) AND state IS DISTINCT FROM 'entered_in_error'",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, list[tuple[DoseFact, bool]]] = defaultdict(list)
    for row in rows:
        given, reason = row["status"] == "given", row["not_given_reason"] or "unknown"
        ours = row["source"] == "own" or (row["source"] is None and row["at_visit"])
        fact = DoseFact(given, reason, frozenset(row["antigens"]), row["given_on"], ours, row["traceable"])
        found[human_of[row["person_id"]]].append((fact, ours and (given or reason not in NOT_MET)))
    return found


async def _refusals(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> dict[UUID, list[ConsentRefusal]]:
    rows = await tx.fetch(
        "SELECT person_id, reason, decided_at FROM consent WHERE territory_id = $1 AND person_id = ANY($2) "
        "AND act = 'vaccinate' AND decision = 'refused' AND state IS DISTINCT FROM 'entered_in_error'",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, list[ConsentRefusal]] = defaultdict(list)
    for row in rows:
        refusal = ConsentRefusal(row["reason"] or "unknown", _day(zone, row["decided_at"]))
        found[human_of[row["person_id"]]].append(refusal)
    return found


async def _acts_on(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> dict[UUID, set[date]]:
    """Return the days on which a screening, an education session or a visit met each human."""
    rows = await tx.fetch(
        "SELECT person_id, collected_at AS at FROM screening WHERE territory_id = $1 AND person_id = ANY($2) "
        "AND state IS DISTINCT FROM 'entered_in_error' AND result IS DISTINCT FROM 'not_done' "
        "UNION ALL SELECT v.person_id, coalesce(o.arrived_at, o.departed_at) FROM visit v "
        "JOIN visit_outcome o ON o.territory_id = v.territory_id AND o.visit_id = v.id "
        "WHERE v.territory_id = $1 AND v.person_id = ANY($2) AND o.result = ANY($3) "
        "AND o.state IS DISTINCT FROM 'entered_in_error' "
        "UNION ALL SELECT present, e.held_at FROM education_session e, unnest(e.person_ids) present "
        "WHERE e.territory_id = $1 AND e.person_ids && $2::uuid[] AND present = ANY($2) "
        "AND e.state IS DISTINCT FROM 'entered_in_error'",
        tx.scope.territory_id,
        list(human_of),
        list(SEEN),
    )
    found: dict[UUID, set[date]] = defaultdict(set)
    for row in rows:
        day = _day(zone, row["at"])
        if day is not None:
            found[human_of[row["person_id"]]].add(day)
    return found


async def _screenings(tx: Transaction, human_of: dict[UUID, UUID], zone: str) -> dict[UUID, list[ScreeningFact]]:
    rows = await tx.fetch(
        "SELECT person_id, pathogen, result, collected_at, resulted_at, told_at FROM screening "
        "WHERE territory_id = $1 AND person_id = ANY($2) AND state IS DISTINCT FROM 'entered_in_error' "
        "AND collected_at IS NOT NULL",
        tx.scope.territory_id,
        list(human_of),
    )
    found: dict[UUID, list[ScreeningFact]] = defaultdict(list)
    for row in rows:
        hours = [_hours(row["collected_at"], row[name]) for name in ("resulted_at", "told_at")]
        day_on = day_in(zone, row["collected_at"])
        found[human_of[row["person_id"]]].append(
            ScreeningFact(row["pathogen"] or "unknown", row["result"] or "pending", day_on, *hours)
        )
    return found


def _hours(since_at: datetime, at: datetime | None) -> int | None:
    """Return the whole hours begun between two instants; a clock that ran backwards is no delay."""
    return None if at is None else max(0, ceil((at - since_at).total_seconds() / 3600))


async def _requests(tx: Transaction, ids: set[UUID], zone: str) -> list[RequestFacts]:
    if not ids:
        return []
    rows = await tx.fetch(
        "SELECT r.id, coalesce(a.zone_id, l.zone_id, b.zone_id) AS zone_id, u.received_at, r.state, "
        f"r.joined_to <> '{{}}' AS joined FROM request r {URGENCY} "
        "LEFT JOIN place a ON a.territory_id = r.territory_id AND a.id = r.place_id "
        f"LEFT JOIN ({_ZONE_OF_PERSON}) ON p.territory_id = r.territory_id AND p.id = r.person_id "
        "LEFT JOIN household g ON g.territory_id = r.territory_id AND g.id = r.household_id "
        "LEFT JOIN place b ON b.territory_id = r.territory_id AND b.id = g.place_id "
        "WHERE r.territory_id = $1 AND r.id = ANY($2)",
        tx.scope.territory_id,
        ids,
    )
    return [
        RequestFacts(
            row["id"], row["zone_id"], _day(zone, row["received_at"]), row["state"] or "open", joined=row["joined"]
        )
        for row in rows
    ]


async def _sites(tx: Transaction, ids: set[UUID], zone: str) -> list[SiteFacts]:
    if not ids:
        return []
    rows = await tx.fetch(
        "SELECT l.id, l.zone_id, l.kind, l.state, max(coalesce(o.departed_at, o.arrived_at)) AS last_at FROM place l "
        "LEFT JOIN visit v ON v.territory_id = l.territory_id AND v.place_id = l.id AND l.kind <> 'home' "
        "LEFT JOIN visit_outcome o ON o.territory_id = v.territory_id AND o.visit_id = v.id AND o.result = 'done' "
        "AND o.state IS DISTINCT FROM 'entered_in_error' "
        "WHERE l.territory_id = $1 AND l.id = ANY($2) GROUP BY l.territory_id, l.id",
        tx.scope.territory_id,
        ids,
    )
    return [
        SiteFacts(
            row["id"], row["zone_id"], row["kind"] or "home", row["state"] or "active", _day(zone, row["last_at"])
        )
        for row in rows
    ]


async def _vials(tx: Transaction, ids: set[UUID]) -> list[VialFacts]:
    if not ids:
        return []
    rows = await tx.fetch(
        "SELECT v.id, p.code, v.state, v.opened_at IS NOT NULL AS opened, v.doses_nominal, "
        "(SELECT count(*) FROM dose d WHERE d.territory_id = v.territory_id AND d.vial_id = v.id "
        "AND d.status = 'given' AND d.state IS DISTINCT FROM 'entered_in_error') AS doses_given "
        "FROM vial v LEFT JOIN lot l ON l.territory_id = v.territory_id AND l.id = v.lot_id "
        "LEFT JOIN product p ON p.territory_id = l.territory_id AND p.id = l.product_id "
        "WHERE v.territory_id = $1 AND v.id = ANY($2)",
        tx.scope.territory_id,
        ids,
    )
    return [
        VialFacts(
            row["id"],
            row["code"] or "unknown",
            row["state"] or "sealed",
            row["opened"] or row["state"] == "empty" or row["doses_given"] > 0,
            row["doses_nominal"] or 0,
            row["doses_given"],
        )
        for row in rows
    ]


async def _acts(tx: Transaction, ids: set[UUID], zone: str) -> list[ActFacts]:
    """Return the acts that a tablet recorded, by the first op about each that the server took in."""
    if not ids:
        return []
    rows = await tx.fetch(
        "SELECT a.id, a.at, min(o.received_at) AS received_at FROM ("
        "SELECT id, given_at AS at FROM dose WHERE territory_id = $1 AND id = ANY($2) "
        "AND state IS DISTINCT FROM 'entered_in_error' "
        "UNION ALL SELECT id, collected_at FROM screening WHERE territory_id = $1 AND id = ANY($2) "
        "AND state IS DISTINCT FROM 'entered_in_error' "
        "UNION ALL SELECT id, arrived_at FROM visit_outcome WHERE territory_id = $1 AND id = ANY($2) "
        "AND state IS DISTINCT FROM 'entered_in_error') a "
        "JOIN op o ON o.territory_id = $1 AND o.record_id = a.id AND o.verdict <> 'refused' "
        "JOIN installation i ON i.territory_id = $1 AND i.actor = o.actor AND i.tablet_id IS NOT NULL "
        "WHERE a.at IS NOT NULL GROUP BY a.id, a.at",
        tx.scope.territory_id,
        ids,
    )
    return [
        ActFacts(
            row["id"],
            day_in(zone, row["at"]),
            # S10: a tablet's clock that runs ahead is a label; the delay is then shown as none.
            max(0, int((row["received_at"] - row["at"]).total_seconds())),
        )
        for row in rows
    ]


def _day(zone: str, at: datetime | None) -> date | None:
    return None if at is None else day_in(zone, at)
