"""Start web servers and workers as processes of their own, and end only those."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import structlog
from rq import Worker

from backend.embedded import Urls
from backend.jobs.queue import connect, make_queue
from backend.serve.lifetime import TIED_TO
from backend.settings import Settings

END_SECONDS_MAX = 10.0
RESTART_SECONDS_LEAST = 0.5
RESTART_SECONDS_MAX = 30.0

_log = structlog.get_logger()


def environment_of(settings: Settings, urls: Urls) -> dict[str, str]:
    """Return the environment that gives a child process these settings and servers."""
    return {
        **os.environ,
        "DATABASE_URL": urls.app_url,
        "DATABASE_OWNER_URL": urls.owner_url,
        "DATABASE_REFERENCE_URL": urls.reference_url,
        "REDIS_URL": urls.redis_url,
        "MARAUDE_HOME": str(settings.home.resolve()),  # a child runs in another folder
        "MARAUDE_LIBRARIES": str(settings.libraries.resolve()),
        "MARAUDE_HOST": settings.host,
        "MARAUDE_PORT": str(settings.port),
        "MARAUDE_PUBLIC_URL": settings.public_url,
        "MARAUDE_REFERENCE_ADMIN_URL": settings.reference_admin_url,
        "MARAUDE_REFERENCE_ADMIN_PORT": str(settings.reference_admin_port),
        "MARAUDE_REFERENCE_ADMIN_ASKS": settings.reference_admin_asks,
        "MARAUDE_SECRET_KEY": settings.secret_key,
        "MARAUDE_WEB_PROCESSES": str(settings.web_processes),
        "MARAUDE_QUEUE": settings.queue_name,
        "MARAUDE_JOB_LEASE_SECONDS": str(settings.job_lease_seconds),
        "MARAUDE_SECURE_COOKIES": "yes" if settings.secure_cookies else "no",
        "MARAUDE_OWN_ENVIRONMENT": "1",
    }


TREE = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def child(
    words: list[str], environment: dict[str, str], log: Path, tree: Path = TREE
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m backend.cli WORDS` of a tree as long as the context lasts, its output in a file."""
    process = _start(words, environment, log, tree)
    try:
        yield process
    finally:
        end(process)


def _start(
    words: list[str], environment: dict[str, str], log: Path | None, tree: Path = TREE, handles: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    with contextlib.ExitStack() as opened:
        output = None  # where ours goes
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = opened.enter_context(log.open("ab"))
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "backend.cli", *words],
            env={**environment, TIED_TO: str(os.getpid())},
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=handles,
        )


class Kept:
    """A process that is started again when it ends unasked, with a pause that grows while it keeps ending at once."""

    def __init__(
        self, words: list[str], environment: dict[str, str], log: Path | None, handles: tuple[int, ...] = ()
    ) -> None:
        self._start = partial(_start, words, environment, log, handles=handles)
        self._stopping = threading.Event()
        self.process = self._start()
        self._watch = threading.Thread(target=self._keep, name=f"keeps {words[0]}", daemon=True)
        self._watch.start()

    def _keep(self) -> None:
        pause_seconds = RESTART_SECONDS_LEAST
        while True:
            started = time.monotonic()
            status = self.process.wait()
            if self._stopping.is_set():
                return
            lived_long = time.monotonic() - started > RESTART_SECONDS_MAX
            pause_seconds = RESTART_SECONDS_LEAST if lived_long else min(2 * pause_seconds, RESTART_SECONDS_MAX)
            _log.warning("process.ended", status=status)
            if self._stopping.wait(pause_seconds):
                return
            self.process = self._start()

    def ask_to_end(self) -> None:
        """Ask the process to end for good, and do not wait for it."""
        self._stopping.set()
        if self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """End the process for good."""
        self._stopping.set()
        end(self.process)
        self._watch.join()
        end(self.process)  # one that was being started meanwhile


@contextlib.contextmanager
def kept(
    words: list[str], environment: dict[str, str], log: Path | None, handles: tuple[int, ...] = ()
) -> Iterator[Kept]:
    """Keep `python -m backend.cli WORDS` running as long as the context lasts, its output in a file or where ours goes.

    It inherits what is open under `handles`.
    """
    process = Kept(words, environment, log, handles)
    try:
        yield process
    finally:
        process.stop()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started: first asked, then made."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_worker(settings: Settings, process: subprocess.Popen[bytes], seconds_max: float) -> bool:
    """Wait until a worker has registered at the queue; False if it ended or the time is over."""
    connection = connect(settings)
    ends = time.monotonic() + seconds_max
    while time.monotonic() < ends and process.poll() is None:
        if any(worker.pid == process.pid for worker in Worker.all(queue=make_queue(settings, connection))):
            return True
        time.sleep(0.1)
    return False


def wait_until_ready(url: str, process: subprocess.Popen[bytes], seconds_max: float) -> bool:
    """Wait until a web server says that it can work; False if it ended or the time is over."""
    ends = time.monotonic() + seconds_max
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/health/ready", timeout=2).status_code == httpx.codes.OK:
                return True
        time.sleep(0.1)
    return False
