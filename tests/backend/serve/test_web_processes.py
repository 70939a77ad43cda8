"""Several web processes answer on one socket, count together, and one that is killed takes nothing along."""

import asyncio
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import uvicorn

from backend import embedded
from backend.access import Role
from backend.health.shared_measures import FOLDER, measures_are_shared
from backend.ids import new_id
from backend.serve.port import listen_at
from backend.serve.share import SharingServer
from sync.client import Act
from sync.ops import Op
from tests.backend.running import Served, serve_ground
from tests.trust.web import make_proof

SECONDS_MAX = 120
KILLS = 2
CONNECTIONS = 24


@pytest.fixture(scope="module")
async def served(urls: embedded.Urls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with serve_ground(urls, tmp_path_factory.mktemp("several"), web_processes=2) as served:
        yield served
        served.close_tablets()


def _beside(served: Served) -> list[int]:
    """Return the web processes beside the first, whichever thread of it has started them."""
    lists = Path(f"/proc/{served.web.pid}/task").glob("*/children")
    return [int(pid) for one in lists for pid in one.read_text().split()]


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _answers(served: Served) -> bool:
    """Tell whether a new connection is answered within SECONDS_MAX."""
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        try:
            return httpx.get(f"{served.url}/health/live", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            continue
    return False


async def test_each_process_answers_alone(served: Served) -> None:
    (beside,) = _beside(served)
    with _stopped(served.web.pid):
        assert _answers(served)
    with _stopped(beside):
        assert _answers(served)


async def test_connections_that_come_at_once_are_shared(served: Served) -> None:
    """One process that took every connection that waits would leave the others idle."""
    (beside,) = _beside(served)
    opened = [socket.create_connection(("127.0.0.1", served.settings.port)) for _ in range(CONNECTIONS)]
    try:
        ends = time.monotonic() + SECONDS_MAX
        while sum(held := [_held(pid, served.settings.port) for pid in (served.web.pid, beside)]) < CONNECTIONS:
            assert time.monotonic() < ends
        assert min(held) > 0, held
    finally:
        for one in opened:
            one.close()


def _held(pid: int, port: int) -> int:
    """Return how many connections to a port a process holds, by its open files and the kernel's table."""
    lines = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    there = {f"socket:[{line[9]}]" for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01"}
    return sum(str(one.readlink()) in there for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink())


async def test_shared_socket_speaks_tls_and_goes_on_after_one_who_does_not(tmp_path: Path) -> None:
    async def answer(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})

    proof = make_proof(tmp_path)
    config = uvicorn.Config(
        answer, lifespan="off", log_config=None, ssl_certfile=str(proof.certificate), ssl_keyfile=str(proof.key)
    )
    (listening,) = listen_at("127.0.0.1", 0)
    address = f"127.0.0.1:{listening.getsockname()[1]}"
    server = SharingServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=proof.certificate)) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(f"http://{address}/")
        assert (await client.get(f"https://{address}/")).text == "yes"
    server.should_exit = True
    await serving


async def test_killed_process_is_replaced_and_takes_no_op_along(served: Served, tmp_path: Path) -> None:
    """S1: whichever process a push was in, it was committed before it was answered, or it comes again."""
    tablet = await served.tablet(tmp_path / "tablet")
    author = str(served.ground.users[Role.FIELD_TEAM])
    recorded: list[str] = []
    killing = threading.Thread(target=_kill_those_beside, args=(served,))
    killing.start()
    while killing.is_alive():
        recorded.append(str(new_id()))
        assert isinstance(tablet.record(Act(recorded[-1], "person", {"given_name": "Awa"}), author), Op)
        tablet.sync_until_complete(SECONDS_MAX, Random(1))
    killing.join()
    assert tablet.sync_until_complete(SECONDS_MAX, Random(2)).complete
    found = await served.ground.fetch(
        "SELECT p.id, (SELECT count(*) FROM op o WHERE o.territory_id = $1 AND o.record_id = p.id) AS ops "
        "FROM person p WHERE p.territory_id = $1 AND p.given_name = 'Awa'"
    )
    assert {str(row["id"]): row["ops"] for row in found} == dict.fromkeys(recorded, 1)
    assert len(recorded) > KILLS
    assert _answers(served)


def _kill_those_beside(served: Served) -> None:
    for _ in range(KILLS):
        (beside,) = _wait_for_another(served, known=())
        os.kill(beside, signal.SIGKILL)
        _wait_for_another(served, known=(beside,))


def _wait_for_another(served: Served, known: tuple[int, ...]) -> list[int]:
    ends = time.monotonic() + SECONDS_MAX
    while not (there := [pid for pid in _beside(served) if pid not in known]):
        assert time.monotonic() < ends
        time.sleep(0.05)
    return there


def test_processes_count_together_and_one_alone_needs_no_folder() -> None:
    count = "from backend.health.metrics import OPS, measured; OPS.labels('stored').inc(2)"
    with measures_are_shared(2):
        for _ in range(2):
            subprocess.run([sys.executable, "-c", count], check=True)
        told = subprocess.run(
            [sys.executable, "-c", f"{count}; print(measured().decode())"], check=True, capture_output=True
        )
    assert b'maraude_ops_total{verdict="stored"} 6.0' in told.stdout
    assert FOLDER not in os.environ
    with measures_are_shared(1):
        assert FOLDER not in os.environ
        told = subprocess.run(
            [sys.executable, "-c", f"{count}; print(measured().decode())"], check=True, capture_output=True
        )
    assert b'maraude_ops_total{verdict="stored"} 2.0' in told.stdout
