"""This file decides what of a day can still be driven: no team starts before now, and who has ended the shift is not in it.

A day that has not begun, or is past, stays as it is. A lunch whose hours are over is taken as had.
"""

from dataclasses import replace
from datetime import datetime

from backend.dispatch.day import Day, DayTeam
from backend.dispatch.problem_of_day import second_of_day, window_seconds

DAY_SECONDS = 86_400


def from_now(day: Day, at: datetime) -> Day:
    """Return the day as it can be planned at an instant.

    >>> from datetime import UTC, date
    >>> today = Day(date(2026, 11, 23), "Europe/Paris", (), (), (), (), ())
    >>> from_now(today, datetime(2026, 11, 23, 15, 9, tzinfo=UTC)).begun_at is None  # nobody would have started
    True
    """
    is_today = 0 <= second_of_day(day, at) < DAY_SECONDS
    if not is_today or all(team.starts_at >= at for team in day.teams):
        return day
    over = sorted(team.letter for team in day.teams if team.ends_at <= at)
    teams = tuple(_later(day, team, at) for team in day.teams if team.ends_at > at)
    return replace(day, teams=teams, begun_at=at, teams_over=tuple(over))


def _later(day: Day, team: DayTeam, at: datetime) -> DayTeam:
    lunch = window_seconds(team.lunch_window)
    had = lunch is not None and second_of_day(day, at) > lunch.until_seconds
    return replace(team, starts_at=max(team.starts_at, at), lunch_window="" if had else team.lunch_window)
