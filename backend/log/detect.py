"""Ask the rules across records about the people whom pushes touched, and open the reviews they answer.

The rules are in sync/detect.py. The limits are facts with their source: "double" is a week, since two teams who meet
one person do so within a round or two; least intervals are those of the French calendar that hold whatever the product.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.log.noted import Rules
from backend.log.projection import Change, name_of
from backend.log.save import open_reviews
from sync.detect import Consent, Dose, History, Limits, Outcome, Person, duplicate_persons, reviews
from sync.review import Review

LIMITS = Limits(
    double_days=7,
    interval_days={
        "influenza": 28,  # WHO decision table: two doses at least 4 weeks apart the first time, else one a season
        "covid19": 21,  # DGS: 21 days between the first two doses; boosters are judged by the vaccination rules
        "measles": 28,  # French calendar: two doses of MMR at least one month apart
        "pneumococcal": 365,  # HCSP 2017: at least a year after a former vaccine
    },
)


async def detect(tx: Transaction, asked: Rules, now: datetime) -> list[Change]:
    """Open the reviews about these people and visits that the rules ask for; return what that changed."""
    opened_at = wire_instant(now)
    found = await _of_histories(tx, asked.people, asked.visits, opened_at)
    found += await duplicates_of(tx, asked.recognised, opened_at)
    return await open_reviews(tx, list({review.id: review for review in found}.values()))


async def _of_histories(tx: Transaction, people: set[UUID], visits: set[UUID], opened_at: str) -> list[Review]:
    if not people and not visits:
        return []
    human_of = await _humans(tx, people)
    doses, consents, outcomes = await _histories(tx, list(human_of), list(visits))
    by_human: dict[UUID, tuple[list[Dose], list[Consent]]] = defaultdict(lambda: ([], []))
    for person, dose in doses:
        by_human[human_of[person]][0].append(dose)
    for person, consent in consents:
        by_human[human_of[person]][1].append(consent)
    found = [
        review
        for human_doses, human_consents in by_human.values()
        for review in reviews(History(tuple(human_doses), tuple(human_consents)), LIMITS, opened_at)
    ]
    return found + reviews(History(outcomes=tuple(outcomes)), LIMITS, opened_at)


async def _humans(tx: Transaction, people: set[UUID]) -> dict[UUID, UUID]:
    """Return, for these persons and all records joined to them, the smallest id of each human."""
    rows = await tx.fetch(
        "WITH RECURSIVE reached (start, id) AS (SELECT id, id FROM unnest($2::uuid[]) AS given(id) UNION "
        "SELECT reached.start, CASE WHEN s.person_id = reached.id THEN s.other_id ELSE s.person_id END FROM reached "
        "JOIN same_person s ON s.territory_id = $1 AND s.joined AND reached.id IN (s.person_id, s.other_id)) "
        "SELECT start, array_agg(id ORDER BY id) AS ids FROM reached GROUP BY start",
        tx.scope.territory_id,
        list(people),
    )
    return {one: row["ids"][0] for row in rows for one in row["ids"]}


async def _histories(
    tx: Transaction, people: list[UUID], visits: list[UUID]
) -> tuple[list[tuple[UUID, Dose]], list[tuple[UUID, Consent]], list[Outcome]]:
    territory_id = tx.scope.territory_id
    doses = await tx.fetch(
        "SELECT d.id, d.person_id, d.antigens, d.given_on, d.given_at, d.status, d.state, d.expires_on, "
        "(SELECT l.state FROM lot l WHERE l.territory_id = d.territory_id AND l.number = d.lot_number "
        " AND l.state <> 'available' LIMIT 1) AS lot_state "
        "FROM dose d WHERE d.territory_id = $1 AND d.person_id = ANY($2::uuid[])",
        territory_id,
        people,
    )
    consents = await tx.fetch(
        "SELECT c.id, c.person_id, c.act, c.decision, c.decided_at, c.state, "
        "(c.decided_at AT TIME ZONE t.time_zone)::date AS decided_on FROM consent c JOIN territory t ON t.id = $1 "
        "WHERE c.territory_id = $1 AND c.person_id = ANY($2::uuid[])",
        territory_id,
        people,
    )
    outcomes = await tx.fetch(
        "SELECT id, visit_id, result, state FROM visit_outcome WHERE territory_id = $1 AND visit_id = ANY($2::uuid[])",
        territory_id,
        visits,
    )
    return (
        [
            (
                row["person_id"],
                Dose(
                    str(row["id"]),
                    tuple(row["antigens"]),
                    row["given_on"].isoformat(),
                    wire_instant(row["given_at"]) if row["given_at"] else "",
                    row["status"] or "given",
                    row["state"] or "recorded",
                    row["expires_on"].isoformat() if row["expires_on"] else "",
                    row["lot_state"] or "",
                ),
            )
            for row in doses
            if row["given_on"]
        ],
        [
            (
                row["person_id"],
                Consent(
                    str(row["id"]),
                    row["act"],
                    row["decision"],
                    wire_instant(row["decided_at"]),
                    row["decided_on"].isoformat(),
                    row["state"] or "recorded",
                ),
            )
            for row in consents
            if row["act"] and row["decision"] and row["decided_at"]
        ],
        [
            Outcome(str(row["id"]), str(row["visit_id"]), row["result"], row["state"] or "recorded")
            for row in outcomes
            if row["result"]
        ],
    )


async def duplicates_of(tx: Transaction, recognised: set[UUID], opened_at: str) -> list[Review]:
    """Compare the persons who are new or are now recognised otherwise with those of the same birth date or place."""
    if not recognised:
        return []
    rows = await tx.fetch(
        "SELECT p.id, p.given_name, p.family_name, p.alias, p.born_on, p.place_id, "
        "(SELECT least(s.person_id, s.other_id) FROM same_person s WHERE s.territory_id = $1 AND s.joined "
        " AND p.id IN (s.person_id, s.other_id) ORDER BY 1 LIMIT 1) AS same_as "
        "FROM person p WHERE p.territory_id = $1 AND p.id IN (SELECT q.id FROM person r "
        "JOIN person q ON q.territory_id = r.territory_id AND q.sounds && r.sounds "
        "AND (q.born_on = r.born_on OR q.place_id = r.place_id) WHERE r.territory_id = $1 AND r.id = ANY($2::uuid[]))",
        tx.scope.territory_id,
        list(recognised),
    )
    people = [
        Person(
            str(row["id"]),
            name_of(row),
            row["born_on"].isoformat() if row["born_on"] else "",
            str(row["place_id"] or ""),
            str(row["same_as"] or ""),
        )
        for row in rows
    ]
    fresh = {str(one) for one in recognised}
    return [review for review in duplicate_persons(people, opened_at) if fresh & set(review.record_ids)]
