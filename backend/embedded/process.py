"""This file starts one server process that cannot outlive its keeper, and ends it in good order.

Only the keeper calls it: the kernel's parent-death signal fires when the thread that started the child ends, and the
keeper is a process with one thread. What is started is decided in `postgres.py` and `valkey.py`.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backend.embedded.layout import is_linux
from backend.embedded.privilege import RunsAs

PR_SET_PDEATHSIG: Final = 1
LOG_BYTES_MAX: Final = 10_000_000


@dataclass(frozen=True)
class ServerCommand:
    """One server to run: its name, command, log, and the signals that ask it to end, gentlest first."""

    name: str
    words: tuple[str, ...]
    log: Path
    end_signals: tuple[signal.Signals, ...]


def start(command: ServerCommand, runs_as: RunsAs) -> subprocess.Popen[bytes]:
    """Start the server as its user, its output appended to its log, tied to the life of this process."""
    if command.log.exists() and command.log.stat().st_size > LOG_BYTES_MAX:
        command.log.replace(command.log.with_suffix(".previous.log"))
    with command.log.open("ab") as log:
        return subprocess.Popen(
            runs_as.command(command.words),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=server_environment(),
            user=runs_as.switched_uid,
            group=runs_as.switched_gid,
            extra_groups=[] if runs_as.switched_uid is not None else None,
            umask=0o077,
            # Safe here: the keeper has one thread.
            preexec_fn=_tie_to_parent(command.end_signals[0]),  # noqa: PLW1509
        )


def end(process: subprocess.Popen[bytes], command: ServerCommand, patience_seconds: float = 20.0) -> None:
    """Ask the server to end with each of its signals in turn, then kill it; it is gone when this returns."""
    for number in command.end_signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
        process.wait()


def run_tool(
    words: Sequence[str], runs_as: RunsAs | None = None, *, text: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end and return its outcome; `text` is its standard input."""
    switched = runs_as is not None and runs_as.switched_uid is not None
    return subprocess.run(
        runs_as.command(words) if runs_as else list(words),
        input=text,
        text=True,
        capture_output=True,
        check=False,
        cwd="/",
        env=server_environment() | dict(more or {}),
        user=runs_as.switched_uid if runs_as else None,
        group=runs_as.switched_gid if runs_as else None,
        extra_groups=[] if switched else None,
    )


def server_environment() -> dict[str, str]:
    """Return the environment of a server: nothing of the caller's settings reaches it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def tail(log: Path, lines: int = 6) -> str:
    """Return the last lines of a log, joined, for a sentence that says why a server did not start."""
    if not log.exists():
        return ""
    return " / ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-lines:])


def is_alive(pid: int) -> bool:
    """Tell whether the process exists and is not a zombie waiting for a parent that never looks."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            return stat.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tie_to_parent(number: signal.Signals) -> Callable[[], None] | None:
    if not is_linux():
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return tie
