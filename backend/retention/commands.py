"""This file is `maraude retention …`: plan (the dry run), purge, verify (the certificates)."""

import asyncio
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from backend.access import Scope
from backend.accounts.user_store import territory_by_slug
from backend.clock import day_in, now
from backend.db.transaction import transaction, transaction_of_user
from backend.ids import TerritoryId
from backend.journal import seal_store
from backend.journal.seal import key_of
from backend.piccolo_conf import DB
from backend.retention import purges
from backend.retention.certificate import Certificate, fault_of
from backend.retention.jobs import ask_purge
from backend.retention.plan import DryRun, dry_run
from backend.retention.rules import RULES, VERSION, RuleName
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings
from backend.territory.time_zone import read_time_zone

_Result = TypeVar("_Result")
_SENTENCES = {
    "": "fits",
    "key_unknown": "is signed by a key that this installation does not know",
    "altered": "was altered: its signature does not fit",
    "ops_differ": "does not fit the log: other ops say that they were erased by it",
}


def add_retention_commands(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add the verbs to the command line."""
    does = "Say what is over, erase it, and check the certificates."
    verbs = subparsers.add_parser("retention", help=does, description=does).add_subparsers(
        metavar="VERB", required=True
    )
    plan = _add(verbs, "plan", "Say what is over today; nothing is erased.", "maraude retention plan my-town")
    plan.add_argument("territory", help="the territory's slug")
    plan.set_defaults(run=run_plan)
    erase = _add(verbs, "purge", "Ask a worker to erase what is over.", "maraude retention purge my-town care_file")
    erase.add_argument("territory", help="the territory's slug")
    erase.add_argument("rule", choices=[rule.value for rule in RULES])
    erase.set_defaults(run=run_purge)
    verify = _add(verbs, "verify", "Check every certificate against its key and the log.", "maraude retention verify")
    verify.set_defaults(run=run_verify)


def run_plan(arguments: Namespace, settings: Settings) -> int:
    """Print what is due by each rule."""
    found = _run(settings, lambda: _plan(arguments.territory))
    if found is None:
        print(f"There is no territory {arguments.territory}.")
        return 1
    print(f"On {found.as_of_on}, by the rules of {VERSION}; {found.looked_at} persons looked at")
    for rule, due in found.due.items():
        print(f"  {rule.value:14} {due.count:8} due, {due.held} held   ({RULES[rule].legal_source})")
    return 0


def run_purge(arguments: Namespace, settings: Settings) -> int:
    """Write the job down; a worker takes it within half a minute."""
    asked = _run(settings, lambda: _ask(arguments.territory, RuleName(arguments.rule)))
    print({None: f"There is no territory {arguments.territory}.", True: "Asked: a worker erases it and signs the certificate.",
           False: "A purge by this rule is already running."}[asked])  # fmt: skip
    return 0 if asked else 1


def run_verify(_arguments: Namespace, settings: Settings) -> int:
    """Print each certificate and whether it fits; 1 if one does not."""
    found = _run(settings, lambda: _verify(with_secret_key(settings)))
    for one, fault in found:
        state = _SENTENCES[fault] if one.signature else "is under way"
        print(f"{one.territory_id} {one.id} {one.rule} {one.as_of_on} {one.erased}: {state}")
    print(f"{len(found)} purges, {sum(fault != '' for _, fault in found)} faults")
    return int(any(fault for _, fault in found))


async def _plan(slug: str) -> DryRun | None:
    scope = await _scope(slug)
    if scope is None:
        return None
    async with transaction(scope) as tx:
        today = day_in(await read_time_zone(tx), now())
    return await dry_run(scope, today, persons_most=10**9, listed_most=0)


async def _ask(slug: str, rule: RuleName) -> bool | None:
    scope = await _scope(slug)
    if scope is None:
        return None
    async with transaction(scope) as tx:
        return await ask_purge(tx, rule) is not None  # the sweeper puts it on the queue


async def _verify(settings: Settings) -> list[tuple[Certificate, str]]:
    keys = {key.id: key.public for key in map(key_of, (settings.secret_key, *settings.secret_keys_former))}
    async with transaction_of_user(None) as tx:
        territories = await seal_store.territories(tx)
    found: list[tuple[Certificate, str]] = []
    for territory_id in territories:
        async with transaction(Scope(TerritoryId(territory_id))) as tx:
            kept = await purges.certificates(tx)
            found += [(one, fault_of(one, await purges.digest_now(tx, one.id), keys)) for one in kept]
    return found


async def _scope(slug: str) -> Scope | None:
    async with transaction_of_user(None) as tx:
        territory = await territory_by_slug(tx, slug)
    return Scope(territory.id) if territory else None


def _add(verbs: "_SubParsersAction[ArgumentParser]", name: str, does: str, example: str) -> ArgumentParser:
    return verbs.add_parser(
        name, help=does, description=does, epilog=f"Example:\n  {example}", formatter_class=RawDescriptionHelpFormatter
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
