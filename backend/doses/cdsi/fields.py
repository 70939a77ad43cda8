"""Reads single fields of the CDC's XML: text, spans, days, yes or no, lists of codes.

An empty field and "n/a" both mean that there is no such rule.
"""

from datetime import date
from xml.etree import ElementTree as ET

from backend.doses.engine.dates import Span


def text(element: ET.Element, tag: str) -> str | None:
    """Return the text of a child, or None where it is absent, empty or "n/a"."""
    found = (element.findtext(tag) or "").strip()
    return found if found and found.lower() != "n/a" else None


def needed(element: ET.Element, tag: str) -> str:
    """Return the text of a child; ValueError names the one that is absent or empty."""
    found = text(element, tag)
    if found is None:
        raise ValueError(f"<{element.tag}> lacks <{tag}>")
    return found


def span(element: ET.Element, tag: str) -> Span | None:
    """Return the span of time a child states, or None."""
    found = text(element, tag)
    return Span(found) if found else None


def needed_span(element: ET.Element, tag: str) -> Span:
    """Return the span of time a child states; ValueError when it is absent."""
    return Span(needed(element, tag))


def day(element: ET.Element, tag: str) -> date | None:
    """Return the day a child states, written 20250827 or 08/27/2025, or None."""
    found = text(element, tag)
    if found is None:
        return None
    if "/" in found:
        month, month_day, year = found.split("/")
        return date(int(year), int(month), int(month_day))
    return date.fromisoformat(found)


def is_yes(element: ET.Element, tag: str) -> bool:
    """Say whether a child is "Yes" or "Y"; ValueError when it is neither yes, no nor empty."""
    found = text(element, tag)
    if found not in (None, "Yes", "No", "Y", "N"):
        raise ValueError(f"<{tag}> is neither yes nor no: {found!r}")
    return found in ("Yes", "Y")


def codes(element: ET.Element, tag: str) -> frozenset[str]:
    """Return the codes a child lists, separated by semicolons."""
    return frozenset(code.strip() for code in (text(element, tag) or "").split(";") if code.strip())


def is_filled(element: ET.Element) -> bool:
    """Say whether any leaf below the element says something."""
    return any((e.text or "").strip() not in ("", "n/a") for e in element.iter() if len(e) == 0)
