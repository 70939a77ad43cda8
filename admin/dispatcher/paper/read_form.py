"""This file reads the form of a stop of a paper sheet: times as they are scribbled, and a line for each person."""

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from admin.shared.desk_forms import Posted, day_or_none, uuid_or_none
from admin.shared.vocabulary import RESULTS
from backend.dispatch.paper import GIVEN, Fault, PersonEntry, StopEntry
from backend.doses.not_given import REASONS
from backend.problems import Problem
from sync.fields import refusal_of

_TIME: Final = re.compile(r"(\d{1,2})\s?[:hH.]?\s?(\d{2})")
_NOTE_CHARACTERS, _TEXT_CHARACTERS, _DIGITS = 2000, 40, 9


def minute_of_day(text: str) -> int | None:
    """Return a time of day as it is typed in a hurry; None if it is none.

    >>> [minute_of_day(text) for text in ("0915", "9:15", "9h15", "24:00", "soon")]
    [555, 555, 555, None, None]
    """
    found = _TIME.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2])) if found else (24, 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def read_stop_entry(form: Posted, day_on: date, time_zone: str, households: dict[UUID, UUID | None]) -> StopEntry:
    """Return what a form says; a line of which nothing was chosen says nothing."""
    unread_times = [0]

    def instant(name: str) -> datetime | None:
        text = form.text(name)
        minute = minute_of_day(text)
        if minute is None:
            unread_times[0] += bool(text)
            return None
        return datetime(day_on.year, day_on.month, day_on.day, minute // 60, minute % 60, tzinfo=ZoneInfo(time_zone))

    result, next_on = form.text("result"), day_or_none(form.text("next_attempt_on"))
    if result and result not in RESULTS:
        raise Problem("bad_request", fields=["result"])
    seen = _people_seen(form.text("people_seen"))
    unread = [Fault.BAD_PEOPLE_SEEN] if seen is None and form.text("people_seen") else []
    unread += [Fault.BAD_NEXT_ATTEMPT] if next_on is None and form.text("next_attempt_on") else []
    people = []
    for text in form.texts("person"):
        person_id, status = uuid_or_none(text), form.text(f"status:{text}")
        if person_id is None or (status and status != GIVEN and status not in REASONS):
            raise Problem("bad_request", fields=["person"])
        if status:
            people.append(
                PersonEntry(
                    person_id=person_id,
                    household_id=households.get(person_id),
                    status=status,
                    product_code=form.text(f"product:{text}"),
                    lot_number=form.text(f"lot:{text}")[:_TEXT_CHARACTERS],
                    body_site=form.text(f"site:{text}"),
                    given_at=instant(f"at:{text}"),
                    decided_by=form.text(f"by:{text}"),
                    refusal=form.text(f"refusal:{text}"),
                )
            )
    arrived_at, departed_at = instant("arrived"), instant("departed")
    return StopEntry(
        result=result,
        arrived_at=arrived_at,
        departed_at=departed_at,
        people_seen=seen,
        next_attempt_on=next_on,
        note=form.text("note")[:_NOTE_CHARACTERS],
        people=tuple(people),
        unread_times=unread_times[0],
        unread=tuple(unread),
    )


def _people_seen(text: str) -> int | None:
    """Return a number of people that the log keeps.

    >>> [_people_seen(text) for text in ("7", "", "many", "100000")]
    [7, None, None, None]
    """
    seen = int(text) if text.isdecimal() and len(text) <= _DIGITS else None
    return seen if refusal_of("visit_outcome", "people_seen", seen) is None else None
