"""The command line makes the first administrator, and nobody by itself."""

import argparse
import re
from collections.abc import Callable

import anyio
import pytest

from backend.access import Role
from backend.accounts.commands import add_user_commands
from backend.accounts.first_administrator import add_first_administrator
from backend.accounts.user_changes import Added, NewUser, Obstacle, add_user
from backend.piccolo_conf import DB
from backend.settings import Settings
from tests.backend.accounts.house import PASSPHRASE, House

Run = Callable[..., int]


@pytest.fixture
def run(house: House, settings: Settings) -> Run:
    """Run a command line in a thread of its own: it is a process of its own elsewhere, without our pool."""
    parser = argparse.ArgumentParser()
    add_user_commands(parser.add_subparsers())

    def in_thread(*words: str) -> int:
        arguments = parser.parse_args(["user", *words])
        pool, DB.pool = DB.pool, None
        try:
            return int(arguments.run(arguments, settings))
        finally:
            DB.pool = pool

    return in_thread


async def _run(run: Run, *words: str) -> int:
    return await anyio.to_thread.run_sync(lambda: run(*words))


def _code(text: str) -> str:
    found = re.search(r"\b(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}\b", text)
    assert found is not None, text
    return found.group()


async def test_first_administrator_gets_in_by_the_printed_code(
    house: House, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.territory("paris")
    words = ("first-administrator", "--territory", "paris", "--login", "awa", "--name", "Awa Diallo")
    assert await _run(run, *words) == 0
    code = _code(capsys.readouterr().out)
    answer = await house.browser().post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    assert answer.json()["next_step"] == "enrol"
    assert await _run(run, *words) == 1
    assert "has an administrator" in capsys.readouterr().out


async def test_first_administrator_may_be_asked_for_again_before_the_code_is_used(house: House) -> None:
    await house.territory("paris")
    first = await add_first_administrator("paris", "awa", "Awa", house.time())
    second = await add_first_administrator("paris", "awa", "Awa", house.time())
    assert isinstance(first, Added)
    assert isinstance(second, Added)
    assert first.user_id == second.user_id
    assert first.set_up_code != second.set_up_code


async def test_one_territory_with_an_administrator_does_not_hinder_another(house: House) -> None:
    await house.territory("paris")
    await house.territory("lyon")
    await house.user("awa", "paris", Role.TERRITORY_ADMINISTRATOR)
    assert await add_first_administrator("paris", "lea", "Léa", house.time()) is Obstacle.ADMINISTRATOR_EXISTS
    assert isinstance(await add_first_administrator("lyon", "lea", "Léa", house.time()), Added)


@pytest.mark.parametrize(
    ("slug", "login", "name", "obstacle"),
    [
        ("nowhere", "awa", "Awa", Obstacle.TERRITORY_UNKNOWN),
        ("paris", "A", "Awa", Obstacle.LOGIN_UNFIT),
        ("paris", "awa diallo", "Awa", Obstacle.LOGIN_UNFIT),
        ("paris", "awa\n", "Awa", Obstacle.LOGIN_UNFIT),
        ("paris", "awa", "  ", Obstacle.NAME_UNFIT),
        ("paris", "awa", "Awa\nDiallo", Obstacle.NAME_UNFIT),
        ("paris", "gone", "Gone", Obstacle.USER_DISABLED),
    ],
)
async def test_unfit_user_is_not_added(house: House, slug: str, login: str, name: str, obstacle: Obstacle) -> None:
    await house.territory("paris")
    await house.user("gone", "paris", Role.AUDITOR)
    await house.as_owner("UPDATE app_user SET disabled_at = now() WHERE login = 'gone'")
    assert await add_user(slug, NewUser(login, name, frozenset({Role.AUDITOR})), house.time()) is obstacle
    assert len(await house.as_owner("SELECT 1 FROM app_user")) == 1


async def test_commands_add_disable_and_reset(house: House, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    paris = await house.territory("paris")
    added = ("add", "--territory", "paris", "--login", "lea", "--name", "Léa Roy", "--role", "dispatcher")
    assert await _run(run, *added) == 0
    code = _code(capsys.readouterr().out)
    await house.browser().post("/api/set-up", json={"code": code, "passphrase": PASSPHRASE})
    assert await _run(run, *added, "--role", "auditor") == 0
    assert "roles were added" in capsys.readouterr().out
    assert await _run(run, "reset", "lea", "--second-factor") == 0
    assert _code(capsys.readouterr().out) != code
    assert await _run(run, "disable", "lea") == 0
    assert await _run(run, "disable", "nobody") == 1
    assert await _run(run, "reset", "lea") == 1
    acts = await house.as_owner("SELECT act FROM journal ORDER BY seq", territory_id=paris)
    assert [row["act"] for row in acts] == ["user_added", "user_added", "second_factor_reset", "user_disabled"]


async def test_reset_of_somebody_in_two_territories_is_in_both_journals(house: House, run: Run) -> None:
    paris, lyon = await house.territory("paris"), await house.territory("lyon")
    await house.user("lea", "paris", Role.AUDITOR)
    await add_user("lyon", NewUser("lea", "Léa", frozenset({Role.AUDITOR})), house.time())
    assert await _run(run, "reset", "lea") == 0
    for territory_id in (paris, lyon):
        acts = await house.as_owner("SELECT act FROM journal ORDER BY seq", territory_id=territory_id)
        assert [row["act"] for row in acts] == ["user_added", "passphrase_reset"]
