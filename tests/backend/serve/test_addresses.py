"""What an operator named is used and nothing else; what cannot be used is told in a sentence, through the command line."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend import cli, embedded
from backend.clock import now
from backend.doctor.commands import examine_installation
from backend.serve.addresses import with_running_servers
from backend.settings import BadSetting, Settings, read_settings
from tests.backend.running import free_port
from tests.conftest import Database

THEIRS = "postgresql://a:secret@db.example/m"


@pytest.fixture(scope="module")
def running_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a home whose embedded servers run, as beside `maraude serve`."""
    home = tmp_path_factory.mktemp("home")
    with embedded.servers(home / "data", environ={}, durable=False):
        yield home


@pytest.fixture(autouse=True)
def no_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin with nothing that names a server."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_REFERENCE_URL", "DATABASE_BACKUP_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MARAUDE_HOME", str(tmp_path))


def test_named_servers_stay_when_embedded_ones_run(running_home: Path) -> None:
    running = embedded.running_urls(running_home / "data")
    assert running is not None
    named = Settings(home=running_home, database_url=THEIRS, database_owner_url=THEIRS, secret_key="0" * 32)
    assert with_running_servers(named) == named
    found = with_running_servers(Settings(home=running_home, redis_url="redis://theirs", database_reference_url=THEIRS))
    assert (found.database_url, found.database_owner_url) == (running.app_url, running.owner_url)
    assert (found.redis_url, found.database_reference_url) == ("redis://theirs", THEIRS)


async def test_doctor_examines_the_named_database_when_embedded_servers_run(
    running_home: Path, database: Database
) -> None:
    """The embedded one has no schema, the named one has: the doctor tells them apart."""
    settings = Settings(home=running_home, port=free_port())
    named = replace(settings, database_url=database.url, database_owner_url=database.owner_url)
    faults = []
    for each in (settings, named):
        found = await asyncio.to_thread(examine_installation, each, running_home / "data", now)
        faults.append([one.code for one in found if not one.ok])
    assert faults == [["migrations"], []]


def test_worker_says_what_is_missing_when_half_is_named(
    running_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARAUDE_HOME", str(running_home))
    monkeypatch.setenv("DATABASE_URL", THEIRS)
    assert cli.main(["worker"]) == 1
    assert "REDIS_URL is missing" in capsys.readouterr().err


def test_owner_alone_is_refused() -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL: it is missing"):
        read_settings({"DATABASE_OWNER_URL": THEIRS})


@pytest.mark.parametrize(
    "good",
    [
        "postgresql://a:b@/m?host=/run/pg&port=5432",
        "postgres://a:p%40ss@[::1]:5432/m",
        "postgresql://a@one:5432,two/m",
        "postgresql:///m",
    ],
)
def test_address_is_taken_as_postgresql_writes_it(good: str) -> None:
    assert read_settings({"DATABASE_URL": good}).database_url == good


@pytest.mark.parametrize("verb", ["serve", "verify", "migrate"])
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense-secret", "DATABASE_URL: an address such as"),
        ("postgresql://a:secret@host:port/m", "DATABASE_URL: an address such as"),
        ("postgresql://a:secret@127.0.0.1:1/m", "The database does not answer. Run `maraude doctor`."),
        ("postgresql://a:secret@nowhere.invalid/m", "The database does not answer. Run `maraude doctor`."),
        ("postgresql://a:secret@/m?host=/nowhere", "The database does not answer. Run `maraude doctor`."),
    ],
)
def test_database_that_cannot_be_reached_is_told_in_a_sentence(
    verb: str, address: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert cli.main([verb]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"maraude: {sentence}")
    assert "secret" not in told
