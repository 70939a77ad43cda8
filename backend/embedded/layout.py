"""This file says where embedded servers keep what they own, and under which addresses they are reached.

Nothing here starts a process: `keeper.py` does. Everything a server writes lies under one data directory, in folders
that only their owner may enter; the socket folder moves elsewhere when its path would be too long for a socket.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, Literal

from backend.embedded.queue_user import NAME as QUEUE_USER

# A socket's path has 108 bytes on Linux and 104 on macOS, its closing zero included.
SOCKET_PATH_BYTES_MAX: Final = 103
POSTGRES_PORT: Final = 5432
POSTGRES_SOCKET_NAME: Final = f".s.PGSQL.{POSTGRES_PORT}"
VALKEY_SOCKET_NAME: Final = "valkey.sock"
SOCKET_DIR_PREFIX: Final = "maraude-"
DATABASE: Final = "maraude"
OWNER_ROLE: Final = "maraude_owner"
APP_ROLE: Final = "maraude_app"
REFERENCE_ROLE: Final = "maraude_reference"
SUPER_ROLE: Final = "maraude_super"

RefusedCode = Literal[
    "data_directory_in_use",
    "data_directory_not_writable",
    "data_directory_of_another_user",
    "data_directory_of_another_version",
    "passwords_missing",
    "binaries_missing",
    "no_unprivileged_user",
    "server_does_not_start",
    "keeper_lost",
]


@dataclass(frozen=True)
class Urls:
    """Where the servers are: the database as its owner (migrations), as the application (no DDL), and the queue.

    `reference_url` is the database as the administration of reference tables sees it; empty where nobody named one.
    """

    owner_url: str
    app_url: str
    redis_url: str
    reference_url: str = ""


class Refused(Exception):  # noqa: N818 — the outcome has a name of its own: it is an answer, not a mishap
    """The servers were not started; `code` is for programs and the sentence for people."""

    def __init__(self, code: RefusedCode, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Layout:
    """The folders and files of one data directory; `home` differs from it only where `nobody` cannot reach it."""

    data_dir: Path
    home: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data."""
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        """The queue's append-only files."""
        return self.home / "valkey"

    @property
    def logs(self) -> Path:
        """One log per server."""
        return self.home / "logs"

    @property
    def queue_users(self) -> Path:
        """Who may do what on the queue."""
        return self.home / "queue-users.acl"

    @property
    def lock_file(self) -> Path:
        """Held by the one keeper; holds the process id of its launcher."""
        return self.data_dir / "keeper.lock"

    @property
    def running_file(self) -> Path:
        """The addresses while the servers run."""
        return self.data_dir / "running.json"

    @property
    def socket_dir_file(self) -> Path:
        """Names the short folder of the sockets when it is not beside the data."""
        return self.data_dir / "socket-dir"

    @property
    def passwords_file(self) -> Path:
        """The generated passwords."""
        return self.data_dir / "passwords.json"


@dataclass(frozen=True)
class Passwords:
    """One generated password per database role, and the queue's."""

    super_role: str
    owner: str
    app: str
    queue: str
    reference: str


def socket_dir_fits(directory: Path) -> bool:
    """Tell whether a socket in this directory has a path short enough for the kernel.

    >>> socket_dir_fits(Path("/srv/maraude/run")), socket_dir_fits(Path("/" + "deep/" * 30))
    (True, False)
    """
    return len(os.fsencode(directory / POSTGRES_SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX


def make_socket_dir(layout: Layout) -> Path:
    """Make the folder of the sockets, mode 0700: beside the data, or a fresh short one where that path is too long."""
    beside = layout.home / "run"
    if socket_dir_fits(beside):
        beside.mkdir(mode=0o700, exist_ok=True)
        return beside
    _remove_former_socket_dir(layout.socket_dir_file)
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if base and Path(base).is_dir() and os.access(base, os.W_OK):
            candidate = Path(tempfile.mkdtemp(prefix=SOCKET_DIR_PREFIX, dir=base))
            if socket_dir_fits(candidate):
                write_private(layout.socket_dir_file, str(candidate))
                return candidate
            candidate.rmdir()
    raise Refused(
        "server_does_not_start",
        f"The path {beside} is too long for a socket, and so is the temporary folder: set TMPDIR to a short path.",
    )


def _remove_former_socket_dir(recorded: Path) -> None:
    """Remove the short folder that a keeper killed before its end left behind."""
    if recorded.exists():
        former = Path(recorded.read_text(encoding="utf-8"))
        if former.name.startswith(SOCKET_DIR_PREFIX):
            shutil.rmtree(former, ignore_errors=True)


def postgres_url(role: str, password: str, socket_dir: Path, database: str = DATABASE) -> str:
    """Return the address of the database as this role, over the socket.

    >>> postgres_url("maraude_app", "secret", Path("/srv/run"))
    'postgresql://maraude_app:secret@/maraude?host=/srv/run&port=5432'
    """
    return f"postgresql://{role}:{password}@/{database}?host={socket_dir}&port={POSTGRES_PORT}"


def urls_at(socket_dir: Path, passwords: Passwords) -> Urls:
    """Return the addresses of servers whose sockets lie in this folder."""
    return Urls(
        owner_url=postgres_url(OWNER_ROLE, passwords.owner, socket_dir),
        app_url=postgres_url(APP_ROLE, passwords.app, socket_dir),
        redis_url=f"unix://{QUEUE_USER}:{passwords.queue}@{socket_dir / VALKEY_SOCKET_NAME}?db=0",
        reference_url=postgres_url(REFERENCE_ROLE, passwords.reference, socket_dir),
    )


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, wholly or not at all."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def passwords_of(layout: Layout) -> Passwords:
    """Return the passwords of this data directory, generated when it has no database yet.

    Those that an earlier version did not know are added to the others: nothing is lost with them.
    """
    found: dict[str, str] = {}
    if layout.passwords_file.exists():
        found = json.loads(layout.passwords_file.read_text(encoding="utf-8"))
        if all(field.name in found for field in fields(Passwords)):
            return Passwords(**found)
    elif layout.cluster.exists():
        raise Refused(
            "passwords_missing",
            f"The database in {layout.cluster} is there, but its passwords are not: restore {layout.passwords_file}.",
        )
    made = {field.name: secrets.token_urlsafe(24) for field in fields(Passwords)}
    passwords = Passwords(**{**made, **found})
    write_private(layout.passwords_file, json.dumps(asdict(passwords)))
    return passwords


def lock_is_held(lock_file: Path) -> bool:
    """Tell whether a live keeper holds this lock."""
    try:
        with lock_file.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def running_urls(data_dir: Path) -> Urls | None:
    """Return the addresses of the servers that another command runs on this data directory, or None if none does.

    For commands beside a running one (`doctor`, `migrate`, a second worker): they share its servers and end before it.
    """
    layout = Layout(data_dir, data_dir)
    if not lock_is_held(layout.lock_file) or not layout.running_file.exists():
        return None
    return Urls(**json.loads(layout.running_file.read_text(encoding="utf-8")))


def is_linux() -> bool:
    """Tell whether the kernel is Linux: namespaces and parent-death signals exist there only."""
    return sys.platform.startswith("linux")
