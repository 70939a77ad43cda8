"""Own the real processes of a chaos run: PostgreSQL of the wheel with its keeper, web servers, tablets; and kill them.

Web servers run from a checkout that may be a patched copy (mutants.py); PostgreSQL is durable and its commits are
synchronous. Only processes that this file started are ended.
"""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import msgspec

from backend import embedded
from backend.embedded.layout import Layout
from backend.embedded.privilege import decide_runs_as, home_for
from backend.embedded.process import tail
from backend.serve.processes import environment_of, wait_until_ready
from backend.settings import Settings
from bench.chaos.tablets import Wish

CHECKOUT = Path(__file__).resolve().parents[2]
READY_SECONDS_MAX = 90.0
WEB_SERVERS = 2
PHASE_SECONDS_MAX = 600.0


@dataclass
class House:
    """Everything that runs. `checkout` is where the web servers' source lies."""

    folder: Path
    checkout: Path
    urls: embedded.Urls
    ports: list[int]
    web: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    tablets: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def straight_urls(self) -> tuple[str, ...]:
        """The servers' own addresses."""
        return tuple(f"http://127.0.0.1:{port}" for port in self.ports)

    def migrate(self) -> None:
        """Bring the schema forward with the checkout's own migrations."""
        done = self._run(["migrate"], self.ports[0], "migrate")
        if done.wait() != 0:
            raise RuntimeError((self.folder / "migrate.log").read_text("utf-8", errors="replace")[-800:])

    def start_web(self, port: int) -> None:
        """Start a web server; it answers some seconds later."""
        self.web[port] = self._run(["serve"], port, f"web-{port}")

    def wait_for_web(self) -> None:
        """Wait until every web server answers."""
        for port, process in self.web.items():
            if not wait_until_ready(f"http://127.0.0.1:{port}", process, READY_SECONDS_MAX):
                raise RuntimeError((self.folder / f"web-{port}.log").read_text("utf-8", errors="replace")[-800:])

    def kill_web(self, port: int) -> None:
        """Kill a web server as `kill -9` does."""
        self.web[port].kill()
        self.web[port].wait()

    def kill_database(self, number: signal.Signals) -> None:
        """End PostgreSQL at once: SIGQUIT is its immediate shutdown, SIGKILL takes its first process. It is revived."""
        self.wait_for_database()  # one that dies while it starts is given up by its keeper, and rightly so
        pid = int((self._layout.cluster / "postmaster.pid").read_text("utf-8").splitlines()[0])
        os.kill(pid, number)

    def wait_for_database(self) -> None:
        """Wait until PostgreSQL answers again; raises RuntimeError with the end of its log."""
        try:
            asyncio.run(_wait_for(self.urls.owner_url))
        except (OSError, asyncpg.PostgresError) as error:
            raise RuntimeError(tail(self._layout.logs / "postgres.log", lines=20)) from error

    @property
    def _layout(self) -> Layout:
        data = self.folder / "data"
        return Layout(data, home_for(data, decide_runs_as()))

    def start_tablets(self, wish: Wish, phase: str) -> None:
        """Start a process of tablets in a phase."""
        path = wish.root / f"{wish.name}.json"
        path.write_bytes(msgspec.json.encode(wish))
        with (self.folder / "tablets.log").open("ab") as log:
            self.tablets[wish.name] = subprocess.Popen(
                [sys.executable, "-m", "bench.chaos.tablets", str(path), phase],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def end_tablets(self, *, kill: bool) -> bool:
        """Wait for the tablets' processes, or kill them; tell whether all of them came to their end."""
        done = True
        for process in self.tablets.values():
            if kill:
                process.kill()
            done = process.wait(PHASE_SECONDS_MAX) == 0 and done
        self.tablets.clear()
        return done

    def close(self) -> None:
        """End what still runs."""
        for process in (*self.web.values(), *self.tablets.values()):
            if process.poll() is None:
                process.kill()
                process.wait()

    def _run(self, words: list[str], port: int, name: str) -> subprocess.Popen[bytes]:
        settings = Settings(
            home=self.folder, port=port, secret_key="5a" * 32, secure_cookies=False, log_level="warning"
        )
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "backend.cli", *words],
                cwd=self.checkout,
                env=environment_of(settings, self.urls) | {"PYTHONPATH": str(self.checkout)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


@contextlib.contextmanager
def house(folder: Path, checkout: Path) -> Iterator[House]:
    """Run PostgreSQL and queue, migrate, start the web servers, and end everything afterwards."""
    with embedded.servers(folder / "data", environ={}, durable=True) as urls:
        built = House(folder, checkout, urls, [_free_port() for _ in range(WEB_SERVERS)])
        try:
            built.migrate()
            yield built
        finally:
            built.close()


async def _wait_for(url: str) -> None:
    ends = time.monotonic() + READY_SECONDS_MAX
    while True:
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            if time.monotonic() > ends:
                raise
            await asyncio.sleep(0.1)
        else:
            await connection.close()
            return


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
