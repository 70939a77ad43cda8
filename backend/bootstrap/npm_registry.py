"""This file finds the npm registry that this machine's user has configured, without Node.

It names none itself: npm's variables win over npm's files, and a npm that is installed is asked for what it would use.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

NPM_SECONDS_MAX: Final = 20.0


@dataclass(frozen=True)
class Registry:
    """Where libraries come from: its address without a slash at the end, a token for it, the certificates to trust."""

    address: str
    token: str = field(default="", repr=False)
    certificates: str | None = None


def configured_registry(
    environ: Mapping[str, str], user_home: Path, system: Path = Path("/"), *, ask_npm: bool = True
) -> Registry | None:
    """Return the registry that npm would use; None when nothing says which.

    >>> configured_registry({"npm_config_registry": "https://packages.example/npm/"}, Path("/none"), Path("/none")).address
    'https://packages.example/npm'
    """
    settings: dict[str, str] = {}
    for path in _files(environ, user_home, system):
        settings |= _settings(path, environ)
    settings |= {
        name.lower().removeprefix("npm_config_").replace("_", "-"): value
        for name, value in environ.items()
        if name.lower().startswith("npm_config_") and value
    }
    if settings.get("offline", "").lower() == "true":
        return None
    address = settings.get("registry") or (_asked_of_npm() if ask_npm else "")
    if not address:
        return None
    address = address.rstrip("/")
    token = settings.get(f"//{address.partition('://')[2]}/:_authToken", "")
    trusted = settings.get("cafile") or environ.get("PIP_CERT") or environ.get("SSL_CERT_FILE") or None
    return Registry(address, token, trusted)


def _files(environ: Mapping[str, str], user_home: Path, system: Path) -> Iterable[Path]:
    """Yield npm's files in its own order: global ones, then the user's."""
    yield system / "etc/npmrc"
    yield system / "usr/etc/npmrc"
    if prefix := environ.get("PREFIX"):
        yield Path(prefix) / "etc/npmrc"
    yield Path(environ.get("npm_config_globalconfig") or os.devnull)
    yield Path(environ.get("npm_config_userconfig") or environ.get("NPM_CONFIG_USERCONFIG") or user_home / ".npmrc")


def _settings(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}  # not there, or not ours to read
    found: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition("=")
        if sign and not line.lstrip().startswith(("#", ";")):
            found[name.strip()] = _with_variables(value.strip().strip("\"'"), environ)
    return found


def _with_variables(value: str, environ: Mapping[str, str]) -> str:
    """Return a value with `${NAME}` replaced, as npm does for tokens."""
    for name in {part.partition("}")[0] for part in value.split("${")[1:]}:
        value = value.replace("${" + name + "}", environ.get(name, ""))
    return value


def _asked_of_npm() -> str:
    """Return the registry that an installed npm names as its own; empty where there is no npm."""
    program = shutil.which("npm")
    if program is None:
        return ""
    try:
        said = subprocess.run(
            [program, "config", "get", "registry"],
            capture_output=True,
            text=True,
            check=False,
            timeout=NPM_SECONDS_MAX,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    word = said.stdout.strip()
    return word if said.returncode == 0 and "://" in word else ""
