"""This file decides what a what-if supposes: every team one hour longer on the road, or one more team like another."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from backend.dispatch.day import Day

MORE = timedelta(hours=1)


def supposed(day: Day, what_if: str, team_like: str) -> Day:
    """Return the day as it is supposed to be: `hour`, `team`, or "" for the day as it is.

    >>> from datetime import date
    >>> supposed(Day(date(2026, 11, 23), "Europe/Paris", (), (), (), (), ()), "hour", "").teams
    ()
    """
    if what_if == "hour":
        return replace(day, teams=tuple(replace(team, ends_at=team.ends_at + MORE) for team in day.teams))
    if what_if == "team":
        model = next((team for team in day.teams if team.id == team_like), None)
        if model is not None:
            more = replace(model, id=str(uuid5(UUID(model.id), "one more")), letter=f"{model.letter}+")
            return replace(day, teams=(*day.teams, more))
    return day
