"""Decide whether the author of an op may write it, from here, about this record.

A refusal is a code of the op's verdict (S5). An op about a record that left the tablet's scope is stored and put up
for review as `former_team`, never refused: a colleague may have taken the round over while it was offline (S6).
"""

from collections.abc import Callable
from datetime import datetime

from backend.access import WHO_RECORD, Right, Role, rights_of
from backend.clock import day_in
from backend.db.transaction import Transaction
from backend.log.load import Loaded
from backend.log.references import references_of
from backend.log.scope import scope_of_team
from sync.kinds import KINDS
from sync.ops import Op
from sync.push import FORMER_TEAM, Authority
from sync.review import settling_refusal
from sync.state import RecordState

NOBODY = "00000000-0000-0000-0000-000000000000"  # the author of imports and of the server's own acts
# Made at a desk only; a tablet may go on with them (arrive, depart, read).
BEGUN_AT_A_DESK = frozenset({"round", "stop", "message", "visit", "review"})
_DESK_WRITERS = frozenset(
    {Right.EDIT_PEOPLE, Right.PLAN_ROUNDS, Right.ADD_REQUESTS, Right.MANAGE_STOCK, Right.MANAGE_TEAMS}
)


async def authority_of(tx: Transaction, loaded: Loaded, now: datetime) -> Authority:
    """Return the function that sync asks before it stores an op of a batch."""
    known_kinds = {record_id: row.kind for record_id, row in loaded.rows.items()}
    known_kinds |= {record_id: kind for record_id, (kind, _) in loaded.others.items()}
    if loaded.known.installation.desk:
        return _asks(loaded, known_kinds, _no_other_rule)
    held: frozenset[str] = frozenset()
    if loaded.rows:  # of records that are new nobody asks whose they were
        held = frozenset((await scope_of_team(tx, loaded.team_id, day_in(loaded.time_zone, now))).buckets)

    def tablet_rule(op: Op, state: RecordState | None) -> str | None:
        if state is None:
            return "begun_at_a_desk" if op.kind in BEGUN_AT_A_DESK else None
        buckets = loaded.rows[op.record].standing.buckets if op.record in loaded.rows else ()
        return FORMER_TEAM if buckets and held.isdisjoint(buckets) else None

    return _asks(loaded, known_kinds, tablet_rule)


def _no_other_rule(_op: Op, _state: RecordState | None) -> str | None:
    return None


def _asks(loaded: Loaded, kinds: dict[str, str], rule: Callable[[Op, RecordState | None], str | None]) -> Authority:
    desk = loaded.known.installation.desk
    refusals = {author: _author_refusal(author, roles, desk=desk) for author, roles in loaded.authors.items()}

    def ask(op: Op, state: RecordState | None) -> str | None:
        roles = loaded.authors.get(op.author, frozenset())
        code = refusals[op.author] if op.author in refusals else _author_refusal(op.author, roles, desk=desk)
        if code is None and op.kind == "review":
            return settling_refusal(op, state, roles)
        code = code or (None if loaded.known.reoffering else _reference_refusal(op, kinds)) or rule(op, state)
        if code is None or code == FORMER_TEAM:
            kinds[op.record] = op.kind  # later ops of the batch may refer to it
        return code

    return ask


def _author_refusal(author: str, roles: frozenset[str], *, desk: bool) -> str | None:
    known = frozenset(Role(role) for role in roles)
    if desk:
        may = author == NOBODY or bool(rights_of(known) & _DESK_WRITERS)
        return None if may else "author_unknown"
    return None if known & WHO_RECORD else "author_unknown"


def _reference_refusal(op: Op, kinds: dict[str, str]) -> str | None:
    """Return why a reference of an op cannot stand: nothing of this territory has that id, or it is of another kind."""
    for name in references_of(op.kind):
        field = KINDS[op.kind].fields[name]
        for value in (op.set.get(name), *op.add.get(name, ())):
            if value is None or (field.to and field.to not in KINDS):
                continue
            if value not in kinds:
                return "reference_unknown"
            if field.to and kinds[str(value)] != field.to:
                return "reference_kind"
    return None
