"""This file reads the forms of the centre: a session's hours, the counts of a closing, until when doses may be used."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from admin.shared.desk_forms import Posted, day_or_none, uuid_or_none
from backend.centre.closing import LotOfDay
from backend.centre.day import NewSession

ANTIGENS_MOST = 10


def read_day(text: str, otherwise: date) -> date:
    """Return the day that a text names.

    >>> read_day("2026-11-23", date(2026, 1, 1)), read_day("x", date(2026, 1, 1))
    (datetime.date(2026, 11, 23), datetime.date(2026, 1, 1))
    """
    return day_or_none(text) or otherwise


def read_session(form: Posted, time_zone: str) -> NewSession | None:
    """Return the session that a form describes; None if its hours or numbers do not fit."""
    place_id, kind = form.id("place"), form.text("kind")
    minutes, persons = form.text("slot_minutes"), form.text("slot_persons")
    on = day_or_none(form.text("day"))
    try:
        starts, ends = (time.fromisoformat(form.text(name)) for name in ("from", "to"))
    except ValueError:
        return None
    whole = minutes.isdigit() and persons.isdigit() and 5 <= int(minutes) <= 240 and 1 <= int(persons) <= 100
    if on is None or place_id is None or kind not in ("centre", "pop_up", "group_site") or not whole or starts >= ends:
        return None
    zone = ZoneInfo(time_zone)
    antigens = [one.strip()[:40] for one in form.text("antigens").split(",") if one.strip()]
    return NewSession(
        kind,
        place_id,
        datetime.combine(on, starts, zone),
        datetime.combine(on, ends, zone),
        int(minutes),
        int(persons),
        tuple(antigens[:ANTIGENS_MOST]),
        form.id("campaign"),
    )


def read_until(text: str, day_at: datetime, time_zone: str) -> datetime | None:
    """Return the instant of a time on the day of a session; None if none was given."""
    try:
        return datetime.combine(
            day_at.astimezone(ZoneInfo(time_zone)).date(), time.fromisoformat(text), ZoneInfo(time_zone)
        )
    except ValueError:
        return None


def read_closing(form: Posted) -> list[LotOfDay]:
    """Return the counts of each lot that a closing form holds, without lots of which nothing was opened or thrown away."""
    counts: dict[UUID, dict[str, int]] = {}
    for name in form.names():
        what, _, id_ = name.partition(":")
        lot_id, text = uuid_or_none(id_), form.text(name)
        if what in ("opened", "wasted") and lot_id and text.isdigit() and len(text) <= 6:
            counts.setdefault(lot_id, {})[what] = int(text)
    return [
        LotOfDay(lot_id, found.get("opened", 0), 0, found.get("wasted", 0))
        for lot_id, found in counts.items()
        if any(found.values())
    ]
