"""What an operator named is used and nothing else; what cannot be used is told in a sentence, through the command line."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from backend import cli, embedded
from backend.clock import now
from backend.demo.database import fresh_database
from backend.doctor.commands import examine_installation
from backend.serve.addresses import running_beside, with_servers
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


def test_unknown_verb_is_told_those_that_people_type(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sreve"])
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "'serve'" in told
    assert [hidden for hidden in ("'web'", "'serve-demo'") if hidden in told] == []


def test_named_servers_stay_when_embedded_ones_run(running_home: Path) -> None:
    running = embedded.running_urls(running_home / "data")
    assert running is not None
    named = Settings(home=running_home, database_url=THEIRS, database_owner_url=THEIRS, secret_key="0" * 32)
    beside = running_beside(running_home)
    assert with_servers(named, beside) == named
    found = with_servers(Settings(home=running_home, redis_url="redis://theirs", database_reference_url=THEIRS), beside)
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


@pytest.fixture(scope="module")
def home_of_a_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a home without an installation whose demo runs, as beside `maraude demo`."""
    home = tmp_path_factory.mktemp("home")
    with embedded.servers(home / "demo" / "data", environ={}, durable=False) as urls:
        asyncio.run(fresh_database(urls))
        yield home


@pytest.mark.parametrize("named", ["", "demo"])
def test_verbs_find_the_demo_that_runs_and_say_so_first(
    named: str, home_of_a_demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = running_beside(home_of_a_demo / named)
    assert beside is not None
    assert (beside.is_demo, beside.home) == (True, home_of_a_demo / "demo")
    assert "/maraude_demo?" in beside.urls.app_url
    monkeypatch.setenv("MARAUDE_HOME", str(home_of_a_demo / named))
    monkeypatch.setenv("MARAUDE_PORT", str(free_port()))
    assert cli.main(["migrate"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith(f"maraude: the demo of {beside.home}")
    assert "schema is up to date" in told.out
    assert cli.main(["doctor", "--language", "en"]) == 0
    assert capsys.readouterr().out.startswith(f"The demo of {beside.home}")
    assert cli.main(["verify"]) == 0


def test_files_are_not_loaded_into_a_demo(
    home_of_a_demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is loaded there would be gone with the demo's next start."""
    monkeypatch.setenv("MARAUDE_HOME", str(home_of_a_demo))
    words = "territory load --zones z --places p --people q --slug s --name S"
    assert cli.main(words.split()) == 1
    assert "a demo runs here, and its data are thrown away" in capsys.readouterr().err


@pytest.mark.parametrize("named", ["", "demo"])
def test_backup_is_not_restored_into_a_demo_which_would_throw_it_away(
    named: str,
    home_of_a_demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MARAUDE_HOME", str(home_of_a_demo / named))
    cli.main(["backup-key", str(tmp_path / "key")])
    assert cli.main(["restore", str(tmp_path / "b"), "--key", str(tmp_path / "key")]) == 1
    told = capsys.readouterr().err
    assert "These servers are a demo's" in told
    assert f"Stop it, then restore with the MARAUDE_HOME of an installation, not {home_of_a_demo / 'demo'}." in told


def test_migrate_says_first_whose_database_it_changes_and_no_password(
    home_of_a_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = running_beside(home_of_a_demo)
    assert beside is not None
    monkeypatch.setenv("MARAUDE_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", beside.urls.app_url)
    monkeypatch.setenv("DATABASE_OWNER_URL", beside.urls.owner_url)
    assert cli.main(["migrate"]) == 0
    told = capsys.readouterr().err.splitlines()[0]
    assert told == "maraude: the database maraude_demo on this machine, which DATABASE_URL names."


def test_installation_that_does_not_run_is_never_taken_for_the_demo_beside(
    home_of_a_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "demo").symlink_to(home_of_a_demo / "demo")
    assert running_beside(tmp_path) is None
    assert cli.main(["user", "disable", "lea"]) == 1
    assert f"A demo runs: MARAUDE_HOME={tmp_path / 'demo'} names it." in capsys.readouterr().err


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


def _after_whose(told: str) -> str:
    """Return what a command told after it said whose database it changes, which has no secret either."""
    first, _, rest = told.partition("\n")
    is_whose = first.startswith("maraude: the database ")
    assert "secret" not in first
    return rest if is_whose else told


EACH_VERB = (
    "serve", "worker", "demo --once", "migrate", "reference-admin --language en", "reoffering", "verify", "rebuild",
    "backup {home}/b --to {public}", "restore {home}/b --key {home}/key", "restore {home}/b --key {home}/key --check",
    "user add --territory x --login lea --name L --role dispatcher", "user disable lea", "user reset lea",
    "user first-administrator --territory x --login lea --name L", "keys status", "keys rotate", "journal verify",
    "retention plan x", "retention purge x job_trace",
)  # fmt: skip


@pytest.mark.parametrize("fault", ["password", "database"])
def test_database_that_refuses_is_one_sentence_from_every_verb(
    fault: str,
    running_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    running = embedded.running_urls(running_home / "data")
    assert running is not None
    parts = urlsplit(running.app_url)
    wrong = parts._replace(netloc=f"{parts.username}:secret@") if fault == "password" else parts._replace(path="/nope")
    for name in ("DATABASE_URL", "DATABASE_REFERENCE_URL"):
        monkeypatch.setenv(name, urlunsplit(wrong))
    monkeypatch.setenv("REDIS_URL", running.redis_url)
    monkeypatch.setenv("MARAUDE_SECRET_KEY", "0" * 64)
    for name, port in (("MARAUDE_PUBLIC_URL", 8765), ("MARAUDE_REFERENCE_ADMIN_URL", 8766)):
        monkeypatch.setenv(name, f"http://localhost:{port}")
    for name in ("MARAUDE_PORT", "MARAUDE_REFERENCE_ADMIN_PORT"):
        monkeypatch.setenv(name, str(free_port()))
    cli.main(["backup-key", str(tmp_path / "key")])
    public = capfd.readouterr().out.splitlines()[0].partition("=")[2]
    for words in EACH_VERB:
        if fault == "database" and words.startswith("restore"):
            continue  # it makes a database beside the named one, which need not be there
        assert cli.main(words.format(home=tmp_path, public=public).split()) == 1, words
        told = _after_whose(capfd.readouterr().err)
        assert told.startswith("maraude: The database refuses the role, its password or the name of the database."), (
            words
        )
        assert "Traceback" not in told, words
        assert "secret" not in told, words
        assert len(told.splitlines()) <= 2, words  # the sentence, and where there is one its remedy


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
    told = _after_whose(capsys.readouterr().err)
    assert told.startswith(f"maraude: {sentence}")
    assert "secret" not in told
