"""This file measures an installation for the doctor: port, disk, database, queue, clock.

What counts as a fault is decided in `findings.py`. A server that does not answer is one finding; what only it could
tell is then not examined.
"""

import asyncio
import os
import shutil
import socket
import tempfile
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import asyncpg
import redis

from backend.db.migrate import missing_migrations
from backend.demo.database import holds_stray_demo
from backend.doctor import findings
from backend.doctor.findings import Finding, Rights
from backend.embedded.layout import SOCKET_DIR_PREFIX, Urls, socket_dir_fits

ANSWER_SECONDS_MAX: Final = 5.0
RIGHTS_OF_APP: Final = """
    SELECT current_user, (SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user),
      ARRAY(SELECT relname::text FROM pg_catalog.pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
              AND NOT has_table_privilege(oid, 'SELECT') ORDER BY relname)
"""
# The last checkpoint was written when the database's clock showed that instant: it cannot lie ahead of now.
MEASURES: Final = """
    SELECT current_user, has_schema_privilege('public', 'CREATE'), current_setting('server_version_num')::int,
      clock_timestamp(), (SELECT checkpoint_time FROM pg_catalog.pg_control_checkpoint())
"""


async def examine(urls: Urls, *, host: str, port: int, data_dir: Path, at: datetime) -> tuple[Finding, ...]:
    """Return every check of this installation, in the order in which a person would mend them.

    `at` is this machine's clock now, in UTC; `urls` are the servers as settings or `embedded.servers` give them.
    """
    return (*examine_machine(host=host, port=port, data_dir=data_dir), *await examine_servers(urls, data_dir, at))


def examine_machine(*, host: str, port: int, data_dir: Path) -> tuple[Finding, ...]:
    """Return the checks that need no server: port, data directory, disk, socket path."""
    existing = next(folder for folder in (data_dir, *data_dir.parents) if folder.is_dir())
    return (
        findings.judge_port(host, port, _holder(host, port)),
        findings.judge_data_directory(str(data_dir), _obstacle_to_writing(existing)),
        findings.judge_disk(str(data_dir), shutil.disk_usage(existing).free),
        findings.judge_socket_path(str(data_dir), fits=_a_socket_fits(data_dir)),
    )


async def examine_servers(urls: Urls, data_dir: Path, at: datetime) -> tuple[Finding, ...]:
    """Return the checks of database, clock and queue."""
    return (*await _examine_database(urls, data_dir, at), await asyncio.to_thread(_examine_queue, urls.redis_url))


async def _examine_database(urls: Urls, data_dir: Path, at: datetime) -> tuple[Finding, ...]:
    try:
        owner = await asyncpg.connect(urls.owner_url, timeout=ANSWER_SECONDS_MAX)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return (findings.judge_database("DATABASE_OWNER_URL", _told(error)),)
    missing = await missing_migrations(urls.owner_url)
    try:
        role, may_create, version, database_at, checkpoint_at = await owner.fetchrow(MEASURES)
        holds_demo = not missing and await holds_stray_demo(owner)
    finally:
        await owner.close()
    found = [
        findings.judge_database_version(version),
        findings.judge_migrations(missing),
        *([] if missing else [findings.judge_demo(holds_demo=holds_demo)]),
        findings.judge_clock(at, database_at, max(checkpoint_at, _last_written_at(data_dir) or checkpoint_at)),
    ]
    try:
        app = await asyncpg.connect(urls.app_url, timeout=ANSWER_SECONDS_MAX)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return (findings.judge_database("DATABASE_URL", _told(error)), *found)
    try:
        app_role, above, unreadable = await app.fetchrow(RIGHTS_OF_APP)
    finally:
        await app.close()
    return (
        findings.judge_database(app_role, ""),
        *found,
        findings.judge_rights(Rights(app_role, above, tuple(unreadable), role, may_create)),
    )


def _examine_queue(url: str) -> Finding:
    try:
        with redis.Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS_MAX, socket_connect_timeout=ANSWER_SECONDS_MAX
        ) as queue:
            queue.ping()
    except (OSError, ValueError, redis.RedisError) as error:
        return findings.judge_queue(_told(error))
    return findings.judge_queue("")


def _holder(host: str, port: int) -> Literal["nobody", "maraude", "another"]:
    """Tell who listens on the port: binding it is the only sure question, and asking for its health the next one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the web server does, so that a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return "maraude" if _is_maraude(host, port) else "another"
    return "nobody"


def _is_maraude(host: str, port: int) -> bool:
    name = f"[{host}]" if ":" in host else host
    # A proxy of the environment would answer for itself.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{name}:{port}/health/live", timeout=ANSWER_SECONDS_MAX) as answer:
            return b'"alive"' in answer.read(1000)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _obstacle_to_writing(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def _a_socket_fits(data_dir: Path) -> bool:
    """Tell whether the sockets fit beside the data or in one of the short folders that the servers would use."""
    bases = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir())
    short = [Path(base) / f"{SOCKET_DIR_PREFIX}12345678" for base in bases if base]
    return any(socket_dir_fits(folder) for folder in (data_dir / "run", *short))


def _last_written_at(data_dir: Path) -> datetime | None:
    """Return when the newest file directly in the data directory was written."""
    try:
        times = [entry.stat().st_mtime for entry in os.scandir(data_dir)]
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), tz=UTC) if times else None


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
