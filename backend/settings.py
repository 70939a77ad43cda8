"""Read the settings once from the environment into one frozen value; no other file reads the environment.

Every setting is documented in docs/reference/settings.md (tests/test_docs.py compares).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

POOL_SIZE_LEAST = 2
POOL_SIZE_OF_PROCESS_LEAST = 5  # a re-plan holds one for seconds, twice at once, and others are still answered

# What may stand behind a host: nothing, or a colon and a port; an IPv6 address stands in brackets.
_PORT = re.compile(r"^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$")


@dataclass(frozen=True)
class BadSetting(Exception):  # noqa: N818 - a value first, raised only at the edge of a command
    """A setting that cannot be used: its name and a sentence that says why."""

    name: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}"


@dataclass(frozen=True)
class Settings:
    """What an operator may set. Empty URLs mean: start the embedded server."""

    database_url: str = field(default="", repr=False)
    database_owner_url: str = field(default="", repr=False)
    database_reference_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    database_backup_url: str = field(default="", repr=False)
    backup_key: str = ""
    home: Path = Path()
    libraries: Path = Path()
    host: str = "127.0.0.1"
    port: int = 8765
    public_url: str = ""
    reference_admin_url: str = ""
    reference_admin_port: int = 8766
    reference_admin_asks: str = ""
    secret_key: str = field(default="", repr=False)
    secret_keys_former: tuple[str, ...] = field(default=(), repr=False)
    log_level: str = "info"
    pool_size_max: int = 10
    web_processes: int = 1
    queue_name: str = "maraude"
    travel_server: str = ""
    tiles: str = ""
    tiles_credit: str = ""
    job_lease_seconds: int = 20
    secure_cookies: bool = True
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_acr: tuple[str, ...] = ("eidas1",)
    oidc_algorithm: str = "RS256"

    @property
    def pool_size_of_process(self) -> int:
        """Return how many connections one web process may hold: all of a server together hold `pool_size_max`.

        >>> Settings(pool_size_max=10, web_processes=4).pool_size_of_process
        5
        """
        if self.web_processes == 1:
            return self.pool_size_max
        return max(POOL_SIZE_OF_PROCESS_LEAST, self.pool_size_max // self.web_processes)

    @property
    def cookie_name(self) -> str:
        """Return the session cookie's name; the `__Host-` prefix needs a secure context."""
        return "__Host-session" if self.secure_cookies else "session"

    @property
    def reference_admin_origin(self) -> str:
        """Return the origin of the administration of reference tables, or nothing while it is not offered.

        >>> Settings(reference_admin_url="https://maraude.example:8766/").reference_admin_origin
        'https://maraude.example:8766'
        """
        parts = urlsplit(self.reference_admin_url)
        return f"{parts.scheme}://{parts.netloc}" if self.reference_admin_url else ""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of this process.

    Raises BadSetting with the name of the variable and what was expected.
    """
    env = os.environ if environment is None else environment
    home = env.get("MARAUDE_HOME") or str(Path(env.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "maraude")
    database_url, owner_url = _database(env, "DATABASE_URL"), _database(env, "DATABASE_OWNER_URL")
    if owner_url and not database_url:
        raise BadSetting("DATABASE_URL", "it is missing, and DATABASE_OWNER_URL is set: name both or neither.")
    return Settings(
        database_url=database_url,
        database_owner_url=owner_url or database_url,
        database_reference_url=_database(env, "DATABASE_REFERENCE_URL"),
        redis_url=env.get("REDIS_URL", ""),
        database_backup_url=_database(env, "DATABASE_BACKUP_URL"),
        backup_key=env.get("MARAUDE_BACKUP_KEY", ""),
        home=Path(home),
        libraries=Path(env.get("MARAUDE_LIBRARIES") or Path(home) / "libraries"),
        host=env.get("MARAUDE_HOST", "127.0.0.1"),
        port=_whole(env, "MARAUDE_PORT", 8765, 0, 65535),
        public_url=env.get("MARAUDE_PUBLIC_URL", ""),
        reference_admin_url=_beside(env, "MARAUDE_REFERENCE_ADMIN_URL"),
        reference_admin_port=_whole(env, "MARAUDE_REFERENCE_ADMIN_PORT", 8766, 0, 65535),
        reference_admin_asks=env.get("MARAUDE_REFERENCE_ADMIN_ASKS", "") or env.get("MARAUDE_PUBLIC_URL", ""),
        secret_key=env.get("MARAUDE_SECRET_KEY", ""),
        secret_keys_former=tuple(key for key in env.get("MARAUDE_SECRET_KEYS_FORMER", "").split(",") if key),
        log_level=_word(env, "MARAUDE_LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
        pool_size_max=_whole(env, "MARAUDE_POOL_SIZE_MAX", 10, POOL_SIZE_LEAST, 200),
        web_processes=_whole(env, "MARAUDE_WEB_PROCESSES", 1, 1, 16),
        queue_name=env.get("MARAUDE_QUEUE", "maraude"),
        travel_server=env.get("MARAUDE_TRAVEL_SERVER", ""),
        tiles=_tiles(env, "MARAUDE_TILES"),
        tiles_credit=env.get("MARAUDE_TILES_CREDIT", ""),
        job_lease_seconds=_whole(env, "MARAUDE_JOB_LEASE_SECONDS", 20, 2, 3600),
        secure_cookies=_word(env, "MARAUDE_SECURE_COOKIES", "yes", ("yes", "no")) == "yes",
        oidc_issuer=env.get("MARAUDE_OIDC_ISSUER", ""),
        oidc_client_id=env.get("MARAUDE_OIDC_CLIENT_ID", ""),
        oidc_client_secret=env.get("MARAUDE_OIDC_CLIENT_SECRET", ""),
        oidc_acr=tuple(env.get("MARAUDE_OIDC_ACR", "eidas1").split()),
        oidc_algorithm=_word(env, "MARAUDE_OIDC_ALGORITHM", "RS256", ("RS256", "PS256", "ES256")),
    )


def _whole(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise BadSetting(name, f"a whole number from {least} to {most} is expected, not {text!r}.")
    return int(text)


def _database(env: Mapping[str, str], name: str) -> str:
    """Read an address of PostgreSQL; it is not repeated in the refusal, since it holds a password."""
    text = env.get(name, "")
    try:
        parts = urlsplit(text)
        hosts = parts.netloc.rpartition("@")[2].split(",")
        fits = parts.scheme in ("postgresql", "postgres") and all(_PORT.search(host) for host in hosts)
    except ValueError:
        fits = False
    if text and not fits:
        raise BadSetting(name, "an address such as postgresql://ROLE:PASSWORD@HOST:5432/DATABASE is expected.")
    return text


def _beside(env: Mapping[str, str], name: str) -> str:
    """Read an address beside the public one: the same host, since it lives by the same cookie, and another origin."""
    text = env.get(name, "")
    if not text:
        return ""
    here, there = urlsplit(env.get("MARAUDE_PUBLIC_URL", "")), urlsplit(text)
    if there.scheme not in ("https", "http") or (there.scheme, there.hostname) != (here.scheme, here.hostname):
        raise BadSetting(name, f"an address on the host of MARAUDE_PUBLIC_URL is expected, not {text!r}.")
    if there.netloc == here.netloc:
        raise BadSetting(name, "another port than that of MARAUDE_PUBLIC_URL is expected: it is an origin of its own.")
    return text


def _tiles(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    parts = urlsplit(text)
    fits = parts.scheme in ("https", "http") and parts.hostname and all(word in text for word in ("{z}", "{x}", "{y}"))
    if text and (not fits or any(sign in text for sign in " ;,'\"")):
        raise BadSetting(name, f"an address with {{z}}, {{x}} and {{y}} is expected, not {text!r}.")
    return text


def _word(env: Mapping[str, str], name: str, default: str, words: tuple[str, ...]) -> str:
    text = env.get(name, "") or default
    if text not in words:
        raise BadSetting(name, f"one of {', '.join(words)} is expected, not {text!r}.")
    return text
