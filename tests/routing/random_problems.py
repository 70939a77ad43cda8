"""This file makes random planning problems, small or large, with every kind of rule in them, from a seed."""

import random

import numpy as np

from routing.problem import (
    Lunch,
    Member,
    MemberId,
    Need,
    Pair,
    Pin,
    Place,
    PlaceId,
    Problem,
    Product,
    ProductId,
    Published,
    Team,
    TeamId,
    Travel,
    Visit,
    VisitId,
    Weights,
    Window,
)

SKILLS = ("nurse", "doctor", "sampler")
LANGUAGES = ("ar", "uk", "wo")
VACCINE = ProductId("flu10")
SINGLE = ProductId("flu1")
TEST = ProductId("test")
SPEED = {"foot": 1.2, "bicycle": 3.5, "car": 6.0}


def a_travel(chance: random.Random, count: int) -> tuple[Travel, ...]:
    """Ways between points of a 5 km square, one-way detours included, per mode."""
    points = [(chance.uniform(0, 5_000), chance.uniform(0, 5_000)) for _ in range(count)]
    bend = [[chance.uniform(1.2, 1.5) for _ in range(count)] for _ in range(count)]
    metres = np.array(
        [
            [0 if i == j else 1 + int(bend[i][j] * np.hypot(a[0] - b[0], a[1] - b[1])) for j, b in enumerate(points)]
            for i, a in enumerate(points)
        ],
        dtype=np.int32,
    ).reshape(count, count)
    return tuple(
        Travel(mode=mode, seconds=np.ceil(metres / speed).astype(np.int32), metres=metres)
        for mode, speed in SPEED.items()
    )


def a_problem(seed: int, visits: int = 8, teams: int = 3, *, plain: bool = False) -> Problem:
    """Return a random problem; `plain`: neither pairs, vials, soft windows, overtime nor locks."""
    chance = random.Random(seed)
    places = tuple(Place(id=PlaceId(f"p{i}"), zone=chance.choice(("north", "south", ""))) for i in range(visits + 2))
    made = tuple(_visit(chance, i, plain=plain) for i in range(visits))
    crews = tuple(_team(chance, i, plain=plain) for i in range(teams))
    rich = not plain
    pairs = _pairs(chance, made) if rich else ()
    pins = tuple(
        Pin(
            visit=visit.id,
            team=chance.choice((None, chance.choice(crews).id)),
            from_seconds=chance.choice((None, 32_400)),
            until_seconds=chance.choice((None, 50_000)),
        )
        for visit in made
        if rich and chance.random() < 0.08
    )
    published = tuple(
        Published(visit=visit.id, team=chance.choice(crews).id) for visit in made if rich and chance.random() < 0.3
    )
    return Problem(
        places=places,
        visits=made,
        teams=crews,
        travel=a_travel(chance, len(places)),
        products=(
            Product(
                id=VACCINE,
                doses_per_vial=1 if plain else 10,
                open_seconds=0 if plain else chance.choice((7_200, 21_600)),
            ),
            Product(id=SINGLE),
            Product(id=TEST, cold=False),
        ),
        pairs=pairs,
        pins=pins,
        published=published,
        weights=Weights(full_load=0 if plain else chance.choice((0, 3_600))),
    )


def _visit(chance: random.Random, index: int, *, plain: bool) -> Visit:
    windows = chance.choice(
        (
            (),
            (Window(from_seconds=32_400, until_seconds=43_200),),
            (Window(from_seconds=46_800, until_seconds=57_600),),
            (Window(from_seconds=32_400, until_seconds=37_000), Window(from_seconds=50_400, until_seconds=58_000)),
            (
                Window(
                    from_seconds=34_000,
                    until_seconds=57_600,
                    wished_until_seconds=None if plain else chance.randrange(34_000, 50_000),
                ),
            ),
        )
    )
    needs = [
        Need(product=product, count=chance.randint(1, 12))
        for product in (VACCINE, SINGLE, TEST)
        if chance.random() < 0.4
    ]
    return Visit(
        id=VisitId(f"v{index}"),
        place=PlaceId(f"p{chance.randrange(2, 2 + max(1, index))}")
        if chance.random() < 0.2
        else PlaceId(f"p{index + 2}"),
        service_seconds=60 * chance.randint(10, 60),
        setup_seconds=60 * chance.choice((0, 0, 10)),
        priority=chance.randint(1, 4),
        persons=chance.choice((1, 1, 2, 6)),
        due_in_days=chance.choice((None, 3, 0, -2)),
        promised=chance.random() < 0.1,
        windows=windows,
        skills=tuple(sorted({chance.choice(SKILLS) for _ in range(chance.choice((0, 1, 1, 2)))})),
        languages=(chance.choice(LANGUAGES),) if chance.random() < 0.15 else (),
        preferred_skills=(chance.choice(SKILLS),) if chance.random() < 0.1 else (),
        preferred_members=(MemberId(f"m{chance.randrange(4)}a"),) if chance.random() < 0.2 else (),
        barred_members=(MemberId(f"m{chance.randrange(4)}b"),) if chance.random() < 0.05 else (),
        needs=tuple(needs),
    )


def _team(chance: random.Random, index: int, *, plain: bool) -> Team:
    members = tuple(
        Member(
            id=MemberId(f"m{index}{letter}"),
            skills=tuple(sorted({chance.choice(SKILLS) for _ in range(2)})),
            languages=tuple(sorted({chance.choice(LANGUAGES) for _ in range(chance.randint(0, 2))})),
        )
        for letter in "ab"[: chance.randint(1, 2)]
    )
    return Team(
        id=TeamId(f"t{index}"),
        mode=chance.choice(tuple(SPEED)),
        start_place=PlaceId("p0"),
        end_place=chance.choice((PlaceId("p0"), PlaceId("p1"), None)),
        shift_start_seconds=30_600,
        shift_end_seconds=chance.choice((50_400, 61_200)),
        overtime_seconds_max=0 if plain else chance.choice((0, 0, 1_800)),
        members=members,
        lunch=chance.choice((None, Lunch(from_seconds=42_300, until_seconds=48_600, duration_seconds=2_700))),
        carries=(
            Need(product=VACCINE, count=10 * chance.randint(1, 6)),
            Need(product=SINGLE, count=chance.randint(5, 60)),
            Need(product=TEST, count=chance.randint(5, 60)),
        ),
        box_doses_max=chance.choice((None, 80)),
        zones=chance.choice(((), ("north",))),
    )


def _pairs(chance: random.Random, visits: tuple[Visit, ...]) -> tuple[Pair, ...]:
    pairs = []
    for left, right in zip(visits[::2], visits[1::2], strict=False):
        if chance.random() < 0.25:
            gap_min, gap_max = chance.choice(((0, 0), (0, 1_800), (1_800, 3_600)))
            pairs.append(Pair(first=left.id, second=right.id, gap_min_seconds=gap_min, gap_max_seconds=gap_max))
    return tuple(pairs)
