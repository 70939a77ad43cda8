"""Be a tablet for one part of the day: `python -m backend.demo.tablet_process PART WISH.json`.

Each part (`morning`, `day`, `evening`, `night`) is a process of its own on the same folder, so everything that must last lasts on
disk. It knows what the protocol gave it and nothing else; during `day` it has no address to call.
"""

import random
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec

from backend.reference_tablet.tablet import Tablet
from sync.client import Act, NotRecorded
from sync.clock import instant_of
from sync.state import RecordState
from sync.view import view

NO_NETWORK = "http://127.0.0.1:9"  # the discard port: nothing answers there
PEOPLE_SEEN_MAX = 12


class Wish(msgspec.Struct):
    """What the story asks of a tablet: where it lives, who holds it, which person both tablets will disagree about."""

    folder: str
    url: str
    territory_id: str
    code: str
    author: str
    product_code: str
    antigens: list[str]
    campaign: str
    shared_visit: str
    disputed_person: str
    born_on: str
    phone: str
    seed: int


def main(words: list[str]) -> int:
    """Run one part of the day; 0 if it came to its end."""
    part, path = words
    wish = msgspec.json.decode(Path(path).read_bytes(), type=Wish)
    return {"morning": _morning, "day": _day, "evening": _evening, "night": _evening}[part](wish)


def _morning(wish: Wish) -> int:
    tablet = Tablet(Path(wish.folder), wish.url)
    if not tablet.store.enrolled() and not tablet.enrol(wish.territory_id, wish.code):
        print("enrolment refused", file=sys.stderr)  # noqa: T201 - a process of its own
        return 1
    return _sync(tablet, wish)


def _evening(wish: Wish) -> int:
    tablet = Tablet(Path(wish.folder), wish.url)
    status = _sync(tablet, wish)
    if tablet.receipt() != "confirmed":
        print("the receipt is not confirmed", file=sys.stderr)  # noqa: T201
        return 1
    return status


def _sync(tablet: Tablet, wish: Wish) -> int:
    done = tablet.sync_until_complete(seconds_max=60, chance=random.Random(wish.seed))  # noqa: S311 - jitter
    if not done.complete:
        print(f"sync not complete: {done.reason}", file=sys.stderr)  # noqa: T201
    return int(not done.complete)


def _day(wish: Wish) -> int:
    worker = _Worker(Tablet(Path(wish.folder), NO_NETWORK), wish)
    worker.disagree()
    for stop_id, stop in worker.stops():
        worker.work(stop_id, stop)
    worker.meet_somebody_nobody_knew()
    if worker.tablet.sync().complete:
        print("the day was to be without a network", file=sys.stderr)  # noqa: T201
        return 1
    return 0


class _Worker:
    """A nurse with a tablet and no network."""

    def __init__(self, tablet: Tablet, wish: Wish) -> None:
        self.tablet = tablet
        self.wish = wish
        self.chance = random.Random(wish.seed)  # noqa: S311 - the story's dice
        self.held = {
            record_id: state for bucket in tablet.store.buckets().values() for record_id, state in bucket.items()
        }
        campaign = view(self.held[wish.campaign]).values
        starts_on = str(campaign["starts_on"])
        self.youngest_born_on = f"{int(starts_on[:4]) - int(str(campaign['age_least_years'])):04}{starts_on[4:]}"
        doses = [view(state).values for state in self.held.values() if state.kind == "dose"]
        self.had_a_dose = {
            str(one["person_id"])
            for one in doses
            if one.get("status") == "given"
            and one.get("antigens") == wish.antigens
            and str(one.get("given_on", "")) >= starts_on
        }

    def stops(self) -> list[tuple[str, RecordState]]:
        """Return the stops of the round in their order."""
        found = [(one, state) for one, state in self.held.items() if state.kind == "stop"]
        return sorted(found, key=lambda item: int(str(view(item[1]).values.get("position", 0))))

    def work(self, stop_id: str, stop: RecordState) -> None:
        """Arrive, see the people there, record what was done, depart."""
        self._record("stop", stop_id, {"arrived_at": self._now(), "state": "arrived"})
        shown = view(stop).values
        listed = shown.get("visit_ids")
        visits = listed if isinstance(listed, list) else []
        people = self._people_at(str(shown["place_id"]))
        for visit_id in visits:
            self._visit(visit_id, stop_id, people)
        self._record("stop", stop_id, {"departed_at": self._now(), "state": "done"})

    def disagree(self) -> None:
        """Write another birth date and phone than the other tablet writes: one is clinical, the other is not."""
        self._record("person", self.wish.disputed_person, {"born_on": self.wish.born_on})
        self._record("person", self.wish.disputed_person, {"phone": self.wish.phone})

    def meet_somebody_nobody_knew(self) -> None:
        """Record a person under an alias with an estimated birth year, and a test."""
        place_id = next(str(view(state).values["place_id"]) for _, state in self.stops())
        person = self._new("person", {
            "alias": f"Inconnu {self.wish.seed}", "born_on": "1980-01-01", "born_precision": "estimated",
            "place_id": place_id, "population_group": "homeless_hotel", "identity_status": "provisional",
        })  # fmt: skip
        self._screen(person, None)

    def _visit(self, visit_id: str, stop_id: str, people: list[str]) -> None:
        visit = view(self.held[visit_id]).values if visit_id in self.held else {}
        acts = visit.get("acts")
        wanted = [str(visit["person_id"])] if visit.get("person_id") else self._shared_out(visit_id, people)
        for person in wanted:
            if (not isinstance(acts, list) or "vaccinate" in acts) and self._waits_for_a_dose(person):
                self._vaccinate(person, visit_id)
            if isinstance(acts, list) and "screen" in acts:
                self._screen(person, visit_id)
        if not isinstance(acts, list) or "educate" in acts or len(wanted) > 1:
            place_id = str(visit.get("place_id", ""))
            self._new("education_session", {
                "visit_id": visit_id, "place_id": place_id, "people_present": len(wanted), "teach_back": "good",
                "held_at": self._now(), "language": "fr",
            }, {"topics": ["isolation", "hygiene"], "person_ids": wanted})  # fmt: skip
        self._new("visit_outcome", {
            "visit_id": visit_id, "stop_id": stop_id, "result": "done", "people_seen": len(wanted),
        })  # fmt: skip
        self._record("visit", visit_id, {"state": "done"})

    def _shared_out(self, visit_id: str, people: list[str]) -> list[str]:
        """Return whom this team sees: those who wait for a dose first; two teams at one visit see every other person.

        Both see the person whom they will disagree about: nobody told either that the other already had.
        """
        waiting_first = sorted(people, key=lambda one: not self._waits_for_a_dose(one))
        if visit_id != self.wish.shared_visit:
            return waiting_first[:PEOPLE_SEEN_MAX]
        others = [one for one in waiting_first if one != self.wish.disputed_person]
        return [self.wish.disputed_person, *others[self.wish.seed % 2 :: 2]][:PEOPLE_SEEN_MAX]

    def _waits_for_a_dose(self, person: str) -> bool:
        """Tell whether the campaign aims at somebody, by what the tablet holds, who has had no dose of it yet."""
        born_on = view(self.held[person]).values.get("born_on") if person in self.held else None
        return isinstance(born_on, str) and born_on <= self.youngest_born_on and person not in self.had_a_dose

    def _vaccinate(self, person: str, visit_id: str) -> None:
        refused = self.chance.random() < 0.15
        consent = {
            "person_id": person,
            "visit_id": visit_id,
            "act": "vaccinate",
            "decided_at": self._now(),
            "by": "person",
        }
        self._new(
            "consent", consent | ({"decision": "refused", "reason": "fear"} if refused else {"decision": "given"})
        )
        dose: dict[str, str | int] = {
            "person_id": person,
            "visit_id": visit_id,
            "given_on": self._today(),
            "source": "own",
        }
        given = {
            "status": "given",
            "product_code": self.wish.product_code,
            "lot_number": "DEMO-1",
            "given_at": self._now(),
        }
        not_given: dict[str, str | int] = {"status": "not_given", "not_given_reason": "refused"}
        self._new("dose", dose | (not_given if refused else given), {"antigens": self.wish.antigens})

    def _screen(self, person: str, visit_id: str | None) -> None:
        fields: dict[str, str | int] = {
            "person_id": person, "test_type": "antigen", "pathogen": "sars-cov-2", "collected_at": self._now(),
            "result": "detected" if self.chance.random() < 0.1 else "not_detected",
        }  # fmt: skip
        self._new("screening", fields | ({"visit_id": visit_id} if visit_id else {}))

    def _people_at(self, place_id: str) -> list[str]:
        return sorted(
            one
            for one, state in self.held.items()
            if state.kind == "person" and view(state).values.get("place_id") == place_id
        )

    def _new(self, kind: str, fields: Mapping[str, str | int], sets: dict[str, list[str]] | None = None) -> str:
        record_id = str(UUID(int=self.chance.getrandbits(128), version=4))
        self._record(kind, record_id, fields, sets)
        return record_id

    def _record(
        self, kind: str, record_id: str, fields: Mapping[str, str | int], sets: dict[str, list[str]] | None = None
    ) -> None:
        act = Act(record_id, kind, {**fields}, add=sets or {})
        done = self.tablet.record(act, self.wish.author)
        if isinstance(done, NotRecorded):
            raise OverflowError(done.reason)

    def _now(self) -> str:
        return instant_of(self.tablet.clocks().wall)

    def _today(self) -> str:
        return datetime.fromtimestamp(self.tablet.clocks().wall / 1000, tz=UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
