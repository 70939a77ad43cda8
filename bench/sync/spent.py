"""This file reads what processor time the processes of a contender took, which other work on the machine does not change much.

Ratios of speed need a quiet machine: where others compete for the cores, whoever waits more often for a turn loses more.
Processor time counts only the work done.
"""

import os
from dataclasses import dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Spent:
    """Seconds of processor time: of the contender's server, of PostgreSQL, and of this bench as its client."""

    server: float
    postgres: float
    client: float

    def since(self, before: "Spent") -> "Spent":
        """Return what was spent since an earlier look.

        >>> Spent(3.0, 2.0, 1.0).since(Spent(1.0, 1.5, 1.0))
        Spent(server=2.0, postgres=0.5, client=0.0)
        """
        return Spent(self.server - before.server, self.postgres - before.postgres, self.client - before.client)

    @property
    def answering(self) -> float:
        """Return what server and database took together."""
        return self.server + self.postgres


class Memory:
    """Tells by how much this process grew at most since the meter was made, in bytes; where Linux does not tell, zero."""

    def __init__(self) -> None:
        self._before = 0
        if _STATUS.exists():
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
            self._before = _status("VmRSS")

    def grown(self) -> int:
        """Return the growth up to the peak."""
        return _status("VmHWM") - self._before if _STATUS.exists() else 0


class Meter:
    """Reads what was spent so far; processes of a server and backends of a former contender must not end between two looks.

    It reads what Linux tells of processes; elsewhere nothing is spent, and only speed is told.
    """

    def __init__(self, server_pid: int, data_dir: Path) -> None:
        self._server_pid = server_pid
        self._postmaster_pid = _postmaster_pid(data_dir)

    def look(self) -> Spent:
        """Return the seconds spent until now."""
        postgres = [self._postmaster_pid, *_children(self._postmaster_pid)]
        servers = [self._server_pid, *_children(self._server_pid)]
        return Spent(sum(map(_seconds, servers)), sum(map(_seconds, postgres)), _seconds(os.getpid()))


def _status(name: str) -> int:
    return int(_STATUS.read_text().partition(f"{name}:")[2].split()[0]) * 1024


def _postmaster_pid(data_dir: Path) -> int:
    (found,) = data_dir.rglob("postmaster.pid")
    return int(found.read_text().splitlines()[0])


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def _seconds(pid: int) -> float:
    """Return what a process has spent, its living threads to the nanosecond; where Linux does not tell that, to the hundredth."""
    try:
        tasks = [task / "schedstat" for task in Path(f"/proc/{pid}/task").iterdir()]
        if all(task.exists() for task in tasks):
            return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it ended while the list was walked, or this is not Linux
        return 0.0
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
