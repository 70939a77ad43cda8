"""This file reads what came of a call's script, and fills the form with what the protocol proposes.

What a reason leads to is decided in backend/visits/protocol.py.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from admin.shared.desk_forms import Posted
from backend.visits.call import Script
from backend.visits.protocol import (
    PRIORITY_OF_A_RED_FLAG,
    Elsewhere,
    Protocol,
    Reason,
    RedFlag,
    handed_over,
    proposal_of,
)


def read_script(form: Posted, protocols: Sequence[Protocol]) -> Script | None:
    """Return what came of the script, by the version that was shown; None if no reason was chosen.

    Raises ValueError for a reason that the version does not have, and for a red flag that does not belong to the reason:
    it is never dropped in silence.
    """
    if not form.text("reason_code"):
        return None
    protocol = next((one for one in protocols if one.version == form.text("protocol_version")), None)
    reason = protocol.reason(form.text("reason_code")) if protocol else None
    if protocol is None or reason is None:
        raise ValueError(form.text("reason_code"))
    ticked = set(form.texts("red_flags"))
    strange = ticked - set(reason.red_flags)
    if strange:
        raise ValueError(", ".join(sorted(strange)))
    handed = handed_over(protocol, reason, ticked)
    return Script(
        reason_code=reason.code,
        protocol_version=protocol.version,
        red_flags=tuple(sorted(ticked)),
        redirected_to=handed.to if handed else "",
    )


def filled(form: Posted, protocol: Protocol | None, today: date) -> Posted:
    """Return the form with what the protocol proposes for its reason, as the page's script does where there is one."""
    reason = protocol.reason(form.text("reason_code")) if protocol else None
    if reason is None:
        return form
    proposed = proposal_of(reason, today)
    priority = PRIORITY_OF_A_RED_FLAG if form.texts("red_flags") else proposed.priority
    values = {name: form.texts(name) for name in form.names()} | {
        "acts": list(proposed.acts),
        "priority": [str(priority)],
        "due_on": [proposed.due_on.isoformat()] if proposed.due_on else [],
        "service_minutes": [str(proposed.service_minutes)] if proposed.service_minutes else [],
    }
    return Posted(values)


def script_shown(form: Posted, protocol: Protocol | None, today: date) -> dict[str, Any]:
    """Return what the page shows of the protocol: what each reason proposes, and what is read aloud for what was ticked."""
    reasons = [reason for group in protocol.groups for reason in group.reasons] if protocol else []
    chosen = protocol.reason(form.text("reason_code")) if protocol else None
    handed: list[Elsewhere] = []
    if protocol is not None and chosen is not None:
        flags = [flag for flag in protocol.flags_of(chosen) if flag.code in form.texts("red_flags")]
        handed = [*flags] or [one for one in [chosen.elsewhere] if one]
    proposed = {reason.code: proposal_of(reason, today) for reason in reasons}
    return {"protocol": protocol, "proposals_of": proposed, "handed": handed}


def words_of_script(protocols: Sequence[Protocol], version: str, code: str, flags: Sequence[str], locale: str) -> str:
    """Return the reason of a request and its red flags in the words of the version that was read; codes where it is gone."""
    protocol = next((one for one in protocols if one.version == version), None)
    reason = protocol.reason(code) if protocol else None
    if protocol is None or reason is None:
        return ", ".join([code, *flags] if code else flags)
    known = {flag.code: flag for flag in protocol.red_flags}
    named: list[Reason | RedFlag] = [reason, *[known[flag] for flag in flags if flag in known]]
    return " ; ".join(one.en if locale == "en" else one.fr for one in named)
