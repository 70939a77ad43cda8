"""This file reads the form of a stop of a paper sheet: times as they are scribbled, and a line for each person."""

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from admin.shared.desk_forms import Posted, uuid_or_none
from admin.shared.vocabulary import RESULTS
from backend.dispatch.paper import GIVEN, PersonEntry, StopEntry
from backend.doses.not_given import REASONS
from backend.problems import Problem

_TIME: Final = re.compile(r"(\d{1,2})\s?[:hH.]?\s?(\d{2})")
_NOTE_CHARACTERS, _TEXT_CHARACTERS, _PEOPLE_SEEN_MOST = 2000, 40, 500


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
    unread = [0]

    def instant(name: str) -> datetime | None:
        text = form.text(name)
        minute = minute_of_day(text)
        if minute is None:
            unread[0] += bool(text)
            return None
        return datetime(day_on.year, day_on.month, day_on.day, minute // 60, minute % 60, tzinfo=ZoneInfo(time_zone))

    result, seen, next_on = form.text("result"), form.text("people_seen"), form.text("next_attempt_on")
    if (result and result not in RESULTS) or (seen and not (seen.isdecimal() and len(seen) <= len("500"))):
        raise Problem("bad_request", fields=["result", "people_seen"])
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
        people_seen=min(int(seen), _PEOPLE_SEEN_MOST) if seen else None,
        next_attempt_on=_day(next_on),
        note=form.text("note")[:_NOTE_CHARACTERS],
        people=tuple(people),
        unread_times=unread[0],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Problem("bad_request", fields=["next_attempt_on"]) from None
