"""This file decides who lives together: the ages of an invented household, by population group.

The shapes are modelled. Elderly heads of ordinary households are as frequent as makes the whole territory agree with
the age bands (a test keeps it so).
"""

from random import Random

ORDINARY_SIZES = (1, 2, 3, 4, 5)
ORDINARY_WEIGHTS = (40, 30, 14, 11, 5)
ELDERLY_HEADS = 0.22
# Ages of the inhabitants from 65: decade of the band, and its weight (65-74, 75-84, 85 and more).
ELDERLY_WEIGHTS = (90, 53, 27)


def ages_together(group: str, chance: Random) -> list[int]:
    """Return the ages in years of people who live together, the head first.

    >>> ages_together("nursing_home", Random(1))
    [82]
    """
    if group == "homeless_hotel":
        return _hotel(chance)
    if group == "nursing_home":
        return [_elderly(chance, 75)]
    if group == "large_family":
        return _large_family(chance)
    if group == "housebound_elderly":
        return [_elderly(chance, 70) for _ in range(1 if chance.random() < 0.7 else 2)]
    return _ordinary(chance)


def _hotel(chance: Random) -> list[int]:
    draw = chance.random()
    if draw < 0.06:
        return [chance.randrange(19, 64)]
    if draw < 0.08:
        return [_elderly(chance, 65)]
    adults = [chance.randrange(20, 46)]
    if chance.random() < 0.55:
        adults.append(max(19, adults[0] + chance.randrange(-5, 6)))
    children = chance.choices((1, 2, 3, 4), (32, 36, 22, 10))[0]
    return adults + [chance.randrange(0, min(18, adults[0] - 16)) for _ in range(children)]


def _large_family(chance: Random) -> list[int]:
    head = chance.randrange(32, 52)
    adults = [head, max(20, head + chance.randrange(-6, 4))]
    if chance.random() < 0.2:
        adults.append(min(95, head + chance.randrange(22, 34)))
    children = chance.choices((4, 5, 6, 7), (50, 30, 14, 6))[0]
    return adults + [chance.randrange(0, min(19, head - 17)) for _ in range(children)]


def _ordinary(chance: Random) -> list[int]:
    if chance.random() < ELDERLY_HEADS:
        head = _elderly(chance, 65)
        partner = [max(55, min(99, head + chance.randrange(-6, 6)))] if chance.random() < 0.42 else []
        return [head, *partner]
    head = chance.choices((chance.randrange(18, 25), chance.randrange(25, 45), chance.randrange(45, 65)), (12, 42, 31))[
        0
    ]
    size = 1 if head < 21 else chance.choices(ORDINARY_SIZES, ORDINARY_WEIGHTS)[0]
    together = [head]
    while len(together) < size:
        if len(together) == 1:
            together.append(max(18, head + chance.randrange(-5, 6)))
        else:
            together.append(chance.randrange(0, max(1, min(25, head - 18))))
    return together


def _elderly(chance: Random, age_least_years: int) -> int:
    while True:
        decade = chance.choices((65, 75, 85), ELDERLY_WEIGHTS)[0]
        age = decade + (chance.randrange(10) if decade < 85 else min(chance.randrange(16), chance.randrange(16)))
        if age >= age_least_years:
            return age
