"""Put the parts of the web server together: the only place that knows them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog
from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig

from backend import clock
from backend.edge.errors import answer_error
from backend.edge.middleware import edge_middleware
from backend.edge.routes import check_every_route_has_a_right
from backend.health import api as health
from backend.jobs import api as jobs
from backend.jobs.queue import connect, make_queue
from backend.jobs.sweeper import sweep_for_ever
from backend.live import Live
from backend.piccolo_conf import DB
from backend.settings import Settings

log = structlog.get_logger()
BODY_BYTES_MAX = 1_000_000


def create_app(settings: Settings, now: clock.Clock = clock.now) -> Litestar:
    """Return the application; it owns the pool, the listening connection and a standby sweeper while it lives.

    The database need not answer at the start: requests then say `database_away` until it does.
    """
    redis_connection = connect(settings)
    state = State(
        {
            "settings": settings,
            "now": now,
            "redis": redis_connection,
            "queue": make_queue(settings, redis_connection),
            "live": Live(settings.database_url),
        }
    )
    app = Litestar(
        route_handlers=[*health.routes, *jobs.routes],
        state=state,
        lifespan=[_servants],
        middleware=[edge_middleware],
        exception_handlers={Exception: answer_error},
        openapi_config=OpenAPIConfig(title="Maraude", version="1", render_plugins=[], path="/unused"),
        request_max_body_size=BODY_BYTES_MAX,
        on_app_init=[_without_defaults],
    )
    check_every_route_has_a_right(app)
    return app


def _without_defaults(config: AppConfig) -> AppConfig:
    """Leave out what Litestar would serve by itself: the schema has a route of its own, behind a right."""
    return config


@contextlib.asynccontextmanager
async def _servants(app: Litestar) -> AsyncIterator[None]:
    """Keep the pool, the listener and the sweeper as long as the server lives."""
    settings: Settings = app.state.settings
    live: Live = app.state.live
    own_pool = DB.pool is None
    if own_pool:
        DB.point_at(settings.database_url)
        await DB.start_connection_pool(min_size=0, max_size=settings.pool_size_max, command_timeout=30)
    servants: list[asyncio.Task[Any]] = [
        asyncio.create_task(live.listen_for_ever()),
        asyncio.create_task(sweep_for_ever(settings)),
    ]
    try:
        yield
    finally:
        for servant in servants:
            servant.cancel()
        await asyncio.gather(*servants, return_exceptions=True)
        if own_pool:
            await DB.close_connection_pool()
        app.state.redis.close()
