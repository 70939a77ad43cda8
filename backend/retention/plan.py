"""This file says what would be erased today, rule by rule, and erases nothing: the dry run before every purge."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from backend.access import Scope
from backend.db.transaction import transaction
from backend.retention import traces
from backend.retention.files import File, files_of, persons_after
from backend.retention.rules import FILES, RULES, RuleName, is_due


@dataclass
class Due:
    """What is over by one rule: how much, how many files are held nevertheless, and the first few files."""

    rule: RuleName
    count: int = 0
    held: int = 0
    files: list[File] = field(default_factory=list)


@dataclass(frozen=True)
class DryRun:
    """What is due on a day. `whole` is false if not everybody was looked at: then the counts are at least so many."""

    as_of_on: date
    due: dict[RuleName, Due]
    looked_at: int
    whole: bool


async def dry_run(scope: Scope, as_of: date, *, persons_most: int, listed_most: int) -> DryRun:
    """Return what is due, read in short transactions that hold up nobody."""
    due = {rule: Due(rule) for rule in RULES}
    for rule in set(RULES) - set(FILES):
        async with transaction(scope) as tx:
            due[rule].count = await traces.count_due(tx, rule, as_of)
    after: UUID | None = UUID(int=0)
    looked_at, seen = 0, set[UUID]()
    while after is not None and looked_at < persons_most:
        async with transaction(scope) as tx:
            persons = await persons_after(tx, after, as_of)
            files = await files_of(tx, [one for one in persons if one not in seen])
        seen.update(one for file in files for one in file.person_ids[1:])  # joined records are one file
        for rule in FILES:
            _count(due[rule], [one for one in files if is_due(one.ending, rule, as_of)], listed_most)
        looked_at += len(persons)
        after = persons[-1] if persons else None
    return DryRun(as_of, due, looked_at, after is None)


def _count(into: Due, files: list[File], listed_most: int) -> None:
    into.held += sum(one.held for one in files)
    free = [one for one in files if not one.held]
    into.count += len(free)
    into.files += free[: max(0, listed_most - len(into.files))]
