"""This file writes as modules of the tablet's app what Python decides and the app must know: no second copy is kept.

`made/kinds.js` holds the kinds, fields and policies of `sync/kinds.py`, and the numbers of the protocol.
"""

from dataclasses import asdict

import msgspec

from sync.decode import BYTES_MOST, OP_BYTES_MOST, OPS_MOST
from sync.fields import SCHEMA
from sync.kinds import KINDS
from sync.wire import PROTOCOL_VERSION


def made_modules() -> dict[str, bytes]:
    """Return the modules by their path in the app."""
    return {"made/kinds.js": _kinds()}


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
