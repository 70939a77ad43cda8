"""Reads the argued exceptions: official cases that are not counted, each with the reason why.

An exception names its case and argues; it never says what the engine should answer. The list is kept under tests/.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class ExceptedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case that leaves the denominator, with its argument."""

    id: str
    because: str

    def __post_init__(self) -> None:
        if len(self.because.split()) < 8:
            raise ValueError(f"the exception of {self.id} is not argued")


class ExceptedCases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file of exceptions."""

    case: tuple[ExceptedCase, ...]


def read_exceptions(file: Path) -> Mapping[str, str]:
    """Return the argument by case id; msgspec.ValidationError names what is wrong in the file."""
    found = msgspec.toml.decode(file.read_bytes(), type=ExceptedCases)
    return {case.id: case.because for case in found.case}
