"""The doctor names each fault that was planted, and no other; a sound installation has none."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import get_args

import asyncpg
import pytest

from backend import embedded
from backend.clock import now
from backend.db.migrate import known_migrations
from backend.doctor import Finding, examine
from backend.doctor.commands import doctor, examine_installation
from backend.doctor.examine import examine_machine
from backend.doctor.findings import (
    DATABASE_MAJOR_MIN,
    REFUSED_FR,
    Rights,
    judge_clock,
    judge_database_version,
    judge_disk,
    judge_rights,
)
from backend.embedded import Urls, servers
from backend.embedded.layout import RefusedCode
from backend.settings import Settings
from tests.backend.ground import make_ground
from tests.conftest import Database, at_database

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def good(database: Database, urls: embedded.Urls) -> Urls:
    return Urls(database.owner_url, database.url, urls.redis_url)


def faults(found: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in found if not finding.ok]


async def test_no_fault_is_named_when_all_is_well(good: Urls, free_port: int, tmp_path: Path) -> None:
    found = await examine(good, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
    assert faults(found) == []
    assert {finding.code for finding in found} == {
        "port",
        "data_directory",
        "disk",
        "socket_path",
        "database",
        "database_version",
        "migrations",
        "demo",
        "clock",
        "rights",
        "queue",
    }


async def test_missing_migrations_are_named_when_the_database_is_empty(
    good: Urls, urls: embedded.Urls, free_port: int, tmp_path: Path
) -> None:
    empty = replace(good, owner_url=urls.owner_url, app_url=urls.app_url)
    found = await examine(empty, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
    assert faults(found) == ["migrations"]
    told = next(finding for finding in found if not finding.ok)
    assert all(name in told.sentence_en for name in known_migrations())
    assert "maraude migrate" in told.remedy_fr


async def test_demo_is_named_when_its_backup_was_restored_into_an_installation(
    good: Urls, database: Database, free_port: int, tmp_path: Path
) -> None:
    """`serve` refuses such a database: the doctor says it before."""
    await make_ground(database, is_demo=True)
    found = await examine(good, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
    assert faults(found) == ["demo"]


async def test_clock_is_named_when_it_differs_from_the_databases(good: Urls, free_port: int, tmp_path: Path) -> None:
    for wrong in (now() + timedelta(hours=1), now() - timedelta(hours=1)):
        found = await examine(good, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=wrong)
        assert faults(found) == ["clock"]


async def test_queue_is_named_when_it_does_not_answer(good: Urls, free_port: int, tmp_path: Path) -> None:
    for address in (f"unix://{tmp_path}/none.sock", f"redis://127.0.0.1:{free_port}", "not an address"):
        absent = replace(good, redis_url=address)
        found = await examine(absent, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
        assert faults(found) == ["queue"]


async def test_database_is_named_when_it_does_not_answer(good: Urls, free_port: int, tmp_path: Path) -> None:
    unreachable = f"postgresql://a:b@127.0.0.1:{free_port}/m"
    for broken in (
        replace(good, owner_url=unreachable, app_url=unreachable),
        replace(good, app_url=re.sub(r":[^:@/]+@", ":wrong@", good.app_url)),
        replace(good, owner_url=at_database(good.owner_url, "nowhere")),
    ):
        found = await examine(broken, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
        assert faults(found) == ["database"]
        assert "wrong" not in next(finding for finding in found if not finding.ok).sentence_en


async def test_rights_are_named_when_a_table_was_taken_from_the_application(
    good: Urls, free_port: int, tmp_path: Path
) -> None:
    owner = await asyncpg.connect(good.owner_url)
    await owner.execute("REVOKE SELECT ON op FROM maraude_app")
    await owner.close()
    found = await examine(good, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
    assert faults(found) == ["rights"]
    assert "may not read: op" in next(finding for finding in found if not finding.ok).sentence_en


async def test_rights_are_named_when_the_application_migrates(good: Urls, free_port: int, tmp_path: Path) -> None:
    """DATABASE_OWNER_URL left out in production: the application's role cannot bring the schema forward."""
    found = await examine(
        replace(good, owner_url=good.app_url), host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now()
    )
    assert faults(found) == ["rights"]


def test_rights_are_named_when_the_application_is_above_row_security() -> None:
    """No such role can be made on a server whose superuser the tests do not hold."""
    sound = Rights("app", False, (), "owner", owner_may_create=True)
    assert judge_rights(sound).ok
    assert "NOBYPASSRLS" in judge_rights(replace(sound, app_above_row_security=True)).remedy_en


def test_version_is_named_when_it_is_older_than_the_schema_needs() -> None:
    assert not judge_database_version(DATABASE_MAJOR_MIN * 10000 - 1).ok
    assert judge_database_version(DATABASE_MAJOR_MIN * 10000).ok
    assert judge_database_version(180004).ok


def test_disk_is_named_when_it_is_nearly_full() -> None:
    assert "0,9 Go" in judge_disk("/srv", 900_000_000).sentence_fr
    assert not judge_disk("/srv", 900_000_000).ok
    assert judge_disk("/srv", 1_000_000_000).ok


def test_clock_is_named_when_it_lies_before_a_known_instant() -> None:
    """A machine that woke up without its battery: the embedded database has the same wrong clock."""
    assert not judge_clock(AT, AT, AT + timedelta(days=1)).ok
    assert judge_clock(AT, AT, AT + timedelta(seconds=100)).ok
    assert judge_clock(AT, AT + timedelta(seconds=4), AT - timedelta(days=1)).ok


async def test_clock_is_named_when_files_were_written_later(good: Urls, tmp_path: Path, free_port: int) -> None:
    later = now() + timedelta(days=3)
    (tmp_path / "written").touch()
    os.utime(tmp_path / "written", (later.timestamp(), later.timestamp()))
    found = await examine(good, host="127.0.0.1", port=free_port, data_dir=tmp_path, at=now())
    assert faults(found) == ["clock"]


def test_port_is_named_when_another_program_listens(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        found = examine_machine(host="127.0.0.1", port=other.getsockname()[1], data_dir=tmp_path)
        assert faults(found) == ["port"]


class Alive(BaseHTTPRequestHandler):
    """Answers as our web server does when it is asked whether it lives."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"state":"alive"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name in the base class
        """Say nothing."""


@pytest.fixture
def alive_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Alive) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_port_is_well_when_maraude_itself_listens(alive_port: int, tmp_path: Path) -> None:
    found = examine_machine(host="127.0.0.1", port=alive_port, data_dir=tmp_path)
    assert faults(found) == []


def test_data_directory_is_named_when_it_cannot_be_written(free_port: int) -> None:
    """The kernel's own folder, where not even root can make a file."""
    found = examine_machine(host="127.0.0.1", port=free_port, data_dir=Path("/proc/self/maraude"))
    assert "data_directory" in faults(found)


def test_socket_path_is_named_when_every_folder_is_too_deep(
    free_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    found = examine_machine(host="127.0.0.1", port=free_port, data_dir=deep)
    assert faults(found) == [], "the short temporary folder serves"
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    found = examine_machine(host="127.0.0.1", port=free_port, data_dir=deep)
    assert faults(found) == ["socket_path"]


def test_command_starts_or_shares_the_servers_when_it_examines(
    tmp_path: Path, free_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(port=free_port)
    assert doctor(settings, tmp_path / "data", now) == 1
    alone = capsys.readouterr().out
    assert "✓ Les serveurs embarqués démarrent." in alone
    assert "→ Lancez `maraude migrate`." in alone
    assert alone.endswith("1 anomalie(s).\n")
    with servers(tmp_path / "data", environ={}, durable=False):
        assert doctor(settings, tmp_path / "data", now, "en") == 1
    shared = capsys.readouterr().out
    assert "embedded servers" not in shared
    assert "→ Run `maraude migrate`." in shared
    assert shared.endswith("1 fault(s).\n")


def test_command_names_the_servers_refusal_when_the_data_are_of_another_version(tmp_path: Path, free_port: int) -> None:
    with servers(tmp_path, environ={}, durable=False):
        pass
    (tmp_path / "postgres/PG_VERSION").write_text("14\n")
    found = examine_installation(Settings(port=free_port), tmp_path, now)
    assert faults(found) == ["servers"]
    assert "written by PostgreSQL 14" in found[-1].sentence_en
    assert "d'une autre version" in found[-1].sentence_fr


def test_every_refusal_of_the_servers_has_its_french_sentence_when_told() -> None:
    assert set(REFUSED_FR) == set(get_args(RefusedCode))


def test_every_fault_says_how_to_mend_it_in_both_languages_when_told() -> None:
    found = [
        judge_disk("/srv", 0),
        judge_database_version(90600),
        judge_clock(AT, AT + timedelta(1), None),
        judge_rights(Rights("app", True, (), "owner", owner_may_create=True)),
    ]
    for finding in found:
        assert all((finding.sentence_fr, finding.sentence_en, finding.remedy_fr, finding.remedy_en))
        assert finding.remedy_fr != finding.remedy_en
