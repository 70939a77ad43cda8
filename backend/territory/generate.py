"""This file generates the demo territory, Paris 13e and 14e, from a seed: invented people on real margins.

Everything in it about people, lodgings that host them, teams and requests is synthetic and says so. The facts it
stands on are read in facts.py; a territory from a user's own files is read in load.py.
"""

from collections.abc import Iterator
from datetime import date

import msgspec

from backend.territory import reference
from backend.territory.demand import Backlog
from backend.territory.draw import Draw
from backend.territory.facts import Facts, load_facts
from backend.territory.grounds import Grounds
from backend.territory.history import History
from backend.territory.margins import PILOT_PERSONS, quotas
from backend.territory.people import People
from backend.territory.population import PopulationCell, population_cells
from backend.territory.record import Record
from backend.territory.reference import Shift, Target
from backend.territory.season import season_of
from backend.territory.sites import sites
from backend.territory.zones import Zone

NAME = "Paris 13e et 14e (démonstration)"
LABEL = "Données synthétiques : personnes, hébergements, équipes et demandes inventées à partir de la graine {seed}."


class Territory(msgspec.Struct, frozen=True):
    """A generated territory: plain rows at once, records as a stream that can be asked for again and is the same."""

    seed: int
    scale: int
    day_on: date
    name: str
    label: str
    zones: tuple[Zone, ...]
    population_cells: tuple[PopulationCell, ...]
    shifts: tuple[Shift, ...]
    targets: tuple[Target, ...]
    facts: Facts

    def records(self) -> Iterator[Record]:
        """Yield every record, each after the records it refers to."""
        draw = Draw(self.seed)
        season = season_of(self.day_on)
        grounds = Grounds(draw, self.facts, self.population_cells)
        places = sites(draw, self.facts, grounds)
        product_records = reference.products(draw, self.facts)
        lot_records = reference.lots(draw, product_records, self.day_on)
        team_records = reference.teams(draw, self.facts, places.centre_ids)
        yield from product_records
        yield from lot_records
        yield reference.flu_campaign(draw, season, self.day_on)
        yield from places.records
        yield from team_records
        own_lots = reference.own_lots(product_records, lot_records)
        history = History(draw, self.facts, season, self.day_on, own_lots)
        backlog = Backlog(draw, season, self.day_on)
        for unit in People(draw, self.facts, grounds, self.day_on).units(quotas(self.scale), places):
            yield from unit.records
            doses = [history.doses(person) for person in unit.people]
            for person, given in zip(unit.people, doses, strict=True):
                yield person.record
                yield from given
            backlog.offer(unit, doses)
        team_ids = [str(team.record_id) for team in team_records]
        yield from backlog.requests(places.street_spot_ids, team_ids)


def generate(seed: int, day_on: date, scale: int = PILOT_PERSONS) -> Territory:
    """Return the territory of a seed with `scale` people known, as it stands on the morning of `day_on`.

    >>> first = generate(1, date(2026, 11, 22), scale=50)
    >>> sum(record.kind == "person" for record in first.records()), len(first.zones)
    (50, 132)
    """
    facts = load_facts()
    draw = Draw(seed)
    cells = population_cells(facts)
    centre_ids = {
        centre.source_id: str(draw.record_id("centre", number)) for number, centre in enumerate(facts.centres)
    }
    return Territory(
        seed=seed,
        scale=scale,
        day_on=day_on,
        name=NAME,
        label=LABEL.format(seed=seed),
        zones=facts.zones,
        population_cells=cells,
        shifts=reference.shifts(facts, reference.teams(draw, facts, centre_ids), day_on),
        targets=reference.targets(reference.flu_campaign(draw, season_of(day_on), day_on), cells),
        facts=facts,
    )
