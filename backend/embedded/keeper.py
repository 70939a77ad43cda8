"""This file is the process that owns the embedded servers: it starts, revives and ends them.

A process of its own, with one thread: the kernel ties the servers to it whatever thread the launcher used, and Ctrl-C
in a terminal reaches the web server first. It ends at a word on its standard input or at the input's end, and when its
launcher is gone, so that `kill -9` of any of them leaves nothing running. It uses the standard library alone.
Its answer to the launcher is one JSON line: `{"urls": …}` or `{"refused": {"code": …, "sentence": …}}`.
"""

import argparse
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Final, NoReturn

from backend.embedded import postgres, valkey
from backend.embedded.binaries import find_binaries, runnable_binaries
from backend.embedded.layout import Layout, Refused, Urls, make_socket_dir, passwords_of, urls_at, write_private
from backend.embedded.privilege import (
    RunsAs,
    decide_runs_as,
    hand_over,
    home_for,
    refuse_a_strangers_files,
    settle_home,
)
from backend.embedded.process import ServerCommand, end, is_alive

WATCH_SECONDS: Final = 0.25
# The keeper of a launcher that was just killed needs a moment for its shutdown.
FORMER_KEEPER_SECONDS_MAX: Final = 30.0
# A server that dies again and again has a reason that reviving does not mend.
REVIVALS_MAX: Final = 5
REVIVALS_WINDOW_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Wish:
    """What the launcher asks for."""

    data_dir: Path
    launcher_pid: int
    with_postgres: bool
    with_valkey: bool
    durable: bool
    allow_namespace: bool


@dataclass
class Kept:
    """A server in the keeper's care: how to start it, and the process that runs now."""

    command: ServerCommand
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]


def main() -> int:
    """Run the servers until the launcher ends; 1 if they could not be started."""
    wish = _wish()
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ExitStack() as stack:
        try:
            layout, runs_as = _prepare(wish, stack)
            urls, kept = _start(wish, layout, runs_as, stack)
        except Refused as refused:
            _answer({"refused": {"code": refused.code, "sentence": refused.sentence}})
            return 1
        write_private(layout.running_file, json.dumps(asdict(urls)))
        stack.callback(layout.running_file.unlink, missing_ok=True)
        _answer({"urls": asdict(urls)})
        _watch(wish.launcher_pid, kept)
    return 0


def _wish() -> Wish:
    parser = argparse.ArgumentParser(description="Run the embedded servers for the launcher that started this process.")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("launcher_pid", type=int)
    parser.add_argument("--without-postgres", action="store_true")
    parser.add_argument("--without-valkey", action="store_true")
    parser.add_argument("--not-durable", action="store_true")
    parser.add_argument("--no-namespace", action="store_true")
    given = parser.parse_args()
    return Wish(
        data_dir=given.data_dir,
        launcher_pid=given.launcher_pid,
        with_postgres=not given.without_postgres,
        with_valkey=not given.without_valkey,
        durable=not given.not_durable,
        allow_namespace=not given.no_namespace,
    )


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # The exception unwinds through the stack, which ends the servers in good order.
    raise SystemExit(0)


def _answer(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _prepare(wish: Wish, stack: ExitStack) -> tuple[Layout, RunsAs]:
    """Take the data directory for ourselves alone and make its folders."""
    runs_as = decide_runs_as(allow_namespace=wish.allow_namespace)
    try:
        wish.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        layout = Layout(wish.data_dir, home_for(wish.data_dir, runs_as))
        stack.enter_context(_lock(layout.lock_file, wish.launcher_pid))
        settle_home(layout)
        layout.logs.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Refused(
            "data_directory_not_writable",
            f"The data directory {wish.data_dir} cannot be written ({error.strerror}): "
            "give it to this user or name another one.",
        ) from error
    refuse_a_strangers_files(layout)
    return layout, runs_as


def _lock(path: Path, launcher_pid: int) -> IO[str]:
    """Hold the data directory's lock, waiting only for a keeper whose own launcher is gone."""
    file = path.open("a+", encoding="utf-8")
    end_at = time.monotonic() + FORMER_KEEPER_SECONDS_MAX
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            if (holder.isdigit() and is_alive(int(holder))) or time.monotonic() > end_at:
                file.close()
                raise Refused(
                    "data_directory_in_use",
                    f"The data directory {path.parent} is in use by process {holder}: stop it, or name another one.",
                ) from None
            time.sleep(0.05)
    file.seek(0)
    file.truncate()
    file.write(str(launcher_pid))
    file.flush()
    return file


def _start(wish: Wish, layout: Layout, runs_as: RunsAs, stack: ExitStack) -> tuple[Urls, list[Kept]]:
    """Start what is wished for, each registered to be ended, and return the addresses."""
    binaries = runnable_binaries(find_binaries(), layout, runs_as)
    passwords = passwords_of(layout)
    socket_dir = make_socket_dir(layout)
    hand_over(socket_dir, runs_as)
    stack.callback(shutil.rmtree, socket_dir, ignore_errors=True)
    kept: list[Kept] = []
    stack.callback(_end_all, kept)
    if wish.with_postgres:
        postgres.make_cluster(layout, binaries, runs_as, passwords, durable=wish.durable)
        command = postgres.server_command(layout, binaries, socket_dir, durable=wish.durable)

        def start_postgres() -> subprocess.Popen[bytes]:
            return postgres.start_until_ready(command, binaries, socket_dir, layout.cluster, runs_as)

        kept.append(Kept(command, start_postgres, start_postgres()))
        postgres.ensure_roles(binaries, socket_dir, passwords)
    if wish.with_valkey:
        valkey.write_users(layout, passwords.queue, runs_as)
        queue_command = valkey.server_command(layout, binaries, socket_dir)

        def start_valkey() -> subprocess.Popen[bytes]:
            return valkey.start_until_ready(queue_command, layout, socket_dir, runs_as)

        kept.append(Kept(queue_command, start_valkey, start_valkey()))
    return urls_at(socket_dir, passwords), kept


def _watch(launcher_pid: int, kept: list[Kept]) -> None:
    """Revive a server that dies; return when the launcher is gone or a server cannot be kept alive."""
    revivals: list[float] = []
    while os.getppid() == launcher_pid:
        readable, _, _ = select.select([sys.stdin], [], [], WATCH_SECONDS)
        if readable:
            return
        for server in kept:
            if server.process.poll() is None:
                continue
            now = time.monotonic()
            revivals = [*(at for at in revivals if now - at < REVIVALS_WINDOW_SECONDS), now]
            if len(revivals) > REVIVALS_MAX:
                return
            try:
                server.process = server.start()
            except Refused as refused:
                with server.command.log.open("a", encoding="utf-8") as log:
                    log.write(f"keeper: {refused.sentence}\n")
                return


def _end_all(kept: list[Kept]) -> None:
    for server in reversed(kept):
        end(server.process, server.command)


if __name__ == "__main__":
    sys.exit(main())
