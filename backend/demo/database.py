"""Give the demo a database of its own, fresh at each run, so that nothing real is ever beside it."""

from urllib.parse import urlsplit, urlunsplit

import asyncpg

from backend.embedded import Urls

NAME = "maraude_demo"


async def fresh_database(urls: Urls) -> Urls:
    """Make the demo's database anew and return its addresses; the former demo's is dropped."""
    connection = await asyncpg.connect(urls.owner_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await connection.execute(f"CREATE DATABASE {NAME}")
    finally:
        await connection.close()
    return Urls(_at(urls.owner_url), _at(urls.app_url), urls.redis_url, _at(urls.reference_url))


def _at(url: str) -> str:
    """Return the same server's address of the demo's database; nothing where nobody named one."""
    return url and urlunsplit(urlsplit(url)._replace(path=f"/{NAME}"))
