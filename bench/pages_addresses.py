"""Name the pages that the bench of pages asks: all that the roles of a desk may open, and those of one record."""

from typing import Final
from urllib.parse import urlencode

from litestar import Litestar
from litestar.handlers.http_handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from admin.coverage.people import address_of
from admin.shared.problems import ON_PROBLEM
from backend.access import RIGHTS, Right, Role
from backend.coverage.counted_people import LISTED
from backend.coverage.keep import NO_ID
from backend.db.transaction import transaction
from backend.dispatch import store
from bench.pages_town import Town

WHO: Final = (Role.DISPATCHER, Role.CLINICAL_SUPERVISOR, Role.CENTRE_MANAGER)
# It streams until its reader leaves; the others need words in their address, and are asked with them.
NEVER_ASKED: Final = ("/live", "/coverage/gap", "/coverage/people", "/plan/ways", "/sign-in/identity/again")


def page_paths(app: Litestar) -> list[str]:
    """Return the addresses of every page that the roles of a desk may open and that names nothing in its path."""
    rights = frozenset().union(*(RIGHTS[role] for role in WHO)) | {Right.SIGNED_IN}
    return sorted(
        route.path
        for route in app.routes
        if isinstance(route, HTTPRoute) and not route.path_parameters and route.path not in NEVER_ASKED
        for handler in route.route_handlers
        if "GET" in handler.http_methods and _is_page(handler)
        and handler.opt.get("right") in rights and not handler.opt.get("reauthenticated")
    )  # fmt: skip


def _is_page(handler: HTTPRouteHandler) -> bool:
    return any(of in (handler.exception_handlers or {}) for of in ON_PROBLEM)


async def more_addresses(town: Town, draft: store.StoredPlan) -> list[str]:
    """Return the pages that matter under other filters, and those of one record."""
    async with transaction(town.scope) as tx:
        person = await tx.fetch_value(
            "SELECT person_id FROM dose WHERE territory_id = $1 ORDER BY id LIMIT 1", town.scope.territory_id
        )
        request = await tx.fetch_value(
            "SELECT id FROM request WHERE territory_id = $1 AND state IN ('open', 'on_hold') LIMIT 1",
            town.scope.territory_id,
        )
        gap = await tx.fetch_row(
            "SELECT c.id AS campaign, z.id AS zone FROM campaign c JOIN zone z ON z.territory_id = c.territory_id "
            "WHERE c.territory_id = $1 ORDER BY c.id, z.code LIMIT 1",
            town.scope.territory_id,
        )
        most = await tx.fetch_row(
            "SELECT c.measure, c.detail, max(c.campaign_id::text) FILTER (WHERE c.campaign_id <> $3) AS campaign "
            "FROM coverage_cell c JOIN coverage_count n ON n.territory_id = c.territory_id AND n.cell_id = c.id "
            "WHERE c.territory_id = $1 AND c.measure = ANY($2::text[]) GROUP BY 1, 2 ORDER BY sum(n.n) DESC LIMIT 1",
            town.scope.territory_id,
            list(LISTED),
            NO_ID,
        )
    return [
        "/requests?state=all", "/requests?state=all&page=3", "/requests?group=homeless_hotel", "/requests?due=week",
        "/requests/marks?state=all", "/requests/proposals q=martin", "/requests/proposals q=ma du",
        f"/plan?day={draft.day_on}", f"/plan?day={draft.day_on}&plan={draft.id}", f"/plan/ways?plan={draft.id}",
        f"/today?day={draft.day_on}",
        f"/today/change?day={draft.day_on}", f"/today/sheets?day={draft.day_on}", f"/paper?day={draft.day_on}",
        f"/requests/{request}/accept", f"/people/{person}/vaccination",
        *([f"/coverage/gap?{urlencode({'campaign': gap['campaign'], 'zone': gap['zone']})}"] if gap else []),
        *([address_of(most["campaign"] or NO_ID, most["measure"], most["detail"])] if most else []),
    ]  # fmt: skip
