"""This file defines every indicator of coverage, once: what is counted, out of whom, without whom, after which source.

Page, CSV and report call these functions on the counts of the read model, so that they cannot differ. What is counted
in which cell is decided in backend/coverage/count.py; what may be shown, in backend/coverage/suppress.py.
*Contribution* (doses we gave) and *population coverage* (persons covered out of inhabitants) are never mixed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from backend.coverage.count import COVERED, DELAY_HOURS, DUE, MISSED, ZERO_DOSE
from backend.coverage.estimates import Interval, percent, wilson


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    fr: str
    en: str


class Indicator(msgspec.Struct, frozen=True):
    """One indicator's definition; the version moves whenever a figure could change for the same records."""

    code: str
    version: int
    title: Text
    numerator: Text
    denominator: Text
    exclusions: Text
    source: str


_WITHOUT = Text(
    "Saisies erronées ; personnes opposées aux statistiques.",
    "Entries made in error; persons who object to statistics.",
)
_NONE = Text("Aucun : c'est un nombre.", "None: it is a number.")
_KNOWN_TARGET = Text(
    "Personnes connues visées par la campagne (groupe, âge au premier jour), décès antérieurs exclus.",
    "Known persons whom the campaign aims at (group, age on its first day), without earlier deaths.",
)
_WHO = "WHO, immunization coverage and wastage indicators"

INDICATORS: Final[dict[str, Indicator]] = {
    one.code: one
    for one in (
        Indicator(
            "contribution",
            1,
            Text("Contribution : doses données par nous", "Contribution: doses we gave"),
            Text(
                "Doses de l'antigène, données par nos équipes pendant la campagne, au jour de l'acte.",
                "Doses of the antigen that our teams gave in the campaign, by the day of the act.",
            ),
            _NONE,
            _WITHOUT,
            _WHO,
        ),
        Indicator(
            "known_coverage",
            1,
            Text("Personnes connues vaccinées", "Known persons covered"),
            Text(
                "Personnes visées ayant au moins une dose dans la campagne, quelle qu'en soit la source.",
                "Persons aimed at with at least one dose in the campaign, whatever its source.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            "Interval: Wilson 1927",
        ),
        Indicator(
            "population_coverage",
            1,
            Text("Couverture de la population (au moins)", "Population coverage (at least)"),
            Text(
                "Personnes visées ayant au moins une dose connue dans la campagne : un plancher.",
                "Persons aimed at with at least one known dose in the campaign: a floor.",
            ),
            Text(
                "Habitants de l'âge et du groupe visés : estimation basse, centrale, haute, datée.",
                "Inhabitants of the age and group aimed at: dated low, point and high estimates.",
            ),
            _WITHOUT,
            "Estimates: source named with each figure",
        ),
        Indicator(
            "reached",
            1,
            Text("Personnes connues et rencontrées", "Persons known and reached"),
            Text(
                "Personnes connues qu'une équipe a rencontrées au moins une fois (dose proposée, dépistage, "
                "éducation, visite).",
                "Known persons whom a team met at least once (dose offered, screening, education, visit).",
            ),
            Text("Personnes connues, vivantes.", "Known persons who are alive."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "due_not_reached",
            1,
            Text("À vacciner, pas encore rencontrées", "Due and not reached"),
            Text(
                "Personnes visées sans dose dans la campagne et qu'aucune équipe n'a rencontrées pendant celle-ci.",
                "Persons aimed at without a dose in the campaign whom no team met in it.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "zero_dose",
            1,
            Text("Zéro dose", "Zero-dose"),
            Text(
                "Personnes visées sans aucune dose connue de l'antigène, à quelque date que ce soit.",
                "Persons aimed at without any known dose of the antigen, whatever the date.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            _WHO,
        ),
        Indicator(
            "not_given",
            1,
            Text("Doses non données, par motif", "Doses not given, by reason"),
            Text("Doses proposées et non données, par motif.", "Doses offered and not given, by reason."),
            Text("Doses proposées : données par nous ou non données.", "Doses offered: given by us or not given."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "consent_refused",
            1,
            Text("Refus de vaccination, par raison", "Refusals of vaccination, by reason"),
            Text("Consentements refusés, par raison donnée.", "Consents refused, by the reason given."),
            Text("Tous les consentements refusés.", "All consents refused."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "site_last_visit",
            1,
            Text("Temps depuis la dernière visite, par site", "Time since the last visit, by site"),
            Text("Jours depuis la dernière visite faite.", "Days since the last visit done."),
            _NONE,
            Text("Domiciles ; sites fermés.", "Homes; closed sites."),
            "Own definition",
        ),
        Indicator(
            "backlog_ageing",
            1,
            Text("Ancienneté des demandes en attente", "Age of waiting requests"),
            Text(
                "Demandes ni closes, ni réorientées, ni retirées, par jours depuis leur arrivée ; une pause n'arrête "
                "pas le compte.",
                "Requests not closed, redirected or revoked, by days since they arrived; a pause does not stop the "
                "count.",
            ),
            _NONE,
            Text("Aucune.", "None."),
            "Own definition",
        ),
        Indicator(
            "act_to_server",
            1,
            Text("Délai entre l'acte et le serveur", "Delay between act and server"),
            Text(
                "Actes saisis sur tablette, par classe de délai jusqu'à leur arrivée au serveur.",
                "Acts recorded on tablets, by class of delay until the server held them.",
            ),
            _NONE,
            Text("Saisies erronées ; saisies faites au bureau.", "Entries made in error; entries made at a desk."),
            "Own definition",
        ),
        Indicator(
            "waste_open",
            1,
            Text("Pertes en flacons ouverts", "Open-vial wastage"),
            Text("Doses nominales non données des flacons ouverts.", "Nominal doses of opened vials not given."),
            Text("Doses nominales des flacons ouverts.", "Nominal doses of opened vials."),
            Text("Flacons encore en usage ; doses au-delà du nominal.", "Vials in use; doses beyond the nominal."),
            _WHO,
        ),
        Indicator(
            "waste_closed",
            1,
            Text("Pertes en flacons non ouverts", "Closed-vial wastage"),
            Text("Doses jetées sans ouvrir le flacon.", "Doses discarded unopened."),
            Text("Doses jetées sans ouvrir, plus doses des flacons ouverts.", "Doses discarded unopened plus opened."),
            Text("Flacons encore en usage ou en stock.", "Vials in use or in stock."),
            _WHO,
        ),
        Indicator(
            "waste_combined",
            1,
            Text("Pertes combinées", "Combined wastage"),
            Text("1 − (1 − pertes fermées) × (1 − pertes ouvertes).", "1 − (1 − closed wastage) × (1 − open wastage)."),
            Text("Doses sorties du stock.", "Doses taken from stock."),
            Text("Flacons encore en usage ou en stock.", "Vials in use or in stock."),
            _WHO,
        ),
    )
}

BACKLOG_CLASSES: Final = ((0, 1), (2, 3), (4, 7), (8, 14), (15, None))


class Quality(StrEnum):
    """What a reader must know about a figure."""

    GOOD = "good"
    OVER_100 = "over_100"  # more persons covered than inhabitants: the denominator or a match is wrong
    UNCERTAIN = "uncertain"  # the interval is wider than UNCERTAIN_POINTS
    NO_DENOMINATOR = "no_denominator"


UNCERTAIN_POINTS: Final = 20


class Share(msgspec.Struct, frozen=True):
    """A numerator out of a denominator, the percentage and its interval (None: nothing to divide by)."""

    numerator: int
    denominator: int
    percent: Decimal | None
    interval: Interval | None


class Denominator(msgspec.Struct, frozen=True):
    """How many inhabitants there are: low, point, high; when counted, and after which sources."""

    low: int
    point: int
    high: int
    counted_on: date | None
    sources: tuple[str, ...]


class PopulationCoverage(msgspec.Struct, frozen=True):
    """Persons covered out of inhabitants, in percent, never cut at 100."""

    persons: int
    denominator: Denominator
    percent: Decimal | None
    interval: Interval | None
    quality: Quality


class Waste(msgspec.Struct, frozen=True):
    """Wastage in percent (None: nothing to divide by), and the doses taken beyond the nominal, which are not netted."""

    open_percent: Decimal | None
    closed_percent: Decimal | None
    combined_percent: Decimal | None
    doses_beyond_nominal: int


class Delay(msgspec.Struct, frozen=True):
    """Delays between act and server: acts, and the upper end in hours of the classes of the median and of 95 %."""

    acts: int
    median_hours_max: int | None
    p95_hours_max: int | None


def covered_known(standings: Mapping[str, int]) -> Share:
    """Return `known_coverage` from the persons of each standing (backend/coverage/count.py).

    >>> covered_known({"own": 30, "elsewhere": 20, "due_missed": 50}).percent
    Decimal('50.0')
    """
    return _share(_sum(standings, COVERED), sum(standings.values()))


def due_not_reached(standings: Mapping[str, int]) -> Share:
    """Return `due_not_reached` from the persons of each standing."""
    return _share(_sum(standings, MISSED), sum(standings.values()))


def zero_dose(standings: Mapping[str, int]) -> Share:
    """Return `zero_dose` from the persons of each standing."""
    return _share(_sum(standings, ZERO_DOSE), sum(standings.values()))


def due(standings: Mapping[str, int]) -> int:
    """Return how many persons are aimed at and not covered."""
    return _sum(standings, DUE)


def reached(known: Mapping[str, int]) -> Share:
    """Return `reached` from the known persons who were and were not reached."""
    return _share(known.get("reached", 0), known.get("reached", 0) + known.get("not_reached", 0))


def population_coverage(persons: int, denominator: Denominator) -> PopulationCoverage:
    """Return `population_coverage`: the low end divides by the high estimate and the other way round.

    >>> population_coverage(50, Denominator(80, 100, 125, None, ())).interval
    Interval(low=Decimal('40.0'), high=Decimal('62.5'))
    """
    point, low, high = (percent(persons, n) for n in (denominator.point, denominator.high, denominator.low))
    if point is None or low is None:
        return PopulationCoverage(persons, denominator, None, None, Quality.NO_DENOMINATOR)
    interval = None if high is None else Interval(low, high)
    if persons > denominator.point:
        quality = Quality.OVER_100
    elif interval is None or interval.high - interval.low > UNCERTAIN_POINTS:
        quality = Quality.UNCERTAIN
    else:
        quality = Quality.GOOD
    return PopulationCoverage(persons, denominator, point, interval, quality)


def wastage(opened: int, given: int, discarded_unopened: int, beyond_nominal: int) -> Waste:
    """Return open, closed and combined wastage (one level of supply) from doses.

    >>> wastage(opened=100, given=90, discarded_unopened=25, beyond_nominal=2)
    ... # doctest: +NORMALIZE_WHITESPACE
    Waste(open_percent=Decimal('10.0'), closed_percent=Decimal('20.0'), combined_percent=Decimal('28.0'),
          doses_beyond_nominal=2)
    """
    taken = opened + discarded_unopened
    # 1 − (1 − c)(1 − o) over one common denominator, so that nothing is rounded twice; with nothing opened, o is 0.
    kept = given if opened else 0
    return Waste(
        percent(opened - given, opened),
        percent(discarded_unopened, taken),
        percent(taken - kept, taken),
        beyond_nominal,
    )


def backlog_ageing(waiting: Iterable[tuple[date | None, str, int]], day_on: date) -> dict[tuple[str, str], int]:
    """Return how many requests wait, by class of days and by state, from (day received, state, requests).

    >>> backlog_ageing([(date(2026, 11, 20), "open", 3), (None, "open", 1)], date(2026, 11, 22))
    {('2-3', 'open'): 3, ('unknown', 'open'): 1}
    """
    found: dict[tuple[str, str], int] = {}
    for received_on, state, n in waiting:
        key = (_backlog_class(received_on, day_on), state)
        found[key] = found.get(key, 0) + n
    return found


def _backlog_class(received_on: date | None, day_on: date) -> str:
    if received_on is None:
        return "unknown"
    days = max(0, (day_on - received_on).days)
    for least, most in BACKLOG_CLASSES:
        if most is None or days <= most:
            return f"{least}+" if most is None else f"{least}-{most}"
    raise AssertionError(days)


def delay(classes: Mapping[str, int]) -> Delay:
    """Return `act_to_server` from the acts of each class of delay; None stands for longer than the last class.

    >>> delay({"1": 60, "24": 36, "longer": 4})
    Delay(acts=100, median_hours_max=1, p95_hours_max=24)
    """
    acts = sum(classes.values())
    return Delay(acts, _quantile(classes, acts * 50), _quantile(classes, acts * 95))


def _quantile(classes: Mapping[str, int], hundredths: int) -> int | None:
    below = 0
    for hours in DELAY_HOURS:
        below += classes.get(str(hours), 0)
        if below and below * 100 >= hundredths:
            return hours
    return None


def _sum(standings: Mapping[str, int], which: frozenset[str]) -> int:
    return sum(n for standing, n in standings.items() if standing in which)


def _share(numerator: int, denominator: int) -> Share:
    return Share(numerator, denominator, percent(numerator, denominator), wilson(numerator, denominator))
