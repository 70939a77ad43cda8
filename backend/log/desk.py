"""Write ops for people at a desk, for imports and for the server's own acts: one log, one merge, the same rules.

Each sign-in session, each import is an installation with an actor of its own, so that two desks never share a counter.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import msgspec

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.append import append
from backend.log.authority import NOBODY
from backend.log.projection import Change
from sync.decode import Batch, Item
from sync.fields import SCHEMA, first_refusal
from sync.kinds import KINDS, Policy
from sync.ledger import Decision
from sync.ops import Op, Scalar, hash_of, payload
from sync.state import decode
from sync.wire import PROTOCOL_VERSION, PushHeader

DESK_BOOT = "desk"


@dataclass(frozen=True)
class Act:
    """One change of one record; `seen` is the version vector that the author had on the screen (None: latest)."""

    kind: str
    record_id: UUID
    set: dict[str, Scalar] = field(default_factory=dict)
    add: dict[str, list[str]] = field(default_factory=dict)
    remove: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[int, int] | None = None
    inc: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What came of acts: the decision with a verdict per act, and what changed in the typed tables."""

    decision: Decision
    changes: list[Change]

    @property
    def refused(self) -> list[str]:
        """Return the codes of the acts that were refused; normally none."""
        return [verdict.code for verdict in self.decision.verdicts if verdict.word == "refused"]


def act_of_fields(kind: str, record_id: UUID, fields: dict[str, Scalar | list[str]]) -> Act:
    """Return the act that creates a record with these fields, lists going to the fields that are sets.

    >>> act_of_fields("visit", UUID(int=1), {"priority": 2, "acts": ["screen"], "due_on": None}).add
    {'acts': ['screen']}
    """
    known = KINDS[kind].fields
    sets = {name: value for name, value in fields.items() if known[name].policy is Policy.SET}
    plain = {name: value for name, value in fields.items() if name not in sets and value is not None}
    return Act(
        kind,
        record_id,
        {name: value for name, value in plain.items() if not isinstance(value, list)},
        {name: list(value) for name, value in sets.items() if isinstance(value, list) and value},
    )


async def installation_for(
    tx: Transaction, label: str, now: datetime, session_id: UUID | None = None
) -> InstallationId:
    """Return the installation under which a sign-in session or an import writes, making it at its first act."""
    if session_id is not None:
        found = await tx.fetch_value(
            "SELECT id FROM installation WHERE territory_id = $1 AND sign_in_session_id = $2",
            tx.scope.territory_id,
            session_id,
        )
        if found is not None:
            return InstallationId(found)
    installation_id = InstallationId(new_id())
    await tx.execute(
        "INSERT INTO installation (id, territory_id, sign_in_session_id, label, state, made_at) "
        "VALUES ($1, $2, $3, $4, 'active', $5)",
        installation_id,
        tx.scope.territory_id,
        session_id,
        label,
        now,
    )
    return installation_id


async def write(
    tx: Transaction, installation_id: InstallationId, acts: list[Act], now: datetime, *, by_server: bool = False
) -> Written:
    """Append acts as ops of this installation in the transaction, by the user of its scope or by the server itself."""
    row = await tx.fetch_row(
        "SELECT actor, n_last, hash_last FROM installation WHERE territory_id = $1 AND id = $2 FOR UPDATE",
        tx.scope.territory_id,
        installation_id,
    )
    if row is None:
        message = "The installation to write under is not of this territory."
        raise LookupError(message)
    seen = await _latest(tx, [act.record_id for act in acts if act.seen is None])
    author = str(tx.scope.user_id) if tx.scope.user_id and not by_server else NOBODY
    wall_at = wire_instant(now)
    items: list[Item] = []
    previous, n = row["hash_last"].hex(), row["n_last"]
    for act in acts:
        n += 1
        record = str(act.record_id)
        op = Op(
            secrets.token_hex(16), row["actor"], n, previous, record, act.kind, SCHEMA, author, wall_at, 0, DESK_BOOT,
            act.set, act.add, act.remove, act.inc, act.seen if act.seen is not None else seen.get(record, {}),
        )  # fmt: skip
        raw = payload(op)
        previous = hash_of(raw)
        why = first_refusal(op)  # the same check as for tablets: nothing else looks at what a form or an import holds
        items.append(Item(op.id, n, previous, raw, op) if why is None else Item(op.id, n, previous, raw, None, *why))
        seen[record] = {**op.seen, op.actor: n}  # the next act on this record has seen this one
    header = PushHeader(PROTOCOL_VERSION, str(installation_id), 0, wall_at, 0, DESK_BOOT)
    decision, changes = await append(tx, installation_id, Batch(header, items), now)
    return Written(decision, changes)


async def _latest(tx: Transaction, record_ids: list[UUID]) -> dict[str, dict[int, int]]:
    rows = await tx.fetch(
        "SELECT id, body FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])",
        tx.scope.territory_id,
        record_ids,
    )
    return {str(row["id"]): dict(decode(row["body"].encode())[1].seen) for row in rows}


def vector_of(text: str) -> dict[int, int]:
    """Return the version vector that a form carried as text; raises msgspec.ValidationError if it is none."""
    return msgspec.json.decode(text, type=dict[int, int])
