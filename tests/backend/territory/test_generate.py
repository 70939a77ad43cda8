"""The generated territory keeps its margins, obeys the kinds of record, and is the same from the same seed."""

import unicodedata
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.territory.draw import Draw
from backend.territory.facts import load_facts
from backend.territory.generate import Territory, generate
from backend.territory.margins import quotas
from backend.territory.record import Record
from backend.territory.reference import window_instants
from backend.territory.rooms import HostRooms
from backend.territory.season import season_of
from backend.territory.sites import Host
from backend.territory.zones import ZoneIndex
from sync.kinds import GROUPS
from tests.backend.territory.field_shapes import faults, lost_references

TODAY = date(2026, 11, 22)
ELDERLY_BORN_BY = "1961-11-22"


@cache
def pilot() -> Territory:
    return generate(7, TODAY)


@cache
def pilot_records() -> tuple[Record, ...]:
    return tuple(pilot().records())


class Drawn(NamedTuple):
    """A record whose fields a test reads as what it knows them to be."""

    kind: str
    record_id: UUID
    fields: dict[str, Any]


def of_kind(kind: str) -> list[Drawn]:
    return [Drawn(one.kind, one.record_id, {**one.fields}) for one in pilot_records() if one.kind == kind]


def test_territory_has_the_pilots_size_when_generated_at_the_usual_scale() -> None:
    count = Counter(record.kind for record in pilot_records())
    places = Counter(record.fields["kind"] for record in of_kind("place"))
    assert count["person"] == 6000
    assert 1400 <= count["household"] <= 1650
    assert (places["hotel"], places["centre"], places["nursing_home"]) == (107, 15, 10)
    assert count["team"] == 12
    assert 380 <= count["request"] <= 420
    assert 0.93 <= count["visit"] / count["request"] < 1
    assert count["dose"] > 3 * count["person"]
    assert pilot().inhabitants == 317_726


def test_records_obey_the_kinds_when_generated() -> None:
    found = [fault for record in pilot_records() for fault in faults(record)]
    assert found == []


def test_references_lead_to_earlier_records_when_generated() -> None:
    """A loader inserts record after record under foreign keys: what is referred to must already be there."""
    assert list(lost_references(pilot_records())) == []


@pytest.mark.parametrize(
    ("kind", "changes", "word"),
    [
        ("person", {"sex": "F"}, "sex"),
        ("person", {"born_on": "2026-1-1"}, ""),
        ("person", {"shoe_size": 4}, "no field"),
        ("person", {"place_id": "somewhere"}, ""),
        ("person", {"conditions": "asthma"}, "no sorted set"),
        ("person", {"given_name": unicodedata.normalize("NFD", "Zoé")}, "given_name"),
        ("place", {"lat_e7": 910_000_000}, "lat_e7"),
        ("place", {"lift": 1}, "lift"),
        ("visit", {"priority": True}, "priority"),
        ("visit", {"acts": ["vaccinate", "screen"]}, "no sorted set"),
        ("visit", {"windows": ["08:30 to 12:30"]}, "windows"),
        ("request", {"received_at": "2026-11-22T10:00:00Z"}, "received_at"),
    ],
)
def test_checker_finds_the_fault_when_one_is_planted(kind: str, changes: dict[str, object], word: str) -> None:
    """A checker that finds nothing proves something only if it finds planted faults."""
    record = next(record for record in pilot_records() if record.kind == kind)
    spoiled = msgspec.structs.replace(record, fields={**record.fields, **changes})
    try:
        assert any(word in fault for fault in faults(spoiled))
    except ValueError:
        assert word == ""  # the day or uuid could not even be read
    assert faults(record) == []


def test_reference_checker_finds_a_record_that_comes_too_early() -> None:
    person = next(record for record in pilot_records() if record.kind == "person")
    place = next(record for record in pilot_records() if str(record.record_id) == person.fields["place_id"])
    assert list(lost_references([person, place, place])) != []


def test_territory_is_the_same_when_the_seed_is() -> None:
    def digest(territory: Territory) -> str:
        whole = sha256()
        for record in territory.records():
            whole.update(msgspec.json.encode(record))
        plain = (territory.zone_rows, territory.population_cells, territory.shifts, territory.coverage_targets)
        return whole.hexdigest() + sha256(msgspec.json.encode(plain)).hexdigest()

    first = generate(11, TODAY, scale=300)
    assert digest(first) == digest(first) == digest(generate(11, TODAY, scale=300))
    assert digest(first) != digest(generate(12, TODAY, scale=300))


@settings(derandomize=True, max_examples=12, deadline=None)
@given(seed=st.integers(-(2**40), 2**40), scale=st.integers(1, 700), days=st.integers(0, 800))
def test_territory_is_sound_when_seed_scale_and_day_are_any(seed: int, scale: int, days: int) -> None:
    day_on = date(2026, 1, 1) + timedelta(days=days)
    territory = generate(seed, day_on, scale)
    records = list(territory.records())
    assert sum(record.kind == "person" for record in records) == scale
    assert [fault for record in records for fault in faults(record)] == []
    assert list(lost_references(records)) == []
    given_on = [str(record.fields["given_on"]) for record in records if record.kind == "dose"]
    assert all(day <= day_on.isoformat() for day in given_on)
    assert {target.campaign_id for target in territory.coverage_targets} <= {record.record_id for record in records}
    assert {shift.team_id for shift in territory.shifts} <= {record.record_id for record in records}


@settings(derandomize=True, max_examples=200)
@given(scale=st.integers(1, 400_000))
def test_quotas_add_up_when_the_scale_is_any(scale: int) -> None:
    found = quotas(scale)
    counts = [getattr(found, group) for group in found.__struct_fields__]
    assert sum(counts) == scale
    assert min(counts) >= 0
    assert set(found.__struct_fields__) == set(GROUPS)


def test_places_lie_in_a_zone_when_generated() -> None:
    index = ZoneIndex(pilot().zones)
    points = [(int(place.fields["lon_e7"]) / 1e7, int(place.fields["lat_e7"]) / 1e7) for place in of_kind("place")]
    assert None not in index.zones_at(points)


def test_rosters_fit_their_host_when_families_are_housed() -> None:
    people: Counter[object] = Counter()
    rooms: dict[object, dict[object, set[object]]] = defaultdict(lambda: defaultdict(set))
    for person in of_kind("person"):
        if person.fields["population_group"] in ("homeless_hotel", "nursing_home"):
            people[person.fields["place_id"]] += 1
            rooms[person.fields["place_id"]][person.fields["room"]].add(person.fields.get("household_id"))
    capacity = {str(place.record_id): place.fields.get("capacity_persons", 0) for place in of_kind("place")}
    assert sum(place.fields["kind"] == "hotel" and str(place.record_id) in people for place in of_kind("place")) == 40
    assert all(count <= capacity[str(place)] for place, count in people.items())
    assert all(len(families) == 1 for of_place in rooms.values() for families in of_place.values())


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=300),
    capacities=st.lists(st.integers(17, 150), min_size=1, max_size=40),
)
def test_hosts_are_never_overfull_when_they_have_room_for_all(sizes: list[int], capacities: list[int]) -> None:
    """Sized as the demo is: hosts have half as much room again as there are people, whatever the families' sizes."""
    hosts = [Host(f"host {number}", capacity) for number, capacity in enumerate(capacities)]
    while sum(host.persons_most for host in hosts) < 1.5 * sum(sizes):
        hosts.append(Host(f"host {len(hosts)}", 60))
    rooms = HostRooms(hosts, sum(sizes), persons_per_host=1)
    inside: Counter[str] = Counter()
    taken = set()
    for persons in sizes:
        place_id, room = rooms.take(persons)
        inside[place_id] += persons
        taken.add((place_id, room))
    assert len(taken) == len(sizes)
    assert all(inside[host.place_id] <= host.persons_most for host in hosts)


def test_group_cells_count_the_generated_rosters_when_people_are_hosted() -> None:
    """The denominator of a hotel group is its roster; a family may overflow into the next host's share, no more."""
    for group, persons in (("homeless_hotel", 2150), ("nursing_home", 900)):
        cells = [cell for cell in pilot().population_cells if cell.population_group == group]
        assert sum(cell.point for cell in cells) == persons
        assert all(0 < cell.low <= cell.point <= cell.high for cell in cells)


def test_flu_history_agrees_with_the_coverage_facts_when_people_are_ordinary() -> None:
    """The people known must look like the statistics: coverage shown in the demo starts from last season's."""
    season = season_of(TODAY)
    last = (season.starts_on.replace(year=season.starts_on.year - 1).isoformat(), season.starts_on.isoformat())
    seniors: dict[str, int] = {}
    vaccinated: set[str] = set()
    now: set[str] = set()
    for record in generate(3, TODAY, scale=30_000).records():
        fields: dict[str, Any] = {**record.fields}
        if (
            record.kind == "person"
            and fields["population_group"] == "other"
            and str(fields["born_on"]) <= ELDERLY_BORN_BY
        ):
            seniors[str(record.record_id)] = TODAY.year - int(str(fields["born_on"])[:4])
        if record.kind == "dose" and fields["person_id"] in seniors and "influenza" in fields["antigens"]:
            if last[0] <= str(fields["given_on"]) < last[1]:
                vaccinated.add(str(fields["person_id"]))
            if str(fields["given_on"]) >= last[1]:
                now.add(str(fields["person_id"]))
    for low, high, percent in ((65, 74, 45.9), (75, 110, 60.3)):
        band = {person for person, years in seniors.items() if low <= years <= high}
        assert len(band) > 500
        assert abs(100 * len(band & vaccinated) / len(band) - percent) < 4
    # A third of the season is over: coverage has begun and is far from the target.
    assert 0.1 < len(now) / len(seniors) < 0.3


def test_ages_agree_with_the_age_bands_when_the_territory_is_large() -> None:
    people = [record for record in generate(5, TODAY, scale=40_000).records() if record.kind == "person"]
    elderly = sum(str(person.fields["born_on"]) <= ELDERLY_BORN_BY for person in people)
    children = sum(str(person.fields["born_on"]) > "2011-11-22" for person in people)
    assert 0.15 < elderly / len(people) < 0.20
    assert 0.10 < children / len(people) < 0.20


def test_doses_follow_birth_and_name_a_lot_only_when_we_gave_them() -> None:
    born = {str(person.record_id): str(person.fields["born_on"]) for person in of_kind("person")}
    lots = {lot.fields["number"] for lot in of_kind("lot") if lot.fields["state"] == "available"}
    codes = {product.fields["code"] for product in of_kind("product")}
    for dose in of_kind("dose"):
        assert born[str(dose.fields["person_id"])] <= str(dose.fields["given_on"]) <= TODAY.isoformat()
        assert (dose.fields["source"] == "own") == ("lot_number" in dose.fields)
        assert dose.fields.get("lot_number", next(iter(lots))) in lots
        assert dose.fields.get("product_code", "fluad") in codes


def test_visits_can_be_planned_when_generated() -> None:
    """Each skill and each language asked for is one that some team has; windows are hours of one day."""
    teams = of_kind("team")
    products = {product.fields["code"] for product in of_kind("product")}
    spoken = {language for team in teams for language in team.fields["languages"]}
    able = sum(
        any(set(visit.fields["skills"]) <= set(team.fields["skills"]) for team in teams) for visit in of_kind("visit")
    )
    assert able > 0.97 * len(of_kind("visit"))
    for visit in of_kind("visit"):
        assert visit.fields.get("language", "fr") in spoken
        assert set(visit.fields.get("products", [])) <= products
        assert ("products" in visit.fields) == ("vaccinate" in visit.fields["acts"])
        assert visit.fields["due_on"] > TODAY.isoformat()
        assert visit.fields.get("not_before_on", "") < visit.fields["due_on"]
        for window in visit.fields["windows"]:
            starts_at, ends_at = window_instants(window, TODAY)
            assert starts_at < ends_at


def test_visits_mix_the_groups_when_generated() -> None:
    groups = Counter(person.fields["population_group"] for person in of_kind("person"))
    many = [visit for visit in of_kind("visit") if visit.fields["people_count"] >= 15]
    assert set(groups) == set(GROUPS)
    assert len(many) >= 30
    assert sum(visit.fields["professionals"] == 2 for visit in of_kind("visit")) >= 5
    assert sum("language" in visit.fields for visit in of_kind("visit")) >= 30
    assert {visit.fields["priority"] for visit in of_kind("visit")} == {1, 2, 3, 4}


def test_nothing_passes_for_a_real_hotel_or_person_when_shown() -> None:
    """Vulnerable people: no real place may be shown as housing them, and no telephone number may ring somewhere."""
    for place in of_kind("place"):
        if place.fields["kind"] != "centre":
            assert "fictif" in f"{place.fields.get('name')} {place.fields['address']}" or "fictive" in str(
                place.fields["address"]
            )
    phones = {str(person.fields["phone"]) for person in of_kind("person") if "phone" in person.fields}
    assert all(phone.startswith("+33639980") and len(phone) == 12 for phone in phones)
    assert all(str(request.fields["call_back_phone"]).startswith("+33199000") for request in of_kind("request"))
    assert "synthétiques" in pilot().label


def test_ids_are_uuids_of_version_7_and_all_different_when_drawn() -> None:
    draw = Draw(1)
    ids = [draw.record_id(kind, number) for kind in ("person", "place") for number in range(3000)]
    assert len(set(ids)) == len(ids)
    assert {(found.version, found.variant) for found in ids} == {(7, "specified in RFC 4122")}
    assert str(ids[0]) < str(ids[2999])


def test_shifts_keep_local_hours_when_the_clocks_change() -> None:
    """Summer time ends on 25 October 2026: a team starts at 08:30 of the wall clock on both days."""
    shifts = [shift for shift in generate(1, date(2026, 10, 24), scale=1).shifts if shift.lunch_minutes == 45]
    by_day = {shift.day_on: shift.starts_at.hour for shift in reversed(shifts) if shift.starts_at.minute == 30}
    assert by_day[date(2026, 10, 24)] == 6
    assert by_day[date(2026, 10, 26)] == 7


def test_targets_name_each_zone_and_each_group_when_a_campaign_runs() -> None:
    targets = pilot().coverage_targets
    assert {target.zone_id for target in targets if target.zone_id} == {row.id for row in pilot().zone_rows}
    assert {target.population_group for target in targets if not target.zone_id} == set(GROUPS)
    assert all(
        team.start_centre in {centre.source_id for centre in load_facts().centres} for team in load_facts().teams
    )
