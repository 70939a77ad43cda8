"""This file runs a launcher of embedded servers in a process of its own, so that tests can kill it.

Run as a program it starts the servers of a data directory, prints their addresses, and waits for its standard input.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from backend.embedded import Refused, Urls, servers

CHECKOUT = Path(__file__).resolve().parents[3]


class Launcher:
    """A launcher process and the addresses it printed."""

    def __init__(self, process: subprocess.Popen[str], urls: Urls) -> None:
        self.process = process
        self.urls = urls

    def kill(self) -> None:
        """Kill the launcher as `kill -9` does: nothing of it runs any more code."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def launcher(
    data_dir: Path, *, python: str = sys.executable, paths: Sequence[Path] = (CHECKOUT,), user: int | None = None
) -> Iterator[Launcher]:
    """Run a launcher beside the test; `user` is the number of the user it runs as."""
    environ: Mapping[str, str] = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, paths))}
    process = subprocess.Popen(
        [python, "-m", "tests.backend.embedded.beside", str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**environ, "PYTHONDONTWRITEBYTECODE": "1"},
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the launcher ended without an answer"
        answer = json.loads(line)
        if "refused" in answer:
            raise Refused(answer["refused"], answer["sentence"])
        yield Launcher(process, Urls(**answer))
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(60)


def server_pids(data_dir: Path) -> list[int]:
    """Return the processes whose command line names this data directory: keeper, servers."""
    own = os.getpid()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if os.fsencode(data_dir) in words and int(folder.name) != own:
            found.append(int(folder.name))
    return sorted(found)


def wait_until_gone(data_dir: Path, seconds_max: float = 20.0) -> None:
    """Wait until no process serves this data directory, and fail if one still does."""
    end_at = time.monotonic() + seconds_max
    while (left := server_pids(data_dir)) and time.monotonic() < end_at:
        time.sleep(0.05)
    assert not left, f"still running: {left}"


def main() -> None:
    """Serve until the standard input ends."""
    try:
        with servers(Path(sys.argv[1]), environ={}, durable=False) as urls:
            sys.stdout.write(json.dumps(asdict(urls)) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": refused.code, "sentence": refused.sentence}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
