"""Serve, work, migrate: the operator's verbs."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import replace

import asyncpg

from backend import clock
from backend.db.errors import problem_code
from backend.db.migrate import migrate as run_migrations
from backend.db.migrate import missing_migrations
from backend.edge import logs
from backend.embedded import Refused, Urls, servers
from backend.health.shared_measures import counts_as
from backend.serve.database_fault import database_fault
from backend.serve.lifetime import end_on_term_as_on_interrupt
from backend.serve.processes import environment_of, kept
from backend.serve.secret_key import with_secret_key
from backend.serve.web import run_web, run_web_beside
from backend.settings import BadSetting, Settings

ANSWER_SECONDS_MAX = 5.0


def serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped. Embedded servers and a worker are started where the settings name none."""
    settings = replace(
        settings,
        host=options.host or settings.host,
        port=settings.port if options.port is None else options.port,
    )
    if (options.tls_cert is None) != (options.tls_key is None):
        return _fault("--tls-cert and --tls-key go together.")
    embedded = not (settings.database_url and settings.redis_url)
    end_on_term_as_on_interrupt()
    try:
        with _urls(settings) as urls:
            settings = _with_urls(with_secret_key(settings) if embedded else settings, urls)
            fault = _fault_of_database(urls, embedded=embedded)
            if fault:
                return _fault(fault)
            with contextlib.ExitStack() as stack:
                if embedded and not options.without_worker:
                    log = settings.home / "logs" / "worker.log"
                    environment = {**environment_of(settings, urls), **counts_as("worker")}
                    stack.enter_context(kept(["worker"], environment, log))
                return run_web(settings, urls, options.tls_cert, options.tls_key)
    except (Refused, BadSetting) as refused:
        return _fault(str(refused))
    except KeyboardInterrupt:
        return 0


def serve_demo(settings: Settings) -> int:
    """Serve the demo's own database: the one place where a demo territory may be served."""
    urls = Urls(settings.database_owner_url, settings.database_url, settings.redis_url, settings.database_reference_url)
    return run_web(settings, urls)


def web(options: argparse.Namespace, settings: Settings) -> int:
    """Serve beside the process that has opened the sockets named; `run_web` starts this, nobody types it."""
    return run_web_beside(settings, options.socket, options.tls_cert, options.tls_key)


def worker(settings: Settings) -> int:
    """Work on the queue that the settings name, or on that of the embedded servers that run beside."""
    from backend.jobs.worker import work  # noqa: PLC0415 - compiles the planner

    if not settings.redis_url:
        return _fault("no queue: DATABASE_URL is set, REDIS_URL is missing.")
    refused = asyncio.run(_refused_by_database(settings.database_url))
    if refused:
        return _fault(refused)
    logs.set_up(settings.log_level)
    work(settings)
    return 0


def migrate(settings: Settings) -> int:
    """Run the missing migrations as the owner of the database."""
    try:
        with _owner_url(settings) as url:
            missing = asyncio.run(missing_migrations(url))
            asyncio.run(run_migrations(url, clock.now()))
    except Refused as refused:
        return _fault(str(refused))
    print(f"{len(missing)} migration(s) run: the schema is up to date.")
    return 0


async def _refused_by_database(url: str) -> str | None:
    """Return why no job could ever run; a database that is away is waited for, and may come."""
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS_MAX)
    except Exception as error:  # noqa: BLE001 - what is no refusal is told by the first job
        return database_fault(error) if problem_code(error) == "database_refused" else None
    await connection.close()
    return None


@contextlib.contextmanager
def _urls(settings: Settings) -> Iterator[Urls]:
    """Yield the servers that the settings name; what they leave open is started for as long as the command runs."""
    given = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "DATABASE_REFERENCE_URL": settings.database_reference_url,
        "REDIS_URL": settings.redis_url,
    }
    with servers(settings.home / "data", environ=given) as urls:
        yield urls


@contextlib.contextmanager
def _owner_url(settings: Settings) -> Iterator[str]:
    """Yield the owner's address: a database that is named needs no queue beside it."""
    if settings.database_url:
        yield settings.database_owner_url
    else:
        with _urls(settings) as urls:
            yield urls.owner_url


def _with_urls(settings: Settings, urls: Urls) -> Settings:
    return replace(settings, database_url=urls.app_url, database_owner_url=urls.owner_url, redis_url=urls.redis_url)


def _fault_of_database(urls: Urls, *, embedded: bool) -> str:
    """Bring an embedded schema forward; return why this database may not be served, in a sentence."""
    try:
        if embedded:
            asyncio.run(run_migrations(urls.owner_url, clock.now()))
        return asyncio.run(_obstacle(urls))
    except Exception as error:
        told = database_fault(error)
        if told is None:
            raise
        return told


async def _obstacle(urls: Urls) -> str:
    """Return why this database may not be served: migrations are missing, or it is a demo with known passphrases."""
    missing = await missing_migrations(urls.owner_url)
    if missing:
        return f"{len(missing)} migration(s) are missing: run `maraude migrate`."
    connection = await asyncpg.connect(urls.owner_url)
    try:
        demo = await connection.fetchval("SELECT bool_or(is_demo) FROM territory")
    finally:
        await connection.close()
    return "This database holds a demo territory: `serve` does not run on it. Use another MARAUDE_HOME." if demo else ""


def _fault(sentence: str) -> int:
    print(f"maraude: {sentence}", file=sys.stderr)
    return 1
