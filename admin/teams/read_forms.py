"""This file reads what the forms of the page of teams hold: a team, or days on which it goes out."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from admin.shared.desk_forms import Posted
from backend.dispatch.teams import Days
from backend.problems import Problem

DAYS_MOST: Final = 92
_DOSES: Final = "doses."


def team_of(form: Posted) -> dict[str, str | int | None]:
    """Return a team's fields; raises Problem where one cannot be read. What the log refuses is decided there."""
    if not form.text("name"):
        raise Problem("bad_request", fields=["name"])
    letter = form.text("letter").upper()
    if not re.fullmatch("[A-Z]{0,2}", letter):
        raise Problem("team_letter")
    places = {name: str(form.id(name)) if form.id(name) else None for name in ("start_place_id", "end_place_id")}
    wholes = {name: _whole(form, name) if form.text(name) else None for name in ("doses_capacity", "tests_capacity")}
    return {
        "name": form.text("name"), "letter": letter or None, "mode": form.text("mode"), **places, **wholes,
    }  # fmt: skip


def sets_of(form: Posted) -> dict[str, list[str]]:
    """Return a team's skills and languages."""
    return {
        name: sorted({word.strip() for word in form.text(name).split(",")} - {""}) for name in ("skills", "languages")
    }


def days_of(form: Posted, time_zone: str) -> Days:
    """Return the days that a form names, with instants by the wall clock of the territory."""
    from_on, until_on = span_of(form)
    try:
        starts, ends, lunch_from, lunch_until = (
            time.fromisoformat(form.text(name)) for name in ("starts", "ends", "lunch_from", "lunch_until")
        )
    except ValueError:
        raise Problem("bad_request", fields=["starts", "ends", "lunch_from", "lunch_until"]) from None
    if not (starts < ends and lunch_from < lunch_until):
        raise Problem("bad_request", fields=["ends", "lunch_until"])
    wanted, zone = set(form.texts("on")), ZoneInfo(time_zone)
    days = (from_on + timedelta(days=number) for number in range((until_on - from_on).days + 1))
    hours = tuple(
        (day_on, datetime.combine(day_on, starts, zone), datetime.combine(day_on, ends, zone))
        for day_on in days
        if str(day_on.weekday()) in wanted
    )
    if not hours:
        raise Problem("bad_request", fields=["on"])
    minutes = _whole(form, "lunch_minutes")
    if minutes > 180:
        raise Problem("bad_request", fields=["lunch_minutes"])
    doses = {name.removeprefix(_DOSES): _whole(form, name) for name in form.names() if name.startswith(_DOSES)}
    carried = {code: number for code, number in doses.items() if number}
    return Days(hours, f"{lunch_from:%H:%M}-{lunch_until:%H:%M}", minutes, carried, _whole(form, "tests"))


def span_of(form: Posted) -> tuple[date, date]:
    """Return the first and the last day that a form names."""
    try:
        from_on, until_on = date.fromisoformat(form.text("from")), date.fromisoformat(form.text("until"))
    except ValueError:
        raise Problem("bad_request", fields=["from", "until"]) from None
    if not timedelta(0) <= until_on - from_on < timedelta(days=DAYS_MOST):
        raise Problem("bad_request", fields=["until"])
    return from_on, until_on


def _whole(form: Posted, name: str) -> int:
    text = form.text(name) or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise Problem("bad_request", fields=[name])
    return int(text)
