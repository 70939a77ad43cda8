"""This file makes, starts and prepares the embedded PostgreSQL server.

A cluster is made aside and renamed, so that it exists wholly or not at all. Roles and database are ensured at each
start: `maraude_owner` owns the database and migrates, `maraude_app` works in it without DDL, under row-level security,
`maraude_reference` reaches reference tables alone.
Which tables the application may touch is written in the migrations, which serve every PostgreSQL alike.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from backend.embedded.binaries import Binaries
from backend.embedded.layout import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    POSTGRES_PORT,
    REFERENCE_ROLE,
    SUPER_ROLE,
    Layout,
    Passwords,
    Refused,
    write_private,
)
from backend.embedded.privilege import RunsAs, hand_over
from backend.embedded.process import ServerCommand, end, is_alive, run_tool, start, tail

# Crash recovery of a large pilot may take a while; an ordinary start takes 0.1 s.
READY_SECONDS_MAX: Final = 120.0
# Backends of a killed postmaster notice its death within moments; until then PostgreSQL refuses the cluster.
FORMER_BACKENDS_SECONDS_MAX: Final = 15.0
STILL_IN_USE: Final = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
# Only the socket, only with a password: the two roles stay apart even for the one user who can enter the folder.
HBA: Final = "local all all scram-sha-256\n"


def make_cluster(layout: Layout, binaries: Binaries, runs_as: RunsAs, passwords: Passwords, *, durable: bool) -> None:
    """Make the database cluster if there is none; `Refused` if there is one of another major version."""
    if layout.cluster.exists():
        refuse_another_version(layout.cluster, binaries.postgres_major)
        hand_over(layout.cluster, runs_as)
        return
    aside = layout.home / "postgres.new"
    password_file = layout.home / "initdb.password"
    shutil.rmtree(aside, ignore_errors=True)
    write_private(password_file, passwords.super_role)
    hand_over(password_file, runs_as)
    aside.mkdir(mode=0o700)
    hand_over(aside, runs_as)
    words = [
        str(binaries.postgres_bin / "initdb"),
        f"--pgdata={aside}",
        f"--username={SUPER_ROLE}",
        f"--pwfile={password_file}",
        "--auth-local=scram-sha-256",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        *([] if durable else ["--no-sync"]),
    ]
    made = run_tool(words, runs_as)
    password_file.unlink()
    if made.returncode != 0:
        raise Refused("server_does_not_start", f"initdb failed: {made.stderr.strip()}")
    (aside / "pg_hba.conf").write_text(HBA, encoding="utf-8")
    aside.rename(layout.cluster)


def refuse_another_version(cluster: Path, major: int) -> None:
    """Refuse a cluster that another major version of PostgreSQL wrote."""
    version_file = cluster / "PG_VERSION"
    found = version_file.read_text(encoding="utf-8").strip() if version_file.exists() else "unknown"
    if found != str(major):
        raise Refused(
            "data_directory_of_another_version",
            f"The database in {cluster} was written by PostgreSQL {found} and this installation brings {major}: "
            f"restore a backup into a new data directory, or set DATABASE_URL to a PostgreSQL {found} that serves it.",
        )


def server_command(layout: Layout, binaries: Binaries, socket_dir: Path, *, durable: bool) -> ServerCommand:
    """Return the command of the server: the socket only, and no person's data in its log."""
    settings = {
        "listen_addresses": "",
        "port": str(POSTGRES_PORT),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "hba_file": str(layout.cluster / "pg_hba.conf"),
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Statements and the details of errors hold names and health data: the log keeps neither.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "max_wal_size": "256MB",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on",
    }
    flags = tuple(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
    return ServerCommand(
        name="postgres",
        words=(str(binaries.postgres_bin / "postgres"), "-D", str(layout.cluster), *flags),
        log=layout.logs / "postgres.log",
        # Fast shutdown, then immediate: both lose nothing that was committed.
        end_signals=(signal.SIGINT, signal.SIGQUIT),
    )


def start_until_ready(
    command: ServerCommand, binaries: Binaries, socket_dir: Path, cluster: Path, runs_as: RunsAs
) -> subprocess.Popen[bytes]:
    """Start the server and return it when it answers; `Refused` with the end of its log when it cannot."""
    end_former_server(cluster)
    give_up_at = time.monotonic() + FORMER_BACKENDS_SECONDS_MAX
    while True:
        process = start(command, runs_as)
        if _becomes_ready(process, binaries, socket_dir):
            return process
        end(process, command)
        reason = tail(command.log)
        if any(words in reason for words in STILL_IN_USE) and time.monotonic() < give_up_at:
            time.sleep(0.2)
            continue
        raise Refused("server_does_not_start", f"The embedded PostgreSQL does not start: {reason}")


def end_former_server(cluster: Path) -> None:
    """End a server that outlived its keeper, and clear a pid file that names a process which is not a server.

    The caller holds the data directory's lock, so no other keeper wants that server. A pid file whose process is gone
    is left for PostgreSQL, which checks its shared memory too.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    if not is_alive(pid):
        return
    if not _serves(pid, cluster):
        # The number was given to another program since: PostgreSQL would wait for it for ever.
        pid_file.unlink(missing_ok=True)
        return
    for number, patience_seconds in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        os.kill(pid, number)
        end_at = time.monotonic() + patience_seconds
        while time.monotonic() < end_at:
            if not is_alive(pid):
                return
            time.sleep(0.05)


def ensure_roles(binaries: Binaries, socket_dir: Path, passwords: Passwords) -> None:
    """Make the roles and the database where they are missing, and set the roles' rights and passwords."""
    exists = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = "
    rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION NOCREATEROLE"
    _sql(
        binaries,
        socket_dir,
        passwords,
        f"""
        SELECT 'CREATE ROLE {OWNER_ROLE}' WHERE NOT EXISTS ({exists}'{OWNER_ROLE}') \\gexec
        SELECT 'CREATE ROLE {APP_ROLE}' WHERE NOT EXISTS ({exists}'{APP_ROLE}') \\gexec
        SELECT 'CREATE ROLE {REFERENCE_ROLE}' WHERE NOT EXISTS ({exists}'{REFERENCE_ROLE}') \\gexec
        ALTER ROLE {OWNER_ROLE} {rights} CREATEDB PASSWORD '{passwords.owner}';
        ALTER ROLE {APP_ROLE} {rights} NOCREATEDB PASSWORD '{passwords.app}';
        ALTER ROLE {REFERENCE_ROLE} {rights} NOCREATEDB PASSWORD '{passwords.reference}';
        GRANT {APP_ROLE} TO {OWNER_ROLE};
        SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}'
          WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_database WHERE datname = '{DATABASE}') \\gexec
        REVOKE TEMPORARY ON DATABASE {DATABASE} FROM PUBLIC;
        GRANT TEMPORARY ON DATABASE {DATABASE} TO {OWNER_ROLE};
        """,
    )


def _sql(binaries: Binaries, socket_dir: Path, passwords: Passwords, statements: str) -> None:
    words = [
        str(binaries.postgres_bin / "psql"),
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        f"--host={socket_dir}",
        f"--port={POSTGRES_PORT}",
        f"--username={SUPER_ROLE}",
        "--dbname=postgres",
    ]
    done = run_tool(words, text=statements, more={"PGPASSWORD": passwords.super_role})
    if done.returncode != 0:
        raise Refused("server_does_not_start", f"The database's roles could not be made: {done.stderr.strip()}")


def _becomes_ready(process: subprocess.Popen[bytes], binaries: Binaries, socket_dir: Path) -> bool:
    words = [str(binaries.postgres_bin / "pg_isready"), "--quiet", f"--host={socket_dir}", f"--port={POSTGRES_PORT}"]
    end_at = time.monotonic() + READY_SECONDS_MAX
    while process.poll() is None and time.monotonic() < end_at:
        if run_tool(words).returncode == 0:
            return True
        time.sleep(0.02)
    return False


def _serves(pid: int, cluster: Path) -> bool:
    """Tell whether this process is a PostgreSQL server on this cluster, by its command line."""
    listed = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return "postgres" in listed.stdout and str(cluster) in listed.stdout
