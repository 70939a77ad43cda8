"""Decide what a tablet shows of a record: the server's record with its own waiting ops over it (S7).

The same merge as the server's is used, so what the tablet shows is what the server will answer, up to what others did
meanwhile. An op stops lying over the record when the record as pulled holds it, or when it was refused.
"""

from collections.abc import Iterable

from sync.merge import apply
from sync.ops import Op
from sync.state import RecordState


def overlaid(pulled: RecordState | None, own: Iterable[tuple[Op, int]]) -> RecordState | None:
    """Return the record as pulled with the tablet's own ops over it, given as (op, time) in order of n.

    >>> op = Op("a" * 32, 1, 1, "", "r", "person", 1, "u", "", 0, "", set={"room": "12"})
    >>> overlaid(overlaid(None, [(op, 5)]), [(op, 5)]).entries[1, 1].values
    {'room': '12'}
    """
    state = pulled
    for op, at in own:
        state = apply(state, op, at).state
    return state
