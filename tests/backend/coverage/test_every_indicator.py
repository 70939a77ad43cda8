"""Every indicator is what the second implementation works out of the raw log, to the last digit, on drawn worlds."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.coverage import care, count, estimates, indicators, opportunities, remember
from backend.coverage.count import class_of_hours
from backend.coverage.definitions import INDICATORS
from backend.coverage.rebuild import rebuild_in_steps
from backend.coverage.suppress import is_small
from backend.db.transaction import transaction
from tests.backend.coverage import logged
from tests.backend.coverage.logged import Alike, Dose, Drawn, Screened, Vial, write_drawn
from tests.backend.coverage.second import indicators as second
from tests.backend.coverage.second.rows import rows_of
from tests.backend.coverage.second.town import ANY, Part, Town
from tests.backend.coverage.shown import Shown, all_shown
from tests.backend.coverage.world import PARIS, World, make_world
from tests.conftest import Database

ZONES = 10  # the least for which the gap by income is told


def test_second_implementation_knows_every_indicator() -> None:
    assert set(second.INDICATORS) == set(INDICATORS)


async def town_of(database: Database, world: World, campaign_id: UUID) -> Town:
    """Return what the second implementation is told: the raw log, and the facts that are on no log."""
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(world.scope.territory_id))
    ops = await connection.fetch(
        "SELECT o.body, o.id, o.record_id, o.received_at, i.tablet_id IS NOT NULL AS at_door FROM op o "
        "JOIN installation i ON i.territory_id = o.territory_id AND i.actor = o.actor "
        "WHERE o.territory_id = $1 AND o.verdict <> 'refused' ORDER BY o.received_at, o.actor, o.n",
        world.scope.territory_id,
    )
    zones = {row["id"]: row["zone_id"] for row in await connection.fetch("SELECT id, zone_id FROM place")}
    estimates_ = [dict(row) for row in await connection.fetch("SELECT * FROM population_cell")]
    incomes = {row["id"]: row["income_median"] for row in await connection.fetch("SELECT id, income_median FROM zone")}
    await connection.close()
    rows = rows_of([row["body"] for row in ops], zones)
    rows["op"] = {row["id"]: dict(row) for row in ops if row["at_door"]}  # type: ignore[misc]
    return Town(rows, PARIS, campaign_id, logged.TODAY, estimates_, incomes)


async def add_estimates(database: Database, world: World) -> None:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute("SELECT set_config('maraude.territory', $1, false)", str(world.scope.territory_id))
    bands = (
        ("65-74", "all"),
        ("75-84", "all"),
        ("85+", "all"),
        ("0+", "all"),
        ("65+", "other"),
        ("0+", "homeless_hotel"),
    )
    for number, zone_id in enumerate(world.zones):
        for band, group in bands:
            low = 7 * number + len(band)
            await connection.execute(
                "INSERT INTO population_cell (territory_id, zone_id, age_band, population_group, low, point, high, "
                "method, facts_source, counted_on) VALUES ($1, $2, $3, $4, $5, $6, $7, 'modelled', 'test', $8)",
                world.scope.territory_id, zone_id, band, group, low, low + number, low + 3 * number, logged.TODAY,
            )  # fmt: skip
    await connection.close()


async def shown_of(world: World, campaign_id: UUID) -> tuple[list[Shown], frozenset[UUID]]:
    async with transaction(world.scope) as tx:
        return await all_shown(tx, campaign_id, logged.TODAY)


Answers = dict[tuple[str, Part], str]


async def answers_of(database: Database, world: World, campaign_id: UUID) -> Answers:
    """Return what the second implementation answers where something is shown; what is listed must be complete."""
    shown, zones = await shown_of(world, campaign_id)
    town = replace(await town_of(database, world, campaign_id), zones_shown=zones)
    listed = {
        "site_last_visit": second.sites,
        "backlog_ageing": second.waiting,
        "not_given": second.reasons_not_given,
        "consent_refused": second.reasons_refused,
    }
    for code, details in listed.items():
        assert {part.detail for one, part, _ in shown if one == code} == set(details(town))
    return {(code, part): second.INDICATORS[code](town, part) for code, part, digits in shown if digits is not None}


def differing(shown: list[Shown], answers: Answers) -> list[tuple[Shown, str | None]]:
    """Return what is shown and is not what the second implementation answers."""
    found = [(one, answers.get((one[0], one[1]))) for one in shown if one[2] is not None]
    return [(one, answer) for one, answer in found if one[2] != answer]


# What counts persons, or what was done with one of them: no small count of it may be shown.
OF_PERSONS = {
    "contribution", "known_coverage", "due_not_reached", "zero_dose", "reached", "not_given", "consent_refused", "drop_out",
    "on_time_second_dose", "missed_opportunity", "refusal_reversed", "dose_traceable", "screening_positivity",
}  # fmt: skip


def small_shown(shown: list[Shown]) -> list[Shown]:
    """Return what is shown although it says a count of persons from 1 to 10, by itself or as what is left of a whole."""
    found = []
    for one in shown:
        code, part, digits = one
        if digits is None or code not in OF_PERSONS or (code == "drop_out" and part.zone != ANY):
            continue
        n, _, of = digits.split()[0].partition("/")
        counts = [int(n), *([int(of)] if of else [])] + ([int(of) - int(n)] if code == "known_coverage" else [])
        found += [one] if any(is_small(count) for count in counts) else []
    return found


DAYS_AGO = st.sampled_from([0, 1, 6, 20, 39, 40, 60, 300, 430, 660])
doses = st.builds(
    Dose,
    st.sampled_from(["influenza", "influenza", "zoster"]),
    DAYS_AGO,
    st.sampled_from(["", "", "", "refused", "absent", "contraindicated"]),
    st.sampled_from(["own", "own", "card"]),
    st.booleans(),
    st.booleans(),
)
screened = st.builds(
    Screened,
    DAYS_AGO,
    st.sampled_from(["flu", "covid"]),
    st.sampled_from(["detected", "not_detected", "inconclusive", "pending", "not_done"]),
    st.sampled_from([None, 0, 1, 5, 200]),
    st.sampled_from([None, 2, 30]),
)
days_or_none = st.none() | DAYS_AGO
people = st.builds(
    Alike,
    st.sampled_from([1, 3, 11, 14]),
    st.none() | st.integers(0, ZONES - 1),
    st.sampled_from(["other", "other", "homeless_hotel", "housebound_elderly", None]),
    st.sampled_from([date(1935, 5, 5), date(1961, 10, 14), date(1961, 10, 15), None]),
    st.lists(doses, max_size=3).map(tuple),
    days_or_none,
    st.lists(screened, max_size=1).map(tuple),
    days_or_none,
    st.sampled_from([None, None, None, 10, 500]),
    st.sampled_from([False, False, False, True]),
    st.booleans(),
)
worlds = st.builds(
    Drawn,
    st.lists(people, min_size=3, max_size=9).map(tuple),
    st.lists(st.sampled_from([0, 1, 2, 7, 8, 15, 400]), max_size=3).map(tuple),
    st.lists(st.sampled_from([0, 3, 9, 500]), max_size=2).map(tuple),
    st.lists(days_or_none, max_size=3).map(tuple),
    st.lists(
        st.sampled_from([Vial("empty", opened=True, given=6), Vial("empty", opened=True, given=7)])
        | st.builds(Vial, st.sampled_from(["discarded", "sealed"]), st.booleans(), st.integers(0, 3)),
        max_size=3,
    ).map(tuple),
)


@settings(
    derandomize=True,
    max_examples=4,
    deadline=None,
    database=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate],
)
@given(drawn=worlds)
async def test_every_indicator_equals_the_raw_log_on_drawn_worlds(database: Database, drawn: Drawn) -> None:
    world = await make_world(database, ZONES)
    await add_estimates(database, world)
    for campaign_id in await write_drawn(database, world, drawn):
        answers = await answers_of(database, world, campaign_id)
        shown, _ = await shown_of(world, campaign_id)
        assert not differing(shown, answers)
        assert not small_shown(shown)


def large_town() -> Drawn:
    """Return a town in which hardly a count is small: those covered and those due in each zone, and the work with them."""
    people = []
    for zone in range(ZONES):
        ours = Dose("influenza", 20, source="own" if zone % 3 else "card", at_door=zone == 1)
        people += [
            Alike(31 if zone == ZONES - 1 else 11 + zone % 4, zone, doses=(ours,)),
            Alike(11, zone, "homeless_hotel"),
        ]
    test = Screened(30, hours=5, hours_told=30)
    people += [
        Alike(11, 0, doses=(Dose("influenza", 25, "refused"), Dose("influenza", 5)), refused_days_ago=25),
        Alike(11, 1, doses=(Dose("influenza", 25, "refused"),), tests=(test,)),
        Alike(11, 2, doses=(Dose("influenza", 25, "contraindicated"), Dose("influenza", 9, lot=False))),
        Alike(11, 3, tests=(Screened(30, result="not_detected", hours=70, hours_told=90),)),
        Alike(11, 4, "homeless_hotel", met_days_ago=10, doses=(Dose("zoster", 660), Dose("zoster", 640))),
        Alike(12, 4, doses=(Dose("zoster", 660), Dose("zoster", 600))),
        Alike(13, 5, doses=(Dose("zoster", 660), Dose("zoster", 400))),
        Alike(14, 5, doses=(Dose("zoster", 660),)),
        Alike(11, 5, "homeless_hotel", doses=(Dose("zoster", 200),)),
    ]
    vials = (
        Vial("empty", opened=True, given=6),
        Vial("discarded", opened=True, given=4),
        Vial("discarded", opened=False),
    )
    return Drawn(tuple(people), (0, 3, 9, 40), (2, 500), (4, None, 100), vials)


def cut(value: float) -> object:
    return Decimal(value).quantize(Decimal("0.1"), ROUND_DOWN)


def mean_of_rates(zones: list[tuple[int, int]]) -> tuple[int, int]:
    return (sum((Fraction(n, of) for n, of in zones), Fraction(0)) / len(zones)).as_integer_ratio()


# Faults that somebody could make in a single line, each after whether it takes a recount to be seen.
FAULTS: list[tuple[bool, object, str, object]] = [
    (False, estimates, "Z_95", 1.645),
    (False, estimates, "tenth", cut),
    (False, indicators, "MISSED", frozenset({"due_missed"})),
    (False, indicators, "ZERO_DOSE", frozenset({"due_missed_zero"})),
    (False, care, "has_matured", lambda _month, _on: True),
    (False, care, "_sums", mean_of_rates),
    (True, count, "class_of_hours", lambda seconds: class_of_hours(seconds + 12 * 3600)),
    (True, opportunities, "EXCUSES", frozenset({"refused"})),
]


async def test_every_indicator_is_shown_right_in_a_large_town_and_a_planted_fault_is_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(database, ZONES)
    await add_estimates(database, world)
    campaigns = await write_drawn(database, world, large_town())
    answers = {one: await answers_of(database, world, one) for one in campaigns}
    codes = set()
    for one in campaigns:
        shown = (await shown_of(world, one))[0]
        assert not differing(shown, answers[one])
        codes |= {code for code, _, digits in shown if digits not in (None, "-")}
    assert codes == set(INDICATORS)
    monkeypatch.setattr("backend.coverage.suppress.is_small", lambda _n: False)
    remember._kept.clear()
    assert small_shown((await shown_of(world, campaigns[1]))[0]), "the check would see a small count"
    monkeypatch.undo()
    for recount, module, name, fault in FAULTS:
        with monkeypatch.context() as planted:
            planted.setattr(module, name, fault)
            remember._kept.clear()
            if recount:
                await rebuild_in_steps(world.scope)
            assert any([differing((await shown_of(world, one))[0], answers[one]) for one in campaigns]), name
