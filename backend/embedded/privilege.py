"""This file decides as whom the servers run: PostgreSQL refuses to run as root.

An ordinary user runs them as himself. Root runs them in a user namespace where root's files look like `nobody`'s, which
changes no owner and no mode; where namespaces are refused (containers), as `nobody` itself, with the data and the
binaries in a place that `nobody` can reach. Where the files lie is `layout.py`; the binaries are `binaries.py`.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from backend.embedded.layout import Layout, Refused, is_linux

UNPRIVILEGED_USER: Final = "nobody"
HOME_OF_ROOTS_SERVERS: Final = Path("/var/lib/maraude")

Manner = Literal["as_self", "in_namespace", "as_nobody"]


@dataclass(frozen=True)
class RunsAs:
    """How a server's command is run: the words before it, and the user and group that its files belong to."""

    manner: Manner
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def command(self, words: Sequence[str]) -> list[str]:
        """Return the command line with what stands before it."""
        return [*self.prefix, *words]

    @property
    def switched_uid(self) -> int | None:
        """The user to switch to before the command, or None to stay."""
        return self.uid if self.manner == "as_nobody" else None

    @property
    def switched_gid(self) -> int | None:
        """The group to switch to before the command, or None to stay."""
        return self.gid if self.manner == "as_nobody" else None


def decide_runs_as(*, allow_namespace: bool = True) -> RunsAs:
    """Return how this process must run a server that refuses root; `Refused` where no unprivileged user exists."""
    if os.geteuid() != 0:
        return RunsAs("as_self", os.geteuid(), os.getegid())
    try:
        nobody = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError:
        raise Refused(
            "no_unprivileged_user",
            "The embedded database does not run as root and there is no user called nobody: start as an ordinary user.",
        ) from None
    prefix = ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}", "--")
    if allow_namespace and _works([*prefix, "true"]):
        return RunsAs("in_namespace", 0, 0, prefix)
    return RunsAs("as_nobody", nobody.pw_uid, nobody.pw_gid)


def home_for(data_dir: Path, runs_as: RunsAs) -> Path:
    """Return where the servers' files lie: the data directory, unless `nobody` cannot, or once could not, reach it."""
    elsewhere = HOME_OF_ROOTS_SERVERS / hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    if runs_as.manner == "as_self":
        return data_dir
    if (elsewhere / "postgres").exists():
        return elsewhere
    return elsewhere if runs_as.manner == "as_nobody" and not reachable_by_others(data_dir) else data_dir


def settle_home(layout: Layout) -> None:
    """Make the servers' home; files begun in the data directory move there: there is never a second database."""
    if layout.home == layout.data_dir:
        return
    layout.home.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name in ("postgres", "valkey"):
        begun, settled = layout.data_dir / name, layout.home / name
        if begun.exists() and not settled.exists():
            aside = layout.home / f"{name}.moving"
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(begun, aside, symlinks=True)
            aside.rename(settled)
            shutil.rmtree(begun)


def reachable_by_others(path: Path) -> bool:
    """Tell whether a user who owns nothing here may pass through the folders above this path and read it."""
    resolved = path.resolve()
    above = all(parent.stat().st_mode & 0o001 for parent in resolved.parents)
    return above and resolved.stat().st_mode & 0o005 == 0o005


def hand_over(path: Path, runs_as: RunsAs) -> None:
    """Give a server's files to the user it runs as, when root starts it in another manner than the last time."""
    if os.geteuid() != 0 or path.stat().st_uid == runs_as.uid:
        return
    for folder, names, files in os.walk(path):
        for name in (*names, *files):
            os.chown(Path(folder, name), runs_as.uid, runs_as.gid, follow_symlinks=False)
    # Last, since its owner is what says that all the rest was handed over.
    os.chown(path, runs_as.uid, runs_as.gid)


def refuse_a_strangers_files(layout: Layout) -> None:
    """Refuse a data directory of another ordinary user: neither taking it over nor failing half-way would be right."""
    if not layout.cluster.exists():
        return
    owner = layout.cluster.stat().st_uid
    allowed = {os.geteuid()} | ({_nobody_uid()} if os.geteuid() == 0 else set())
    if owner not in allowed:
        raise Refused(
            "data_directory_of_another_user",
            f"The data directory {layout.data_dir} belongs to user number {owner}: start as that user, "
            "or name another data directory.",
        )


def _nobody_uid() -> int:
    return pwd.getpwnam(UNPRIVILEGED_USER).pw_uid


def _works(command: Sequence[str]) -> bool:
    if not is_linux() or shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
