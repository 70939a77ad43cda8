"""This file decides what a partner is told of a request that they made: where it stands, and nothing about anybody.

An attempt in vain, a refusal, a result are no business of a partner: the request waits, or is over.
"""

from typing import Final

STATUSES: Final = ("received", "accepted", "planned", "done", "not_done", "not_kept")
_OF_REQUEST: Final = {"redirected": "not_done", "revoked": "not_done", "erased": "not_kept"}
_OF_VISIT: Final = {"planned": "planned", "done": "done", "cancelled": "not_done"}


def status_of(request_state: str, visit_state: str) -> str:
    """Return where a request stands, in a word for a partner; `visit_state` is empty before there is a visit.

    `erased` is what has gone with a file: that it is no longer kept says nothing of anybody.

    >>> [status_of("open", ""), status_of("accepted", "attempted"), status_of("accepted", "done"), status_of("closed", "attempted")]
    ['received', 'accepted', 'done', 'not_done']
    """
    if request_state in _OF_REQUEST:
        return _OF_REQUEST[request_state]
    if request_state == "closed":
        return "done" if visit_state == "done" else "not_done"
    return _OF_VISIT.get(visit_state, "accepted") if request_state == "accepted" else "received"
