"""This file reads the list of calls that a telephone exchange writes, and decides what it comes to, day by day.

A line is a call: when, what came of it, how long the caller waited. Only counts leave this file, and a list that says who
called is refused: that is no column of ours. A list with a line that cannot be read is not taken at all.
"""

from collections.abc import Iterator
from datetime import date, datetime
from statistics import median_low
from typing import Final, Literal

import msgspec

from backend.territory.line_errors import LineError, line_error
from backend.territory.table_text import Header, Row, Table, read_table

CALLS_MOST: Final = 50_000
Outcome = Literal["answered", "abandoned", "missed"]
_COLUMNS: Final = (
    Header("at", ("date et heure", "date", "début", "start"), required=True),
    Header("outcome", ("issue", "résultat", "statut", "status", "result"), required=True),
    Header("wait", ("attente", "attente en secondes", "wait seconds")),
)
_INSTANTS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
# What exchanges write, in lower case; "missed" is a call that came when nobody answers.
_OUTCOMES: Final[dict[str, Outcome]] = {
    "répondu": "answered", "repondu": "answered", "décroché": "answered", "traité": "answered", "answered": "answered",
    "abandonné": "abandoned", "abandonne": "abandoned", "raccroché": "abandoned", "abandoned": "abandoned",
    "manqué": "missed", "manque": "missed", "fermé": "missed", "hors horaires": "missed", "missed": "missed",
    "no answer": "missed",
}  # fmt: skip
_WAIT_SECONDS_MOST: Final = 6 * 3600


class PhoneDay(msgspec.Struct, frozen=True):
    """What came of a day's calls; `wait_seconds` is the median until somebody answered, if it is known."""

    day_on: date
    answered: int
    abandoned: int
    missed: int
    wait_seconds: int | None = None


class _Call(msgspec.Struct, frozen=True):
    day_on: date
    outcome: Outcome
    wait_seconds: int | None


def read_calls(file: str, csv: bytes) -> tuple[PhoneDay, ...] | list[LineError]:
    r"""Return each day of an exchange's list, the first one first, or everything that is wrong in it.

    >>> read_calls("a.csv", b"date;issue;attente\n22/11/2026 09:05;answered;12\n22/11/2026 09:07;abandoned;\n")
    (PhoneDay(day_on=datetime.date(2026, 11, 22), answered=1, abandoned=1, missed=0, wait_seconds=12),)
    """
    table = read_table(file, csv, _COLUMNS)
    if not isinstance(table, Table):
        return table
    if len(table.rows) > CALLS_MOST:
        return [line_error(file, CALLS_MOST + 2, "lines_too_many", detail=str(CALLS_MOST))]
    read = [_call(table, row) for row in table.rows]
    errors = [one for one in read if isinstance(one, LineError)]
    return errors or tuple(_days([one for one in read if isinstance(one, _Call)]))


def _days(calls: list[_Call]) -> Iterator[PhoneDay]:
    for day_on in sorted({one.day_on for one in calls}):
        of_day = [one for one in calls if one.day_on == day_on]
        waits = [one.wait_seconds for one in of_day if one.outcome == "answered" and one.wait_seconds is not None]
        counts = {word: sum(one.outcome == word for one in of_day) for word in ("answered", "abandoned", "missed")}
        yield PhoneDay(day_on, **counts, wait_seconds=median_low(waits) if waits else None)


def _call(table: Table, row: Row) -> _Call | LineError:
    at, outcome, wait = (row.cells.get(name, "").strip() for name in ("at", "outcome", "wait"))
    day_on, word = _day(at), _OUTCOMES.get(outcome.casefold())
    if day_on is None:
        return line_error(table.file, row.line, "call_instant", table.headers["at"], at)
    if word is None:
        return line_error(table.file, row.line, "call_outcome", table.headers["outcome"], outcome)
    if wait and not (wait.isascii() and wait.isdigit() and int(wait) <= _WAIT_SECONDS_MOST):
        return line_error(table.file, row.line, "call_wait", table.headers["wait"], wait)
    return _Call(day_on, word, int(wait) if wait else None)


def _day(text: str) -> date | None:
    """Return the day that the exchange's own clock shows."""
    for form in _INSTANTS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a wall clock of the territory; the day alone is kept
        except ValueError:
            continue
    return None
