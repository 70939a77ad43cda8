"""This file finds the package indexes that this machine's user has configured for pip or uv.

It names none itself: where nothing is configured, pip and uv know their own. Reading is all that happens here; the
installers are `installers.py`.
"""

import configparser
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Indexes:
    """Where packages may come from: an index instead of the usual one, further ones, folders or pages of links."""

    default: str | None = None
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    certificates: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every index that is named, in the order in which it is asked."""
        if self.no_index:
            return ()
        return (*((self.default,) if self.default else ()), *self.extra)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is configured."""
        return not self.addresses and not self.find_links


def configured_for_pip(environ: Mapping[str, str], user_home: Path, system: Path = Path("/etc")) -> Indexes:
    """Return what pip's configuration files and environment say; variables win over files.

    >>> configured_for_pip({"PIP_INDEX_URL": "https://packages.example/simple"}, Path("/none"), Path("/none")).default
    'https://packages.example/simple'
    """
    settings: dict[str, str] = {}
    for path in _pip_files(environ, user_home, system):
        settings |= _pip_settings(path)
    settings |= {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("PIP_") and value
    }
    return Indexes(
        default=settings.get("index-url"),
        extra=tuple(settings.get("extra-index-url", "").split()),
        find_links=tuple(settings.get("find-links", "").split()),
        no_index=settings.get("no-index", "").lower() in {"1", "true", "yes", "on"},
        certificates=settings.get("cert"),
    )


def configured_for_uv(environ: Mapping[str, str], user_home: Path, system: Path = Path("/etc")) -> Indexes:
    """Return what uv's configuration files and environment say.

    >>> configured_for_uv({"UV_INDEX": "own=https://packages.example/simple"}, Path("/none"), Path("/none")).extra
    ('https://packages.example/simple',)
    """
    found = Indexes()
    for path in _uv_files(environ, user_home, system):
        found = _merged(found, _uv_settings(path))
    default = environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL")
    extra = (environ.get("UV_INDEX", "") + " " + environ.get("UV_EXTRA_INDEX_URL", "")).split()
    return _merged(
        found,
        Indexes(
            default=_address(default) if default else None,
            extra=tuple(map(_address, extra)),
            find_links=tuple(environ.get("UV_FIND_LINKS", "").replace(",", " ").split()),
            no_index=environ.get("UV_NO_INDEX", "").lower() in {"1", "true"},
            certificates=environ.get("SSL_CERT_FILE") or None,
        ),
    )


def uv_arguments(indexes: Indexes) -> list[str]:
    """Return the words that make uv look where pip would.

    All indexes are asked for the best match, as pip does; that is safe since every file must have a hash of the lock.

    >>> uv_arguments(Indexes(extra=("file:///srv/simple",)))
    ['--index', 'file:///srv/simple', '--index-strategy', 'unsafe-best-match']
    """
    words = ["--default-index", indexes.default] if indexes.default else []
    for address in indexes.extra:
        words += ["--index", address]
    for place in indexes.find_links:
        words += ["--find-links", place]
    words += ["--no-index"] if indexes.no_index else []
    return [*words, "--index-strategy", "unsafe-best-match"]


def _pip_files(environ: Mapping[str, str], user_home: Path, system: Path) -> Iterable[Path]:
    """Yield pip's files in its own order: system, user, then the one that is named (os.devnull there means none)."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    for base in reversed(environ.get("XDG_CONFIG_DIRS", str(system / "xdg")).split(os.pathsep)):
        yield Path(base) / "pip/pip.conf"
    yield system / "pip.conf"
    yield user_home / ".pip/pip.conf"
    yield Path(environ.get("XDG_CONFIG_HOME") or user_home / ".config") / "pip/pip.conf"
    if named:
        yield Path(named)


def _pip_settings(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        # pip itself will say what is wrong with its file.
        return {}
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            found |= {name.replace("_", "-"): value for name, value in parser.items(section)}
    return found


def _uv_files(environ: Mapping[str, str], user_home: Path, system: Path) -> Iterable[Path]:
    if named := environ.get("UV_CONFIG_FILE"):
        yield Path(named)
        return
    if environ.get("UV_NO_CONFIG"):
        return
    yield system / "uv/uv.toml"
    yield Path(environ.get("XDG_CONFIG_HOME") or user_home / ".config") / "uv/uv.toml"


def _uv_settings(path: Path) -> Indexes:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # uv itself will say what is wrong with its file.
        return Indexes()
    table = content | content.get("pip", {})
    listed = [entry for entry in content.get("index", []) if isinstance(entry, dict) and "url" in entry]
    defaults = [entry["url"] for entry in listed if entry.get("default")]
    return Indexes(
        default=table.get("index-url") or (defaults[0] if defaults else None),
        extra=(*(entry["url"] for entry in listed if not entry.get("default")), *table.get("extra-index-url", [])),
        find_links=tuple(table.get("find-links", [])),
        no_index=bool(table.get("no-index", False)),
    )


def _merged(former: Indexes, later: Indexes) -> Indexes:
    return Indexes(
        default=later.default or former.default,
        extra=(*later.extra, *former.extra),
        find_links=(*later.find_links, *former.find_links),
        no_index=later.no_index or former.no_index,
        certificates=later.certificates or former.certificates,
    )


def _address(word: str) -> str:
    """Return the address of `name=address`, or the word itself when it bears no name."""
    name, sign, address = word.partition("=")
    return address if sign and "/" not in name else word
