"""This file decides what may become of a campaign on a day: it is started, ended, or withdrawn before its first day.

Coverage counts by a campaign's days, whatever its state: who ends or withdraws one moves its last day, so that the figures, and
the rule that no two run at once (backend/coverage/open_campaign.py), follow what was decided.
"""

from datetime import date, timedelta
from enum import StrEnum

import msgspec


class Step(StrEnum):
    """What somebody does to a campaign."""

    START = "start"
    END = "end"
    WITHDRAW = "withdraw"


class Standing(msgspec.Struct, frozen=True):
    """How a campaign stands: its state (sync/kinds.py) and its days; None is open."""

    state: str
    starts_on: date | None
    ends_on: date | None

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether it was ended before its first day."""
        return (
            self.state == "ended"
            and self.starts_on is not None
            and self.ends_on is not None
            and self.ends_on < self.starts_on
        )


def steps(standing: Standing, today: date) -> tuple[Step, ...]:
    """Return what may be done to a campaign on a day.

    >>> prepared = Standing("prepared", date(2026, 10, 14), date(2027, 1, 31))
    >>> steps(prepared, date(2026, 10, 13)), steps(prepared, date(2026, 10, 14))
    ((<Step.WITHDRAW: 'withdraw'>,), (<Step.START: 'start'>, <Step.END: 'end'>))
    """
    if standing.state == "ended":
        return ()
    if standing.starts_on is not None and standing.starts_on > today:
        return (Step.WITHDRAW,)
    is_over = standing.ends_on is not None and standing.ends_on < today
    return (Step.END,) if standing.state == "running" or is_over else (Step.START, Step.END)


def after(standing: Standing, step: Step, today: date) -> Standing:
    """Return how a campaign stands once a step was taken that may be.

    >>> after(Standing("running", date(2026, 10, 14), date(2027, 1, 31)), Step.END, date(2026, 12, 1)).ends_on.isoformat()
    '2026-12-01'
    >>> after(Standing("prepared", date(2027, 1, 15), None), Step.WITHDRAW, date(2026, 12, 1)).is_withdrawn
    True
    """
    if step is Step.START:
        return Standing("running", standing.starts_on, standing.ends_on)
    if step is Step.WITHDRAW and standing.starts_on is not None:
        return Standing("ended", standing.starts_on, standing.starts_on - timedelta(days=1))
    return Standing("ended", standing.starts_on, min(standing.ends_on or today, today))
