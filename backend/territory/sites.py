"""This file decides the places that are no homes: centres, lodgings, nursing homes, street spots, and who hosts.

Centres are public facts. Lodgings have real capacities at approximate points and invented names; which of them host
homeless families is drawn by chance and says nothing about any real hotel. Nursing homes are modelled.
"""

import msgspec

from backend.territory.draw import Draw
from backend.territory.facts import Facts
from backend.territory.grounds import Grounds
from backend.territory.record import Record, degrees_e7

HOSTS = 40
# Families are housed in small places: the few very large ones of the territory are ordinary hotels.
HOST_CAPACITY_MOST = 150
NURSING_HOME_BEDS = 95
NURSING_HOME_OCCUPANCY = 0.95


class Host(msgspec.Struct, frozen=True):
    """A place that houses people we know, with the number of them it can have."""

    place_id: str
    persons_most: int


class Sites(msgspec.Struct, frozen=True):
    """The places that are no homes, the hosts among them, and the ids by which teams and requests name them."""

    records: tuple[Record, ...]
    hosts: tuple[Host, ...]
    nursing_homes: tuple[Host, ...]
    centre_ids: dict[str, str]
    street_spot_ids: tuple[str, ...]


def sites(draw: Draw, facts: Facts, grounds: Grounds) -> Sites:
    """Return the places of the territory that are no homes."""
    centres = _centres(draw, facts)
    lodgings = _lodgings(draw, facts)
    nursing_homes = _nursing_homes(draw, facts, grounds)
    spots = _street_spots(draw, facts, grounds)
    return Sites(
        records=(*centres, *lodgings, *nursing_homes, *spots),
        hosts=_hosts(draw, lodgings),
        nursing_homes=tuple(
            Host(str(home.record_id), int(NURSING_HOME_BEDS * NURSING_HOME_OCCUPANCY)) for home in nursing_homes
        ),
        centre_ids={
            centre.source_id: str(record.record_id) for centre, record in zip(facts.centres, centres, strict=True)
        },
        street_spot_ids=tuple(str(spot.record_id) for spot in spots),
    )


def _hosts(draw: Draw, lodgings: list[Record]) -> tuple[Host, ...]:
    able = [
        Host(str(lodging.record_id), capacity)
        for lodging in lodgings
        if isinstance(capacity := lodging.fields.get("capacity_persons"), int) and capacity <= HOST_CAPACITY_MOST
    ]
    return tuple(draw.chance("hosts").sample(able, HOSTS))


def _centres(draw: Draw, facts: Facts) -> list[Record]:
    return [
        Record(
            "place",
            draw.record_id("centre", number),
            {
                "kind": "centre",
                "name": centre.name,
                "address": f"{centre.address}, {centre.postcode} Paris",
                "lon_e7": degrees_e7(centre.lon),
                "lat_e7": degrees_e7(centre.lat),
                "state": "active",
            },
        )
        for number, centre in enumerate(facts.centres)
    ]


def _lodgings(draw: Draw, facts: Facts) -> list[Record]:
    words = [f"{word} {name}" for name in facts.invented.lodging_names for word in facts.invented.lodging_words]
    names = draw.chance("lodging names").sample(words, len(facts.lodgings))
    postcodes = {municipality.code: municipality.postcode for municipality in facts.municipalities}
    return [
        Record(
            "place",
            draw.record_id("lodging", number),
            {
                "kind": "hotel",
                "name": f"{name} (nom fictif)",
                "address": f"adresse fictive, {postcodes[lodging.municipality]} Paris",
                "lon_e7": degrees_e7(lodging.lon),
                "lat_e7": degrees_e7(lodging.lat),
                "state": "active",
                # Three places of the source state no capacity: unknown is not zero.
                **({} if lodging.capacity_persons is None else {"capacity_persons": lodging.capacity_persons}),
            },
        )
        for number, (name, lodging) in enumerate(zip(names, facts.lodgings, strict=True))
    ]


def _nursing_homes(draw: Draw, facts: Facts, grounds: Grounds) -> list[Record]:
    homes = []
    for number, name in enumerate(facts.invented.nursing_home_names):
        lon, lat, postcode = grounds.spot(draw.chance("nursing home", number), "elderly")
        homes.append(
            Record(
                "place",
                draw.record_id("nursing home", number),
                {
                    "kind": "nursing_home",
                    "name": f"{name} (EHPAD fictif)",
                    "address": f"adresse fictive, {postcode} Paris",
                    "lon_e7": degrees_e7(lon),
                    "lat_e7": degrees_e7(lat),
                    "capacity_persons": NURSING_HOME_BEDS,
                    "state": "active",
                },
            )
        )
    return homes


def _street_spots(draw: Draw, facts: Facts, grounds: Grounds) -> list[Record]:
    spots = []
    for number, name in enumerate(facts.invented.street_spot_names):
        lon, lat, postcode = grounds.spot(draw.chance("street spot", number), "poor")
        spots.append(
            Record(
                "place",
                draw.record_id("street spot", number),
                {
                    "kind": "street_spot",
                    "name": name,
                    "address": f"lieu fictif, {postcode} Paris",
                    "lon_e7": degrees_e7(lon),
                    "lat_e7": degrees_e7(lat),
                    "state": "active",
                },
            )
        )
    return spots
