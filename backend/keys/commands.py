"""This file is `maraude keys …`: status (which keys seal how much) and rotate (seal everything under the present key)."""

import asyncio
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from backend.accounts.secrets_box import SecretsBox, key_id_of
from backend.keys.rotate import Rotated, keys_in_use, rotate
from backend.piccolo_conf import DB
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings

_Result = TypeVar("_Result")


def add_keys_commands(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the verbs to the command line."""
    does = "Say which keys seal what, and seal everything under the present one."
    verbs = subparsers.add_parser("keys", help=does, description=does).add_subparsers(metavar="VERB", required=True)
    for name, help_, run in (
        ("status", "Say how much lies under each key.", run_status),
        ("rotate", "Seal everything under the present key; may be stopped and run again.", run_rotate),
    ):
        verb = verbs.add_parser(
            name, help=help_, description=help_, epilog=f"Example:\n  maraude keys {name}",
            formatter_class=RawDescriptionHelpFormatter,
        )  # fmt: skip
        verb.set_defaults(run=run)


def run_status(_arguments: Namespace, settings: Settings) -> int:
    """Print each key with what it seals; 1 if something lies under a key that is not known here."""
    settings = with_secret_key(settings)
    words = {key_id_of(key): "former" for key in settings.secret_keys_former} | {
        key_id_of(settings.secret_key): "present"
    }
    found = _run(settings, keys_in_use)
    for key_id in dict.fromkeys([*words, *sorted(found)]):
        print(f"{key_id}  {words.get(key_id, 'UNKNOWN'):8} {found.get(key_id, 0)} sealed")
    for key_id, word in words.items():
        if word == "former" and not found.get(key_id):
            print(
                f"{key_id} seals nothing any more: take it out of MARAUDE_SECRET_KEYS_FORMER once no old backup is needed."
            )
    return int(any(key_id not in words for key_id in found))


def run_rotate(_arguments: Namespace, settings: Settings) -> int:
    """Seal everything anew, telling each step; 1 if something did not open."""
    settings = with_secret_key(settings)
    box = SecretsBox(settings.secret_key, settings.secret_keys_former)
    done = _run(settings, lambda: rotate(box, _tell))
    if done.unopenable:
        print(
            f"{done.unopenable} seals did not open: their key is not in MARAUDE_SECRET_KEYS_FORMER. Add it, and run this again."
        )
    return int(done.unopenable > 0)


def _tell(done: Rotated) -> None:
    print(
        f"{done.second_factors} second factors, {done.of_tablets} shares and codes of tablets, "
        f"{done.identity_numbers} identity numbers sealed anew",
        flush=True,
    )


def _run(settings: Settings, work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    async def within_a_pool() -> _Result:
        DB.point_at(settings.database_url)
        await DB.start_connection_pool(min_size=1, max_size=2)
        try:
            return await work()
        finally:
            await DB.close_connection_pool()

    return asyncio.run(within_a_pool())
