"""Decide which step may follow which in a request, for people at a desk.

What two people did at the same time is never lost: sync/merge.py keeps the furthest step. This file keeps a desk from
asking for what makes no sense any more, with a word that says so.
"""

STEPS: dict[str, frozenset[str]] = {
    "open": frozenset({"on_hold", "accepted", "redirected", "revoked"}),
    "on_hold": frozenset({"accepted", "redirected", "revoked"}),
    "accepted": frozenset({"revoked", "closed"}),
    "redirected": frozenset({"closed"}),
    "revoked": frozenset(),
    "closed": frozenset(),
}


def may_follow(state: str, step: str) -> bool:
    """Tell whether a request in this state may take this step.

    >>> may_follow("open", "accepted"), may_follow("revoked", "accepted")
    (True, False)
    """
    return step in STEPS.get(state, frozenset())
