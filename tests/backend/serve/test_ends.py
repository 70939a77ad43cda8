"""However `serve` ends, nothing that it started goes on; a port that somebody else holds is told before an address."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backend import embedded
from backend.embedded.process import is_alive
from backend.serve.processes import environment_of, wait_until_ready
from backend.settings import Settings
from tests.backend.embedded.beside import server_pids
from tests.backend.jobs.planning import children_of
from tests.backend.running import free_port
from tests.conftest import Database

SECONDS_MAX = 120
_NOT_GIVEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_REFERENCE_URL", "REDIS_URL")


def _until(said: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS_MAX
    while not said():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_worker_and_servers_end_with_serve(sign: signal.Signals, urls: embedded.Urls, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, port=free_port(), secret_key="00" * 32)
    environment = {name: value for name, value in environment_of(settings, urls).items() if name not in _NOT_GIVEN}
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "serve"], env=environment, stdout=log, stderr=log
        )
    try:
        assert wait_until_ready(f"http://127.0.0.1:{settings.port}", process, SECONDS_MAX)
        started = children_of(process.pid)
        assert any(b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in started)
        process.send_signal(sign)
        assert process.wait(SECONDS_MAX) == (0 if sign == signal.SIGTERM else -sign)
        _until(lambda: not any(is_alive(pid) for pid in started))
        _until(lambda: not server_pids(tmp_path / "data"))
    finally:
        process.kill()
        process.wait()


def _run(word: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "backend.cli", word]
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)


@pytest.mark.parametrize("word", ["serve", "demo"])
async def test_port_is_named_when_somebody_listens_there(
    word: str, database: Database, urls: embedded.Urls, tmp_path: Path
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        settings = Settings(home=tmp_path, port=port, secret_key="00" * 32)
        environment = environment_of(settings, embedded.Urls(database.owner_url, database.url, urls.redis_url))
        done = await asyncio.to_thread(_run, word, environment)
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert "http://" not in done.stderr
