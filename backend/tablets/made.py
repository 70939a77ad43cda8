"""This file writes as modules of the tablet's app what Python decides and the app must know: no second copy is kept.

`made/kinds.js` holds the kinds, fields and policies of `sync/kinds.py`, and the numbers of the protocol; `made/door.js` the
questions before an injection, the reasons of a dose that is not given with what follows, and the words of adverse events.
"""

from dataclasses import asdict
from typing import Any

import msgspec

from backend.doses.declaration import OUTCOMES, REPORTERS, SERIOUS, SIGNS
from backend.doses.not_given import REASONS
from backend.doses.read_questions import read_questions
from sync.decode import BYTES_MOST, OP_BYTES_MOST, OPS_MOST
from sync.fields import SCHEMA
from sync.kinds import KINDS
from sync.wire import PROTOCOL_VERSION


def made_modules() -> dict[str, bytes]:
    """Return the modules by their path in the app."""
    return {"made/kinds.js": _kinds(), "made/door.js": _door()}


def _kinds() -> bytes:
    kinds = {
        kind.name: {"desk_only": kind.desk_only, "fields": {name: asdict(field) for name, field in kind.fields.items()}}
        for kind in KINDS.values()
    }
    constants = {
        "KINDS": kinds,
        "SCHEMA": SCHEMA,
        "PROTOCOL_VERSION": PROTOCOL_VERSION,
        "OPS_MOST": OPS_MOST,
        "BYTES_MOST": BYTES_MOST,
        "OP_BYTES_MOST": OP_BYTES_MOST,
    }
    opening = b"// Made from sync/kinds.py by backend/tablets/made.py when the server starts.\n"
    lines = [f"export const {name} = {msgspec.json.encode(value).decode()};\n" for name, value in constants.items()]
    return opening + "".join(lines).encode()


def _door() -> bytes:
    form = read_questions()
    questionnaire = _whole(form) | {"questions": [_whole(one) for one in form.questions]}
    door = {
        "questionnaire": questionnaire,
        "not_given": {code: _whole(one) for code, one in REASONS.items()},
        "event": {"signs": SIGNS, "serious": SERIOUS, "outcome": OUTCOMES, "reporter": REPORTERS},
    }
    opening = b"// Made from backend/doses by backend/tablets/made.py when the server starts.\n"
    return opening + b"export const DOOR = " + msgspec.json.encode(door) + b";\n"


def _whole(struct: msgspec.Struct) -> dict[str, Any]:
    """Return every field of a struct, those too that hold their default."""
    return {name: msgspec.to_builtins(getattr(struct, name)) for name in struct.__struct_fields__}
