"""Put the parts of the web server together: the only place that knows them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from admin.break_glass import page as break_glass_page
from admin.break_glass import review_page as break_glass_reviews
from admin.centre import page as centre_page
from admin.coverage import analysis as analysis_page
from admin.coverage import campaigns as campaigns_page
from admin.coverage import gap as gap_page
from admin.coverage import page as coverage_page
from admin.coverage import people as counted_people_page
from admin.coverage import report as report_page
from admin.dispatcher.after import page as after_page
from admin.dispatcher.due import page as due_page
from admin.dispatcher.lists import page as lists_page
from admin.dispatcher.paper import page as paper_page
from admin.dispatcher.plan import by_hand as plan_by_hand
from admin.dispatcher.plan import page as plan_page
from admin.dispatcher.plan import ways as plan_ways
from admin.dispatcher.priorities import page as priorities_page
from admin.dispatcher.requests import join as requests_join
from admin.dispatcher.requests import page as requests_page
from admin.dispatcher.requests import where as requests_where
from admin.dispatcher.today import change as today_change
from admin.dispatcher.today import on_map as today_map
from admin.dispatcher.today import page as today_page
from admin.dispatcher.today import sheets as today_sheets
from admin.exchange import page as exchange_page
from admin.files import number_page
from admin.files import page as files_page
from admin.home import page as home_page
from admin.journal import page as journal_page
from admin.keying import page as keying_page
from admin.notices import page as notices_page
from admin.partner import page as partner_page
from admin.passkeys import page as passkeys_page
from admin.people import page as people_page
from admin.phone import page as phone_page
from admin.products import page as products_page
from admin.reference import page as reference_page
from admin.retention import page as retention_page
from admin.review import page as review_page
from admin.rota import calendar as calendar_page
from admin.rota import handover as handover_page
from admin.rota import page as rota_page
from admin.rules import page as rules_page
from admin.shared import libraries, static_files
from admin.shared import live as live_page
from admin.shared.problems import answer_any_error
from admin.sign_in import identity_page, own_page
from admin.sign_in import page as sign_in_page
from admin.stock import page as stock_page
from admin.tablets import page as tablets_page
from admin.teams import page as teams_page
from admin.vaccination import page as vaccination_page
from backend import clock
from backend.access import Right
from backend.accounts import api as accounts
from backend.accounts import reference_pass
from backend.accounts.authenticate import check_every_route_has_a_right, check_right, needs
from backend.accounts.services import accounts_of
from backend.attachments import api as attachments
from backend.break_glass import api as break_glass
from backend.coverage import api as coverage
from backend.dispatch import api as dispatch
from backend.doses import api as doses
from backend.edge import policy_reports
from backend.edge.describe import describe_problems
from backend.edge.middleware import edge_middleware
from backend.exchange import api as exchange
from backend.health import api as health
from backend.jobs import api as jobs
from backend.jobs.queue import connect, make_queue
from backend.jobs.sweeper import sweep_for_ever
from backend.journal import api as journal
from backend.journal.seal import key_of
from backend.journal.sealer import HEADS, seal_for_ever
from backend.live import Live
from backend.passkeys import api as passkeys
from backend.piccolo_conf import DB
from backend.quarantine import api as quarantine
from backend.settings import Settings
from backend.tablets import api as tablets
from backend.tablets import forecasts as tablet_forecasts
from backend.tablets import people_api as tablet_people
from backend.tablets import shell as tablet_shell
from backend.tablets.authenticate import tablet_scope_of
from backend.visits import api as visits
from backend.visits.read_protocols import read_protocols

BODY_BYTES_MAX = 1_000_000


def create_app(settings: Settings, now: clock.Clock = clock.now) -> Litestar:
    """Return the application; it owns the pool, the listening connection, a standby sweeper and sealer while it lives.

    The database need not answer at the start: requests then say `database_away` until it does.
    Raises BadSetting when the secret key is missing, RuntimeError when a route names no right.
    """
    redis_connection = connect(settings)
    app = Litestar(
        route_handlers=[
            *health.routes,
            *jobs.routes,
            *accounts.routes,
            *reference_pass.routes,
            *tablets.routes,
            *tablet_forecasts.routes,
            *tablet_people.routes,
            *tablet_shell.routes,
            *dispatch.routes,
            *visits.routes,
            *quarantine.routes,
            *attachments.routes,
            *coverage.routes,
            *doses.routes,
            *exchange.routes,
            *journal.routes,
            *break_glass.routes,
            *passkeys.routes,
            *sign_in_page.routes,
            *own_page.routes,
            *identity_page.routes,
            *coverage_page.routes,
            *campaigns_page.routes,
            *counted_people_page.routes,
            *analysis_page.routes,
            *gap_page.routes,
            *report_page.routes,
            *centre_page.routes,
            *stock_page.routes,
            *static_files.routes,
            *libraries.routes,
            *live_page.routes,
            *requests_page.routes,
            *requests_where.routes,
            *requests_join.routes,
            *due_page.routes,
            *vaccination_page.routes,
            *rules_page.routes,
            *exchange_page.routes,
            *keying_page.routes,
            *products_page.routes,
            *plan_page.routes,
            *priorities_page.routes,
            *plan_by_hand.routes,
            *plan_ways.routes,
            *today_map.routes,
            *today_page.routes,
            *today_change.routes,
            *today_sheets.routes,
            *paper_page.routes,
            *after_page.routes,
            *rota_page.routes,
            *calendar_page.routes,
            *handover_page.routes,
            *partner_page.routes,
            *phone_page.routes,
            *lists_page.routes,
            *review_page.routes,
            *tablets_page.routes,
            *break_glass_page.routes,
            *break_glass_reviews.routes,
            *notices_page.routes,
            *retention_page.routes,
            *reference_page.routes,
            *files_page.routes,
            *people_page.routes,
            *teams_page.routes,
            *journal_page.routes,
            *policy_reports.routes,
            *passkeys_page.routes,
            *number_page.routes,
            *home_page.routes,
        ],
        guards=[check_right],
        state=State(
            {
                "settings": settings,
                "libraries": libraries.read_libraries(settings.libraries),
                "now": now,
                "redis": redis_connection,
                "queue": make_queue(settings, redis_connection),
                "live": Live(settings.database_url),
                "accounts": accounts_of(settings, now, tablet_scope_of),
            }
        ),
        lifespan=[_servants],
        logging_config=None,
        exception_handlers={Exception: answer_any_error},
        openapi_config=_schema(),
        request_max_body_size=BODY_BYTES_MAX,
    )
    check_every_route_has_a_right(app)
    read_protocols()  # a faulty one is told at the start, not to a caller
    describe_problems(app)
    app.asgi_handler = edge_middleware(
        app.asgi_handler, settings.tiles
    )  # around the router too: a 404 has its id and headers
    return app


def _schema() -> OpenAPIConfig:
    """Describe the interface at /schema/openapi.json, to those who are signed in."""
    return OpenAPIConfig(
        title="Maraude",
        version="1",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        openapi_router=Router("/schema", route_handlers=[], opt=needs(Right.SIGNED_IN)),
    )


@contextlib.asynccontextmanager
async def _servants(app: Litestar) -> AsyncIterator[None]:
    """Keep the pool, the listener, the sweeper and the sealer as long as the server lives."""
    settings: Settings = app.state.settings
    own_pool = DB.pool is None
    if own_pool:
        DB.point_at(settings.database_url)
        await DB.start_connection_pool(min_size=0, max_size=settings.pool_size_of_process, command_timeout=30)
    servants: list[asyncio.Task[Any]] = [
        asyncio.create_task(app.state.live.listen_for_ever()),
        asyncio.create_task(sweep_for_ever(settings)),
        asyncio.create_task(seal_for_ever(key_of(settings.secret_key), settings.home / HEADS, app.state.now)),
    ]
    try:
        yield
    finally:
        for servant in servants:
            servant.cancel()
        await asyncio.gather(*servants, return_exceptions=True)
        app.state.accounts.close()
        if own_pool:
            await DB.close_connection_pool()
        app.state.redis.close()
