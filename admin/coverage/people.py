"""This file answers `/coverage/people`: who is counted in a number of coverage, for the clinical supervisor alone.

Reasons and care figures are of health: managers see them as counts, dispatchers not at all. Each look is in the journal.
"""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromQuery, QueryParameter

from admin.coverage.people_words import PEOPLE, SAID
from admin.coverage.words import REASONS, word_of
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.coverage import store
from backend.coverage.counted_people import LISTED, PEOPLE_MOST, read_counted_people
from backend.db.transaction import transaction
from backend.edge.locale import locale_of
from backend.journal.store import record as journal
from backend.log.follow import freshen
from backend.problems import Problem

CampaignQuery = Annotated[UUID, QueryParameter(name="campaign", description="The campaign's id.")]


def address_of(campaign_id: UUID, measure: str, detail: str) -> str:
    """Return where the people of a number are listed.

    >>> address_of(UUID(int=1), "consent_refused", "fear")
    '/coverage/people?campaign=00000000-0000-0000-0000-000000000001&measure=consent_refused&detail=fear'
    """
    return f"/coverage/people?{urlencode({'campaign': str(campaign_id), 'measure': measure, 'detail': detail})}"


@get("/coverage/people", opt=needs(Right.SETTLE_CLINICAL), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_people(
    request: Request[Any, Any, Any], campaign: CampaignQuery, measure: FromQuery[str], detail: FromQuery[str]
) -> Response[str]:
    """Show who is counted in a measure and a detail of it."""
    now = request.app.state.now()
    await freshen(scope_of(request), now)
    async with transaction(scope_of(request)) as tx:
        chosen = next((one for one in await store.list_campaigns(tx) if one.id == campaign), None)
        if chosen is None or measure not in LISTED:
            raise Problem("not_found")
        say = await speaker_of(tx, request)
        people = await read_counted_people(tx, campaign, (measure, detail), day_in(say.time_zone, now))
        await journal(tx, "counted_people_read", "person", [one.id for one in people], at=now)
    locale = locale_of(request)
    words = {**REASONS, **SAID}
    return page(
        request,
        "coverage/people.html",
        PEOPLE,
        say=say,
        campaign=chosen,
        what=f"{PEOPLE[measure][locale == 'en']} : {' '.join(word_of(words, one, locale) for one in detail.split(':'))}",
        people=people,
        is_cut=len(people) == PEOPLE_MOST,
    )


routes = [show_people]
