"""This file decides which flu season a day belongs to.

The dates are modelled on the French campaign of 2025-26 (from 14 October to 31 January); a season's real dates are
entered with its campaign.
"""

from datetime import date, timedelta
from random import Random

import msgspec

STARTS = (10, 14)
ENDS = (1, 31)
# Before this month a day belongs to the season that began the year before.
FIRST_MONTH = 8


class Season(msgspec.Struct, frozen=True):
    """A flu season; `share_done` is the part of its doses that is expected to be given by the day asked for."""

    name: str
    starts_on: date
    ends_on: date
    share_done: float

    def day_years_ago(self, years: int, chance: Random) -> date:
        """Return a day of the season `years` before this one."""
        starts_on = self.starts_on.replace(year=self.starts_on.year - years)
        return starts_on + timedelta(days=chance.randrange((self.ends_on - self.starts_on).days))


def season_of(day_on: date) -> Season:
    """Return the season that is running on the day, or the next one.

    >>> season_of(date(2026, 11, 22)).name, round(season_of(date(2026, 11, 22)).share_done, 2)
    ('2026-2027', 0.36)
    """
    year = day_on.year if day_on.month >= FIRST_MONTH else day_on.year - 1
    starts_on, ends_on = date(year, *STARTS), date(year + 1, *ENDS)
    done = (day_on - starts_on).days / (ends_on - starts_on).days
    return Season(f"{year}-{year + 1}", starts_on, ends_on, min(1.0, max(0.0, done)))
