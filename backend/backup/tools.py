"""Run pg_dump and pg_restore: those of the wheel beside the embedded server, those of PATH for a server of yours.

A password goes through the environment, never through the command line, which every user of a machine can read.
"""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, cast
from urllib.parse import unquote, urlsplit, urlunsplit

from backend.embedded import Refused
from backend.embedded.binaries import find_binaries
from backend.embedded.process import server_environment

READ_BYTES = 256 * 1024


class ToolError(Exception):
    """A tool of PostgreSQL ended with a fault; the text is its own last words."""


def find_tool(name: str, *, embedded: bool) -> str:
    """Return the program; raises Refused if there is none."""
    if embedded:
        return str(find_binaries().postgres_bin / name)
    found = shutil.which(name)
    if found is None:
        raise Refused("binaries_missing", f"{name} is not on the PATH: install the client programs of your PostgreSQL.")
    return found


def dump(program: str, url: str, snapshot: str) -> Iterator[bytes]:
    """Yield a database's dump in the custom format, as of a snapshot; raises ToolError."""
    words = [program, "--format=custom", "--no-password", f"--snapshot={snapshot}"]
    process = _start([*words, f"--dbname={_without_password(url)}"], url, stdin=subprocess.DEVNULL)
    stdout = cast("IO[bytes]", process.stdout)
    try:
        while piece := stdout.read(READ_BYTES):
            yield piece
        _end(process)
    finally:
        _leave(process)


def load(program: str, url: str, content: Iterable[bytes]) -> None:
    """Restore a dump of the custom format into an empty database that is dropped on ToolError.

    Not in one transaction: one that writes for minutes would hold up every feed of the servers' other databases.
    """
    words = [program, "--format=custom", "--no-password", "--exit-on-error"]
    process = _start([*words, f"--dbname={_without_password(url)}"], url, stdin=subprocess.PIPE)
    stdin = cast("IO[bytes]", process.stdin)
    try:
        with suppress(BrokenPipeError):  # it ended before its input did: its own words say why
            for piece in content:
                stdin.write(piece)
            stdin.close()
        _end(process)
    finally:
        _leave(process)


def _start(words: list[str], url: str, *, stdin: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the programs of PostgreSQL, with words of our own
        words,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=server_environment() | {"PGPASSWORD": unquote(urlsplit(url).password or "")},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    words = cast("IO[bytes]", process.stderr).read()
    if process.wait() != 0:
        raise ToolError(words.decode("utf-8", errors="replace").strip()[-600:])


def _leave(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user = parts.username or ""
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}" if user else place))
