"""This file reads the forms of the vaccination pages: a correction, an adverse event, a declaration made."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from admin.shared.desk_forms import Posted
from backend.clock import wire_instant
from backend.doses.correct import Correction
from backend.log.desk import Act, act_of_fields
from sync.fields import is_day
from sync.ops import Scalar


def read_correction(form: Posted) -> Correction | str:
    """Return the correction, or the word of what is missing.

    >>> read_correction(Posted({"reason": [""]}))
    'need_reason'
    """
    if len(form.text("reason")) < 3:
        return "need_reason"
    try:
        return msgspec.convert(
            {
                "reason": form.text("reason"),
                "given_on": form.text("given_on") or None,
                "product_code": form.text("product_code"),
                "lot_number": form.text("lot_number"),
                "expires_on": form.text("expires_on") or None,
            },
            Correction,
            strict=False,
        )
    except msgspec.ValidationError:
        return "cannot_read"


def read_event(form: Posted, person_id: UUID, event_id: UUID, now: datetime, time_zone: str) -> Act | str:
    """Return the act that writes an event down, or the word of what is missing; the onset is local time."""
    if not form.texts("signs"):
        return "need_sign"
    try:
        typed = form.text("onset_at")
        onset = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(time_zone)) if typed else None
    except ValueError:
        return "cannot_read"
    if onset and not is_day(onset.date().isoformat()):
        return "cannot_read"
    dose_id = form.id("dose_id")
    fields: dict[str, Scalar | list[str]] = {
        "person_id": str(person_id),
        "dose_id": str(dose_id) if dose_id else None,
        "signs": form.texts("signs"),
        "serious": form.texts("serious"),
        "onset_at": wire_instant(onset) if onset else None,
        "outcome": form.text("outcome") or None,
        "treatment": form.text("treatment") or None,
        "reporter": form.text("reporter") or None,
        "note": form.text("note") or None,
        "reported_at": wire_instant(now),
        "state": "recorded",
    }
    return act_of_fields("adverse_event", event_id, fields)


def read_declared(form: Posted, event_id: UUID) -> Act:
    """Return the act that says when and under which reference an event was declared, or how it ended."""
    names = ("declared_on", "declared_reference", "outcome")
    return Act("adverse_event", event_id, {name: form.text(name) for name in names if form.text(name)})
