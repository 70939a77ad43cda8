"""A bag gets warm on a round: what was in it is held back, and nothing else, until the clinical supervisor decides."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from backend.db.transaction import transaction
from backend.ids import new_id
from backend.log.desk import Act
from backend.log.follow import catch_up
from backend.settings import Settings
from sync.ops import Scalar
from tests.admin.desk import TODAY, Desk, Seen, desk_of, send
from tests.conftest import Database

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
PRODUCTS = {"FLU-B": "cold", "MMR-B": "cold", "DRY-B": "ambient"}


@pytest.fixture
async def desk(database: Database, settings: Settings) -> AsyncIterator[Desk]:
    async with desk_of(database, settings) as made:
        yield made


class Bag:
    """A team's round of today with its bag, and lots of three products."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.round_id, self.visit_id, self.lots = new_id(), new_id(), dict[str, UUID]()
        self.team_id: UUID

    async def pack(self, carried: list[str], lots: dict[str, str]) -> None:
        """Make the round that carries these products, and lots by number and product."""
        self.team_id = await self.desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter LIMIT 1")
        async with transaction(self.desk.scope) as tx:
            plan_id = await tx.fetch_value(
                "INSERT INTO plan (id, territory_id, day_on, state, problem_hash, seed, iterations, travel_source, summary, "
                "body, made_at) VALUES ($2, $1, $3, 'published', '', 1, 0, '', '{}', '{}', now()) RETURNING id",
                self.desk.territory_id, new_id(), TODAY,
            )  # fmt: skip
        products = {code: new_id() for code in PRODUCTS}
        acts = [
            Act(
                "product", products[code], {"code": code, "name": code, "storage": storage}, {"antigens": ["influenza"]}
            )
            for code, storage in PRODUCTS.items()
        ]
        for number, code in lots.items():
            self.lots[number] = new_id()
            lot: dict[str, Scalar] = {"product_id": str(products[code]), "number": number, "expires_on": "2027-06-30"}
            acts.append(Act("lot", self.lots[number], {**lot, "state": "available"}))
        place = {"place_id": str(await self.desk.value("SELECT id FROM place WHERE territory_id = $1 ORDER BY id"))}
        about: dict[str, Scalar] = {"plan_id": str(plan_id), "team_id": str(self.team_id), "day_on": TODAY.isoformat()}
        acts += [
            Act("round", self.round_id, {**about, "state": "in_progress"}, {"doses_carried": carried}),
            Act("visit", self.visit_id, {**place, "state": "planned"}, {"acts": ["vaccinate"]}),
            Act("stop", new_id(), {**place, "round_id": str(self.round_id)}, {"visit_ids": [str(self.visit_id)]}),
        ]
        await self.write(*acts)

    async def write(self, *acts: Act) -> None:
        """Hand acts in, and let what follows them follow."""
        written = await self.desk.write("dora", list(acts))
        assert not written.refused
        while await catch_up(self.desk.scope, NOON):
            pass

    async def read(self, tenths: int, hour: int = 10) -> UUID:
        """Record the bag's temperature; return the reading's id."""
        reading_id = new_id()
        fields: dict[str, Scalar] = {
            "team_id": str(self.team_id), "round_id": str(self.round_id), "celsius_tenths": tenths,
            "read_at": f"{TODAY.isoformat()}T{hour:02}:00:00.000Z", "moment": "stop",
        }  # fmt: skip
        await self.write(Act("temperature", reading_id, fields))
        return reading_id

    async def give(self, code: str, number: str) -> None:
        """Give a dose of a lot at the round's stop."""
        person = new_id()
        dose: dict[str, Scalar] = {
            "person_id": str(person), "visit_id": str(self.visit_id), "status": "given", "given_on": TODAY.isoformat(),
            "source": "own", "product_code": code, "lot_number": number,
        }  # fmt: skip
        await self.write(Act("person", person, {"given_name": number}), Act("dose", new_id(), dose))

    async def states(self) -> dict[str, str]:
        """Return the state of each lot by its number."""
        rows = await self.desk.rows(
            "SELECT number, state FROM lot WHERE territory_id = $1 AND number = ANY($2)", [*self.lots]
        )
        return {row["number"]: row["state"] for row in rows}

    async def held(self) -> set[str]:
        """Return the numbers of the lots that are held back."""
        return {number for number, state in (await self.states()).items() if state == "quarantined"}

    async def excursions(self) -> list[Any]:
        """Return the excursions in the order in which they were opened."""
        return await self.desk.rows("SELECT * FROM excursion WHERE territory_id = $1 ORDER BY id")


async def test_warm_bag_holds_back_what_was_in_it_and_nothing_else(desk: Desk) -> None:
    bag = Bag(desk)
    await bag.pack(["FLU-B x 20"], {"F1": "FLU-B", "F2": "FLU-B", "M1": "MMR-B"})
    await bag.give("FLU-B", "F2")
    await bag.read(80)
    assert await bag.excursions() == []
    reading = await bag.read(95)
    (excursion,) = await bag.excursions()
    assert (excursion["temperature_id"], excursion["lot_ids"]) == (reading, [bag.lots["F2"]])
    assert await bag.held() == {"F2"}
    assert excursion["recorded_by"] in (None, UUID(int=0)), "an act of the server, whoever's page made it look"
    await bag.read(110, hour=11)  # the same bag, still undecided
    await bag.give("MMR-B", "M1")  # known later, from another tablet: it was in the bag too
    (excursion,) = await bag.excursions()
    assert await bag.held() == {"F2", "M1"}
    marc, selma = await desk.house.signed_in("marc"), await desk.house.signed_in("selma")
    shown = await marc.get("/stock")
    assert "attend la décision" in shown.text
    assert not Seen(shown.text).refused
    choice = {"excursion": str(excursion["id"]), "decision": "release", "reason": "capteur mal posé"}
    assert (
        await marc.post("/stock/decide", data={**Seen(shown.text).form("/stock/move"), **choice})
    ).status_code == 403
    assert (await send(selma, await selma.get("/stock"), "/stock/decide", **choice)).status_code == 303
    await bag.give("FLU-B", "F2")
    assert await bag.held() == set()
    assert len(await bag.excursions()) == 1, "a decision answers the readings before it"


async def test_destroying_what_was_in_a_bag_leaves_the_rest_of_the_lot(desk: Desk) -> None:
    bag = Bag(desk)
    await bag.pack(["FLU-B x 20"], {"F1": "FLU-B", "F2": "FLU-B"})
    vial, other = new_id(), new_id()
    opened: dict[str, Scalar] = {"lot_id": str(bag.lots["F1"]), "doses_nominal": 10, "state": "opened"}
    other_team = await desk.value("SELECT id FROM team WHERE territory_id = $1 ORDER BY letter DESC LIMIT 1")
    at = f"{TODAY.isoformat()}T09:00:00.000Z"
    await bag.write(
        Act("vial", vial, {**opened, "team_id": str(bag.team_id), "opened_at": at}),
        Act("vial", other, {**opened, "team_id": str(other_team), "opened_at": at}),
    )
    await bag.read(5)
    (excursion,) = await bag.excursions()
    assert await bag.held() == {"F1"}
    selma = await desk.house.signed_in("selma")
    choice = {"excursion": str(excursion["id"]), "decision": "destroy", "reason": "gelé"}
    assert (await send(selma, await selma.get("/stock"), "/stock/decide", **choice)).status_code == 303
    assert (await bag.states())["F1"] == "available"
    vials = await desk.rows("SELECT id, state, doses_wasted, waste_cause FROM vial WHERE territory_id = $1")
    found = {row["id"]: (row["state"], row["doses_wasted"], row["waste_cause"]) for row in vials}
    assert found[vial] == ("discarded", 10, ["temperature"])
    assert found[other][0] == "opened"


async def test_lot_that_nothing_tells_is_asked_of_the_team(desk: Desk) -> None:
    bag = Bag(desk)
    await bag.pack(["FLU-B x 20", "DRY-B x 5"], {"F1": "FLU-B", "F2": "FLU-B", "D1": "DRY-B"})
    await bag.read(95)
    assert await bag.held() == set(), "which of the two it was is not guessed, and what needs no cold is not held"
    marc = await desk.house.signed_in("marc")
    shown = await marc.get("/stock")
    assert "Lot inconnu, demander à l&#39;équipe : FLU-B" in shown.text
    assert (await send(marc, shown, "/stock/bag-lot", lot=str(bag.lots["F2"]))).status_code == 303
    assert await bag.held() == {"F2"}
    assert "Lot inconnu" not in (await marc.get("/stock")).text


async def test_bag_without_anything_kept_cold_and_a_mistaken_reading_open_nothing(desk: Desk) -> None:
    bag = Bag(desk)
    await bag.pack(["DRY-B x 5"], {"D1": "DRY-B"})
    reading = await bag.read(250)
    assert await bag.excursions() == []
    await bag.write(Act("temperature", reading, {"state": "entered_in_error"}))
    await bag.write(Act("round", bag.round_id, add={"doses_carried": ["FLU-B x 5"]}))
    assert await bag.excursions() == []
