"""A worker that is asked to end does so, even while its queue is away."""

import signal
from pathlib import Path

from backend.serve.processes import child, environment_of, wait_for_worker
from backend.settings import Settings
from tests.backend.embedded.beside import launcher, server_pids
from tests.backend.jobs.planning import send

SECONDS_MAX = 60


def _pid(data_dir: Path, word: bytes) -> int:
    return next(pid for pid in server_pids(data_dir) if word in Path(f"/proc/{pid}/cmdline").read_bytes())


def test_worker_ends_when_it_is_asked_to_while_the_queue_is_away(tmp_path: Path) -> None:
    """RQ says goodbye to Redis on its way out: that nobody hears it is no reason to stay."""
    data_dir = tmp_path / "data"
    with launcher(data_dir) as launched:
        urls = launched.urls
        settings = Settings(home=tmp_path, secret_key="00" * 32, database_url=urls.app_url, redis_url=urls.redis_url)
        with child(["worker"], environment_of(settings, urls), tmp_path / "worker.log") as worker:
            assert wait_for_worker(settings, worker, SECONDS_MAX)
            keeper = _pid(data_dir, b"keeper")
            send(signal.SIGSTOP, keeper)  # it would start the queue again
            try:
                send(signal.SIGKILL, _pid(data_dir, b"valkey-server"))
                send(signal.SIGTERM, worker.pid)
                assert worker.wait(SECONDS_MAX) == 0
            finally:
                send(signal.SIGCONT, keeper)
