"""This file generates the demo territory, Paris 13e and 14e, from a seed: invented people on real margins.

Everything in it about people, lodgings that host them, teams and requests is synthetic and says so. The facts it
stands on are read in facts.py; a territory from a user's own files is read in load.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from uuid import UUID

import msgspec
import shapely

from backend.territory import reference
from backend.territory.demand import Backlog
from backend.territory.draw import Draw
from backend.territory.facts import Facts, load_facts
from backend.territory.grounds import Grounds
from backend.territory.groups import group_cells
from backend.territory.history import History
from backend.territory.margins import PILOT_PERSONS, Quotas, quotas
from backend.territory.people import People
from backend.territory.population import ZoneBand, cells_of_bands, zone_bands
from backend.territory.record import Record
from backend.territory.rooms import host_rooms
from backend.territory.rows import CoverageTarget, PopulationCell, Shift, ZoneRow
from backend.territory.season import season_of
from backend.territory.sites import Sites, sites
from backend.territory.zones import Zone, ZoneIndex

SLUG = "paris-13-14-demo"
ZONE_SOURCE = "IRIS: INSEE and IGN; inhabitants modelled on the census, income of 2018"
NAME = "Paris 13e et 14e (démonstration)"
LABEL = "Données synthétiques : personnes, hébergements, équipes et demandes inventées à partir de la graine {seed}."


class Territory(msgspec.Struct, frozen=True):
    """A generated territory: plain rows at once, records as a stream that can be asked for again and is the same."""

    seed: int
    scale: int
    day_on: date
    slug: str
    name: str
    label: str
    time_zone: str
    inhabitants: int
    zones: tuple[Zone, ...]
    zone_rows: tuple[ZoneRow, ...]
    population_cells: tuple[PopulationCell, ...]
    shifts: tuple[Shift, ...]
    coverage_targets: tuple[CoverageTarget, ...]
    reference_records: tuple[Record, ...]  # products, lots, the campaign, sites and teams
    _people: Callable[[], Iterator[Record]]

    def records(self) -> Iterator[Record]:
        """Yield every record, each after the records it refers to."""
        yield from self.reference_records
        yield from self._people()


def generate(seed: int, day_on: date, scale: int = PILOT_PERSONS) -> Territory:
    """Return the territory of a seed with `scale` people known, as it stands on the morning of `day_on`.

    >>> first = generate(1, date(2026, 11, 22), scale=50)
    >>> sum(record.kind == "person" for record in first.records()), len(first.zones)
    (50, 132)
    """
    facts = load_facts()
    draw = Draw(seed)
    season = season_of(day_on)
    bands = zone_bands(facts)
    zone_ids = {zone.code: draw.record_id("zone", number) for number, zone in enumerate(facts.zone_facts)}
    grounds = Grounds(draw, facts, bands)
    places = sites(draw, facts, grounds)
    products = reference.products(draw, facts)
    lots = reference.lots(draw, products, day_on)
    campaign = reference.flu_campaign(draw, season, day_on)
    teams = reference.teams(draw, facts, places.centre_ids)

    def people() -> Iterator[Record]:
        history = History(draw, facts, season, day_on, reference.own_lots(products, lots))
        backlog = Backlog(draw, season, day_on)
        for unit in People(draw, facts, grounds, day_on).units(quotas(scale), places):
            yield from unit.records
            doses = [history.doses(person) for person in unit.people]
            for person, given in zip(unit.people, doses, strict=True):
                yield person.record
                yield from given
            backlog.offer(unit, doses)
        yield from backlog.requests(places.street_spot_ids, [str(team.record_id) for team in teams])

    return Territory(
        seed=seed,
        scale=scale,
        day_on=day_on,
        slug=SLUG,
        name=NAME,
        label=LABEL.format(seed=seed),
        time_zone=reference.TIME_ZONE,
        inhabitants=sum(municipality.persons for municipality in facts.municipalities),
        zones=facts.zones,
        zone_rows=_zone_rows(facts, zone_ids, bands),
        population_cells=(
            *cells_of_bands(zone_ids, bands),
            *group_cells(zone_ids, bands, _hosted(facts.zones, places, quotas(scale)), day_on),
        ),
        shifts=reference.shifts(draw, facts, teams, day_on),
        coverage_targets=reference.targets(draw, campaign, zone_ids),
        reference_records=(*products, *lots, campaign, *places.records, *teams),
        _people=people,
    )


def _zone_rows(facts: Facts, zone_ids: dict[str, UUID], bands: Sequence[ZoneBand]) -> tuple[ZoneRow, ...]:
    inhabitants: Counter[str] = Counter()
    for band in bands:
        inhabitants[band.zone] += band.point
    return tuple(
        ZoneRow(
            zone_ids[zone.code],
            zone.code,
            zone.name,
            shapely.to_geojson(zone.polygon),
            inhabitants[zone.code],
            fact.income_median_2018,
            ZONE_SOURCE,
        )
        for zone, fact in zip(facts.zones, facts.zone_facts, strict=True)
    )


def _hosted(zones: tuple[Zone, ...], places: Sites, people: Quotas) -> dict[str, Counter[str]]:
    """Return the persons planned with hosts, by group and zone code."""
    points = {
        str(place.record_id): (int(str(place.fields["lon_e7"])) / 1e7, int(str(place.fields["lat_e7"])) / 1e7)
        for place in places.records
    }
    index = ZoneIndex(zones)
    hosted: dict[str, Counter[str]] = {}
    for group, rooms in host_rooms(places, people).items():
        count = hosted.setdefault(group, Counter())
        for place_id, persons in rooms.persons_planned.items():
            if zone := index.zone_at(*points[place_id]):
                count[zone] += persons
    return hosted
