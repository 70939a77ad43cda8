"""This file decides what a call's reason leads to: the questions read aloud, a visit proposed, or a hand-over elsewhere.

The protocols are data with their source (backend/visits/protocols/), dated and as unsigned as the vaccination rules: a
page says so. A protocol proposes; a red flag hands over, whatever else was typed.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Annotated, Final, Literal

import msgspec

from backend.doses.rules.format import Signature, Source
from backend.doses.rules.series import Rules
from sync.kinds import ACTS, KINDS

PRIORITY_OF_A_RED_FLAG: Final = 4
Code = Annotated[str, msgspec.Meta(pattern="^[a-z_]{1,40}$")]
To = Literal["samu", "sas", "usual_care"]
_MOST_URGENT_FIRST: Final = KINDS["request"].fields["redirected_to"].words


class Elsewhere(Rules, frozen=True):
    """To whom a caller is handed over, and what is read to them."""

    to: To
    say_fr: str
    say_en: str


class RedFlag(Elsewhere, frozen=True, kw_only=True):
    """A sign that ends the usual script."""

    code: Code
    fr: str
    en: str


class Question(Rules, frozen=True):
    """What is asked, in the caller's words."""

    fr: str
    en: str


class Reason(Rules, frozen=True, kw_only=True):
    """Why somebody calls; `elsewhere` says that it is no work of the mobile teams. `due_days` count from the call."""

    code: Code
    fr: str
    en: str
    red_flags: tuple[Code, ...]
    questions: tuple[Question, ...]
    acts: tuple[str, ...] = ()
    priority: Annotated[int, msgspec.Meta(ge=1, le=4)] = 2
    due_days: Annotated[int, msgspec.Meta(ge=0, le=365)] | None = None
    service_minutes: Annotated[int, msgspec.Meta(ge=1, le=480)] | None = None
    elsewhere: Elsewhere | None = None


class Group(Rules, frozen=True):
    """Reasons that stand together."""

    fr: str
    en: str
    reasons: tuple[Reason, ...]


class Protocol(Rules, frozen=True, kw_only=True):
    """A version of the script, the days on which it is read (both inclusive), and who answers for it."""

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    author: str
    valid_from: date
    sources: tuple[Source, ...]
    red_flags: tuple[RedFlag, ...]
    groups: tuple[Group, ...]
    valid_until: date | None = None
    approved_by: Signature | None = None

    def reason(self, code: str) -> Reason | None:
        """Return the reason of a code."""
        return next((one for group in self.groups for one in group.reasons if one.code == code), None)

    def flags_of(self, reason: Reason) -> tuple[RedFlag, ...]:
        """Return the red flags to look for with a reason, in its order."""
        known = {flag.code: flag for flag in self.red_flags}
        return tuple(known[code] for code in reason.red_flags)


class Proposal(msgspec.Struct, frozen=True):
    """What the form starts from; a dispatcher may change it."""

    acts: tuple[str, ...]
    priority: int
    due_on: date | None
    service_minutes: int | None


def active_on(protocols: Sequence[Protocol], day_on: date) -> Protocol | None:
    """Return the protocol that is read on a day of the territory: of several in force, the one that began last."""
    in_force = [
        one for one in protocols if one.valid_from <= day_on and (one.valid_until is None or day_on <= one.valid_until)
    ]
    return max(in_force, key=lambda one: one.valid_from, default=None)


def proposal_of(reason: Reason, today: date) -> Proposal:
    """Return what a reason proposes for a call of today.

    >>> visit = Reason(code="educate", fr="", en="", red_flags=(), questions=(), acts=("educate",), due_days=7)
    >>> proposal_of(visit, date(2026, 11, 22)).due_on
    datetime.date(2026, 11, 29)
    """
    due_on = None if reason.due_days is None else today + timedelta(days=reason.due_days)
    return Proposal(reason.acts, reason.priority, due_on, reason.service_minutes)


def handed_over(protocol: Protocol, reason: Reason, flags: Collection[str]) -> Elsewhere | None:
    """Return to whom the caller is handed over, by the most urgent of the red flags or by the reason; None: we go.

    >>> flags = (RedFlag("sas", "", "", code="worse", fr="", en=""), RedFlag("samu", "", "", code="chest", fr="", en=""))
    >>> why = Reason(code="cough", fr="", en="", red_flags=("worse", "chest"), questions=(), acts=("screen",))
    >>> read = Protocol(version="1", author="", valid_from=date(2026, 1, 1), sources=(), red_flags=flags, groups=())
    >>> handed_over(read, why, ["worse", "chest"]).to, handed_over(read, why, [])
    ('samu', None)
    """
    seen: list[Elsewhere] = [flag for flag in protocol.flags_of(reason) if flag.code in flags]
    if seen:
        return min(seen, key=lambda flag: _MOST_URGENT_FIRST.index(flag.to))
    return reason.elsewhere


def faults_of(protocols: Sequence[Protocol]) -> list[str]:
    """Return what is wrong in protocols that were read, a line each; such protocols are not used."""
    versions = [one.version for one in protocols]
    found = [
        f"{version}: two protocols have this version"
        for version in sorted(set(versions))
        if versions.count(version) > 1
    ]
    starts = [one.valid_from for one in protocols]
    found += [f"{day}: two protocols begin on this day" for day in sorted(set(starts)) if starts.count(day) > 1]
    for protocol in protocols:
        found += [f"{protocol.version}: {fault}" for fault in _faults(protocol)]
    return found


def _faults(protocol: Protocol) -> list[str]:
    reasons = [reason for group in protocol.groups for reason in group.reasons]
    codes = [one.code for one in reasons]
    flags = [one.code for one in protocol.red_flags]
    found = [f"{code} stands twice" for named in (codes, flags) for code in sorted(set(named)) if named.count(code) > 1]
    if not protocol.sources or any(source.read_on is None for source in protocol.sources):
        found.append("a source is missing, or the day on which it was read")
    if protocol.valid_until is not None and protocol.valid_until < protocol.valid_from:
        found.append("it ends before it begins")
    for reason in reasons:
        found += [f"{reason.code}: the red flag {code} is not known" for code in reason.red_flags if code not in flags]
        found += [f"{reason.code}: {act} is no act" for act in reason.acts if act not in ACTS]
        if bool(reason.acts) is (reason.elsewhere is not None):
            found.append(f"{reason.code}: it leads to acts of ours or elsewhere, one of both")
        if not reason.red_flags:
            found.append(f"{reason.code}: no red flag is looked for")
    return found
