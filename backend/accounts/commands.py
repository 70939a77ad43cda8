"""This file is `maraude user …`: first-administrator, add, disable, reset, each with help and an example.

Every command prints one-time codes to whoever typed it and nothing else secret. What they do is in user_changes.py.
"""

import asyncio
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Awaitable
from typing import Final, TypeVar

from backend.access import Role
from backend.accounts.first_administrator import add_first_administrator
from backend.accounts.user_changes import (
    Added,
    NewUser,
    Obstacle,
    add_user,
    disable_user,
    reset_user,
)
from backend.clock import now
from backend.piccolo_conf import DB
from backend.settings import Settings

T = TypeVar("T")

OBSTACLES: Final[dict[Obstacle, str]] = {
    Obstacle.TERRITORY_UNKNOWN: "There is no territory with this slug.",
    Obstacle.USER_UNKNOWN: "There is no such user, or the account is disabled.",
    Obstacle.LOGIN_UNFIT: "A login has 2 to 64 of: a-z, 0-9, dot, hyphen, underscore; a letter or digit first.",
    Obstacle.USER_DISABLED: "This account is disabled: choose another login.",
    Obstacle.NAME_UNFIT: "A name has 1 to 120 printable characters.",
    Obstacle.ADMINISTRATOR_EXISTS: "This territory has an administrator who can sign in: they add the others. "
    "If the passphrase is lost: `maraude user reset LOGIN`.",
}


def add_user_commands(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add `user` to the command line; each command sets `run(arguments, settings) -> exit status`."""
    user = subparsers.add_parser("user", help="manage who signs in").add_subparsers(dest="user_command", required=True)

    first = _command(
        user,
        "first-administrator",
        "make a territory's first administrator",
        "--territory paris-13-14 --login awa --name 'Awa Diallo'",
    )
    first.add_argument("--territory", required=True, metavar="SLUG")
    first.add_argument("--login", required=True)
    first.add_argument("--name", required=True)
    first.add_argument("--locale", choices=("fr", "en"), default="fr")
    first.set_defaults(run=run_first_administrator)

    add = _command(
        user,
        "add",
        "add somebody to a territory",
        "--territory paris-13-14 --login lea --name 'Léa Roy' --role dispatcher",
    )
    add.add_argument("--territory", required=True, metavar="SLUG")
    add.add_argument("--login", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, action="append", choices=[role.value for role in Role])
    add.add_argument("--locale", choices=("fr", "en"), default="fr")
    add.set_defaults(run=run_add)

    disable = _command(user, "disable", "disable somebody at once, everywhere", "lea")
    disable.add_argument("login")
    disable.set_defaults(run=run_disable)

    reset = _command(user, "reset", "let somebody choose a new passphrase", "lea --second-factor")
    reset.add_argument("login")
    reset.add_argument("--second-factor", action="store_true", help="take away the lost authenticator app too")
    reset.set_defaults(run=run_reset)


def run_first_administrator(arguments: Namespace, settings: Settings) -> int:
    """Make a territory's first administrator and print the one-time code."""
    made = _run(
        settings,
        add_first_administrator(arguments.territory, arguments.login, arguments.name, now(), arguments.locale),
    )
    return _say_added(made, settings)


def run_add(arguments: Namespace, settings: Settings) -> int:
    """Add somebody with roles and print the one-time code."""
    new = NewUser(arguments.login, arguments.name, frozenset(map(Role, arguments.role)), arguments.locale)
    return _say_added(_run(settings, add_user(arguments.territory, new, now())), settings)


def run_disable(arguments: Namespace, settings: Settings) -> int:
    """Disable somebody."""
    obstacle = _run(settings, disable_user(arguments.login, now()))
    if obstacle:
        return _say_obstacle(obstacle)
    print(f"{arguments.login} is disabled; every open session has ended.")
    return 0


def run_reset(arguments: Namespace, settings: Settings) -> int:
    """Reset somebody and print the one-time code."""
    code = _run(settings, reset_user(arguments.login, now(), second_factor=arguments.second_factor))
    if isinstance(code, Obstacle):
        return _say_obstacle(code)
    _say_code(code, settings)
    return 0


def _command(commands: "_SubParsersAction[ArgumentParser]", name: str, does: str, example: str) -> ArgumentParser:
    parser: ArgumentParser = commands.add_parser(
        name,
        help=does,
        description=f"{does[0].upper()}{does[1:]}.",
        epilog=f"example:\n  maraude user {name} {example}".rstrip(),
        formatter_class=RawDescriptionHelpFormatter,
    )
    return parser


def _run(settings: Settings, act: Awaitable[T]) -> T:
    DB.point_at(settings.database_url)

    async def wait() -> T:
        return await act

    return asyncio.run(wait())


def _say_added(added: Added | Obstacle, settings: Settings) -> int:
    if isinstance(added, Obstacle):
        return _say_obstacle(added)
    if added.set_up_code is None:
        print("This user existed and can sign in: the roles were added.")
    else:
        _say_code(added.set_up_code, settings)
    return 0


def _say_code(code: str, settings: Settings) -> None:
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    print(
        f"Open {address}/set-up within 24 hours and type this code; it works once. Hand it over in person."
        f"\n\n  {code}\n"
    )


def _say_obstacle(obstacle: Obstacle) -> int:
    print(OBSTACLES[obstacle])
    return 1
