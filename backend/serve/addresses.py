"""Find the servers of an operator's command: those that the settings name, else the embedded ones that run beside.

What an operator named is never replaced: a database that is named is never completed by the queue of another one.
"""

from dataclasses import replace

from backend.embedded import running_urls
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings


def with_running_servers(settings: Settings) -> Settings:
    """Return settings that name servers, if there are any to name; and the secret key of embedded ones."""
    if settings.database_url:
        return settings
    running = running_urls(settings.home / "data")
    if running is None:
        return settings
    return with_secret_key(
        replace(
            settings,
            database_url=running.app_url,
            database_owner_url=running.owner_url,
            redis_url=settings.redis_url or running.redis_url,
            database_reference_url=settings.database_reference_url or running.reference_url,
        )
    )
