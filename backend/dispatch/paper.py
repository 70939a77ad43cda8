"""This file decides which ops the entry of one stop of a paper sheet is, and what is wrong with what was typed.

The ids of the records follow from the stop, so that a stop is told once however often its sheet is typed in. What was
given is a fact, from whatever lot; a lot that should not have been used opens a review afterwards (sync/detect.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

import msgspec

from backend.clock import wire_instant
from backend.log.desk import Act, act_of_fields

GIVEN: Final = "given"


class Fault(StrEnum):
    """What is wrong with an entry; nothing of it is written then."""

    NO_RESULT = "no_result"
    BAD_TIME = "bad_time"
    BAD_PEOPLE_SEEN = "bad_people_seen"
    BAD_NEXT_ATTEMPT = "bad_next_attempt"
    NEXT_ATTEMPT_BEFORE = "next_attempt_before"
    ARRIVAL_MISSING = "arrival_missing"
    LEFT_BEFORE_ARRIVING = "left_before_arriving"
    IN_THE_FUTURE = "in_the_future"
    GIVEN_BUT_NOT_DONE = "given_but_not_done"
    LOT_MISSING = "lot_missing"
    PRODUCT_MISSING = "product_missing"
    PRODUCT_UNKNOWN = "product_unknown"


class Lot(msgspec.Struct, frozen=True):
    """A lot that the territory knows."""

    number: str
    product_code: str
    expires_on: date | None


class Wanted(msgspec.Struct, frozen=True):
    """A visit of the stop."""

    id: UUID
    person_id: UUID | None
    household_id: UUID | None


class SheetLine(msgspec.Struct, frozen=True):
    """The stop as it was printed, with what the territory knows of products (code to antigens) and lots."""

    stop_id: UUID
    day_on: date
    visits: tuple[Wanted, ...]
    antigens: Mapping[str, Sequence[str]]
    lots: tuple[Lot, ...]


class PersonEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the sheet says of one person: a dose given, or the reason why not."""

    person_id: UUID
    household_id: UUID | None = None
    status: str
    product_code: str = ""
    lot_number: str = ""
    body_site: str = ""
    given_at: datetime | None = None
    decided_by: str = ""
    refusal: str = ""


class StopEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What the sheet says of one stop; `unread_times` are times that nobody can read, `unread` what else cannot be kept."""

    result: str
    arrived_at: datetime | None = None
    departed_at: datetime | None = None
    people_seen: int | None = None
    next_attempt_on: date | None = None
    note: str = ""
    people: tuple[PersonEntry, ...] = ()
    unread_times: int = 0
    unread: tuple[Fault, ...] = ()


class Wrong(msgspec.Struct, frozen=True):
    """A fault, and whom it concerns."""

    fault: Fault
    person_id: UUID | None = None


def faults(line: SheetLine, entry: StopEntry, now: datetime, today: date) -> list[Wrong]:
    """Return everything that keeps an entry from being written, in the order of the sheet.

    >>> line = SheetLine(UUID(int=1), date(2026, 11, 22), (), {}, ())
    >>> at = datetime.fromisoformat("2026-11-22T18:10:00+00:00")
    >>> [one.fault.value for one in faults(line, StopEntry(result=""), at, at.date())]
    ['no_result']
    """
    found = [] if entry.result else [Wrong(Fault.NO_RESULT)]
    found += [Wrong(Fault.BAD_TIME)] if entry.unread_times else []
    found += [Wrong(one) for one in entry.unread]
    if entry.next_attempt_on is not None and entry.next_attempt_on < line.day_on:
        found.append(Wrong(Fault.NEXT_ATTEMPT_BEFORE))
    if entry.arrived_at is None and (entry.result == "done" or any(one.status == "refused" for one in entry.people)):
        found.append(Wrong(Fault.ARRIVAL_MISSING))
    times = [at for at in (entry.arrived_at, entry.departed_at) if at is not None]
    if times != sorted(times):
        found.append(Wrong(Fault.LEFT_BEFORE_ARRIVING))
    doses = [one.given_at for one in entry.people if one.given_at is not None]
    if line.day_on > today or any(at > now for at in (*times, *doses)):
        found.append(Wrong(Fault.IN_THE_FUTURE))
    given = [one for one in entry.people if one.status == GIVEN]
    if given and entry.result not in ("", "done"):
        found.append(Wrong(Fault.GIVEN_BUT_NOT_DONE))
    return [*found, *(Wrong(fault, one.person_id) for one in entry.people for fault in _dose_faults(line, one))]


def acts_of_stop(line: SheetLine, entry: StopEntry) -> list[Act]:
    """Return the acts of an entry without faults: decisions and doses, then what came of each visit, then the stop."""
    done = entry.result == "done"
    acts = [act for one in entry.people for act in _acts_of_person(line, entry, one)]
    seen = entry.people_seen if entry.people_seen is not None else sum(one.status != "absent" for one in entry.people)
    for visit in line.visits:
        fields = {
            "visit_id": str(visit.id),
            "stop_id": str(line.stop_id),
            "result": entry.result,
            "people_seen": seen if done or entry.people_seen is not None else 0,
            "next_attempt_on": entry.next_attempt_on.isoformat() if entry.next_attempt_on and not done else None,
            "note": entry.note or None,
            **_times(entry),
        }
        acts.append(act_of_fields("visit_outcome", _id(line, "outcome", visit.id), {**fields}))
        acts.append(Act("visit", visit.id, {"state": "done" if done else "attempted"}))
    stop = {**_times(entry), "state": "done" if done else "skipped"}
    return [*acts, act_of_fields("stop", line.stop_id, {**stop})]


def _dose_faults(line: SheetLine, one: PersonEntry) -> Iterator[Fault]:
    if one.status != GIVEN:
        return
    if not one.lot_number:
        yield Fault.LOT_MISSING
    product = one.product_code or _lot_product(line, one)
    if not product:
        yield Fault.PRODUCT_MISSING
    elif product not in line.antigens:
        yield Fault.PRODUCT_UNKNOWN


def _acts_of_person(line: SheetLine, entry: StopEntry, one: PersonEntry) -> Iterator[Act]:
    given, product = one.status == GIVEN, one.product_code or _lot_product(line, one)
    visit_id = _visit_of(line, one)
    about = {"person_id": str(one.person_id), "visit_id": str(visit_id) if visit_id else None}
    at = one.given_at or entry.arrived_at
    if (one.status == "refused" or (given and one.decided_by)) and at is not None:
        decision = {
            "act": "vaccinate",
            "decision": GIVEN if given else "refused",
            "by": one.decided_by or None,
            "reason": None if given else one.refusal or None,
            "decided_at": wire_instant(at),
        }
        yield act_of_fields("consent", _id(line, "consent", one.person_id), {**about, **decision})
    lot = next((lot for lot in line.lots if given and _is_of(lot, one, product)), None)
    dose = {
        "status": GIVEN if given else "not_given",
        "not_given_reason": None if given else one.status,
        "antigens": sorted(line.antigens.get(product, ())),
        "product_code": product if given else None,
        "lot_number": (lot.number if lot else one.lot_number) if given else None,
        "expires_on": lot.expires_on.isoformat() if lot and lot.expires_on else None,
        "body_site": one.body_site or None if given else None,
        "given_on": line.day_on.isoformat(),
        "given_at": wire_instant(one.given_at) if given and one.given_at else None,
        "source": "own",
    }
    yield act_of_fields("dose", _id(line, "dose", one.person_id), {**about, **dose})


def _visit_of(line: SheetLine, one: PersonEntry) -> UUID | None:
    """Return the visit that somebody was seen on: their own, their household's, else the only one there is."""
    own = [visit.id for visit in line.visits if visit.person_id == one.person_id]
    household = [visit.id for visit in line.visits if one.household_id and visit.household_id == one.household_id]
    return next(iter([*own, *household, *(visit.id for visit in line.visits if len(line.visits) == 1)]), None)


def _lot_product(line: SheetLine, one: PersonEntry) -> str:
    """Return the product of a lot by its number; nothing where the number is unknown or of several products."""
    products = {lot.product_code for lot in line.lots if lot.number.casefold() == one.lot_number.casefold()}
    return products.pop() if len(products) == 1 else ""


def _is_of(lot: Lot, one: PersonEntry, product: str) -> bool:
    return lot.number.casefold() == one.lot_number.casefold() and lot.product_code == product


def _times(entry: StopEntry) -> dict[str, str | None]:
    return {
        "arrived_at": wire_instant(entry.arrived_at) if entry.arrived_at else None,
        "departed_at": wire_instant(entry.departed_at) if entry.departed_at else None,
    }


def _id(line: SheetLine, what: str, about: UUID) -> UUID:
    return uuid5(line.stop_id, f"paper {what} {about}")
