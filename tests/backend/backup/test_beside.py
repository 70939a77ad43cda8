"""Beside a running server the verbs take its tools and its role; `restore` asks that it be stopped, and needs none before."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from backend import cli, embedded
from backend.clock import now
from backend.db.migrate import migrate

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_REFERENCE_URL", "DATABASE_BACKUP_URL", "REDIS_URL")


def test_backup_is_made_and_restore_refused_beside_a_running_embedded_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    home, file, key = tmp_path / "home", str(tmp_path / "b.maraude"), str(tmp_path / "backup.key")
    demo = str(tmp_path / "demo.maraude")
    monkeypatch.setenv("MARAUDE_HOME", str(home))
    with embedded.servers(home / "data", environ={}, durable=False) as urls:
        asyncio.run(migrate(urls.owner_url, now()))
        monkeypatch.setenv("PATH", str(tmp_path))  # no tool of another PostgreSQL is taken
        assert cli.main(["backup-key", key]) == 0
        public = capsys.readouterr().out.split("=", 1)[1].split()[0]
        assert cli.main(["backup", file, "--to", public, "--verify", key]) == 0, capsys.readouterr().err
        assert "every chain and sum as backed up" in capsys.readouterr().out
        assert cli.main(["restore", file, "--key", key, "--check"]) == 0, capsys.readouterr().err
        for told, words in refusals(file, public, tmp_path):
            assert cli.main(["backup", *words]) == 1
            assert told in capsys.readouterr().err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["another.key", "b.maraude", "backup.key", "home"]
        assert cli.main(["backup", file, "--to", public, "--overwrite"]) == 0
        asyncio.run(make_it_a_demo(urls.owner_url))
        assert cli.main(["backup", demo, "--to", public]) == 0, capsys.readouterr().err
        assert cli.main(["restore", file, "--key", key]) == 1
        assert "stop it, then restore" in capsys.readouterr().err
        assert cli.main(["verify"]) == 0
        assert cli.main(["reoffering"]) == 0
    monkeypatch.setenv("MARAUDE_HOME", str(tmp_path / "another"))  # a new machine, on which nothing was ever started
    assert cli.main(["restore", file, "--key", key]) == 0, capsys.readouterr().err
    assert "Restored: 0 ops" in capsys.readouterr().out
    assert cli.main(["restore", demo, "--key", key]) == 1
    assert "a demo's backup" in capsys.readouterr().err
    assert cli.main(["restore", demo, "--key", key, "--check"]) == 0
    assert "This is a demo's backup" in capsys.readouterr().out


def refusals(file: str, public: str, folder: Path) -> list[tuple[str, list[str]]]:
    """Return what is told, and for which words, where a backup would replace a file or be one that nobody reads."""
    another = str(folder / "another.key")
    assert cli.main(["backup-key", another]) == 0
    return [
        ("is there already", [file, "--to", public]),
        ("is no folder", [str(folder / "none" / "b"), "--to", public]),
        ("is a folder", [str(folder), "--to", public]),
        ("none was made", [str(folder / "c"), "--to", public, "--verify", another]),
    ]


async def make_it_a_demo(owner_url: str) -> None:
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(
            "INSERT INTO territory (id, slug, name, time_zone, inhabitants, is_demo, created_at) "
            "VALUES (gen_random_uuid(), 'd', 'D', 'Europe/Paris', 1, true, now())"
        )
    finally:
        await connection.close()
