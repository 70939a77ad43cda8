"""This file decides how a request is put on hold or revoked at the desk: a pause says why, and its clock goes on (ageing.py)."""

from typing import Final
from uuid import UUID

from backend.log.desk import Act
from sync.kinds import KINDS

HOLD_REASONS: Final = KINDS["request"].fields["on_hold_reason"].words
NOTE_MOST: Final = KINDS["request"].fields["on_hold_note"].characters_max
STEPS: Final = ("on_hold", "revoked")


def step_act(request_id: UUID, step: str, reason: str, note: str) -> Act | None:
    """Return the act of a step; None for a pause that does not say why: no word of the list, or `other` without a note.

    >>> step_act(UUID(int=1), "on_hold", "no_answer", "").set
    {'state': 'on_hold', 'on_hold_reason': 'no_answer', 'on_hold_note': ''}
    >>> step_act(UUID(int=1), "on_hold", "other", "") is None, step_act(UUID(int=1), "revoked", "", "").set
    (True, {'state': 'revoked'})
    """
    if step == "revoked":
        return Act("request", request_id, {"state": step})
    if step != "on_hold" or reason not in HOLD_REASONS or len(note) > NOTE_MOST or (reason == "other" and not note):
        return None
    return Act("request", request_id, {"state": step, "on_hold_reason": reason, "on_hold_note": note})
