"""This file reads the protocols of a call from their data files; what a reason leads to is in protocol.py."""

from functools import cache
from pathlib import Path

import msgspec

from backend.visits.protocol import Protocol, faults_of

_FOLDER = Path(__file__).parent / "protocols"


@cache
def read_protocols(folder: Path = _FOLDER) -> tuple[Protocol, ...]:
    """Return every protocol, the newest last; ValueError (also msgspec's) names what is wrong in a file."""
    found = [msgspec.toml.decode(path.read_bytes(), type=Protocol) for path in sorted(folder.glob("*.toml"))]
    faults = faults_of(found)
    if faults:
        message = "; ".join(faults)
        raise ValueError(message)
    return tuple(sorted(found, key=lambda one: one.valid_from))
