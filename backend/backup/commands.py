"""Read the words of `maraude verify`, and say what was found."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator

from backend.backup.verify import Seen
from backend.backup.verify import verify as look_through
from backend.embedded import Refused, Urls, running_urls, servers
from backend.settings import Settings


def verify(_options: argparse.Namespace, settings: Settings) -> int:
    """Look through the whole database; 1 if something differs."""
    try:
        with urls_of(settings) as urls:
            found = asyncio.run(look_through(urls.owner_url))
    except Refused as refused:
        print(f"maraude: {refused}", file=sys.stderr)
        return 1
    return tell(found)


def tell(found: list[Seen]) -> int:
    """Print what was looked at and what differs; return the exit status."""
    for one in found:
        print(
            f"{one.slug}: {one.installations} chains of {one.ops} ops, {one.records} records, {one.buckets} buckets: "
            f"{len(one.wrongs)} difference(s)"
        )
        for wrong in one.wrongs:
            print(f"  {wrong.what} {wrong.which}: {wrong.reason}")
    return int(any(one.wrongs for one in found))


@contextlib.contextmanager
def urls_of(settings: Settings) -> Iterator[Urls]:
    """Yield the addresses that the settings name, those of servers that run beside, or of servers started for this."""
    running = running_urls(settings.home / "data")
    if settings.database_url:
        yield Urls(settings.database_owner_url, settings.database_url, settings.redis_url)
    elif running is not None:
        yield running
    else:
        with servers(settings.home / "data", environ={"REDIS_URL": settings.redis_url}) as started:
            yield started
