"""This file reads forecasts for whoever shows them; what may be said of one is decided in backend/doses/advice.py."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.doses.advice import Advice, advice_on
from backend.doses.answers import KeptDose, KeptForecast, KeptLine
from backend.doses.facts import ForecastDates, SeriesStatus
from backend.doses.history import Notice, UnreadDose
from backend.doses.rules.words import Release
from backend.doses.unsigned import UnsignedRules, told
from backend.doses.unsigned_store import unsigned_rules

_JSON: Final = ("doses", "lines", "notices", "guidance")


class ShownVaccine(msgspec.Struct, frozen=True):
    """A vaccine by its NUVA code and its title."""

    code: str
    title: str


class ShownForecast(msgspec.Struct, frozen=True):
    """The answer for one antigen, with what may be said of it and the rule lines that explain it."""

    antigen: str
    vaccine_group: str
    advice: Advice
    status: str
    series: str
    earliest_on: date | None
    recommended_on: date | None
    past_due_on: date | None
    latest_on: date | None
    dose_number: int
    vaccines: list[ShownVaccine]
    doses: list[KeptDose]
    lines: list[KeptLine]
    notices: list[str]
    guidance: list[str]
    rules_version: str
    validated: bool


class PersonForecast(msgspec.Struct, frozen=True):
    """Everything that is known about what is due to a person; `state` says why there may be no forecast."""

    person_id: UUID
    human_id: UUID
    state: str
    computed_for_on: date
    rules_version: str
    refused_on: date | None
    unread: list[UnreadDose]
    notices: list[Notice]
    forecasts: list[ShownForecast]
    unsigned_rules: UnsignedRules
    kept_back: list[str]  # vaccine groups whose rules are unsigned and switched off here


class DuePerson(msgspec.Struct, frozen=True):
    """Somebody to whom an antigen is due, with what a dispatcher needs to plan it."""

    person_id: UUID
    earliest_on: date
    recommended_on: date
    past_due_on: date | None
    dose_number: int
    validated: bool
    refused_on: date | None
    place_id: UUID | None
    zone_id: UUID | None
    population_group: str | None


async def read_person(tx: Transaction, person_id: UUID, release: Release) -> PersonForecast | None:
    """Return the forecasts of the human that a person record is; None if none was made."""
    row = await tx.fetch_row(
        "SELECT human_id, state, computed_for_on, rules_version, refused_on, unread, notices FROM forecast_person "
        "WHERE territory_id = $1 AND id = $2 AND computed_for_on IS NOT NULL",
        tx.scope.territory_id,
        person_id,
    )
    if row is None:
        return None
    unread = msgspec.json.decode(row["unread"], type=list[UnreadDose])
    notices = msgspec.json.decode(row["notices"], type=list[Notice])
    rows = await tx.fetch(
        "SELECT * FROM forecast WHERE territory_id = $1 AND person_id = $2 ORDER BY antigen",
        tx.scope.territory_id,
        row["human_id"],
    )
    unsigned = await unsigned_rules(tx)
    kept = [_kept(one) for one in rows]
    has_concerns = bool(unread or notices or row["refused_on"])
    titles = {vaccine.code: vaccine.title for vaccine in release.vaccines}
    return PersonForecast(
        UUID(bytes=person_id.bytes),
        UUID(bytes=row["human_id"].bytes),
        row["state"],
        row["computed_for_on"],
        row["rules_version"],
        row["refused_on"],
        unread,
        notices,
        [
            shown(one, row["computed_for_on"], titles, unsigned, has_concerns=has_concerns)
            for one in told(kept, unsigned)
        ],
        unsigned,
        kept_back(kept, unsigned),
    )


async def read_due(tx: Transaction, antigen: str, by: date, after: tuple[date, UUID], limit: int) -> list[DuePerson]:
    """Return the living to whom an antigen should be given by a day, the longest due first, from `after` on.

    Persons who object to being reminded are left out; those who refused are named with the day they did.
    """
    rows = await tx.fetch(
        "SELECT f.person_id, f.earliest_on, f.recommended_on, f.past_due_on, f.dose_number, f.validated, s.refused_on, "
        "l.id AS place_id, l.zone_id, p.population_group FROM forecast f "
        "JOIN forecast_person s ON s.territory_id = f.territory_id AND s.id = f.person_id "
        "JOIN person p ON p.territory_id = f.territory_id AND p.id = f.person_id "
        "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "WHERE f.territory_id = $1 AND f.antigen = $2 AND f.status = 'not-complete' AND f.recommended_on <= $3 "
        "AND (f.latest_on IS NULL OR f.latest_on >= $3) AND (f.recommended_on, f.person_id) > ($4, $5) "
        "AND (f.validated OR $7) AND NOT 'reminders' = ANY(p.objections) ORDER BY f.recommended_on, f.person_id LIMIT $6",
        tx.scope.territory_id,
        antigen,
        by,
        *after,
        limit,
        await unsigned_rules(tx) is not UnsignedRules.OFF,
    )
    return [msgspec.convert(dict(row), DuePerson) for row in rows]


def kept_back(kept: Iterable[KeptForecast], unsigned: UnsignedRules) -> list[str]:
    """Return the vaccine groups that nothing is said of, because their rules are unsigned."""
    return sorted({one.vaccine_group for one in kept if not told([one], unsigned)})


def shown(
    kept: KeptForecast, on: date, titles: Mapping[str, str], unsigned: UnsignedRules, *, has_concerns: bool
) -> ShownForecast:
    """Return a kept forecast as it may be shown on a day; `titles` are those of the vaccines by code."""
    advice = advice_on(
        SeriesStatus(kept.status),
        _dates(kept),
        on,
        validated=kept.validated,
        unsigned=unsigned,
        has_concerns=has_concerns or bool(kept.notices),
    )
    return ShownForecast(
        kept.antigen,
        kept.vaccine_group,
        advice,
        kept.status,
        kept.series,
        kept.earliest_on,
        kept.recommended_on,
        kept.past_due_on,
        kept.latest_on,
        kept.dose_number,
        [ShownVaccine(code, titles.get(code, code)) for code in kept.vaccines],
        list(kept.doses),
        list(kept.lines),
        list(kept.notices),
        list(kept.guidance),
        kept.rules_version,
        kept.validated,
    )


def _kept(row: Any) -> KeptForecast:
    values = {name: msgspec.json.decode(value) if name in _JSON else value for name, value in row.items()}
    return msgspec.convert({**values, "person_id": str(values["person_id"])}, KeptForecast)


def _dates(kept: KeptForecast) -> ForecastDates | None:
    if kept.earliest_on is None or kept.recommended_on is None:
        return None
    return ForecastDates(
        kept.earliest_on, kept.recommended_on, kept.past_due_on, kept.latest_on, kept.recommended_on, None
    )
