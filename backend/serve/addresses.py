"""Find the servers of an operator's command: those that the settings name, else the embedded ones that run beside.

What an operator named is never replaced: a database that is named is never completed by the queue of another one. A demo
is found where its home is named, or where there is nothing else it could be confused with; a command says so first.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from backend.demo.database import at_demo, has_demo, home_of_demo, with_demo_settings
from backend.embedded import Urls, running_urls
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings


@dataclass(frozen=True)
class Beside:
    """Embedded servers that another command runs: for which home, where, and whether they serve a demo."""

    home: Path
    urls: Urls
    is_demo: bool


def running_beside(home: Path) -> Beside | None:
    """Return the servers that run for a home, or those of its demo where the home has no data of its own."""
    own = running_urls(home / "data")
    if own is not None:
        is_demo = asyncio.run(has_demo(own))
        return Beside(home, at_demo(own) if is_demo else own, is_demo)
    demo = None if (home / "data").exists() else running_urls(home_of_demo(home) / "data")
    return Beside(home_of_demo(home), at_demo(demo), is_demo=True) if demo else None


def runs_only_a_demo(home: Path) -> bool:
    """Tell whether a demo runs for a home, so that a command that finds no servers can name it."""
    return running_urls(home_of_demo(home) / "data") is not None


def whose(home: Path, database_url: str, *, runs: bool) -> str:
    """Return whose database a command is about to change, in a sentence without role and password.

    >>> whose(Path("/srv/m"), "postgresql://us:secret@db.example:5432/health", runs=False)
    'the database health on db.example:5432, which DATABASE_URL names.'
    >>> whose(Path("/srv/m"), "", runs=True)
    'the database of /srv/m, whose server runs.'
    """
    if not database_url:
        return f"the database of {home}, whose server {'runs' if runs else 'is started for this'}."
    parts = urlsplit(database_url)
    server = parts.netloc.rpartition("@")[2] or "this machine"
    return f"the database {parts.path.lstrip('/')} on {server}, which DATABASE_URL names."


def at_home_of(settings: Settings, beside: Beside | None) -> Settings:
    """Return settings for the home of the servers that were found, as their command has them."""
    return with_demo_settings(settings, beside.home) if beside and beside.is_demo else settings


def with_servers(settings: Settings, beside: Beside | None) -> Settings:
    """Return settings that name servers, if there are any to name; and the secret key of embedded ones."""
    if settings.database_url or beside is None:
        return settings
    return with_secret_key(
        replace(
            settings,
            database_url=beside.urls.app_url,
            database_owner_url=beside.urls.owner_url,
            redis_url=settings.redis_url or beside.urls.redis_url,
            database_reference_url=settings.database_reference_url or beside.urls.reference_url,
        )
    )
