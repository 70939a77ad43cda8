"""This file decides how many of the people known belong to each population group, whatever the scale.

Up to 6,000 people the groups keep the pilot's proportions; beyond, hotels and nursing homes are full, large families
and housebound people grow with a modelled share of the inhabitants, and the rest are ordinary households.
"""

import msgspec

from backend.territory.population import shares_to_counts

PILOT_PERSONS = 6_000
LARGE_FAMILY_SHARE = 0.035
HOUSEBOUND_SHARE = 0.011


class Quotas(msgspec.Struct, frozen=True):
    """Persons by population group, in the order in which they are generated."""

    homeless_hotel: int
    nursing_home: int
    large_family: int
    housebound_elderly: int
    other: int


PILOT = Quotas(homeless_hotel=2_150, nursing_home=900, large_family=1_900, housebound_elderly=370, other=680)


def quotas(scale: int) -> Quotas:
    """Return the persons of each group among `scale` people known; they add up to it.

    >>> quotas(6_000) == PILOT, quotas(317_726).large_family
    (True, 12810)
    """
    if scale < 1:
        raise ValueError("A territory has at least one person.")
    if scale <= PILOT_PERSONS:
        return Quotas(*shares_to_counts([getattr(PILOT, group) for group in PILOT.__struct_fields__], scale))
    more = scale - PILOT_PERSONS
    large_family = PILOT.large_family + round(more * LARGE_FAMILY_SHARE)
    housebound = PILOT.housebound_elderly + round(more * HOUSEBOUND_SHARE)
    rest = scale - PILOT.homeless_hotel - PILOT.nursing_home - large_family - housebound
    return Quotas(PILOT.homeless_hotel, PILOT.nursing_home, large_family, housebound, rest)
