"""This file decides what a calendar says of somebody's shifts (RFC 5545): when, as what, and nobody's name.

A line of more than 75 bytes is folded; text is escaped; instants are in UTC, so that no time zone needs to travel.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

_LINE_BYTES: Final = 75


class Event(msgspec.Struct, frozen=True):
    """One shift: `words` says what it is, and never names a person who is visited."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    words: str


def calendar(name: str, events: Iterable[Event], made_at: datetime) -> bytes:
    r"""Return the calendar as it is sent.

    >>> at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    >>> calendar("Maraude", [Event(UUID(int=1), at, at, "Équipe A; centre")], at).decode().split("\r\n")[5:8]
    ['UID:00000000-0000-0000-0000-000000000001@maraude', 'DTSTAMP:20261123T080000Z', 'DTSTART:20261123T080000Z']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Maraude//shifts//FR", f"X-WR-CALNAME:{_text(name)}"]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.id}@maraude",
            f"DTSTAMP:{_instant(made_at)}",
            f"DTSTART:{_instant(event.starts_at)}",
            f"DTEND:{_instant(event.ends_at)}",
            f"SUMMARY:{_text(event.words)}",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.splitlines())


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 bytes, none of them cut within a sign."""
    pieces, piece = [], ""
    for sign in line:
        if len((piece + sign).encode()) > _LINE_BYTES:
            pieces.append(piece)
            piece = " "
        piece += sign
    return "\r\n".join([*pieces, piece])
