"""This file is `maraude journal verify`: it says of each territory whether its journal is what was sealed, and where not."""

import asyncio
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter, _SubParsersAction
from pathlib import Path
from uuid import UUID

from backend.access import Scope
from backend.db.transaction import transaction, transaction_of_user
from backend.ids import TerritoryId
from backend.journal import seal_store
from backend.journal.seal import Fault, examine, key_of
from backend.journal.sealer import HEADS, exported
from backend.piccolo_conf import DB
from backend.retention.purges import certified_cut
from backend.serve.secret_key import with_secret_key
from backend.settings import Settings

_SENTENCES = {
    "entry_edited": "entry {seq} is not what was sealed (seal {n})",
    "entry_deleted": "entry {seq} was sealed and is gone (seal {n})",
    "entry_inserted": "entry {seq} stands among sealed ones and was never sealed",
    "seal_altered": "seal {n} was altered: hash or signature does not fit",
    "seal_by_unknown_key": "seal {n} is signed by a key that this installation does not know",
    "seal_missing": "seal {n} is missing",
    "tail_cut": "the chain ends before the exported head {n}: its tail was cut",
    "differs_from_exported_head": "seal {n} is not the head that was exported",
}


def add_journal_commands(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Add `journal verify` to the command line."""
    does = "Look whether the journal is what was sealed, and say where it was altered."
    verb = subparsers.add_parser("journal", help=does, description=does, formatter_class=RawDescriptionHelpFormatter)
    verbs = verb.add_subparsers(metavar="VERB", required=True)
    verify = verbs.add_parser("verify", help=does, description=does, epilog="Example:\n  maraude journal verify")
    verify.add_argument(
        "--heads", type=Path, default=None, help="folder of exported heads (default: of this installation)"
    )
    verify.set_defaults(run=run_verify)


def run_verify(arguments: Namespace, settings: Settings) -> int:
    """Print what was found; status 0 if every journal is whole, 1 if one is not."""
    found = asyncio.run(_verify(with_secret_key(settings), arguments.heads or settings.home / HEADS))
    for territory_id, (sealed, faults) in found.items():
        print(f"{territory_id}: {sealed} entries sealed, {len(faults)} faults")
        for fault in faults:
            print(f"  {sentence_of(fault)}")
    return 1 if any(faults for _, faults in found.values()) else 0


def sentence_of(fault: Fault) -> str:
    """Return a fault in words.

    >>> sentence_of(Fault("entry_deleted", 3, 41))
    'entry 41 was sealed and is gone (seal 3)'
    """
    return _SENTENCES[fault.what].format(n=fault.n, seq=fault.seq)


async def verify(settings: Settings, heads: Path) -> dict[UUID, tuple[int, list[Fault]]]:
    """Return for each territory how many entries are sealed and what does not fit."""
    keys = {key.id: key.public for key in map(key_of, (settings.secret_key, *settings.secret_keys_former))}
    async with transaction_of_user(None) as tx:
        known = await seal_store.territories(tx)
    found: dict[UUID, tuple[int, list[Fault]]] = {}
    for territory_id in known:
        async with transaction(Scope(TerritoryId(territory_id))) as tx:
            seals, entries = await seal_store.all_seals(tx), await seal_store.all_entries(tx)
            cut = await certified_cut(tx, keys)
        faults = examine(territory_id, seals, entries, exported(heads, territory_id), keys, cut)
        found[territory_id] = (sum(len(one.seqs) for one in seals), faults)
    return found


async def _verify(settings: Settings, heads: Path) -> dict[UUID, tuple[int, list[Fault]]]:
    DB.point_at(settings.database_url)
    await DB.start_connection_pool(min_size=1, max_size=2)
    try:
        return await verify(settings, heads)
    finally:
        await DB.close_connection_pool()
