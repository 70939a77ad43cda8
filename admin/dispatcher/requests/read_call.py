"""This file reads the form of a call: what was typed becomes a call, or a sentence says what is missing.

Nothing typed is lost: the page shows it again. What fits into a field is decided in unfit.py, what a call becomes in
backend/visits/call.py.
"""

from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from admin.dispatcher.requests.read_coordinates import coordinates_of
from admin.dispatcher.requests.unfit import Unreadable, first_unfit, unfit_of
from admin.shared.desk_forms import Posted, uuid_or_none
from backend.territory.reach import Reach
from backend.visits.call import Call, NewPerson, NewPlace, Script
from backend.visits.estimate import skills_for, usual_minutes
from backend.visits.protocol import PRIORITY_OF_A_RED_FLAG
from backend.visits.take import Asked, HandedOver, Wanted

_NEW = UUID(int=0)  # stands for the place that is made with the call


class Whom(msgspec.Struct, frozen=True):
    """Which proposal was chosen, by the id of its record."""

    kind: Literal["person", "place", ""]
    id: UUID | None = None


def read_whom(form: Posted) -> Whom:
    """Return which known person or place was chosen: the choice is sent as `person:<id>` or `place:<id>`.

    >>> read_whom(Posted({"whom": ["person:00000000-0000-0000-0000-000000000007"]})).kind
    'person'
    """
    kind, _, text = form.text("whom").partition(":")
    found = uuid_or_none(text)
    if found is None:
        return Whom("")
    return Whom("person", found) if kind == "person" else Whom("place", found) if kind == "place" else Whom("")


def read_call(
    form: Posted,
    whom: Whom,
    place_of_person: UUID | None,
    script: Script | None,
    today: date,
    reach: Reach | None = None,
) -> Call | Unreadable:
    """Return the call; `place_of_person` is where the chosen person lives, `script` what came of the protocol's.

    Where the territory's `reach` is known, coordinates beyond it are a slip.
    """
    if unfit := first_unfit(form) or _unfit_coordinates(form, reach):
        return unfit
    try:
        place = _new_place(form)
        place_id = place_of_person if whom.kind == "person" else whom.id
        if place is None and place_id is None:
            return Unreadable("choose_whom")
        goes = script is None or not script.redirected_to
        if goes and not form.texts("acts"):
            return Unreadable("choose_act")
        person = _new_person(form) if whom.kind != "person" else None
        if person is not None and person.born_on is not None and person.born_on > today:
            return Unreadable("born_later", "born_on")
        return Call(
            asked=_asked(form, _NEW if place is not None or place_id is None else place_id, whom, script),
            script=script,
            person=person,
            place=place,
            wanted=read_wanted(form, tuple(form.texts("acts"))) if goes and form.text("accept") else None,
        )
    except msgspec.ValidationError as error:
        return unfit_of(error)


def read_wanted(form: Posted, acts: tuple[str, ...]) -> Wanted:
    """Return what the visit takes. Raises msgspec.ValidationError when a field does not fit."""
    people = form.text("people_count") or "1"
    minutes = form.text("service_minutes") or str(usual_minutes(acts, int(people) if people.isdigit() else 1))
    return msgspec.convert(
        {
            "service_minutes": minutes,
            "people_count": people,
            "windows": form.texts("windows"),
            "skills": skills_for(acts),
            "products": form.texts("products"),
            "language": form.text("language"),
            "professionals": "2" if form.text("professionals") else "1",
        },
        Wanted,
        strict=False,
    )


def _asked(form: Posted, place_id: UUID, whom: Whom, script: Script | None) -> Asked:
    red = script is not None and script.red_flags
    fields: dict[str, Any] = {
        "caller_role": form.text("caller_role", "person"),
        "call_back_phone": form.text("call_back_phone"),
        "place_id": place_id,
        "person_id": whom.id if whom.kind == "person" else None,
        "acts": form.texts("acts"),
        "priority": PRIORITY_OF_A_RED_FLAG if red else form.text("priority", "2"),
        "due_on": form.text("due_on") or None,
        "reason": form.text("reason"),
    }
    kind = HandedOver if script is not None and script.redirected_to else Asked
    return msgspec.convert(fields, kind, strict=False)


def _new_person(form: Posted) -> NewPerson | None:
    if not form.text("given_name") and not form.text("family_name"):
        return None
    names = ("given_name", "family_name", "phone", "language", "room", "mobility")
    fields: dict[str, Any] = {name: form.text(name) for name in names}
    return msgspec.convert({**fields, "born_on": form.text("born_on") or None}, NewPerson, strict=False)


def _new_place(form: Posted) -> NewPlace | None:
    """Return the address typed, if any, with its coordinates, which fit by now."""
    if not form.text("address"):
        return None
    lon, lat = coordinates_of(form.text("coordinates")) or (None, None)
    return msgspec.convert(
        {
            "address": form.text("address"),
            "access_code": form.text("access_code"),
            "floor": form.text("floor") or None,
            "lon": lon,
            "lat": lat,
        },
        NewPlace,
        strict=False,
    )


def _unfit_coordinates(form: Posted, reach: Reach | None) -> Unreadable | None:
    text = form.text("coordinates")
    if not text:
        return None
    point = coordinates_of(text)
    if point is None:
        return Unreadable("coordinates_unread", "coordinates")
    lon, lat = point
    if reach is None or reach.holds(lon, lat):
        return None
    if reach.holds(lat, lon):
        return Unreadable("coordinates_swapped", "coordinates", f"{lon}, {lat}")
    return Unreadable("coordinates_far", "coordinates")
