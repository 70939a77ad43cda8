"""This file says which ops the simulated server refuses or puts up for review, beyond what they hold.

It follows the shell's rule: what begins at a desk, references that nothing answers to, records out of the team's scope.
"""

from backend.log.anchors import Standing
from sync.kinds import KINDS, Shape
from sync.ledger import Known
from sync.ops import Op
from sync.push import FORMER_TEAM, Authority
from sync.state import RecordState

BEGUN_AT_A_DESK = frozenset({"round", "stop", "message", "visit", "review"})


def rights(
    known: Known, records: dict[str, RecordState], standings: dict[str, Standing], scope: frozenset[str]
) -> Authority:
    """Return the authority for one push of an installation whose team holds `scope`."""
    made: dict[str, str] = {}

    def ask(op: Op, state: RecordState | None) -> str | None:
        code = None if known.reoffering else _reference_refusal(op, records, made)
        if code is None and not known.installation.desk:
            code = _tablet_rule(op, state, standings, scope)
        if code in (None, FORMER_TEAM):
            made[op.record] = op.kind
        return code

    return ask


def _tablet_rule(
    op: Op, state: RecordState | None, standings: dict[str, Standing], scope: frozenset[str]
) -> str | None:
    if state is None:
        return "begun_at_a_desk" if op.kind in BEGUN_AT_A_DESK else None
    buckets = standings[op.record].buckets if op.record in standings else ()
    return FORMER_TEAM if buckets and scope.isdisjoint(buckets) else None


def _reference_refusal(op: Op, records: dict[str, RecordState], made: dict[str, str]) -> str | None:
    fields = KINDS[op.kind].fields
    for name, value in op.set.items():
        known = fields.get(name)
        if known is None or known.shape is not Shape.REF or value is None or (known.to and known.to not in KINDS):
            continue
        there = made.get(str(value)) or (records[str(value)].kind if str(value) in records else None)
        if there is None:
            return "reference_unknown"
        if known.to and there != known.to:
            return "reference_kind"
    return None
