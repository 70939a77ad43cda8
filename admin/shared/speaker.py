"""This file writes days, times, numbers and words as an office expects them, in French or in English."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

Pairs = Mapping[str, tuple[str, str]]
_WEEKDAYS: Final = (
    ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Speaker(Struct, frozen=True):
    """Speaks one language and tells the time of one territory."""

    locale: str
    time_zone: str

    def day(self, value: date | None) -> str:
        """Return a day with its weekday.

        >>> Speaker("fr", "Europe/Paris").day(date(2026, 11, 23)), Speaker("en", "Europe/Paris").day(date(2026, 11, 23))
        ('lun. 23/11/2026', 'Mon 23 Nov 2026')
        """
        return "–" if value is None else f"{_WEEKDAYS[self.locale == 'en'][value.weekday()]} {self.born(value)}"

    def born(self, value: date | None) -> str:
        """Return a day of birth, whose weekday nobody asks for.

        >>> Speaker("fr", "Europe/Paris").born(date(1994, 2, 28)), Speaker("en", "Europe/Paris").born(date(1994, 2, 28))
        ('28/02/1994', '28 Feb 1994')
        """
        if value is None:
            return "–"
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if self.locale == "en" else f"{value:%d/%m/%Y}"

    def time(self, value: datetime | None) -> str:
        """Return the time of day of an instant, in the territory."""
        return "–" if value is None else f"{value.astimezone(ZoneInfo(self.time_zone)):%H:%M}"

    def instant(self, value: datetime | None) -> str:
        """Return the day and the time of an instant, in the territory."""
        if value is None:
            return "–"
        local = value.astimezone(ZoneInfo(self.time_zone))
        return f"{self.day(local.date())} {local:%H:%M}"

    def second(self, second_of_day: int) -> str:
        """Return a second of the day as a time; after midnight the hours go on.

        >>> Speaker("fr", "Europe/Paris").second(30600)
        '08:30'
        """
        return f"{second_of_day // 3600:02}:{second_of_day % 3600 // 60:02}"

    def number(self, value: int) -> str:
        r"""Return a number with its thousands apart.

        >>> Speaker("fr", "UTC").number(12500), Speaker("en", "UTC").number(12500)
        ('12\u202f500', '12,500')
        """
        return f"{value:,}" if self.locale == "en" else f"{value:,}".replace(",", "\u202f")

    def word(self, words: Pairs, code: str | None) -> str:
        """Return the word of a code; a code that no table knows is shown as it is, never hidden."""
        return "–" if not code else words[code][self.locale == "en"] if code in words else code

    def words(self, words: Pairs, codes: list[str] | tuple[str, ...]) -> str:
        """Return the words of several codes, parted by commas."""
        return ", ".join(self.word(words, code) for code in codes) or "–"
