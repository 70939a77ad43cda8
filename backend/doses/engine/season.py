"""Decides which season a rule speaks of on a day: the one it states, or the same season of an earlier year.

The CDC's data state the season of their own year alone; a question about an earlier day is answered by the season of
that day's year. A season is never moved forward: what comes after the last one that is known is not known.
"""

from datetime import date

from backend.doses.engine.dates import months_later
from backend.doses.rules.series import Season


def season_on(season: Season, day: date) -> Season:
    """Return the first of the yearly seasons that is not over by a day, none of them later than the one stated.

    >>> winter = Season(start_on=date(2025, 10, 1), end_on=date(2026, 3, 31), yearly=True)
    >>> season_on(winter, date(2023, 11, 8)).end_on, season_on(winter, date(2027, 1, 1)).end_on
    (datetime.date(2024, 3, 31), datetime.date(2026, 3, 31))
    """
    if not season.yearly or season.start_on is None or season.end_on is None:
        return season
    years = season.end_on.year - day.year
    if months_later(season.end_on, -12 * years) < day:
        years -= 1
    if years <= 0:
        return season
    return Season(
        start_on=months_later(season.start_on, -12 * years),
        end_on=months_later(season.end_on, -12 * years),
        yearly=True,
    )
