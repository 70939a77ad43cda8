"""A place lies in one zone, the same everywhere; what cannot be a zone is named."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.territory.facts import load_facts
from backend.territory.zones import Zone, ZoneCode, ZoneIndex, zone_faults

ZONES = load_facts().zones
INDEX = ZoneIndex(ZONES)


def zone(code: str, polygon: shapely.Geometry) -> Zone:
    return Zone(ZoneCode(code), code, "1", polygon)


def slow_zone_at(lon: float, lat: float) -> str | None:
    point = shapely.Point(lon, lat)
    return min((candidate.code for candidate in ZONES if candidate.polygon.intersects(point)), default=None)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(lon=st.floats(2.29, 2.40), lat=st.floats(48.81, 48.85))
def test_zone_is_the_smallest_code_that_holds_the_point_when_the_point_is_any(lon: float, lat: float) -> None:
    assert INDEX.zone_at(lon, lat) == slow_zone_at(lon, lat)


def test_zone_is_one_of_the_neighbours_and_always_the_same_when_the_point_is_a_corner() -> None:
    """Every corner of every zone lies on a border; counting it twice or never would spoil coverage by zone."""
    corners = sorted({(float(x), float(y)) for each in ZONES for x, y in shapely.get_coordinates(each.polygon)})
    found = INDEX.zones_at(corners)
    turned = ZoneIndex(tuple(reversed(ZONES))).zones_at(corners)
    assert found == turned
    sample = range(0, len(corners), 25)
    assert [found[number] for number in sample] == [slow_zone_at(*corners[number]) for number in sample]


def test_zone_is_none_when_the_point_is_outside() -> None:
    assert INDEX.zone_at(2.2945, 48.8584) is None
    assert INDEX.zone_at(0.0, 0.0) is None
    assert INDEX.zones_at([]) == []


def test_zone_of_a_point_ignores_holes_when_a_zone_surrounds_another() -> None:
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    index = ZoneIndex([zone("R", ring), zone("I", shapely.box(1, 1, 2, 2))])
    assert [index.zone_at(0.5, 0.5), index.zone_at(1.5, 1.5), index.zone_at(1.0, 1.5)] == ["R", "I", "I"]


def test_coverage_area_is_the_union_when_zones_touch() -> None:
    whole = INDEX.coverage_area([each.code for each in ZONES])
    assert whole.area == pytest.approx(sum(each.polygon.area for each in ZONES))
    assert INDEX.coverage_area([ZONES[0].code, ZONES[0].code]).equals(ZONES[0].polygon)
    with pytest.raises(KeyError):
        INDEX.coverage_area(["nowhere"])


def test_demo_zones_tile_the_ground_when_carried_into_facts() -> None:
    """Simplified outlines must neither overlap nor leave slivers between neighbours."""
    assert len(ZONES) == 132
    assert zone_faults(ZONES) == []
    assert shapely.coverage_is_valid([each.polygon for each in ZONES])


@pytest.mark.parametrize(
    ("zones", "reasons"),
    [
        ([zone("", shapely.box(0, 0, 1, 1))], [(0, "no_code")]),
        ([zone("A", shapely.box(0, 0, 1, 1)), zone("A", shapely.box(2, 0, 3, 1))], [(1, "code_twice")]),
        ([zone("A", shapely.Point(0, 0))], [(0, "not_a_polygon")]),
        ([zone("A", shapely.Polygon())], [(0, "empty")]),
        ([zone("A", shapely.box(652_000, 6_860_000, 653_000, 6_861_000))], [(0, "not_degrees")]),
        ([zone("A", shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))], [(0, "crosses_itself")]),
        ([zone("A", shapely.box(0, 0, 2, 1)), zone("B", shapely.box(1, 0, 3, 1))], [(1, "overlap")]),
        ([zone("A", shapely.box(0, 0, 3, 3)), zone("B", shapely.box(1, 1, 2, 2))], [(1, "overlap")]),
        ([zone("A", shapely.box(0, 0, 1, 1)), zone("B", shapely.box(1, 0, 2, 1))], []),
        ([], []),
    ],
)
def test_faults_are_named_when_polygons_cannot_be_zones(zones: list[Zone], reasons: list[tuple[int, str]]) -> None:
    assert [(fault.feature, fault.reason) for fault in zone_faults(zones)] == reasons
