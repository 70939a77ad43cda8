"""This file gives a command the servers it needs: those that the settings name, or embedded ones while it runs.

The work is done by the keeper, a process of its own (`keeper.py`); beside a running command, `layout.running_urls`
finds the addresses of its servers.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final, cast

from backend.embedded.layout import Refused, RefusedCode, Urls

# An end in good order takes 0.1 s; the keeper itself turns to harder signals after 20 s.
END_SECONDS_MAX: Final = 60.0


@contextmanager
def servers(
    data_dir: Path, *, environ: Mapping[str, str] | None = None, durable: bool = True, allow_namespace: bool = True
) -> Iterator[Urls]:
    """Yield the addresses of a PostgreSQL and a Redis-compatible server.

    `DATABASE_URL` (the application's role), `DATABASE_OWNER_URL` (who migrates; the former if absent) and `REDIS_URL`
    of `environ` (the process's own if None) win; what they do not name runs embedded under `data_dir`. `durable=False`
    forgoes what only a power cut would need (tests). Raises `Refused` with a sentence. It waits for the start and the
    end of the servers: call it outside of an event loop or in a thread.
    """
    given = os.environ if environ is None else environ
    database_url, redis_url = given.get("DATABASE_URL", ""), given.get("REDIS_URL", "")
    if database_url and redis_url:
        owner_url, reference_url = (
            given.get("DATABASE_OWNER_URL") or database_url,
            given.get("DATABASE_REFERENCE_URL", ""),
        )
        yield Urls(owner_url, database_url, redis_url, reference_url)
        return
    words = [sys.executable, "-P", "-m", "backend.embedded.keeper", str(data_dir.resolve()), str(os.getpid())]
    words += ["--without-postgres"] if database_url else []
    words += ["--without-valkey"] if redis_url else []
    words += [] if durable else ["--not-durable"]
    words += [] if allow_namespace else ["--no-namespace"]
    with _keeper(words) as embedded:
        if database_url:
            owner_url = given.get("DATABASE_OWNER_URL") or database_url
            reference_url = given.get("DATABASE_REFERENCE_URL", "")
            yield replace(embedded, owner_url=owner_url, app_url=database_url, reference_url=reference_url)
        elif redis_url:
            yield replace(embedded, redis_url=redis_url)
        else:
            yield embedded


@contextmanager
def _keeper(words: list[str]) -> Iterator[Urls]:
    """Run the keeper, yield what it answers, and let it end the servers before returning."""
    checkout = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(entry for entry in (checkout, os.environ.get("PYTHONPATH", "")) if entry)
    keeper = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
        # Ctrl-C in the terminal is for the command; the keeper follows the command's end.
        start_new_session=True,
    )
    stdin, stdout = cast("IO[str]", keeper.stdin), cast("IO[str]", keeper.stdout)
    try:
        yield _urls(stdout.readline())
    finally:
        # A word as well as the end of the pipe: a forked child of the command may still hold the other end.
        with suppress(BrokenPipeError):
            stdin.write("end\n")
            stdin.flush()
        with suppress(BrokenPipeError):
            stdin.close()
        stdout.close()
        try:
            keeper.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()


def _urls(line: str) -> Urls:
    if not line:
        raise Refused("keeper_lost", "The keeper of the embedded servers ended without an answer: see its error above.")
    answer = json.loads(line)
    if "refused" in answer:
        raise Refused(cast("RefusedCode", answer["refused"]["code"]), answer["refused"]["sentence"])
    return Urls(**answer["urls"])
