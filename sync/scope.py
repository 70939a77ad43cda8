"""Decide which buckets a tablet may hold, and in which bucket each record travels.

Promise S6: nothing outside its scope reaches a tablet, and what leaves the scope leaves the tablet after its own ops
are answered. A bucket is `<lane>:<what>`; lanes are sent in the order of LANES, so today's round comes first. The
server asks `buckets_of` when a record changes and `allowed` when a round does; pages are made in sync/pull.py.

Units: days are text `2026-11-22`.
"""

from collections.abc import Iterable

import msgspec

from sync.ids import BucketId
from sync.state import RecordState
from sync.view import siblings

LANES = ("round", "place", "history", "reference")
BUCKETS_MOST = 1024  # 400 hotels on the rounds of three days; a sync costs no more for them (sync/claim.py)
REFERENCE = BucketId("reference:all")

# Where each kind travels; "" stays at the desk.
LANE_OF_KIND = {
    "round": "round",
    "stop": "round",
    "message": "round",
    "vial": "round",
    "temperature": "round",
    "place": "place",
    "household": "place",
    "person": "place",
    "same_person": "place",
    "visit": "place",
    "request": "",
    "consent": "history",
    "dose": "history",
    "questionnaire": "history",
    "adverse_event": "history",
    "screening": "history",
    "visit_outcome": "history",
    "education_session": "history",
    "exposure": "history",
    "product": "reference",
    "lot": "reference",
    "team": "reference",
    "campaign": "reference",
    "site_session": "",
    "appointment": "",
    "reserve": "",
    "stock_move": "",
    "excursion": "",
    "objective": "",
    "review": "",
}


class Anchors(msgspec.Struct, frozen=True):
    """What ties a record to buckets: places (its own, or its person's), and team-days as (team id, day)."""

    place_ids: frozenset[str] = frozenset()
    team_days: frozenset[tuple[str, str]] = frozenset()


class Round(msgspec.Struct, frozen=True):
    """A published round as far as scope is concerned."""

    team_id: str
    day_on: str
    place_ids: tuple[str, ...]
    state: str


class Scope(msgspec.Struct, frozen=True):
    """The buckets a tablet may hold, what is never left out first; they are sent by `lane_order`. `left_out` did not fit."""

    buckets: tuple[BucketId, ...]
    left_out: tuple[BucketId, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """What enters and what leaves when a scope changes."""

    enter: tuple[BucketId, ...]
    leave: tuple[BucketId, ...]


def allowed(team_ids: frozenset[str], rounds: Iterable[Round], days: frozenset[str]) -> Scope:
    """Return the scope of a tablet whose signed-in people belong to these teams, on these days.

    >>> rounds = [Round("t", "2026-11-22", ("p",), "published"), Round("other", "2026-11-22", ("q",), "published")]
    >>> allowed(frozenset("t"), rounds, frozenset(("2026-11-22",))).buckets
    ('reference:all', 'round:t:2026-11-22', 'place:p', 'history:p')
    """
    mine = [one for one in rounds if one.team_id in team_ids and one.day_on in days and one.state != "withdrawn"]
    mine.sort(key=lambda one: (one.day_on, one.team_id))
    wanted = [REFERENCE]  # small, and nothing else can be read without it: it never falls out
    wanted += [round_bucket(one.team_id, one.day_on) for one in mine]
    places = dict.fromkeys(place_id for one in mine for place_id in one.place_ids)
    wanted += [BucketId(f"{lane}:{place_id}") for place_id in places for lane in ("place", "history")]
    wanted = list(dict.fromkeys(wanted))
    return Scope(tuple(wanted[:BUCKETS_MOST]), tuple(wanted[BUCKETS_MOST:]))


def change(held: Iterable[str], scope: Scope) -> Change:
    """Return which buckets of the scope are to be given from their start, and which held ones to be put away."""
    before = frozenset(held)
    leave = sorted(before - frozenset(scope.buckets))
    enter = tuple(bucket for bucket in scope.buckets if bucket not in before)
    return Change(enter, tuple(BucketId(bucket) for bucket in leave))


def buckets_of(kind: str, anchors: Anchors) -> frozenset[BucketId]:
    """Return the buckets in which a record of this kind travels."""
    lane = LANE_OF_KIND[kind]
    if lane == "round":
        return frozenset(round_bucket(team_id, day_on) for team_id, day_on in anchors.team_days)
    if lane == "reference":
        return frozenset((REFERENCE,))
    return frozenset(BucketId(f"{lane}:{place_id}") for place_id in anchors.place_ids) if lane else frozenset()


def places_of(state: RecordState, field: str = "place_id") -> frozenset[str]:
    """Return every place a record stands at: while two teams disagree, neither loses sight of it."""
    return frozenset(one.value for one in siblings(state.entries, field) if isinstance(one.value, str))


def round_bucket(team_id: str, day_on: str) -> BucketId:
    """Return the bucket of a team's day."""
    return BucketId(f"round:{team_id}:{day_on}")


def lane_order(bucket: str) -> int:
    """Return when a bucket is sent: today's round, then the places, then what was done before, then reference data."""
    return LANES.index(bucket.partition(":")[0])
