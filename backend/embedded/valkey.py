"""This file starts the embedded Redis-compatible server, which carries the ids of jobs and of progress messages.

It keeps them in an append-only file. The truth of a job is a row in PostgreSQL, so a queue that cannot be read is put
aside and begun anew: the sweeper enqueues what is due again.
"""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from backend.embedded.binaries import Binaries
from backend.embedded.layout import VALKEY_SOCKET_NAME, Layout, Refused, write_private
from backend.embedded.privilege import RunsAs, hand_over
from backend.embedded.process import ServerCommand, end, start, tail
from backend.embedded.queue_user import users_file

READY_SECONDS_MAX: Final = 30.0
ANSWER_SECONDS_MAX: Final = 1.0


def server_command(layout: Layout, binaries: Binaries, socket_dir: Path) -> ServerCommand:
    """Return the command of the server: the socket only, append-only file, nothing evicted, one user with few rights."""
    settings = {
        "port": "0",
        "unixsocket": str(socket_dir / VALKEY_SOCKET_NAME),
        "unixsocketperm": "700",
        "dir": str(layout.valkey),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "aclfile": str(layout.queue_users),
        "daemonize": "no",
        "loglevel": "notice",
    }
    flags = tuple(word for name, value in settings.items() for word in (f"--{name}", value))
    return ServerCommand(
        name="valkey",
        words=(str(binaries.valkey_server), *flags),
        log=layout.logs / "valkey.log",
        end_signals=(signal.SIGTERM,),
    )


def write_users(layout: Layout, password: str, runs_as: RunsAs) -> None:
    """Write down who may do what on the server, before it starts."""
    write_private(layout.queue_users, users_file(password))
    hand_over(layout.queue_users, runs_as)


def start_until_ready(
    command: ServerCommand, layout: Layout, socket_dir: Path, runs_as: RunsAs
) -> subprocess.Popen[bytes]:
    """Start the server and return it when it answers; an unreadable queue is put aside once."""
    for put_aside in (False, True):
        if put_aside:
            broken = layout.valkey.with_name("valkey.unreadable")
            shutil.rmtree(broken, ignore_errors=True)
            layout.valkey.rename(broken)
        layout.valkey.mkdir(mode=0o700, exist_ok=True)
        hand_over(layout.valkey, runs_as)
        process = start(command, runs_as)
        if _becomes_ready(process, socket_dir / VALKEY_SOCKET_NAME):
            return process
        end(process, command)
    raise Refused("server_does_not_start", f"The embedded queue server does not start: {tail(command.log)}")


def _becomes_ready(process: subprocess.Popen[bytes], path: Path) -> bool:
    end_at = time.monotonic() + READY_SECONDS_MAX
    while process.poll() is None and time.monotonic() < end_at:
        if _answers(path):
            return True
        time.sleep(0.02)
    return False


def _answers(path: Path) -> bool:
    """Tell whether the server answers PING with PONG: while it loads its file it answers otherwise."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_SECONDS_MAX)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
