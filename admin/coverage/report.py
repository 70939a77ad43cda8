"""This file answers `/coverage/report`: the contract's objectives, the month's work, and the pack to send.

Figures and files are made in backend/coverage/report; a download is journaled. Everything in it is published by the pages.
"""

import asyncio
from datetime import date
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.coverage.gap_words import REPORT
from admin.shared.desk_forms import desk_installation, posted
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.coverage import store
from backend.coverage.definitions import INDICATORS
from backend.coverage.report.pack import files_of, make_report, zipped
from backend.coverage.report.words import said
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.ids import new_id
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.log.follow import freshen
from backend.problems import Problem

Req = Request[Any, Any, Any]
MEASURED = ("known_coverage", "population_coverage", "drop_out", "missed_opportunity")
_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/fhir+json",
    "zip": "application/zip",
}


@get("/coverage/report", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_report(request: Req) -> Response[str]:
    """Show the objectives and the month's work."""
    locale = locale_of(request)
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        month_on = _month(request, day_in(await store.read_time_zone(tx), request.app.state.now()))
        report, _ = await make_report(tx, month_on, request.app.state.now(), locale)
        campaigns = await store.list_campaigns(tx)
    of = {section.code: section for section in report.sections}
    return page(
        request,
        "coverage/report.html",
        REPORT,
        month=f"{month_on:%Y-%m}",
        objectives=of["objectives"].rows,
        work=of["work"],
        campaigns=campaigns,
        indicators=MEASURED,
        titles={code: one.title.en if locale == "en" else one.title.fr for code, one in INDICATORS.items()},
        said=lambda code: said(code, locale),
        decimal=lambda value: str(value) if locale == "en" else str(value).replace(".", ","),
        may_act=scope_of(request).may(Right.MANAGE_STOCK),
        done=request.query_params.get("done", ""),
    )


@post(
    "/coverage/report",
    opt=needs(Right.MANAGE_STOCK),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def add_objective(request: Req) -> Response[Any]:
    """Write an objective of the contract down."""
    form, now = await posted(request), request.app.state.now()
    percents = {name: form.text(name) for name in ("baseline", "target", "weight")}
    numbers = {name: int(text) for name, text in percents.items() if text.isdigit() and len(text) <= 4}
    campaign_id, indicator = form.id("campaign"), form.text("indicator")
    if campaign_id is None or indicator not in MEASURED or "target" not in numbers or not form.text("name"):
        raise Problem("bad_request")
    fields: dict[str, str | int | bool | None] = {
        "name": form.text("name")[:200],
        "campaign_id": str(campaign_id),
        "indicator": indicator,
        "target_percent": numbers["target"],
        "weight": numbers.get("weight", 1),
        "state": "active",
    }
    if "baseline" in numbers:
        fields["baseline_percent"] = numbers["baseline"]
    async with transaction(scope_of(request)) as tx:
        written = await write(tx, await desk_installation(tx, request), [Act("objective", new_id(), fields)], now)
        if written.refused:
            raise Problem("bad_request", codes=sorted(set(written.refused)))
    return Redirect("/coverage/report?done=1", status_code=303)


@get(
    "/coverage/report/{kind:str}", opt=needs(Right.SEE_COVERAGE), exception_handlers=ON_PROBLEM, include_in_schema=False
)
async def give_file(
    request: Req, kind: Annotated[str, Parameter(description="pdf, xlsx, json or zip.", max_length=8)]
) -> Response[bytes]:
    """Give the report of a month as a file, or the whole pack."""
    if kind not in _TYPES:
        raise Problem("not_found")
    locale, now = locale_of(request), request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        month_on = _month(request, day_in(await store.read_time_zone(tx), now))
        made = await make_report(tx, month_on, now, locale)
        await journal(tx, "report_made", reason=f"{month_on:%Y-%m}", at=now)
    files = await asyncio.to_thread(files_of, made, locale)
    name = f"report-{month_on:%Y-%m}.{kind}"
    if kind == "json":
        content = files[f"report-{month_on:%Y-%m}-measure-report.json"]
    else:
        content = zipped(files, now) if kind == "zip" else files[name]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[kind], headers=headers)


def _month(request: Req, today: date) -> date:
    try:
        return date.fromisoformat(f"{request.query_params.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)


routes = [show_report, add_objective, give_file]
