"""Serve the administration of reference tables: `maraude reference-admin`."""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg
import uvicorn

from backend import clock
from backend.edge import logs
from backend.reference_admin.app import House, behind_our_door
from backend.reference_admin.ask import WebServer
from backend.reference_admin.refusals import Code, told
from backend.reference_admin.tables import ENGINE
from backend.serve.port import port_obstacle
from backend.settings import Settings

SHUTDOWN_SECONDS = 5
ANSWER_SECONDS_MAX = 5.0
POOL_SIZE_MAX = 4


def reference_admin(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped, on an origin of its own, as the role that reaches reference tables alone."""
    code = _refusal(options, settings)
    if code:
        values = {"host": settings.host, "port": settings.reference_admin_port}
        print(told(code, options.language, **values), file=sys.stderr)
        return 1
    logs.set_up(settings.log_level)
    return asyncio.run(_serve(settings, options.tls_cert, options.tls_key))


def _refusal(options: argparse.Namespace, settings: Settings) -> Code | None:
    """Return why it cannot be served, if it cannot."""
    if (options.tls_cert is None) != (options.tls_key is None):
        return "tls"
    if not settings.database_reference_url:
        return "database"
    if not settings.reference_admin_url:
        return "address"
    if port_obstacle(settings.host, settings.reference_admin_port):
        return "port"
    return asyncio.run(_refused_by_database(settings.database_reference_url))


async def _refused_by_database(url: str) -> Code | None:
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS_MAX)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError):
        return "database_refuses"
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return "database_away"
    await connection.close()
    return None


async def _serve(settings: Settings, certificate: Path | None, key: Path | None) -> int:
    ENGINE.point_at(settings.database_reference_url)
    await ENGINE.start_connection_pool(min_size=0, max_size=POOL_SIZE_MAX, command_timeout=30)
    try:
        async with WebServer(settings.reference_admin_asks, settings.cookie_name) as web_server:
            house = House(
                settings.reference_admin_origin,
                f"{settings.public_url.rstrip('/')}/reference-tables",
                web_server,
                settings.cookie_name,
                clock.now,
            )
            server = uvicorn.Server(_config(house, settings, certificate, key))
            print(f"maraude: {house.url}", file=sys.stderr, flush=True)
            await server.serve()
            return 0 if server.started else 1
    finally:
        await ENGINE.close_connection_pool()


def _config(house: House, settings: Settings, certificate: Path | None, key: Path | None) -> uvicorn.Config:
    return uvicorn.Config(
        behind_our_door(house),
        host=settings.host,
        port=settings.reference_admin_port,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
    )
