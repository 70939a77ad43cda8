"""Load what a push needs to be decided, under a lock on the installation and on the records it touches.

Two statements whatever the number of ops; none grows with the records held or the territories served. The first locks the
installation, so the second sees what its push before this one has left. What another push has made while the second waited for a
lock is asked for again.
"""

import json
from dataclasses import dataclass
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.ids import InstallationId, UserId
from backend.log.anchors import Standing
from backend.log.hold import take_turn_while_offered_again
from backend.log.references import references_of
from sync.clock import Sample
from sync.decode import Batch
from sync.kinds import KINDS
from sync.ledger import Installation, Known, Stored
from sync.push import needs
from sync.state import RecordState, decode

SAMPLES_KEPT = 20
# Kinds that other records travel with and that may move themselves: who writes about one of these records takes turns
# with who moves it, so that a dose saved meanwhile does not stay behind in a bucket that its person has left (S6).
STOOD_BY = frozenset({"household", "person", "visit", "round"})


class Row(msgspec.Struct, frozen=True):
    """A record as it lies in the database, before the push."""

    kind: str
    state: RecordState
    content_sum: int
    standing: Standing


@dataclass(frozen=True)
class Loaded:
    """What a push needs: for the decision `known`; for saving, the rows before and where other records stand."""

    known: Known
    rows: dict[str, Row]
    others: dict[str, tuple[str, Standing]]  # records referred to: kind and standing
    authors: dict[str, frozenset[str]]  # roles of each author in this territory
    team_id: str | None
    time_zone: str


class InstallationUnknownError(Exception):
    """No installation of this id in this territory."""


_INSTALLATION = (
    "SELECT i.actor, i.n_last, i.hash_last, i.state, i.clock_samples, i.tablet_id, t.team_id, "
    "(SELECT row(epoch, reoffering) FROM server_epoch) AS epoch, "
    "(SELECT time_zone FROM territory WHERE id = $1) AS time_zone, "
    "(SELECT json_agg(json_build_array(user_id, role)) FROM membership "
    "WHERE territory_id = $1 AND user_id = ANY($3::uuid[])) AS authors FROM installation i "
    "LEFT JOIN tablet t ON t.territory_id = i.territory_id AND t.id = i.tablet_id "
    "WHERE i.territory_id = $1 AND i.id = $2 FOR UPDATE OF i"
)
_RECORDS = (
    "SELECT id, kind, body, content_sum, places, buckets FROM record "
    "WHERE territory_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE"
)
_OTHERS = "SELECT id, kind, places, buckets FROM record WHERE territory_id = $1 AND id = ANY($2::uuid[])"
_OP = "SELECT 'op', id, verdict, code, body, hash, actor, n, NULL, NULL, NULL FROM op WHERE territory_id = $1"
# What a push touches, `what` by `what`. Each part of the ops by an index of its own; an op found twice is the same op.
_TOUCHED = (
    f"WITH locked AS ({_RECORDS}) "
    "SELECT 'record' AS what, id, kind AS word, body AS text, NULL::bytea AS raw, NULL::bytea AS hash, NULL::bigint AS actor, "
    "NULL::bigint AS n, places, buckets, content_sum FROM locked "
    "UNION ALL SELECT 'other', id, kind, NULL, NULL, NULL, NULL, NULL, places, buckets, NULL FROM record "
    "WHERE territory_id = $1 AND id = ANY($3::uuid[]) "
    f"UNION ALL {_OP} AND id = ANY($4::uuid[]) AND verdict IN ('stored', 'merged', 'review') "
    f"UNION ALL {_OP} AND id = ANY($4::uuid[]) AND verdict IN ('refused', 'already') "
    f"UNION ALL {_OP} AND actor = $5 AND n = ANY($6::bigint[])"
)


async def load(tx: Transaction, installation_id: InstallationId, batch: Batch) -> Loaded:
    """Return what deciding this batch needs; the installation stays locked until the transaction ends.

    Raises InstallationUnknownError.
    """
    territory_id = tx.scope.territory_id
    row = await tx.fetch_row(_INSTALLATION, territory_id, installation_id, list(_authors(batch)))
    if row is None:
        raise InstallationUnknownError
    wanted = needs(batch)
    epoch, reoffering = row["epoch"]
    if reoffering:
        await take_turn_while_offered_again(tx)
    installation = Installation(
        row["actor"],
        row["n_last"] + 1,
        row["hash_last"].hex(),
        deposit_only=row["state"] != "active",
        desk=row["tablet_id"] is None,
    )
    referred = _referred(batch)
    locked = wanted.records | _stood_by(batch)
    touched = await tx.fetch(
        _TOUCHED,
        territory_id,
        sorted(locked),
        list(referred - locked),
        list(wanted.op_ids),
        row["actor"],
        [n for n in wanted.numbers if n <= row["n_last"]],
    )
    rows: dict[str, Row] = {}
    others: dict[str, tuple[str, Standing]] = {}
    stored: list[Stored] = []
    for what, found_id, word, text, raw, content_hash, actor, n, places, buckets, content_sum in touched:
        if what == "op":
            stored.append(Stored(actor, n, found_id.hex, content_hash.hex(), word, text, raw))
        elif (record_id := str(found_id)) in wanted.records:
            rows[record_id] = Row(word, decode(text.encode())[1], int(content_sum), _standing(places, buckets))
        else:  # one that the ops refer to, locked or not
            others[record_id] = word, _standing(places, buckets)
    # One that was made while the statement waited for a lock is there now, and a refusal is final.
    others |= await load_others(tx, referred - wanted.records - others.keys())
    authors: dict[str, frozenset[str]] = {}
    for author, role in json.loads(row["authors"] or "[]"):
        authors[author] = authors.get(author, frozenset()) | {role}
    known = Known(
        installation,
        {record_id: found.state for record_id, found in rows.items()},
        _in_effect(stored),
        {one.n: one for one in stored if one.actor == row["actor"]},
        [msgspec.convert(sample, Sample) for sample in json.loads(row["clock_samples"])],
        epoch,
        reoffering,
    )
    team_id = str(row["team_id"]) if row["team_id"] else None
    return Loaded(known, rows, others, authors, team_id, row["time_zone"])


async def load_rows(tx: Transaction, record_ids: frozenset[str] | set[str]) -> dict[str, Row]:
    """Return records with their states, locked in the order of their ids so that two pushes cannot block each other."""
    if not record_ids:
        return {}
    found = await tx.fetch(_RECORDS, tx.scope.territory_id, sorted(record_ids))
    return {
        str(row["id"]): Row(
            row["kind"],
            decode(row["body"].encode())[1],
            int(row["content_sum"]),
            _standing(row["places"], row["buckets"]),
        )
        for row in found
    }


async def load_others(tx: Transaction, record_ids: set[str]) -> dict[str, tuple[str, Standing]]:
    """Return kind and standing of records that are referred to."""
    if not record_ids:
        return {}
    found = await tx.fetch(_OTHERS, tx.scope.territory_id, sorted(record_ids))
    return {str(row["id"]): (row["kind"], _standing(row["places"], row["buckets"])) for row in found}


def _standing(places: list[UUID], buckets: list[str]) -> Standing:
    return Standing(tuple(str(place) for place in places), tuple(buckets))


def _in_effect(stored: list[Stored]) -> dict[str, Stored]:
    """Return one row per op id: the one that counted, if any did."""
    by_id: dict[str, Stored] = {}
    for one in sorted(stored, key=lambda row: row.word in ("already", "refused")):
        by_id.setdefault(one.id, one)
    return by_id


def _referred(batch: Batch) -> set[str]:
    """Return the ids of all records that the ops of a batch refer to."""
    referred: set[str] = set()
    for item in batch.items:
        if item.op is None:
            continue
        for name in references_of(item.op.kind):
            value = item.op.set.get(name)
            if isinstance(value, str):
                referred.add(value)
            referred.update(item.op.add.get(name, ()))
    return referred


def _stood_by(batch: Batch) -> set[str]:
    """Return the ids of the records that the ops of a batch stand by."""
    return {
        value
        for item in batch.items
        if item.op is not None
        for name in references_of(item.op.kind)
        if KINDS[item.op.kind].fields[name].to in STOOD_BY and isinstance(value := item.op.set.get(name), str)
    }


def _authors(batch: Batch) -> set[UserId]:
    return {UserId(UUID(author)) for author in {item.op.author for item in batch.items if item.op is not None}}
