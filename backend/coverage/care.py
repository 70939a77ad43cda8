"""This file works out how well a campaign goes with those it meets: second doses, occasions, refusals, tests, equity.

Counts of persons pass backend/coverage/suppress.py; the gap by income is worked out from figures that are shown
already, so that it tells nothing more. What each figure means is said in backend/coverage/definitions.py.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from backend.coverage import indicators
from backend.coverage.estimates import Interval, percent, tenth
from backend.coverage.figures import NO_ZONE, Counted, Line
from backend.coverage.indicators import Delay, Share
from backend.coverage.opportunities import ACCEPTED_LATER, EXCUSED, MISSED, STILL_REFUSING, TAKEN
from backend.coverage.second_dose import EARLY, LATE, NONE, ON_TIME, has_matured
from backend.coverage.suppress import Published, is_small, protected

DRAWS: Final = 1000
SEED: Final = 2027
_READABLE: Final = ("detected", "not_detected")


class SecondDoses(msgspec.Struct, frozen=True):
    """Second doses of a campaign's matured persons: None is hidden, or nobody is matured."""

    matured: int | None
    dropped_out: Share | None
    on_time: Share | None
    early: int | None
    late: int | None
    drop_out_by_zone: dict[str, Decimal]  # zones of which the share may be shown


class Gap(msgspec.Struct, frozen=True):
    """The share covered in the better-off fifth of zones less that of the worse-off, in points."""

    most_percent: Decimal
    least_percent: Decimal
    points: Decimal
    interval: Interval
    zones: int


class CareFigures(msgspec.Struct, frozen=True):
    """How well a campaign goes; None is hidden or nothing was counted."""

    second_doses: SecondDoses
    missed: Share | None
    refused: int | None
    reversed: Share | None
    traceable: Share | None
    positive: dict[str, Share]  # by pathogen
    result_delay: Delay | None
    told_delay: Delay | None


def care_figures(counted: Sequence[Counted], day_on: date) -> CareFigures:
    """Return the figures on a day from the cells of one campaign and those without a campaign."""
    of: dict[str, list[Counted]] = {}
    for one in counted:
        of.setdefault(one.measure, []).append(one)
    occasions, refused = _by_detail(of.get("occasion", ())), _by_detail(of.get("refused_then", ()))
    written = _by_detail(of.get("dose_quality", ()))
    refusers = sum(refused.values())
    return CareFigures(
        _second_doses(of.get("second_dose", ()), day_on),
        _share(occasions, [MISSED], [TAKEN, EXCUSED, MISSED]),
        None if is_small(refusers) else refusers,
        _share(refused, [ACCEPTED_LATER], [ACCEPTED_LATER, STILL_REFUSING]),
        _share(written, ["traceable"], ["traceable", "lot_or_expiry_missing"]),
        _positive(_by_detail(of.get("screening", ()))),
        _delay(of.get("screening_result", ())),
        _delay(of.get("screening_told", ())),
    )


def _delay(cells: Iterable[Counted]) -> Delay | None:
    """Return the delay of tests, without their number: less those whose findings are shown, it would tell the others."""
    classes = _by_detail(cells)
    whole = sum(classes.values())
    return None if not whole or is_small(whole) else msgspec.structs.replace(indicators.delay(classes), acts=None)


def _second_doses(cells: Iterable[Counted], day_on: date) -> SecondDoses:
    matured = [one for one in cells if one.period_on is not None and has_matured(one.period_on, day_on)]
    outcomes = protected({(detail, "all"): n for detail, n in _by_detail(matured).items()})
    table: Counter[tuple[str, str]] = Counter()
    for one in matured:
        table[str(one.zone_id or NO_ZONE), NONE if one.detail == NONE else "second"] += one.n
    by_zone = protected(table)
    return SecondDoses(
        outcomes.total,
        _of_rows(outcomes, NONE),
        _of_rows(outcomes, ON_TIME),
        _row(outcomes, EARLY),
        _row(outcomes, LATE),
        {zone: rate for zone in by_zone.rows if (rate := _rate(by_zone, zone)) is not None},
    )


def _row(table: Published, row: str) -> int | None:
    return None if table.total is None else table.rows.get(row, 0)


def _of_rows(table: Published, row: str) -> Share | None:
    n = _row(table, row)
    return None if n is None or not table.total else indicators.share_of(n, table.total)


def _rate(table: Published, zone: str) -> Decimal | None:
    none, whole = table.cells.get((zone, NONE), 0), table.rows[zone]
    return None if none is None or not whole else percent(none, whole)


def _share(counts: Mapping[str, int], numerator: Sequence[str], denominator: Sequence[str]) -> Share | None:
    """Return a share, unless one of its parts is so small that somebody could be recognised."""
    if any(is_small(counts.get(name, 0)) for name in denominator):
        return None
    n, of = (sum(counts.get(name, 0) for name in names) for names in (numerator, denominator))
    return indicators.share_of(n, of) if of else None


def _positive(counts: Mapping[str, int]) -> dict[str, Share]:
    tests: dict[str, Counter[str]] = {}
    for detail, n in counts.items():
        pathogen, _, result = detail.rpartition(":")
        tests.setdefault(pathogen, Counter())[result] += n
    shares = {pathogen: _share(found, ["detected"], _READABLE) for pathogen, found in sorted(tests.items())}
    return {pathogen: share for pathogen, share in shares.items() if share is not None}


def _by_detail(cells: Iterable[Counted]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in cells:
        found[one.detail] += one.n
    return found


def equity_gap(lines: Sequence[Line], income_of: Mapping[UUID, int]) -> Gap | None:
    """Return the gap between the fifths of zones by income, of the lines by zone that are shown; None below ten zones.

    >>> def line(n: int) -> Line:
    ...     return Line(str(UUID(int=n)), 5 * n, 100 - 5 * n, Share(5 * n, 100, None, None), None, None)
    >>> equity_gap([line(n) for n in range(1, 11)], {UUID(int=n): 10_000 + n for n in range(1, 11)}).points
    Decimal('40.0')
    """
    known = {line.key: line.known for line in lines if line.known is not None and line.known.denominator}
    zones = sorted((income, str(id_)) for id_, income in income_of.items() if str(id_) in known)
    fifth = len(zones) // 5
    if fifth < 2:
        return None
    least = [(known[key].numerator, known[key].denominator) for _, key in zones[:fifth]]
    most = [(known[key].numerator, known[key].denominator) for _, key in zones[-fifth:]]
    chance = Random(SEED)  # noqa: S311 - the same figures draw the same interval
    draws = sorted(
        (_Draw(_sums(chance.choices(most, k=fifth)), _sums(chance.choices(least, k=fifth))) for _ in range(DRAWS)),
        key=_Draw.about,
    )
    interval = Interval(tenth(draws[DRAWS * 25 // 1000].points), tenth(draws[DRAWS * 975 // 1000 - 1].points))
    high, low = (100 * Fraction(*_sums(zones_of)) for zones_of in (most, least))
    return Gap(tenth(high), tenth(low), tenth(high - low), interval, len(zones))


class _Draw(NamedTuple):
    """Persons covered and aimed at in zones drawn from the better-off and the worse-off fifth."""

    most: tuple[int, int]
    least: tuple[int, int]

    def about(self) -> float:
        """Return the points of the gap as the float that is nearest to them: enough to put draws in order."""
        (n, of), (other_n, other_of) = self.most, self.least
        return 100 * (n * other_of - other_n * of) / (of * other_of)

    @property
    def points(self) -> Fraction:
        """Return the points of the gap, exact, so that a half is rounded away from zero as everywhere else."""
        return 100 * (Fraction(*self.most) - Fraction(*self.least))


def _sums(zones: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum([n for n, _ in zones]), sum([of for _, of in zones])
