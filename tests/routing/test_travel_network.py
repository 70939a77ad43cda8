"""Hold the street network of a file to real extracts, its cache to its contents, and the fallback to its reason."""

from pathlib import Path

import numpy as np
import pytest
import structlog.testing

from backend.travel.cache import TravelCache, graph_key
from backend.travel.choose import TravelSources, travel_between
from backend.travel.extract_file import UnreadableExtractError, read_extract
from backend.travel.server import RoutingServer
from backend.travel.streets import StreetNetwork
from backend.travel.ways import ways_along
from routing.travel import OVERHEAD_SECONDS, Mode, Source, straight_metres
from tests.data_files import data_path

MAP = """<osm version="0.6">
  <node id="1" lat="48.8300" lon="2.3500"/><node id="2" lat="48.8300" lon="2.3520"/>
  <node id="3" lat="48.8320" lon="2.3520"/><node id="4" lat="48.8310" lon="2.3520"><tag k="barrier" v="bollard"/></node>
  <node id="5" lat="48.8320" lon="2.3500"/><node id="6" lat="48.8340" lon="2.3500"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="4"/><nd ref="3"/><nd ref="5"/><nd ref="1"/>
    <tag k="highway" v="residential"/></way>
  <way id="11"><nd ref="5"/><nd ref="99"/><nd ref="6"/><tag k="highway" v="residential"/></way>
  <way id="12"><nd ref="1"/><nd ref="5"/><tag k="highway" v="construction"/></way>
  <way id="13"><nd ref="1"/><nd ref="3"/><tag k="route" v="ferry"/></way>
  <relation id="20"><member type="way" ref="10" role="from"/><member type="node" ref="5" role="via"/>
    <member type="way" ref="11" role="to"/><tag k="type" v="restriction"/>
    <tag k="restriction" v="no_left_turn"/></relation>
  <relation id="21"><member type="way" ref="10" role="from"/><member type="way" ref="11" role="via"/>
    <member type="way" ref="10" role="to"/><tag k="type" v="restriction"/>
    <tag k="restriction" v="no_u_turn"/></relation>
</osm>
"""
HERE, THERE = (2.3500, 48.8300), (2.3520, 48.8318)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.osm"
    path.write_text(MAP, encoding="utf-8")
    return path


def test_a_reader_keeps_streets_barriers_and_restrictions_when_a_file_holds_more(small: Path) -> None:
    extract = read_extract(small)
    assert [way.way_id for way in extract.ways] == [
        10
    ]  # 11 is cut by the edge of the extract, 12 and 13 are no streets
    assert extract.node_tags == {4: {"barrier": "bollard"}}
    assert [(r.from_way, r.via_node, r.to_way) for r in extract.restrictions] == [(10, 5, 11)]
    assert extract.restrictions_unread == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "cannot be read"), (b"PK\x03\x04 not a map", "cannot be read"), (b'<osm version="0.6"></osm>', "no street")],
)
def test_a_file_is_refused_by_name_when_it_is_no_street_map(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "broken.osm"
    path.write_bytes(content)
    with pytest.raises(UnreadableExtractError, match=sentence) as caught:
        read_extract(path)
    assert "broken.osm" in str(caught.value)


def test_crow_flies_answers_aloud_when_the_extract_is_gone_or_elsewhere(small: Path, tmp_path: Path) -> None:
    cache = TravelCache(tmp_path / "cache")
    gone = travel_between(TravelSources(StreetNetwork(tmp_path / "gone.osm", cache)), [HERE, THERE], Mode.CAR)
    assert gone.origin.source is Source.CROW_FLIES
    assert "gone.osm cannot be opened" in gone.source
    elsewhere = [(24.93, 60.17), (24.94, 60.17), HERE]
    far = travel_between(TravelSources(StreetNetwork(small, cache)), elsewhere, Mode.CAR)
    assert "3 of 3 points lie off the streets of the extract" in far.source


def test_a_place_off_the_streets_stays_unreachable_when_most_are_on_them(small: Path, tmp_path: Path) -> None:
    network = StreetNetwork(small, TravelCache(tmp_path / "cache"))
    points = [HERE, THERE, (2.3510, 48.8300), (2.40, 48.83)]
    travel = travel_between(TravelSources(network), points, Mode.FOOT)
    assert travel.origin.source is Source.STREETS
    assert travel.stranded == (3,)
    assert network.off_streets(points, Mode.FOOT) == [3]
    assert network.leg(points[0], points[3], Mode.FOOT) == []
    assert network.leg(points[0], points[1], Mode.FOOT)[0] == points[0]


def test_a_map_is_told_the_way_along_the_streets_and_nothing_where_there_is_none(small: Path, tmp_path: Path) -> None:
    off, cache = (2.4000, 48.8300), tmp_path / "cache"
    legs = [(HERE, THERE, Mode.FOOT), (HERE, off, Mode.FOOT), (HERE, HERE, Mode.FOOT)]
    along, none, nowhere = ways_along(small, cache, legs)
    assert along[0] == HERE
    assert along[-1] == THERE
    assert len(along) > 2  # round the corner
    assert none == ()
    assert nowhere == (HERE, HERE)
    assert ways_along(tmp_path / "none.osm.pbf", cache, legs) == [(), (), ()]
    (tmp_path / "torn.osm.pbf").write_bytes(b"PK")
    assert ways_along(tmp_path / "torn.osm.pbf", cache, legs) == [(), (), ()]


def test_the_second_answer_is_the_first_when_it_comes_from_the_cache(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = StreetNetwork(small, TravelCache(folder)).travel([HERE, THERE], Mode.CAR, 60)
    files = sorted(path.name for path in folder.iterdir())
    assert [name.split("-")[0] for name in files] == ["graph", "matrix"]
    again = StreetNetwork(small, TravelCache(folder)).travel([HERE, THERE], Mode.CAR, 60)
    assert np.array_equal(first.seconds, again.seconds)
    assert np.array_equal(first.metres, again.metres)
    assert again.source == first.source
    assert sorted(path.name for path in folder.iterdir()) == files


def test_nothing_stale_is_answered_when_map_points_or_overhead_change(small: Path, tmp_path: Path) -> None:
    cache = TravelCache(tmp_path / "cache")
    before = StreetNetwork(small, cache).travel([HERE, THERE], Mode.CAR, 60)
    turned = StreetNetwork(small, cache).travel([THERE, HERE], Mode.CAR, 60)
    assert np.array_equal(turned.seconds, before.seconds[::-1, ::-1])
    assert StreetNetwork(small, cache).travel([HERE, THERE], Mode.CAR, 0).seconds[0, 1] == before.seconds[0, 1] - 60
    small.write_text(MAP.replace('<tag k="barrier" v="bollard"/>', ""), encoding="utf-8")
    opened = StreetNetwork(small, cache).travel([HERE, THERE], Mode.CAR, 60)
    assert opened.source != before.source
    assert opened.seconds[0, 1] != before.seconds[0, 1] or opened.metres[0, 1] != before.metres[0, 1]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", None])
def test_a_torn_file_of_the_cache_is_made_again_when_it_is_met(
    small: Path, tmp_path: Path, damage: bytes | None
) -> None:
    """A power cut must cost time, never a wrong plan."""
    folder = tmp_path / "cache"
    first = StreetNetwork(small, TravelCache(folder)).travel([HERE, THERE], Mode.CAR, 60)
    for path in folder.iterdir():
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again = StreetNetwork(small, TravelCache(folder)).travel([HERE, THERE], Mode.CAR, 60)
    assert np.array_equal(first.seconds, again.seconds)


def test_a_cached_graph_is_refused_when_its_arrays_do_not_fit(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    network = StreetNetwork(small, TravelCache(folder))
    graph, _ = network.prepare(Mode.CAR)
    key = graph_key("x", Mode.CAR)
    np.savez(folder / f"graph-{key}.npz", first=graph.first, head=graph.head + 1000)
    assert TravelCache(folder).graph(key) is None


def test_the_answer_comes_and_the_log_says_why_when_the_cache_cannot_be_written(small: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    with structlog.testing.capture_logs() as logged:
        travel = StreetNetwork(small, TravelCache(blocked)).travel([HERE, THERE], Mode.CAR, 60)
    assert travel.seconds[0, 1] > 60
    assert {entry["event"] for entry in logged} == {"travel_cache_not_written"}


def test_a_territory_is_refused_when_it_has_two_sources(small: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        TravelSources(
            StreetNetwork(small, TravelCache(tmp_path / "cache")), RoutingServer(Source.OSRM, "http://127.0.0.1:5000")
        )


@pytest.mark.data
@pytest.mark.parametrize("mode", list(Mode))
def test_every_pair_of_a_real_city_is_connected_and_longer_than_the_crow_when_read_from_its_extract(
    mode: Mode, tmp_path: Path
) -> None:
    network = StreetNetwork(data_path("osm/helsinki.osm.pbf"), TravelCache(tmp_path))
    graph, _ = network.prepare(mode)
    chosen = np.random.default_rng(3).choice(len(graph.shape), 60, replace=False)
    points = [(float(lon), float(lat)) for lon, lat in graph.shape[chosen]]
    travel = network.travel(points, mode, OVERHEAD_SECONDS[mode])
    assert travel.unreachable.shape == (0, 2)
    straight = straight_metres(points)
    far = straight > 300
    assert (travel.metres[far] >= 0.98 * straight[far] - 5).all()
    assert 1.1 < np.median(travel.metres[far] / straight[far]) < 1.8
    if mode is Mode.FOOT:
        # No way is longer than over a third place (a driver may not turn round everywhere), but for a signal there.
        via = (travel.seconds[:, :, None] + travel.seconds[None, :, :]).min(axis=1)
        assert (travel.seconds <= via + 2 + 3).all()
