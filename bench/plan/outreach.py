"""This file makes realistic outreach days on the real points of the pilot territory, from a seed.

Homes lie around the centres of census zones, hotels where they are; travel is the points' own matrix plus the last
metres to a home, a minute to lock a bicycle and four to park a car. Half of the visits are spread, half clustered.
Hotels of 5 to 60 persons are cut into visits of at most 20. A tight day has about a fifth more work than team time. The
price of a plan is 3,600 seconds for each point left out plus the seconds of travel.
"""

import csv
import gzip
import json
import random
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from routing.problem import (
    Lunch,
    Member,
    MemberId,
    Need,
    Pair,
    Place,
    PlaceId,
    Problem,
    Product,
    ProductId,
    Team,
    TeamId,
    Travel,
    Visit,
    VisitId,
    Weights,
    Window,
)

LANGUAGES = ("ar", "bm", "ro", "zh")
DOSE, TEST = ProductId("dose"), ProductId("test")
MODES = {"foot": ("pedestrian", 1.25, 0), "bicycle": ("bicycle", 3.9, 60), "car": ("auto", 5.0, 240)}
HOME_METRES_MAX = 200
SHIFT = (30_600, 61_200)
MORNING = Window(from_seconds=30_600, until_seconds=43_200)
AFTERNOON = Window(from_seconds=46_800, until_seconds=60_000)
EVENING = Window(from_seconds=52_200, until_seconds=60_000)


@dataclass(frozen=True)
class Case:
    """One kind of day: how many visits and teams, tight or loose, with lunch or without."""

    visits: int
    teams: int
    seed: int
    tight: bool = True
    lunch: bool = True

    @property
    def name(self) -> str:
        """A short name for tables."""
        words = ("tight" if self.tight else "loose", "lunch" if self.lunch else "no lunch")
        return f"{self.visits}/{self.teams} seed {self.seed} {', '.join(words)}"


SIZES = ((60, 4), (150, 8), (300, 16), (600, 32))


def suite(seed: int = 1) -> tuple[Case, ...]:
    """Return the fourteen kinds of case; another seed makes fourteen other days."""
    return (
        *(Case(visits, teams, seed) for visits, teams in SIZES),
        *(Case(visits, teams, seed, lunch=False) for visits, teams in SIZES),
        Case(150, 8, seed, tight=False),
        Case(600, 32, seed, tight=False),
        *(Case(visits, teams, seed + 1) for visits, teams in SIZES),
    )


@dataclass(frozen=True)
class Point:
    """A real point and how many metres from it the home lies."""

    row: int
    metres: int


class Territory:
    """The real points and their travel matrices."""

    def __init__(self, folder: Path) -> None:
        with (folder / "sites.csv").open(encoding="utf-8") as file:
            self.sites = list(csv.DictReader(file))
        with gzip.open(folder / "matrices.json.gz", "rt", encoding="utf-8") as file:
            tables = json.load(file)
        self.seconds = {mode: np.array(tables[name]["time"], dtype=np.int64) for mode, (name, _, _) in MODES.items()}
        self.metres = {mode: np.array(tables[name]["dist"], dtype=np.int64) for mode, (name, _, _) in MODES.items()}

    def rows(self, kind: str) -> list[int]:
        """Return the rows of the points of one kind."""
        return [int(site["idx"]) for site in self.sites if site["kind"] == kind]

    def travel(self, points: list[Point]) -> tuple[Travel, ...]:
        """Return the tables between these points, per mode; nothing from a point to itself."""
        rows = np.array([point.row for point in points])
        off = np.array([point.metres for point in points])
        made = []
        for mode, (_, speed, stop_seconds) in MODES.items():
            metres = self.metres[mode][np.ix_(rows, rows)] + off[:, None] + off[None, :]
            last = np.ceil((off[:, None] + off[None, :]) / speed).astype(np.int64)
            seconds = self.seconds[mode][np.ix_(rows, rows)] + last + stop_seconds
            np.fill_diagonal(metres, 0)
            np.fill_diagonal(seconds, 0)
            made.append(
                Travel(mode=mode, seconds=seconds.astype(np.int32), metres=metres.astype(np.int32), source="valhalla")
            )
        return tuple(made)


def problem_of(case: Case, territory: Territory, vial_doses: int = 1, pairs: int = 0, wasted_dose: int = 0) -> Problem:
    """Make the day of a case; `vial_doses` above 1: vials good for six hours; `pairs`: visits that need two."""
    chance = random.Random(f"{case.visits}/{case.teams}/{case.seed}")
    zones, hotels, centres = territory.rows("iris"), territory.rows("hotel"), territory.rows("vaccination_centre")
    near = _clusters(chance, territory, zones)
    points = [Point(row, 0) for row in chance.sample(centres, 2)]
    visits: list[Visit] = []
    while len(visits) < case.visits:
        if chance.random() < 0.12:
            points.append(Point(chance.choice(hotels), 0))
            visits.extend(_hotel(chance, len(points) - 1, case.visits - len(visits), len(visits)))
        else:
            row = chance.choice(zones) if chance.random() < 0.5 else chance.choice(chance.choice(near))
            points.append(Point(row, chance.randrange(HOME_METRES_MAX)))
            make = _housebound if chance.random() < 0.66 else _family
            visits.append(make(chance, len(points) - 1, len(visits)))
    if not case.tight:
        visits = [_shorter(visit) for visit in visits]
    twins, twin_pairs = _twins(chance, visits, pairs)
    return Problem(
        places=tuple(Place(id=PlaceId(str(index))) for index in range(len(points))),
        visits=(*visits, *twins),
        teams=tuple(_team(chance, number, case) for number in range(case.teams)),
        travel=territory.travel(points),
        products=(Product(id=DOSE, doses_per_vial=vial_doses, open_seconds=21_600), Product(id=TEST, cold=False)),
        pairs=twin_pairs,
        weights=Weights(due_points_percent=0, wasted_dose=wasted_dose),
    )


def _clusters(chance: random.Random, territory: Territory, zones: list[int]) -> list[list[int]]:
    """Six groups of the eight zones nearest on foot to a zone drawn at random."""
    foot = territory.seconds["foot"]
    return [sorted(zones, key=lambda row: int(foot[centre, row]))[:8] for centre in chance.sample(zones, 6)]


def _hotel(chance: random.Random, point: int, room: int, first: int) -> list[Visit]:
    persons, priority = chance.randint(5, 60), chance.choice((2, 3, 3, 4))
    skill = chance.choice(("nurse", "nurse", "doctor", "pcr"))
    language = (chance.choice(LANGUAGES),) if chance.random() < 0.25 else ()
    parts = min(room, -(-persons // 20))
    made = []
    for part in range(parts):
        count = persons // parts + (1 if part < persons % parts else 0)
        made.append(
            Visit(
                id=VisitId(f"v{first + part}"),
                place=PlaceId(str(point)),
                service_seconds=300 + 120 * count,
                priority=priority,
                persons=1 + count // 5,
                windows=(Window(from_seconds=SHIFT[0], until_seconds=SHIFT[1]),),
                skills=(skill,),
                languages=language,
                needs=_needs(count if skill != "pcr" else 0, count if skill == "pcr" else 0),
            )
        )
    return made


def _housebound(chance: random.Random, point: int, index: int) -> Visit:
    draw = chance.random()
    windows = (MORNING, AFTERNOON) if draw < 0.18 else (MORNING,) if draw < 0.6 else (AFTERNOON,)
    return Visit(
        id=VisitId(f"v{index}"),
        place=PlaceId(str(point)),
        service_seconds=60 * chance.randint(18, 34),
        priority=chance.choice((1, 2, 2, 3, 3, 4)),
        windows=windows,
        skills=("doctor",) if chance.random() < 0.2 else ("nurse",),
        languages=(chance.choice(LANGUAGES),) if chance.random() < 0.1 else (),
        needs=_needs(chance.choice((1, 1, 2)), chance.choice((0, 0, 1))),
    )


def _family(chance: random.Random, point: int, index: int) -> Visit:
    teaching = chance.random() < 0.3
    persons = chance.randint(3, 8)
    return Visit(
        id=VisitId(f"v{index}"),
        place=PlaceId(str(point)),
        service_seconds=60 * chance.randint(20, 40),
        priority=chance.choice((1, 1, 2, 2, 3)),
        windows=(EVENING,) if chance.random() < 0.5 else (AFTERNOON,) if chance.random() < 0.5 else (MORNING, EVENING),
        skills=() if teaching else ("nurse",),
        languages=(chance.choice(LANGUAGES),) if chance.random() < 0.35 else (),
        needs=() if teaching else _needs(persons, chance.choice((0, persons))),
    )


def _needs(doses: int, tests: int) -> tuple[Need, ...]:
    return tuple(Need(product=product, count=count) for product, count in ((DOSE, doses), (TEST, tests)) if count)


def _shorter(visit: Visit) -> Visit:
    """Return the same visit in four fifths of the time: on a loose day nearly all could be served."""
    return msgspec.structs.replace(visit, service_seconds=visit.service_seconds * 4 // 5)


def _twins(chance: random.Random, visits: list[Visit], pairs: int) -> tuple[list[Visit], tuple[Pair, ...]]:
    """Second professionals for some of the visits, to start at the same second."""
    twins, made = [], []
    for visit in chance.sample(visits, pairs):
        twin = msgspec.structs.replace(visit, id=VisitId(f"{visit.id}b"), skills=("nurse",), languages=(), needs=())
        twins.append(twin)
        made.append(Pair(first=visit.id, second=twins[-1].id))
    return twins, tuple(made)


def _team(chance: random.Random, number: int, case: Case) -> Team:
    skills = ["nurse"] if chance.random() < 0.9 else []
    skills += ["doctor"] if chance.random() < 0.35 or not skills else []
    skills += ["pcr"] if chance.random() < 0.5 else []
    start = number % 2
    end = 1 - start if number % 5 == 4 else start
    lunch = Lunch(from_seconds=42_300, until_seconds=48_600, duration_seconds=2_700) if case.lunch else None
    return Team(
        id=TeamId(f"t{number}"),
        mode=chance.choice(("foot", "bicycle", "bicycle", "car")),
        start_place=PlaceId(str(start)),
        end_place=PlaceId(str(end)),
        shift_start_seconds=SHIFT[0],
        shift_end_seconds=SHIFT[1],
        lunch=lunch,
        members=(
            Member(
                id=MemberId(f"m{number}"),
                skills=tuple(skills),
                languages=tuple(chance.sample(LANGUAGES, chance.randint(1, 2))),
            ),
        ),
        carries=(Need(product=DOSE, count=10 * chance.randint(6, 15)), Need(product=TEST, count=60)),
    )
