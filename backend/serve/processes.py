"""Start web servers and workers as processes of their own, and end only those."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
from rq import Worker

from backend.embedded import Urls
from backend.jobs.queue import connect, make_queue
from backend.settings import Settings

END_SECONDS_MAX = 10.0


def environment_of(settings: Settings, urls: Urls) -> dict[str, str]:
    """Return the environment that gives a child process these settings and servers."""
    return {
        **os.environ,
        "DATABASE_URL": urls.app_url,
        "DATABASE_OWNER_URL": urls.owner_url,
        "REDIS_URL": urls.redis_url,
        "MARAUDE_HOME": str(settings.home),
        "MARAUDE_HOST": settings.host,
        "MARAUDE_PORT": str(settings.port),
        "MARAUDE_SECRET_KEY": settings.secret_key,
        "MARAUDE_QUEUE": settings.queue_name,
        "MARAUDE_JOB_LEASE_SECONDS": str(settings.job_lease_seconds),
        "MARAUDE_SECURE_COOKIES": "yes" if settings.secure_cookies else "no",
        "MARAUDE_OWN_ENVIRONMENT": "1",
    }


@contextlib.contextmanager
def child(words: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m backend.cli WORDS` as long as the context lasts, its output in a file."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "backend.cli", *words],
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            end(process)


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
