"""This file answers `/break-glass-reviews`: what supervisors find of records that were opened in an emergency."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.break_glass.words import FINDINGS, MOTIVES, WORDS
from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.break_glass import acts
from backend.break_glass.api import problem_of
from backend.break_glass.rules import REVIEWED_WITH, Finding
from backend.db.transaction import transaction
from backend.problems import Problem

Req = Request[Any, Any, Any]
_PAGE = "/break-glass-reviews"


@get(_PAGE, opt=needs(REVIEWED_WITH), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_reviews(request: Req) -> Response[str]:
    """Show who opened which record in an emergency, what waits first."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        rows = await acts.list_for_review(tx, request.app.state.now())
    return page(
        request,
        "break_glass/reviews.html",
        WORDS,
        say=say,
        rows=rows,
        me=signed_of(request).user_id,
        motives=MOTIVES,
        findings=FINDINGS,
        done=request.query_params.get("done") == "1",
    )


@post(
    "/break-glass-reviews/{opening_id:uuid}",
    opt=needs(REVIEWED_WITH),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def settle(
    request: Req, opening_id: Annotated[UUID, Parameter(description="The opening's id.")]
) -> Response[Any]:
    """Write down what the review found."""
    form = await posted(request)
    if form.text("finding") not in set(Finding):
        raise Problem("bad_request", fields=["finding"])
    finding, reviewer = Finding(form.text("finding")), signed_of(request).user_id
    async with transaction(scope_of(request)) as tx:
        refused = await acts.review(tx, reviewer, opening_id, finding, form.text("note"), request.app.state.now())
    if refused:
        raise problem_of(refused)
    return Redirect(f"{_PAGE}?done=1", status_code=303)


routes = [show_reviews, settle]
