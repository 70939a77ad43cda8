"""Decide how a round stands while it runs: which stops are late, and how far the rest of the day slips behind.

Late is what everybody can check: nobody has arrived LATE_MINUTES after the planned arrival. A tablet without a network
tells nothing, so "late" may also mean "not heard of": the page shows when the tablet was last seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backend.dispatch.read_rounds import StopOnRound

LATE_MINUTES = 15
Standing = Literal["done", "there", "skipped", "late", "at_risk", "planned"]


@dataclass(frozen=True)
class RoundStanding:
    """How each stop stands, in order, and by how many minutes the round is behind its plan (0: not)."""

    stops: tuple[Standing, ...]
    behind_minutes: int


def standing(stops: Sequence[StopOnRound], now: datetime) -> RoundStanding:
    """Return how a round stands at an instant.

    >>> from datetime import UTC
    >>> from uuid import UUID
    >>> nine = datetime(2026, 11, 23, 9, tzinfo=UTC)
    >>> stop = StopOnRound(UUID(int=1), 1, "", "home", "", "planned", nine, 30, None, None, ())
    >>> standing([stop], nine), standing([stop], nine + timedelta(minutes=20))
    (RoundStanding(stops=('planned',), behind_minutes=0), RoundStanding(stops=('late',), behind_minutes=20))
    """
    behind = _behind(stops, now)
    return RoundStanding(tuple(_stop(stop, now, behind) for stop in stops), int(behind.total_seconds()) // 60)


def _behind(stops: Sequence[StopOnRound], now: datetime) -> timedelta:
    """Return by how much the round is behind: the delay of the latest arrival, or of the arrival that has not come."""
    delay = timedelta()
    for stop in stops:
        if stop.arrival_planned_at is None or stop.state == "skipped":
            continue
        if stop.arrived_at is not None:
            delay = stop.arrived_at - stop.arrival_planned_at
        elif stop.state == "planned":
            delay = max(delay, now - stop.arrival_planned_at)
            break
    return max(delay, timedelta())


def _stop(stop: StopOnRound, now: datetime, behind: timedelta) -> Standing:
    if stop.state in ("done", "skipped"):
        return "done" if stop.state == "done" else "skipped"
    if stop.state == "arrived" or stop.arrived_at is not None:
        return "there"
    late = timedelta(minutes=LATE_MINUTES)
    if stop.arrival_planned_at is not None and now > stop.arrival_planned_at + late:
        return "late"
    return "at_risk" if behind > late else "planned"
