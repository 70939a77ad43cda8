"""This file answers `/phone`: the figures of the desk's phone, counted by hand or taken in from the exchange.

What the exchange's list comes to is decided in backend/phone/exchange.py, the figures in backend/phone/figures.py.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.phone.words import WORDS
from admin.shared.desk_forms import Posted, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import form_of, needs, scope_of
from backend.clock import day_in
from backend.coverage.csv_export import Variant, write_csv
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.people.workbook import sheet_of
from backend.phone import store
from backend.phone.exchange import PhoneDay, read_calls
from backend.phone.figures import Line, asked_at_the_phone, lines_of
from backend.problems import Problem
from backend.territory.line_errors import LineError
from backend.territory.time_zone import read_time_zone
from sync.fields import is_day

Req = Request[Any, Any, Any]
_MAY = needs(Right.PLAN_ROUNDS)
FILE_BYTES_MAX: Final = 4_000_000
DAYS_MOST: Final = 366
DAYS_USUAL: Final = 14
COLUMNS: Final = (
    "answered", "abandoned", "missed", "abandoned_percent", "wait_seconds", "requests", "visits_made", "hours_to_visit",
)  # fmt: skip


class Counted(msgspec.Struct, forbid_unknown_fields=True):
    """A day as somebody at the desk counted it."""

    day_on: date
    answered: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    abandoned: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    missed: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


@get("/phone", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_phone(request: Req) -> Response[str]:
    """Show the figures of some days."""
    async with transaction(scope_of(request)) as tx:
        return await _answer(tx, request, ())


@get("/phone.csv", opt=_MAY, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def give_csv(request: Req) -> Response[bytes]:
    """Give the same figures as a file that French offices open."""
    async with transaction(scope_of(request)) as tx:
        since, until = _days(request, day_in(await read_time_zone(tx), request.app.state.now()))
        lines = await _lines(tx, since, until)
    rows = [
        [one.day_on.isoformat() if one.day_on else "", one.source, *(getattr(one, name) for name in COLUMNS)]
        for one in lines
    ]
    return Response(
        write_csv(("day_on", "source", *COLUMNS), rows, Variant.FRENCH),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="phone-{since}-{until}.csv"'},
    )


@post("/phone/count", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def count_a_day(request: Req) -> Response[Any]:
    """Write down what the desk counted of a day."""
    form, now = await posted(request), request.app.state.now()
    try:
        counted = msgspec.convert(_typed(form), Counted, strict=False)
    except msgspec.ValidationError:
        counted = None
    async with transaction(scope_of(request)) as tx:
        if counted is None or not is_day(counted.day_on.isoformat()):
            return await _answer(tx, request, (), form, "not_counted")
        if counted.day_on > day_in(await read_time_zone(tx), now):
            return await _answer(tx, request, (), form, "day_to_come")
        await store.keep_days(tx, [PhoneDay(**msgspec.structs.asdict(counted))], "desk", now)
        await journal(tx, "phone_counted", "phone_day", at=now)
    return Redirect("/phone?saved=1", status_code=303)


@post("/phone/import", opt=_MAY, status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False)
async def take_list(request: Req) -> Response[Any]:
    """Take in an exchange's list whole, or show what keeps it from being taken."""
    file = (await form_of(request)).file("file")
    if file is None:
        raise Problem("bad_request")
    if len(file.content) > FILE_BYTES_MAX:
        raise Problem("too_large")
    now = request.app.state.now()
    sheet = sheet_of(file.name, file.content)
    if isinstance(sheet, list):
        read: tuple[PhoneDay, ...] | list[LineError] = sheet
    else:
        read = list(sheet.formulas) or read_calls(file.name, sheet.csv)
    async with transaction(scope_of(request)) as tx:
        if isinstance(read, list):
            return await _answer(tx, request, read)
        await store.keep_days(tx, read, "exchange", now)
        await journal(tx, "phone_list_taken", "phone_day", at=now)
    first, last = (read[0].day_on, read[-1].day_on) if read else (None, None)
    period = f"&since={first}&until={last}" if first and last and (last - first).days < DAYS_MOST else ""
    return Redirect(f"/phone?saved={len(read)}{period}", status_code=303)


async def _answer(
    tx: Transaction, request: Req, errors: Sequence[LineError], form: Posted | None = None, fault: str = ""
) -> Response[str]:
    say = await speaker_of(tx, request)
    today = day_in(say.time_zone, request.app.state.now())
    since, until = _days(request, today)
    saved = request.query_params.get("saved", "")
    return page(
        request,
        "phone/phone.html",
        WORDS,
        status=400 if errors or fault else 200,
        say=say,
        today=today,
        since=since,
        until=until,
        lines=await _lines(tx, since, until),
        columns=COLUMNS,
        errors=errors,
        typed=(form or Posted({})).text,
        fault=fault,
        saved=saved if saved.isascii() and saved.isdigit() else "",
    )


async def _lines(tx: Transaction, since: date, until: date) -> list[Line]:
    told = await store.read_days(tx, since, until)
    calls = asked_at_the_phone(await store.read_told(tx, since, until, await read_time_zone(tx)))
    asked = [one for one in calls if since <= one.day_on <= until]
    return lines_of(told["exchange"], told["desk"], asked, since, until)


def _days(request: Req, today: date) -> tuple[date, date]:
    """Return the days that the address asks for, else the last fortnight; never more than a year."""
    try:
        since, until = (date.fromisoformat(request.query_params.get(name, "")) for name in ("since", "until"))
    except ValueError:
        return today - timedelta(days=DAYS_USUAL - 1), today
    until = max(since, until)
    return max(since, until - timedelta(days=DAYS_MOST - 1)), until


def _typed(form: Posted) -> dict[str, str]:
    return {name: form.text(name) for name in Counted.__struct_fields__}


routes = [show_phone, give_csv, count_a_day, take_list]
