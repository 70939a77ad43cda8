"""Decide in which buckets a record travels: through the places it stands at, or those of the record it is about.

Promise S6 starts here: a dose travels where its person stands, so it reaches the teams who go there and nobody else.
What a bucket is, and who may hold it, is decided in sync/scope.py.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

import msgspec

from backend.clock import day_in
from sync.scope import Anchors, buckets_of, places_of
from sync.state import RecordState
from sync.view import siblings

# The field that names the record a kind is about; its places are this record's places too, its rounds its rounds.
SUBJECT_FIELDS: dict[str, tuple[str, ...]] = {
    "same_person": ("person_id",),
    "stop": ("round_id",),
    "message": ("round_id",),
    "temperature": ("round_id",),
    "consent": ("person_id",),
    "dose": ("person_id",),
    "questionnaire": ("person_id",),
    "adverse_event": ("person_id",),
    "screening": ("person_id",),
    "exposure": ("index_person_id",),
    "visit_outcome": ("visit_id",),
    "education_session": ("place_id", "household_id", "visit_id"),
}


class Standing(msgspec.Struct, frozen=True):
    """Where a record stands: its places and the buckets it travels in."""

    places: tuple[str, ...]
    buckets: tuple[str, ...]


NOWHERE = Standing((), ())


def subject_of(record_id: str, state: RecordState) -> str | None:
    """Return the id of the record that this one is about, if its kind is about another."""
    for field in SUBJECT_FIELDS.get(state.kind, ()):
        for sibling in siblings(state.entries, field):
            if isinstance(sibling.value, str) and sibling.value != record_id:
                return sibling.value
    return None


def standing(
    record_id: str, state: RecordState, subject: Callable[[str], Standing], time_zone: str = "UTC"
) -> Standing:
    """Return where a record stands; `subject` gives the standing of the record it is about.

    A vial belongs to the team's day on which it was opened, by the calendar of the territory's time zone.

    >>> from sync.state import Entry
    >>> person = RecordState("person", {1: 1}, {(1, 1): Entry(0, {"place_id": "p"})})
    >>> standing("ada", person, lambda _: NOWHERE).buckets
    ('place:p',)
    >>> dose = RecordState("dose", {1: 2}, {(1, 2): Entry(0, {"person_id": "ada"})})
    >>> standing("d", dose, lambda _: standing("ada", person, lambda _: NOWHERE)).buckets
    ('history:p',)
    """
    about = subject_of(record_id, state)
    inherited = subject(about) if about is not None else NOWHERE
    places = _own_places(record_id, state) or frozenset(inherited.places)
    if state.kind in ("stop", "message", "temperature"):
        return Standing((), inherited.buckets)
    return _standing_at(state.kind, Anchors(places, frozenset(_team_days(state, time_zone))))


@lru_cache(maxsize=4096)  # many records of a push stand at the same place
def _standing_at(kind: str, anchors: Anchors) -> Standing:
    return Standing(tuple(sorted(anchors.place_ids)), tuple(sorted(buckets_of(kind, anchors))))


def _own_places(record_id: str, state: RecordState) -> frozenset[str]:
    if state.kind == "place":
        return frozenset((record_id,))
    return places_of(state) if state.kind in ("household", "person", "visit") else frozenset()


def _team_days(state: RecordState, time_zone: str) -> Iterable[tuple[str, str]]:
    day_field = {"round": "day_on", "vial": "opened_at"}.get(state.kind)
    if day_field is None:
        return
    for team in siblings(state.entries, "team_id"):
        for day in siblings(state.entries, day_field):
            if isinstance(team.value, str) and isinstance(day.value, str):
                yield team.value, day.value if state.kind == "round" else _day_of(day.value, time_zone)


def _day_of(instant: str, time_zone: str) -> str:
    return day_in(time_zone, datetime.fromisoformat(instant)).isoformat()
