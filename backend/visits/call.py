"""Decide what a call becomes: a request, the person or place it is about if they are new, and the visit if accepted.

Pure: ids and the instant are arguments. The ops that follow are checked like everybody's (backend/log/authority.py).
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from backend.log.desk import Act, act_of_fields
from backend.visits.take import Asked, Wanted, request_act, visit_act

Name = Annotated[str, msgspec.Meta(max_length=200)]
_E7 = 10_000_000


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody nobody knew yet, as the caller says it."""

    given_name: Name = ""
    family_name: Name = ""
    born_on: date | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    language: Annotated[str, msgspec.Meta(max_length=3)] = ""
    room: Annotated[str, msgspec.Meta(max_length=40)] = ""
    mobility: Literal["", "walks", "needs_help", "housebound"] = ""


class NewPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A home nobody knew yet; without coordinates (degrees) the planner names its visit as misplaced."""

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    access_code: Annotated[str, msgspec.Meta(max_length=60)] = ""
    floor: Annotated[int, msgspec.Meta(ge=-10, le=200)] | None = None


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the script that was read to a caller; `redirected_to` empty: the teams go."""

    reason_code: str
    protocol_version: str
    red_flags: tuple[str, ...] = ()
    redirected_to: Literal["", "samu", "sas", "usual_care"] = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it was taken; `wanted` None leaves the request to be accepted later, or hands it over."""

    asked: Asked
    script: Script | None = None
    person: NewPerson | None = None
    place: NewPlace | None = None
    wanted: Wanted | None = None


class Ids(msgspec.Struct, frozen=True, kw_only=True):
    """The ids that a call's records get."""

    request: UUID
    visit: UUID
    person: UUID
    place: UUID


def acts_of_call(call: Call, ids: Ids, now: datetime) -> list[Act]:
    """Return the acts that a call becomes, each after the ones it refers to.

    >>> from datetime import UTC
    >>> ids = Ids(request=UUID(int=1), visit=UUID(int=2), person=UUID(int=3), place=UUID(int=4))
    >>> asked = Asked(caller_role="sas", place_id=UUID(int=9), acts=["screen"])
    >>> call = Call(asked=asked, person=NewPerson(family_name="Diallo"), wanted=Wanted(service_minutes=20))
    >>> [act.kind for act in acts_of_call(call, ids, datetime(2026, 11, 22, tzinfo=UTC))]
    ['person', 'request', 'visit', 'request']
    """
    asked = call.asked
    if call.place is not None:
        asked = msgspec.structs.replace(asked, place_id=ids.place)
    if call.person is not None:
        asked = msgspec.structs.replace(asked, person_id=ids.person, household_id=None)
    acts = [_place(call.place, ids.place)] if call.place is not None else []
    if call.person is not None:
        acts.append(_person(call.person, asked.place_id, ids.person))
    acts.append(request_act(ids.request, asked, now))
    if call.script is not None:
        acts.append(_script(call.script, ids.request))
    if call.script is not None and call.script.redirected_to:
        acts.append(Act("request", ids.request, {"state": "redirected"}))
    elif call.wanted is not None:
        acts.append(visit_act(ids.visit, ids.request, msgspec.structs.asdict(asked), call.wanted))
        acts.append(Act("request", ids.request, {"state": "accepted"}))
    return acts


def _script(script: Script, request_id: UUID) -> Act:
    return act_of_fields(
        "request",
        request_id,
        {
            "reason_code": script.reason_code,
            "protocol_version": script.protocol_version,
            "red_flags": sorted(script.red_flags),
            "redirected_to": script.redirected_to or None,
        },
    )


def _place(place: NewPlace, place_id: UUID) -> Act:
    return act_of_fields(
        "place",
        place_id,
        {
            "kind": "home",
            "name": place.address[:200],
            "address": place.address,
            "lon_e7": None if place.lon is None else round(place.lon * _E7),
            "lat_e7": None if place.lat is None else round(place.lat * _E7),
            "access_code": place.access_code or None,
            "floor": place.floor,
            "state": "active",
        },
    )


def _person(person: NewPerson, place_id: UUID, person_id: UUID) -> Act:
    return act_of_fields(
        "person",
        person_id,
        {
            "given_name": person.given_name or None,
            "family_name": person.family_name or None,
            "born_on": person.born_on.isoformat() if person.born_on else None,
            "phone": person.phone or None,
            "language": person.language or None,
            "room": person.room or None,
            "mobility": person.mobility or None,
            "place_id": str(place_id),
            "identity_status": "provisional",
        },
    )
