"""This file decides what the page of coverage writes for each figure: numbers, hidden ones, targets, hatching.

Figures come from backend/coverage and are not computed again here.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from admin.coverage.draw import Curve, MapZone
from admin.coverage.words import GROUPS, PAGE, day, number, word_of
from backend.coverage.definitions import INDICATORS
from backend.coverage.figures import NO_ZONE, By, CampaignFigures, Line, Point
from backend.coverage.indicators import UNCERTAIN_POINTS, Quality, Share
from backend.coverage.store import CampaignShown, Targets


class Show(StrEnum):
    """Which share the map shows."""

    KNOWN = "known"
    POPULATION = "population"


class Row(msgspec.Struct, frozen=True):
    """One line of the table, as text."""

    name: str
    gap: str  # the address of what can be done about it, of a zone
    known: str
    covered: str
    due: str
    known_percent: str
    population_percent: str
    inhabitants: str
    contribution: str
    target: str


Say = Callable[[str], str]


def sayer(locale: str) -> Say:
    """Return the function that says a word of the page in a language."""
    return lambda name: PAGE[name][locale == "en"]


def row_of(line: Line, name: str, target_percent: int | None, locale: str, gap: str = "") -> Row:
    """Return a line of the table; a hidden count is said to be hidden, never left empty."""
    say = sayer(locale)

    def count(value: int | Decimal | None) -> str:
        return say("hidden") if value is None else number(value, locale)

    return Row(
        name,
        gap,
        count(line.known.denominator if line.known else None),
        count(line.covered),
        count(line.due),
        _known_percent(line, locale),
        _population_percent(line, locale),
        _inhabitants(line, locale),
        count(line.doses_given),
        _target(line, target_percent, locale),
    )


class ShareRow(msgspec.Struct, frozen=True):
    """One share of the persons aimed at, as text."""

    name: str
    numerator: str
    denominator: str
    percent: str


def share_row(code: str, share: Share | None, locale: str) -> ShareRow:
    """Return the line of an indicator that is a share."""
    title = INDICATORS[code].title
    name = title.en if locale == "en" else title.fr
    if share is None:
        return ShareRow(name, *[sayer(locale)("hidden")] * 3)
    return ShareRow(name, number(share.numerator, locale), number(share.denominator, locale), _percent(share, locale))


def _known_percent(line: Line, locale: str) -> str:
    return sayer(locale)("hidden") if line.known is None else _percent(line.known, locale)


def _percent(share: Share, locale: str) -> str:
    if share.percent is None or share.interval is None:
        return "–"
    low, high = (number(bound, locale) for bound in (share.interval.low, share.interval.high))
    return f"{number(share.percent, locale)} [{low} – {high}]"


def _population_percent(line: Line, locale: str) -> str:
    say = sayer(locale)
    if line.population is None:
        return say("hidden") if line.covered is None else "–"
    if line.population.percent is None:
        return say("no_denominator")
    text = f"≥ {number(line.population.percent, locale)}"
    if line.population.interval is not None:
        bounds = line.population.interval
        text += f" [{number(bounds.low, locale)} – {number(bounds.high, locale)}]"
    return text if line.population.quality is Quality.GOOD else f"{text} ({say(line.population.quality.value)})"


def _inhabitants(line: Line, locale: str) -> str:
    people = line.population.denominator if line.population else None
    if people is None or people.counted_on is None:
        return "–"
    low, point, high = (number(n, locale) for n in (people.low, people.point, people.high))
    return f"{point} ({low} – {high}), {day(people.counted_on, locale)}"


def _target(line: Line, target_percent: int | None, locale: str) -> str:
    if target_percent is None:
        return "–"
    if line.known is None or line.known.percent is None:
        return f"{target_percent} %"
    met = sayer(locale)("above" if line.known.percent >= target_percent else "below")
    return f"{target_percent} % : {met}" if locale == "fr" else f"{target_percent} %: {met}"


def name_of(line: Line, by: By, figures: CampaignFigures, locale: str) -> str:
    """Return what a line is called."""
    say = sayer(locale)
    if by is By.GROUP:
        return word_of(GROUPS, line.key, locale)
    if by is By.AGE_BAND:
        return line.key if line.key not in GROUPS else word_of(GROUPS, line.key, locale)
    if line.key == NO_ZONE:
        return say("no_zone")
    return next((f"{zone.name} ({zone.code})" for zone in figures.zones if str(zone.id) == line.key), line.key)


def target_of(line: Line, by: By, targets: Targets, campaign: CampaignShown) -> int | None:
    """Return the target of a line: its own, else the campaign's."""
    own: dict[str, int] = {}
    if by is By.ZONE:
        own = {str(zone_id): percent for zone_id, percent in targets.by_zone.items()}
    elif by is By.GROUP:
        own = targets.by_group
    return own.get(line.key, campaign.target_percent)


def map_zones(figures: CampaignFigures, lines: list[Line], show: Show, locale: str) -> list[MapZone]:
    """Return the zones of the map with what is said about each."""
    by_key = {line.key: line for line in lines}
    found = []
    for zone in figures.zones:
        line = by_key[str(zone.id)]
        share = line.known if show is Show.KNOWN else line.population
        percent = share.percent if share else None
        interval = share.interval if share else None
        wide = interval is None or interval.high - interval.low > UNCERTAIN_POINTS
        text = _known_percent(line, locale) if show is Show.KNOWN else _population_percent(line, locale)
        found.append(MapZone(zone.geojson, percent, wide, f"{zone.name} ({zone.code}) : {text}"))
    return found


def curve_of(points: list[Point], campaign: CampaignShown, target_percent: int | None) -> Curve:
    """Return the monitoring curve of the points."""
    return Curve(
        tuple((one.until_on, Decimal(one.percent)) for one in points),
        campaign.starts_on,
        campaign.ends_on,
        target_percent,
    )


def days_of(curve: Curve, locale: str) -> dict[date, str]:
    """Return how each day of a curve is written."""
    days = {on for on, _ in curve.points} | {on for on in (curve.starts_on, curve.ends_on) if on}
    return {on: day(on, locale) for on in days}


SITES_MAX: Final = 30
