"""This file says where everything of this user's lies that is not source: environments, data, caches.

All of it stands under one folder per user, outside the source tree, so that root and an ordinary user may run the same
checkout one after the other. What lies inside a data directory is `backend/embedded/layout.py`'s.
"""

import hashlib
import os
import platform
import pwd
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

CHECKOUT: Final = Path(__file__).resolve().parents[2]
READY_MARK: Final = "maraude-ready"

Kind = Literal["run", "dev", "reference-admin"]
LOCKS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "run": ("requirements.lock",),
    # The developers' lock holds everything of the other one: both name it, so that it may stand in.
    "dev": ("requirements.lock", "requirements-dev.lock"),
    # A process of its own: what it needs has no place in the environment of the web server.
    "reference-admin": ("requirements-reference-admin.lock",),
}


@dataclass(frozen=True)
class Unusable:
    """No folder can be used; the sentence says what to set."""

    sentence: str


def home(environ: Mapping[str, str]) -> Path | Unusable:
    """Return this user's folder: MARAUDE_HOME, else in the user's data folder, else his own among temporary files."""
    if given := environ.get("MARAUDE_HOME"):
        return _usable(Path(given).absolute()) or Unusable(
            f"MARAUDE_HOME names {given}, which cannot be written: give it to this user or name another folder."
        )
    base = Path(environ.get("XDG_DATA_HOME") or user_home(environ) / ".local/share")
    if usable := _usable(base / "maraude"):
        return usable
    # An account without a home (nobody, a container's user): a folder that belongs to it alone.
    temporary = Path(tempfile.gettempdir()) / f"maraude-{os.getuid()}"
    if (usable := _usable(temporary)) and _is_mine_alone(usable):
        return usable
    return Unusable(f"Neither {base}/maraude nor {temporary} can be used: set MARAUDE_HOME to a folder of yours.")


def environment_dir(home_dir: Path, kind: Kind, checkout: Path = CHECKOUT) -> Path:
    """Return the folder of the environment for this Python and these locks: another lock is another environment."""
    digest = hashlib.sha256()
    for name in LOCKS[kind]:
        digest.update((checkout / name).read_bytes())
    return home_dir / f"env-{kind}-{python_tag()}-{digest.hexdigest()[:12]}"


def python_tag() -> str:
    """Return what sets apart Pythons that cannot share compiled packages, as `cpython-311-x86_64-linux-gnu`."""
    tag = str(sysconfig.get_config_var("SOABI") or f"{sys.implementation.cache_tag}-{sys.platform}")
    return tag if platform.machine() in tag else f"{tag}-{platform.machine()}"


def is_ready(environment: Path) -> bool:
    """Tell whether this environment was made to the end and its Python is still there."""
    return (environment / READY_MARK).exists() and (environment / "bin/python").exists()


def ready_environment(home_dir: Path, kind: Kind, checkout: Path = CHECKOUT) -> Path | None:
    """Return an environment that serves: the one of this kind, or the developers', which holds everything of it."""
    kinds: tuple[Kind, ...] = (kind, "dev")
    candidates = (environment_dir(home_dir, candidate, checkout) for candidate in kinds)
    return next((environment for environment in candidates if is_ready(environment)), None)


def caches(home_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that keep compiled files and tools' caches out of the tree; what is set already stays."""
    wanted = {
        "PYTHONPYCACHEPREFIX": home_dir / "cache/pycache",
        "NUMBA_CACHE_DIR": home_dir / "cache/kernels",
        "HYPOTHESIS_STORAGE_DIRECTORY": home_dir / "cache/hypothesis",
        "RUFF_CACHE_DIR": home_dir / "cache/ruff",
        "MYPY_CACHE_DIR": home_dir / "cache/mypy",
    }
    kept = {name: environ.get(name) or str(path) for name, path in wanted.items()}
    # Compiled files have a place of their own here; without them every start would compile every package again.
    return {**kept, "PYTHONDONTWRITEBYTECODE": ""}


def user_home(environ: Mapping[str, str]) -> Path:
    """Return the user's home; root keeps to the one of his account when HOME is still that of who became root."""
    named = Path(environ.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 — Path raises for a user without a home
    if os.geteuid() == 0 and named.exists() and named.stat().st_uid != 0:
        return Path(pwd.getpwuid(0).pw_dir)
    return named


def _usable(folder: Path) -> Path | None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _is_mine_alone(folder: Path) -> bool:
    """Tell whether nobody else made or can enter this folder: it lies where everybody may write."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
