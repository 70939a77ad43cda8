"""This file carries out a centre's day: open, book, check in, vaccinate, offer what is left, close. Every step is an op.

Steps that depend on what else is on the sheet hold the session's row until the commit, so that of fifty who want the
last place one gets it. What may be booked is decided in slots.py, who is offered a dose in reserve.py, what balances in
closing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from backend.centre import store
from backend.centre.closing import LotOfDay, Unbalanced, unbalanced
from backend.centre.reserve import OFFER_MINUTES, Waiting, offers
from backend.centre.slots import Bookable, bookable, slot_of_walk_in, slots_of
from backend.clock import day_in, wire_instant
from backend.coverage.ages import age_on
from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.territory.time_zone import read_time_zone

OBSERVED_MINUTES = 15


@dataclass(frozen=True)
class Desk:
    """Who writes, and when."""

    tx: Transaction
    installation_id: InstallationId
    now: datetime

    async def write(self, *acts: Act) -> None:
        """Write acts; a refusal undoes the whole step."""
        written = await write(self.tx, self.installation_id, list(acts), self.now)
        if written.refused:
            raise Problem("bad_request", codes=sorted(set(written.refused)))


@dataclass(frozen=True)
class NewSession:
    """What a session is made of."""

    kind: str
    place_id: UUID
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    slot_persons: int
    antigens: tuple[str, ...]
    campaign_id: UUID | None = None


def session_act(session_id: UUID, new: NewSession) -> Act:
    """Return the act that makes a session."""
    return Act(
        "site_session",
        session_id,
        {
            "kind": new.kind,
            "place_id": str(new.place_id),
            "starts_at": wire_instant(new.starts_at),
            "ends_at": wire_instant(new.ends_at),
            "slot_minutes": new.slot_minutes,
            "slot_persons": new.slot_persons,
            "state": "planned",
            **({"campaign_id": str(new.campaign_id)} if new.campaign_id else {}),
        },
        {"antigens": sorted(new.antigens)} if new.antigens else {},
    )


@dataclass(frozen=True)
class Wish:
    """Who wants to come for what; no slot is a walk-in."""

    person_id: UUID
    antigen: str
    slot_at: datetime | None
    channel: str
    follows_id: UUID | None = None


async def book(desk: Desk, session_id: UUID, wish: Wish) -> UUID | Bookable:
    """Put somebody on the sheet; return the appointment's id, or why not."""
    session = await store.find_session(desk.tx, session_id, hold=True)
    if session is None:
        raise Problem("not_found")
    sheet = await store.read_sheet(desk.tx, session_id)
    known = any(
        (one.person_id, one.antigen) == (wish.person_id, wish.antigen) and one.state != "cancelled" for one in sheet
    )
    slot_at = wish.slot_at or slot_of_walk_in(session.hours, desk.now)
    if wish.slot_at is not None:
        may = bookable(session.state, session.hours, await store.read_booked(desk.tx, session_id), slot_at, known=known)
        if may is not Bookable.YES:
            return may
    elif session.state == "closed" or known:
        return Bookable.CLOSED if session.state == "closed" else Bookable.TWICE
    appointment_id = new_id()
    arrived = {"arrived_at": wire_instant(desk.now)} if wish.slot_at is None else {}
    await desk.write(
        Act(
            "appointment",
            appointment_id,
            {
                "site_session_id": str(session_id),
                "person_id": str(wish.person_id),
                "slot_at": wire_instant(slot_at),
                "antigen": wish.antigen,
                "channel": wish.channel,
                "state": "arrived" if arrived else "booked",
                **arrived,
                **({"follows_id": str(wish.follows_id)} if wish.follows_id else {}),
            },
        )
    )
    return appointment_id


async def step(desk: Desk, session_id: UUID, appointment_id: UUID, state: str) -> None:
    """Check somebody in, or note that they cancelled or did not come."""
    await _on_sheet(desk, session_id, appointment_id)
    arrived = {"arrived_at": wire_instant(desk.now)} if state == "arrived" else {}
    await desk.write(Act("appointment", appointment_id, {"state": state, **arrived}))


async def vaccinate(desk: Desk, session_id: UUID, appointment_id: UUID, lot_id: UUID) -> None:
    """Record the dose of somebody on the sheet from a lot that may be used; the observation begins."""
    one = await _on_sheet(desk, session_id, appointment_id)
    today = day_in(await read_time_zone(desk.tx), desk.now)
    lot = next((lot for lot in await store.read_lots(desk.tx, today) if lot.id == lot_id), None)
    if lot is None or one.state not in ("booked", "arrived"):
        raise Problem("record_changed")
    dose_id = new_id()
    await desk.write(
        Act(
            "dose",
            dose_id,
            {
                "person_id": str(one.person_id),
                "status": "given",
                "product_code": lot.product_code,
                "lot_number": lot.number,
                "given_on": today.isoformat(),
                "given_at": wire_instant(desk.now),
                "source": "own",
                **({"expires_on": lot.expires_on.isoformat()} if lot.expires_on else {}),
            },
            {"antigens": sorted(lot.antigens or [one.antigen])},
        ),
        Act(
            "appointment",
            appointment_id,
            {
                "state": "done",
                "dose_id": str(dose_id),
                "observed_until_at": wire_instant(desk.now + timedelta(minutes=OBSERVED_MINUTES)),
            },
        ),
    )


async def book_second(desk: Desk, session_id: UUID, appointment_id: UUID, later_id: UUID) -> UUID | Bookable:
    """Book somebody who was vaccinated into the first free slot of a later session."""
    one = await _on_sheet(desk, session_id, appointment_id)
    later = await store.find_session(desk.tx, later_id, hold=True)
    if later is None:
        raise Problem("not_found")
    booked = await store.read_booked(desk.tx, later_id)
    slot_at = next((at for at in slots_of(later.hours) if booked.get(at, 0) < later.slot_persons), None)
    if slot_at is None:
        return Bookable.FULL
    return await book(desk, later_id, Wish(one.person_id, one.antigen, slot_at, "second", appointment_id))


async def add_to_reserve(desk: Desk, session_id: UUID, person_id: UUID, antigen: str, minutes: int | None) -> None:
    """Put somebody on the reserve list."""
    await _open_session(desk, session_id)
    fields: dict[str, str | int | bool | None] = {
        "site_session_id": str(session_id),
        "person_id": str(person_id),
        "antigen": antigen,
        "state": "waiting",
    }
    await desk.write(Act("reserve", new_id(), fields if minutes is None else {**fields, "minutes_to_arrive": minutes}))


async def offer_doses(desk: Desk, session_id: UUID, doses_left: int, usable_until_at: datetime | None) -> int:
    """Offer doses that are left to the next on the list and let old offers lapse; return how many were offered."""
    await _open_session(desk, session_id)
    today: date = day_in(await read_time_zone(desk.tx), desk.now)
    waiting = [
        Waiting(one.id, one.state, one.minutes_to_arrive, one.metres, age_on(one.born_on, today), one.offer_ends_at)
        for one in await store.read_reserve(desk.tx, session_id)
    ]
    found = offers(waiting, doses_left, usable_until_at, desk.now)
    ends = wire_instant(desk.now + timedelta(minutes=OFFER_MINUTES))
    acts = [Act("reserve", one, {"state": "lapsed"}) for one in found.lapsed]
    acts += [
        Act("reserve", one, {"state": "offered", "offered_at": wire_instant(desk.now), "offer_ends_at": ends})
        for one in found.offer
    ]
    if acts:
        await desk.write(*acts)
    return len(found.offer)


async def accept_offer(desk: Desk, session_id: UUID, reserve_id: UUID) -> UUID | Bookable:
    """Turn an offer that still holds into a line on the sheet."""
    await _open_session(desk, session_id)
    one = next((one for one in await store.read_reserve(desk.tx, session_id) if one.id == reserve_id), None)
    if one is None:
        raise Problem("not_found")
    if one.state != "offered" or one.offer_ends_at is None or one.offer_ends_at <= desk.now:
        raise Problem("record_changed")
    booked = await book(desk, session_id, Wish(one.person_id, one.antigen, None, "reserve"))
    if not isinstance(booked, Bookable):
        await desk.write(Act("reserve", reserve_id, {"state": "accepted"}))
    return booked


async def close(desk: Desk, session_id: UUID, counted: Sequence[LotOfDay], reason: str) -> tuple[Unbalanced, ...]:
    """Close a session whose doses balance, or with a reason; return what does not balance when it stays open.

    What was given and thrown away leaves the stock of the session's place.
    """
    session = await _open_session(desk, session_id)
    given = await store.read_given(desk.tx, session_id)
    said = {lot.lot_id: lot for lot in counted}
    lots = [
        LotOfDay(lot_id, one.doses_opened if one else 0, given.get(lot_id, 0), one.doses_wasted if one else 0)
        for lot_id in sorted({*said, *given}, key=str)
        for one in [said.get(lot_id)]
    ]
    wrong = unbalanced(lots)
    if wrong and not reason:
        return wrong
    closing: dict[str, str | int | bool | None] = {"state": "closed", "closed_at": wire_instant(desk.now)}
    if wrong:
        closing["balance_reason"] = reason
    lines = [(lot, "used", lot.doses_given, None) for lot in lots] + [
        (lot, "discarded", lot.doses_wasted, "partial") for lot in lots
    ]
    lines += [(lot, "missing", one.missing, "other") for lot in lots for one in wrong if one.lot_id == lot.lot_id]
    moves = [
        Act(
            "stock_move",
            new_id(),
            {
                "kind": kind,
                "lot_id": str(lot.lot_id),
                "from_place_id": str(session.place_id),
                "site_session_id": str(session_id),
                "doses": doses,
                "moved_at": wire_instant(desk.now),
                **({"cause": cause} if cause else {}),
            },
        )
        for lot, kind, doses, cause in lines
        if doses
    ]
    await desk.write(*moves, Act("site_session", session_id, closing))
    return ()


async def _open_session(desk: Desk, session_id: UUID) -> store.SessionShown:
    session = await store.find_session(desk.tx, session_id, hold=True)
    if session is None:
        raise Problem("not_found")
    if session.state == "closed":
        raise Problem("record_changed")
    return session


async def _on_sheet(desk: Desk, session_id: UUID, appointment_id: UUID) -> store.OnSheet:
    await _open_session(desk, session_id)
    one = next((one for one in await store.read_sheet(desk.tx, session_id) if one.id == appointment_id), None)
    if one is None:
        raise Problem("not_found")
    return one
