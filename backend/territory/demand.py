"""This file decides the demo's backlog: who asks that somebody be seen, for what, by when, and the visit it becomes.

Candidates are picked from the people as they stream by, then the requests are drawn. Whether a visit can be served is
the planner's business (routing/).
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

import msgspec

from backend.territory.draw import Draw
from backend.territory.people import Unit
from backend.territory.record import Fields, Record
from backend.territory.season import Season

# Households wanted by group when all are there; with a request per host, nursing home and street spot, about 400.
WANTED = {
    "homeless_hotel": 30,
    "nursing_home": 4,
    "large_family": 95,
    "housebound_elderly": 185,
    "other": 30,
}
SITE_GROUPS = ("homeless_hotel", "nursing_home")
SITE_PEOPLE_MOST = 70
SETTLING = ("open", "on_hold", "redirected", "revoked")
# One request in this many is not, or not yet, a visit.
NOT_A_VISIT_EVERY = 20
# From and to how many days after today a request is due, by priority.
DUE_DAYS = {1: (3, 14), 2: (1, 8), 3: (1, 3), 4: (1, 1)}
EARLY_DAYS = 5
MINUTES_TO_SETTLE = 12
MINUTES_PER_PERSON = 8
MINUTES_PER_PERSON_SITE = 6
MINUTES_MOST = 480
MORNINGS = ("08:30-12:30", "09:00-12:00", "10:00-12:30")
AFTERNOONS = ("13:30-17:30", "14:00-18:00", "16:30-19:30")
SITE_WINDOWS = ("09:30-12:30", "14:00-19:00")
CALLERS = ("person", "professional", "partner", "sas", "team")
CHANNELS = {
    "person": "phone",
    "professional": "phone",
    "partner": "partner",
    "sas": "referral",
    "team": "field",
    "nursing_home": "phone",
}
REASONS = {
    "homeless_hotel": "famille hébergée à l'hôtel",
    "nursing_home": "résidents d'un EHPAD",
    "large_family": "famille nombreuse, dépistage ou vaccination à domicile",
    "housebound_elderly": "personne âgée qui ne peut pas se déplacer",
    "other": "personne suivie par un partenaire",
}
SKILLS = {"vaccinate": "nurse", "screen": "sampler", "educate": "mediator", "consult": "doctor", "trace": "mediator"}
# Acts asked for, and their weights.
ACTS_BY_GROUP = {
    "homeless_hotel": (("vaccinate", "screen", "consult", "educate", "trace"), (50, 20, 15, 10, 5)),
    "nursing_home": (("vaccinate", "screen"), (85, 15)),
    "large_family": (("vaccinate", "screen", "educate", "trace"), (50, 30, 12, 8)),
    "housebound_elderly": (("vaccinate", "screen", "consult", "educate"), (80, 6, 10, 4)),
    "other": (("vaccinate", "screen", "consult", "educate"), (60, 15, 15, 10)),
}
# What a vaccination visit carries when no history calls for anything else.
PRODUCT_USUAL = "vaxigrip"
ADULT_YEARS = 18
ELDERLY_YEARS = 65


class Candidate(msgspec.Struct, frozen=True):
    """People at one place whom one visit could see, and the products that their histories call for."""

    group: str
    place_id: str
    household_id: str
    person_id: str
    language: str
    people_count: int
    products: frozenset[str]

    @property
    def is_site(self) -> bool:
        """Return whether many people of one place are meant rather than a person or a household."""
        return not self.person_id and not self.household_id


class Backlog:
    """Collects candidates while people stream by, in bounded memory, and draws the requests and visits at the end."""

    def __init__(self, draw: Draw, season: Season, day_on: date) -> None:
        self._draw = draw
        self._season = season
        self._day_on = day_on
        self._candidates: dict[str, list[Candidate]] = {group: [] for group in WANTED}
        self._rosters: dict[str, Candidate] = {}

    def offer(self, unit: Unit, doses: Sequence[Sequence[Record]]) -> None:
        """Consider a unit, with the dose records of each of its people."""
        kept = self._candidates[unit.group]
        if unit.group not in SITE_GROUPS and len(kept) >= 3 * WANTED[unit.group]:
            return
        person = unit.people[0]
        candidate = Candidate(
            unit.group,
            unit.place_id,
            unit.household_id,
            "" if unit.household_id and len(unit.people) > 1 else str(person.record.record_id),
            unit.language,
            len(unit.people),
            frozenset().union(
                *(self._missing(member.age_years, given) for member, given in zip(unit.people, doses, strict=True))
            ),
        )
        roster = self._rosters.get(unit.place_id)
        if unit.group in SITE_GROUPS:
            self._rosters[unit.place_id] = candidate if roster is None else _together(roster, candidate)
        kept.append(candidate)

    def requests(self, street_spot_ids: Sequence[str], team_ids: Sequence[str]) -> Iterator[Record]:
        """Yield the requests and, right after each one accepted, its visit."""
        chosen = [*self._households(), *self._sites(), *self._street(street_spot_ids)]
        self._draw.chance("order of requests").shuffle(chosen)
        for number, candidate in enumerate(chosen):
            chance = self._draw.chance("request", number)
            state = "accepted"
            if number % NOT_A_VISIT_EVERY == 0:
                state = SETTLING[number // NOT_A_VISIT_EVERY % len(SETTLING)]
            request = self._request(candidate, state, chance, number)
            yield request
            if state == "accepted":
                yield self._visit(candidate, request, team_ids, chance, number)

    def _households(self) -> list[Candidate]:
        return [
            candidate
            for group, wanted in WANTED.items()
            for candidate in self._draw.chance("wanted", group).sample(
                self._candidates[group], min(wanted, len(self._candidates[group]))
            )
        ]

    def _sites(self) -> list[Candidate]:
        """Return one candidate per site with a roster: about half of its people, as many as are found at home."""
        return [
            msgspec.structs.replace(roster, people_count=max(1, min(SITE_PEOPLE_MOST, roster.people_count // 2)))
            for _, roster in sorted(self._rosters.items())
        ]

    def _street(self, spot_ids: Sequence[str]) -> list[Candidate]:
        return [
            Candidate("other", spot_id, "", "", "fr", self._draw.chance("street", number).randrange(4, 15), frozenset())
            for number, spot_id in enumerate(spot_ids)
        ]

    def _request(self, candidate: Candidate, state: str, chance: Random, number: int) -> Record:
        caller = "nursing_home" if candidate.group == "nursing_home" else chance.choice(CALLERS)
        priority = chance.choices((1, 2, 3, 4), (45, 33, 17, 5))[0]
        due_on = self._day_on + timedelta(days=chance.randint(*DUE_DAYS[priority]))
        day, minute = self._day_on - timedelta(days=chance.randrange(1, 11)), chance.randrange(7 * 60, 18 * 60)
        fields: Fields = {
            "caller_role": caller,
            "channel": CHANNELS[caller],
            "call_back_phone": f"+33199000{chance.randrange(1000):03}",
            "place_id": candidate.place_id,
            "acts": sorted(_acts(candidate, chance)),
            "priority": priority,
            "due_on": due_on.isoformat(),
            "received_at": f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}:00.000Z",
            "reason": f"Demande fictive : {REASONS[candidate.group]}",
            "state": state,
            **_who(candidate),
        }
        return Record("request", self._draw.record_id("request", number), fields)

    def _visit(
        self, candidate: Candidate, request: Record, team_ids: Sequence[str], chance: Random, number: int
    ) -> Record:
        asked = request.fields
        acts = [str(act) for act in asked["acts"]] if isinstance(asked["acts"], list) else []
        due_on = date.fromisoformat(str(asked["due_on"]))
        per_person = MINUTES_PER_PERSON_SITE if candidate.is_site else MINUTES_PER_PERSON
        minutes = MINUTES_TO_SETTLE + per_person * candidate.people_count + (10 if "consult" in acts else 0)
        fields: Fields = {
            "request_id": str(request.record_id),
            "place_id": candidate.place_id,
            "acts": acts,
            "people_count": candidate.people_count,
            "service_minutes": min(MINUTES_MOST, minutes),
            "windows": _windows(candidate, chance),
            "due_on": str(asked["due_on"]),
            "priority": int(str(asked["priority"])),
            "skills": sorted({SKILLS[act] for act in acts}),
            "professionals": 2 if chance.random() < (0.25 if candidate.people_count > 20 else 0.04) else 1,
            "state": "wanted",
            **_who(candidate),
        }
        if due_on - timedelta(days=EARLY_DAYS) > self._day_on:
            fields["not_before_on"] = (due_on - timedelta(days=EARLY_DAYS)).isoformat()
        if candidate.language != "fr" and not candidate.is_site:
            fields["language"] = candidate.language
        if "vaccinate" in acts:
            fields["products"] = sorted(candidate.products) or [PRODUCT_USUAL]
        if chance.random() < 0.08:
            fields["preferred_team_id"] = chance.choice(team_ids)
        return Record("visit", self._draw.record_id("visit", number), fields)

    def _missing(self, age_years: int, doses: Sequence[Record]) -> set[str]:
        """Return the products whose antigens are missing from the doses: a rough guess that fills bags, not a rule."""
        last: dict[str, str] = {}
        for dose in doses:
            if isinstance(antigens := dose.fields["antigens"], list):
                last.update(dict.fromkeys(antigens, str(dose.fields["given_on"])))
        if age_years < ADULT_YEARS:
            return {"priorix"} if age_years >= 1 and "measles" not in last else set()
        if age_years < ELDERLY_YEARS:
            return set()
        half_a_year_ago = (self._day_on - timedelta(days=183)).isoformat()
        missing = set()
        if last.get("influenza", "") < self._season.starts_on.isoformat():
            missing.add("efluelda")
        if last.get("covid19", "") < half_a_year_ago:
            missing.add("comirnaty_lp81")
        if "pneumococcal" not in last:
            missing.add("prevenar20")
        return missing


def _together(one: Candidate, other: Candidate) -> Candidate:
    """Return the candidate that stands for the whole roster of a site."""
    return Candidate(
        one.group,
        one.place_id,
        "",
        "",
        one.language,
        one.people_count + other.people_count,
        one.products | other.products,
    )


def _who(candidate: Candidate) -> Fields:
    """Return the person or the household asked about, or neither for a whole site."""
    if candidate.person_id:
        return {"person_id": candidate.person_id}
    return {"household_id": candidate.household_id} if candidate.household_id else {}


def _acts(candidate: Candidate, chance: Random) -> set[str]:
    acts, weights = ACTS_BY_GROUP[candidate.group]
    chosen = {chance.choices(acts, weights)[0]}
    if chance.random() < 0.25:
        chosen.add(chance.choices(acts, weights)[0])
    return chosen


def _windows(candidate: Candidate, chance: Random) -> list[str]:
    if candidate.is_site:
        return sorted(SITE_WINDOWS)
    windows = {chance.choice(MORNINGS)} if chance.random() < 0.6 else set()
    if not windows or chance.random() < 0.5:
        windows.add(chance.choice(AFTERNOONS))
    return sorted(windows)
