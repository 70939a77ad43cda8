"""Break a promise on purpose in a copy of the server's source: the harness must find each of these.

A mutant is one replacement in one file. Only the web servers run from the copy; tablets and audit stay ours.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.chaos.house import CHECKOUT

PACKAGES = ("backend", "sync", "routing", "admin")


@dataclass(frozen=True)
class Mutant:
    """One promise broken: in which file, what stands there, and what stands there instead."""

    name: str
    path: str
    before: str
    after: str


MUTANTS = (
    Mutant(
        "answer before the commit",
        "backend/tablets/push.py",
        """    async with transaction(scope, plans_are_kept=True) as tx:
        decision, _changes = await append(tx, _installation(scope), batch, now)
""",
        """    decided: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        try:
            async with transaction(scope) as tx:
                decision, _changes = await append(tx, _installation(scope), batch, now)
                decided.set_result(decision)
                await asyncio.sleep(0.4)
        except Exception as error:
            if not decided.done():
                decided.set_exception(error)

    _LATE.add(asyncio.create_task(work()))
    decision = await decided
""",
    ),
    Mutant(
        "synchronous_commit off",
        "backend/db/transaction.py",
        "set_config('synchronous_commit', 'on', true)",
        "set_config('synchronous_commit', 'off', true)",
    ),
    Mutant(
        "no index that lets an act count once",
        "backend/db/migrations/sql/0001e_log.sql",
        "CREATE UNIQUE INDEX op_once ON op (territory_id, id) WHERE verdict IN ('stored', 'merged', 'review');",
        "",
    ),
)
_ALSO = {
    "answer before the commit": (
        "log = structlog.get_logger()",
        "from typing import Any\n\nlog = structlog.get_logger()\n_LATE: set[object] = set()",
    )
}


def patched_copy(mutant: Mutant, folder: Path) -> Path:
    """Return a copy of the source with the mutant in it; raises ValueError if its place is not there any more."""
    for package in PACKAGES:
        shutil.copytree(
            CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    path = folder / mutant.path
    text = path.read_text("utf-8")
    for before, after in ((mutant.before, mutant.after), _ALSO.get(mutant.name, ("", ""))):
        if text.count(before) != 1 and before:
            raise ValueError(f"{mutant.path} has no single place for the mutant {mutant.name!r}")
        text = text.replace(before, after) if before else text
    path.write_text(text, "utf-8")
    return folder
