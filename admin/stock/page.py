"""This file answers `/stock`: lots and where they lie, temperatures and decisions, and the recall of a lot.

What is done is in backend/stock/act.py. Who was vaccinated from a lot is shown to those who may see records alone.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from admin.stock.words import CAUSES, DECISIONS, FLAGS, KINDS, STATES, WORDS
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import Transaction, transaction
from backend.edge.locale import locale_of
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.stock import act, store
from backend.stock.act import Moved
from backend.stock.bag_store import unknown_lots
from backend.stock.cold_chain import is_out_of_range
from backend.stock.on_hand import flags, is_expired, on_hand

Req = Request[Any, Any, Any]
LotPath = Annotated[UUID, Parameter(description="The lot's id.")]
_MANAGE = needs(Right.MANAGE_STOCK)


class LotRow(msgspec.Struct, frozen=True):
    """A lot with what lies where and what is to be said about it."""

    lot: store.LotShown
    where: tuple[tuple[str, int], ...]
    flags: tuple[str, ...]


@get("/stock", opt=_MANAGE, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_stock(request: Req) -> Response[str]:
    """Show the lots, what lies where, and the temperatures."""
    async with transaction(scope_of(request)) as tx:
        return await _stock_page(tx, request)


@post("/stock/receive", opt=_MANAGE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def receive(request: Req) -> Response[Any]:
    """Write down a lot that came."""
    form, now = await posted(request), request.app.state.now()
    product_id, place_id, doses = form.id("product"), form.id("place"), _whole(form, "doses")
    expires_on = _day(form.text("expires_on"))
    async with transaction(scope_of(request)) as tx:
        if not (product_id and place_id and doses and expires_on and form.text("number")):
            return await _stock_page(tx, request, error="bad_form")
        say = await speaker_of(tx, request)
        lot, today = (product_id, form.text("number")[:40], expires_on), day_in(say.time_zone, now)
        known = await store.lot_of_number(tx, product_id, lot[1], expires_on)
        if known is not None and known.expires_on != expires_on:
            words = {"number": known.number, "day": say.day(known.expires_on)}
            return await _stock_page(tx, request, error="other_expiry", words=words)
        if is_expired(expires_on, today) and form.text("expired_known") != "yes":
            asked = {name: form.text(name) for name in ("product", "number", "expires_on", "doses", "place")}
            return await _stock_page(tx, request, error="expired_asked", asked=asked)
        await act.receive_lot(tx, await desk_installation(tx, request), lot, (place_id, doses), now, today)
    return Redirect("/stock?done=done", status_code=303)


@post("/stock/move", opt=_MANAGE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def move(request: Req) -> Response[Any]:
    """Write down doses that moved, were thrown away, found or missed."""
    form, now = await posted(request), request.app.state.now()
    lot_id, doses, kind = form.id("lot"), _whole(form, "doses"), form.text("kind")
    async with transaction(scope_of(request)) as tx:
        wanted = act.PLACES_NEEDED.get(kind)
        places = (form.id("from"), form.id("to"))
        if not (lot_id and doses and wanted and tuple(one is not None for one in places) == wanted):
            return await _stock_page(tx, request, error="bad_form")
        cause = form.text("cause") if form.text("cause") in CAUSES else ""
        await act.move(tx, await desk_installation(tx, request), Moved(kind, lot_id, doses, *places, cause), now)
    return Redirect("/stock?done=done", status_code=303)


@post("/stock/temperature", opt=_MANAGE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def read_temperature(request: Req) -> Response[Any]:
    """Write down a fridge's temperature."""
    form, now = await posted(request), request.app.state.now()
    place_id, tenths = form.id("place"), _tenths(form.text("celsius"))
    async with transaction(scope_of(request)) as tx:
        if place_id is None or tenths is None:
            return await _stock_page(tx, request, error="bad_form")
        opened = await act.read_temperature(tx, await desk_installation(tx, request), place_id, tenths, now)
    return Redirect(f"/stock?done={'excursion_opened' if opened else 'done'}", status_code=303)


@post(
    "/stock/decide",
    opt=needs(Right.SETTLE_CLINICAL),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def decide(request: Req) -> Response[Any]:
    """Decide what becomes of lots that were out of the cold."""
    form, now = await posted(request), request.app.state.now()
    excursion_id = form.id("excursion")
    if excursion_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        chosen = (form.text("decision"), form.text("reason")[:500])
        await act.decide(tx, await desk_installation(tx, request), excursion_id, chosen, now)
    return Redirect("/stock?done=done", status_code=303)


@post("/stock/bag-lot", opt=_MANAGE, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def name_lot(request: Req) -> Response[Any]:
    """Name a lot that was in a bag which was out of the cold."""
    form, now = await posted(request), request.app.state.now()
    excursion_id, lot_id = form.id("excursion"), form.id("lot")
    if excursion_id is None or lot_id is None:
        raise Problem("bad_request")
    async with transaction(scope_of(request)) as tx:
        await act.name_lot(tx, await desk_installation(tx, request), excursion_id, lot_id, now)
    return Redirect("/stock?done=done", status_code=303)


@get("/stock/lots/{lot_id:uuid}", opt=_MANAGE, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_lot(request: Req, lot_id: LotPath) -> Response[str]:
    """Show a lot, and to those who may see records, who was vaccinated from it."""
    scope = scope_of(request)
    async with transaction(scope) as tx:
        lot = await store.find_lot(tx, lot_id)
        if lot is None:
            raise Problem("not_found")
        await journal(tx, "lot_read", "lot", [lot_id], at=request.app.state.now())
        people = await store.recipients(tx, lot) if scope.may(Right.SEE_PEOPLE) else None
        if people is not None:
            ids = list(dict.fromkeys(one.person_id for one in people))
            await journal(tx, "lot_people_read", "person", ids, at=request.app.state.now())
        say = await speaker_of(tx, request)
    return page(request, "stock/lot.html", WORDS, say=say, lot=lot, people=people, states=STATES)


@post(
    "/stock/lots/{lot_id:uuid}/recall",
    opt=_MANAGE,
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def recall(request: Req, lot_id: LotPath) -> Response[Any]:
    """Recall a lot."""
    async with transaction(scope_of(request)) as tx:
        await act.recall(tx, await desk_installation(tx, request), lot_id, request.app.state.now())
    return Redirect(f"/stock/lots/{lot_id}", status_code=303)


async def _stock_page(
    tx: Transaction,
    request: Req,
    error: str = "",
    words: Mapping[str, str] | None = None,
    asked: Mapping[str, str] | None = None,
) -> Response[str]:
    """Show the stock; with what was refused in its words, and with the receipt that a yes would record."""
    say = await speaker_of(tx, request)
    today = day_in(say.time_zone, request.app.state.now())
    places = await store.place_names(tx)
    by_lot: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for (lot_id, place_id), n in on_hand(await store.read_moves(tx)).items():
        by_lot[lot_id].append((place_id, n))
    readings, bags = await store.list_readings(tx), await store.list_bags(tx, today)
    rows = [_row(lot, by_lot[lot.id], places, today) for lot in await store.list_lots(tx)]
    done = request.query_params.get("done", "")
    return page(
        request,
        "stock/stock.html",
        WORDS,
        say=say,
        rows=rows,
        places=places,
        products=await store.list_products(tx),
        readings=readings,
        bags=bags,
        unknown=await unknown_lots(tx, today),
        out={one.id for one in readings if one.excursion_id or is_out_of_range(one.celsius_tenths, [])},
        may_decide=scope_of(request).may(Right.SETTLE_CLINICAL),
        degrees=lambda tenths: _degrees(tenths, locale_of(request)),
        states=STATES,
        kinds=KINDS,
        causes=CAUSES,
        flags=FLAGS,
        decisions=DECISIONS,
        error=WORDS[error][locale_of(request) == "en"].format(**(words or {})) if error else "",
        asked=asked,
        done=done if done in ("done", "excursion_opened") else "",
    )


def _row(lot: store.LotShown, held: list[tuple[UUID, int]], places: dict[UUID, str], today: date) -> LotRow:
    least = min((n for _, n in held), default=0)
    where = sorted((places.get(place_id, ""), n) for place_id, n in held)
    return LotRow(lot, tuple(where), tuple(one.value for one in flags(lot.expires_on, least, today)))


def _degrees(tenths: int, locale: str) -> str:
    text = f"{Decimal(tenths) / 10:.1f}"
    return text if locale == "en" else text.replace(".", ",")


def _whole(form: Posted, name: str) -> int | None:
    text = form.text(name)
    return int(text) if text.isdigit() and len(text) <= 6 and int(text) else None


def _tenths(text: str) -> int | None:
    try:
        found = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return int((found * 10).to_integral_value()) if found.is_finite() and abs(found) <= 100 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


routes = [show_stock, receive, move, read_temperature, decide, name_lot, show_lot, recall]
