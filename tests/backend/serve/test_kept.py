"""A worker that was killed is there again, and one that was asked to end stays away."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from backend import embedded
from backend.serve.processes import environment_of, kept, wait_for_worker
from backend.settings import Settings

SECONDS_MAX = 120


def test_worker_is_started_again_when_it_was_killed_and_not_when_it_was_stopped(
    urls: embedded.Urls, tmp_path: Path
) -> None:
    """Nobody watches the worker of a laptop or of a pilot: a plan asked for must be made without a human's help."""
    settings = Settings(home=tmp_path, secret_key="00" * 32, queue_name=f"kept-{os.getpid()}")
    settings = replace(settings, database_url=urls.app_url, database_owner_url=urls.owner_url, redis_url=urls.redis_url)
    with kept(["worker"], environment_of(settings, urls), tmp_path / "worker.log") as worker:
        first = worker.process
        assert wait_for_worker(settings, first, SECONDS_MAX)
        os.kill(first.pid, signal.SIGKILL)
        ends = time.monotonic() + SECONDS_MAX
        while worker.process is first and time.monotonic() < ends:
            first.poll()
            time.sleep(0.05)
        second = worker.process
        assert second.pid != first.pid
        assert wait_for_worker(settings, second, SECONDS_MAX)
    assert second.poll() is not None
    assert worker.process is second
