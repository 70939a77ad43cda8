"""The queue that compose.yaml starts knows the one user with few rights, by the script that it starts it with."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import yaml  # type: ignore[import-untyped]
from rq import Queue
from rq.serializers import JSONSerializer

from backend.embedded.binaries import find_binaries
from backend.embedded.queue_user import NAME, RULE
from tests.backend.embedded.beside import CHECKOUT

SCRIPT = CHECKOUT / "docs/operations/run-queue.sh"
PASSWORD = "a-password-of-this-test"
SECONDS_MAX = 30.0


@pytest.fixture(scope="module")
def socket_path() -> Iterator[Path]:
    """Run the script on an ordinary Redis where there is one, else on the embedded server under its name."""
    folder = Path(tempfile.mkdtemp(prefix="mq-"))
    (folder / "bin").mkdir()
    (folder / "bin" / "redis-server").symlink_to(shutil.which("redis-server") or find_binaries().valkey_server)
    path = folder / "s"
    environ = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(folder), "QUEUE_PASSWORD": PASSWORD}
    words = ["sh", str(SCRIPT), "--port", "0", "--unixsocket", str(path), "--dir", str(folder)]
    with subprocess.Popen(words, env=environ, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(path)
            yield path
        finally:
            server.terminate()
    shutil.rmtree(folder)


def test_user_queues_and_does_nothing_else(socket_path: Path) -> None:
    with redis.Redis.from_url(f"unix://{NAME}:{PASSWORD}@{socket_path}") as queue:
        asked = Queue("maraude", connection=queue, serializer=JSONSerializer).enqueue("nobody.calls.this", "an-id")
        assert queue.lrange("rq:queue:maraude", 0, -1) == [asked.id.encode()]
        for command in ("CONFIG SET dir /tmp", "EVAL return(1) 0", "FLUSHALL", "SAVE", "GET other", "ACL LIST"):
            with pytest.raises(redis.exceptions.ResponseError, match=r"(?i)no permissions|not allowed"):
                queue.execute_command(*command.split())


def test_anybody_else_may_ask_whether_it_lives(socket_path: Path) -> None:
    with redis.Redis.from_url(f"unix://{socket_path}") as stranger:
        assert stranger.ping()
        with pytest.raises(redis.exceptions.NoPermissionError):
            stranger.execute_command("LPUSH", "rq:queue:maraude", "x")
    wrong = redis.Redis.from_url(f"unix://{NAME}:wrong@{socket_path}")
    with wrong as stranger, pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()


def test_password_is_kept_as_a_hash_that_nobody_else_reads(socket_path: Path) -> None:
    users = socket_path.parent / "maraude-queue.acl"
    assert PASSWORD not in users.read_text()
    assert users.stat().st_mode & 0o077 == 0


def test_compose_starts_the_queue_so_and_the_application_is_that_user() -> None:
    services = yaml.safe_load((CHECKOUT / "compose.yaml").read_text("utf-8"))["services"]
    queue = services["redis"]
    assert f"rule='{RULE}'" in SCRIPT.read_text("utf-8")
    assert queue["volumes"] == [f"./{SCRIPT.relative_to(CHECKOUT)}:{queue['entrypoint'][-1]}:ro"]
    assert queue["user"] != "root"
    for name in ("web", "worker", "migrate"):
        assert services[name]["environment"]["REDIS_URL"].startswith(f"redis://{NAME}:${{QUEUE_PASSWORD")


def _wait_for(path: Path) -> None:
    end_at = time.monotonic() + SECONDS_MAX
    while True:
        try:
            with redis.Redis.from_url(f"unix://{path}") as stranger:
                stranger.ping()
                return
        except redis.exceptions.ConnectionError:
            assert time.monotonic() < end_at, "the queue of compose.yaml did not start"
            time.sleep(0.05)
