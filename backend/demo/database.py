"""Give the demo a database of its own, fresh at each run, so that nothing real is ever beside it."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from backend.embedded import Urls
from backend.settings import Settings

NAME = "maraude_demo"


def home_of_demo(home: Path) -> Path:
    """Return where the demo of a home keeps its servers, so that they are never those of an installation."""
    return home / "demo"


def with_demo_settings(settings: Settings, home: Path) -> Settings:
    """Return the settings that the demo at a home runs with, for it and for the commands beside it."""
    return replace(settings, home=home, secure_cookies=False, queue_name="maraude-demo")


async def fresh_database(urls: Urls) -> Urls:
    """Make the demo's database anew and return its addresses; the former demo's is dropped."""
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {NAME}")
    finally:
        await connection.close()
    return at_demo(urls)


def at_demo(urls: Urls) -> Urls:
    """Return the addresses of the demo's database on these servers."""
    return Urls(_at(urls.owner_url), _at(urls.app_url), urls.redis_url, _at(urls.reference_url))


async def has_demo(urls: Urls) -> bool:
    """Tell whether these servers hold a demo's database: those of an installation never do."""
    connection = await asyncpg.connect(urls.owner_url)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", NAME))
    finally:
        await connection.close()


async def holds_stray_demo(connection: Any) -> bool:
    """Tell whether a database that is not a demo's own holds a demo's territory; asked as its owner, after migrations."""
    return bool(
        await connection.fetchval(
            "SELECT current_database() <> $1 AND EXISTS (SELECT FROM territory WHERE is_demo)", NAME
        )
    )


def _at(url: str) -> str:
    """Return the same server's address of the demo's database; nothing where nobody named one."""
    return url and urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
