"""Hold the clients of routing servers to what they must refuse, field by field, and to falling back aloud."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from backend.travel.choose import TravelSources, travel_between
from backend.travel.server import NoTravel, RoutingServer, ask, read_server
from routing.travel import Mode, Source, Travel, crow_flies
from tests.routing.routing_server import FakeServer, fake_server

POINTS = [(2.34 + 0.005 * (k % 4), 48.82 + 0.004 * (k // 4)) for k in range(12)]
BOTH = [Source.VALHALLA, Source.OSRM]


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with fake_server() as server:
        yield server


@pytest.mark.parametrize("source", BOTH)
def test_the_matrix_is_the_servers_when_it_is_asked_in_blocks(fake: FakeServer, source: Source) -> None:
    travel = ask(RoutingServer(source, fake.url, block=5), POINTS, Mode.CAR, 240)
    assert isinstance(travel, Travel)
    assert len(fake.asked) == 9
    assert np.array_equal(travel.seconds, crow_flies(POINTS, Mode.CAR).seconds)
    assert np.abs(travel.metres - crow_flies(POINTS, Mode.CAR).metres).max() <= 1
    assert travel.source == f"{source} ({fake.url.removeprefix('http://')})"


@pytest.mark.parametrize("source", BOTH)
def test_a_pair_is_unreachable_when_the_server_says_null(fake: FakeServer, source: Source) -> None:
    def cut(right: Any) -> Any:
        if source is Source.OSRM:
            right["durations"][0][1] = None
        else:
            right["sources_to_targets"][0][1]["time"] = None
        return right

    fake.spoil = cut
    travel = ask(RoutingServer(source, fake.url), POINTS, Mode.CAR, 240)
    assert isinstance(travel, Travel)
    assert travel.unreachable.tolist() == [[0, 1]]


def _valhalla(change: Callable[[list[list[dict[str, Any]]]], Any]) -> Callable[[Any], Any]:
    def spoil(right: Any) -> Any:
        change(right["sources_to_targets"])
        return right

    return spoil


def _osrm(change: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    def spoil(right: Any) -> Any:
        change(right)
        return right

    return spoil


def _scale(rows: Any, factor: float) -> None:
    for row in rows:
        for k, cell in enumerate(row):
            if isinstance(cell, dict):
                cell["distance"] *= factor
            else:
                row[k] = cell * factor


WRONG: list[tuple[str, Source, Callable[[Any], Any], str]] = [
    ("not an object", Source.VALHALLA, lambda _: [1, 2], "not a matrix"),
    ("field absent", Source.VALHALLA, lambda _: {"units": "kilometers"}, "not a matrix"),
    ("row missing", Source.VALHALLA, _valhalla(lambda rows: rows.pop()), "not 12 by 12"),
    ("cell missing", Source.VALHALLA, _valhalla(lambda rows: rows[3].pop()), "not 12 by 12"),
    ("time is text", Source.VALHALLA, _valhalla(lambda rows: rows[0][1].update(time="9")), "not a matrix"),
    ("time is negative", Source.VALHALLA, _valhalla(lambda rows: rows[0][1].update(time=-1)), "negative"),
    ("distance is negative", Source.VALHALLA, _valhalla(lambda rows: rows[0][1].update(distance=-1)), "negative"),
    ("distance is endless", Source.VALHALLA, _valhalla(lambda rows: rows[0][1].update(distance=1e400)), "not a matrix"),
    ("cells swapped", Source.VALHALLA, _valhalla(lambda rows: rows[0].reverse()), "out of order"),
    ("rows swapped", Source.VALHALLA, _valhalla(lambda rows: rows.reverse()), "out of order"),
    ("miles", Source.VALHALLA, lambda right: {**right, "units": "miles"}, "not kilometres"),
    ("metres for km", Source.VALHALLA, _valhalla(lambda rows: _scale(rows, 1000)), "wrong units or axes"),
    ("code", Source.OSRM, lambda right: {**right, "code": "NoTable"}, "NoTable"),
    ("code absent", Source.OSRM, _osrm(lambda right: right.pop("code")), "not a matrix"),
    ("no distances", Source.OSRM, _osrm(lambda right: right.pop("distances")), "not a matrix"),
    ("row missing", Source.OSRM, _osrm(lambda right: right["durations"].pop()), "not 12 by 12"),
    ("cell too many", Source.OSRM, _osrm(lambda right: right["distances"][2].append(1)), "not 12 by 12"),
    ("time is a list", Source.OSRM, _osrm(lambda right: right["durations"][0].__setitem__(1, [])), "not a matrix"),
    ("time is negative", Source.OSRM, _osrm(lambda right: right["durations"][0].__setitem__(1, -1)), "negative"),
    ("km for metres", Source.OSRM, _osrm(lambda right: _scale(right["distances"], 0.001)), "wrong units or axes"),
    ("hours for seconds", Source.OSRM, _osrm(lambda right: _scale(right["durations"], 1 / 3600)), "faster than any"),
    (
        "no way at all",
        Source.OSRM,
        _osrm(lambda right: right.update(durations=[[None] * 12] * 12)),
        "no way between any two",
    ),
]


@pytest.mark.parametrize(("source", "spoil", "sentence"), [w[1:] for w in WRONG], ids=[f"{w[1]}-{w[0]}" for w in WRONG])
def test_an_answer_is_refused_when_one_field_is_wrong(
    fake: FakeServer, source: Source, spoil: Callable[[Any], Any], sentence: str
) -> None:
    fake.spoil = spoil
    answer = ask(RoutingServer(source, fake.url), POINTS, Mode.CAR, 240)
    assert isinstance(answer, NoTravel)
    assert sentence in answer.reason


@pytest.mark.parametrize("source", BOTH)
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (lambda _: (302, {"Location": "http://127.0.0.1:9/"}, b""), "answered 302"),
        (lambda _: (500, {}, b"oops"), "answered 500"),
        (lambda _: (429, {}, b"slow down"), "answered 429"),
        (lambda _: (204, {}, b""), "answered 204"),
        (lambda _: (200, {}, b""), "not a matrix"),
        (lambda body: (200, {}, body[:-20]), "not a matrix"),
        (lambda body: (200, {}, b"\xff" + body), "not a matrix"),
        (lambda body: (200, {}, body + b" " * 200_000), "larger than"),
        (lambda body: (200, {"Content-Encoding": "gzip"}, body), "could not be asked"),
    ],
)
def test_an_answer_is_refused_when_its_envelope_is_wrong(
    fake: FakeServer, source: Source, raw: Callable[[bytes], tuple[int, dict[str, str], bytes]], sentence: str
) -> None:
    fake.raw = raw
    answer = ask(RoutingServer(source, fake.url, answer_bytes_max=100_000), POINTS, Mode.CAR, 240)
    assert isinstance(answer, NoTravel)
    assert sentence in answer.reason
    assert len(fake.asked) == 1  # nothing was followed or tried again


@pytest.mark.parametrize("source", BOTH)
def test_crow_flies_answers_aloud_when_the_server_is_silent(fake: FakeServer, source: Source) -> None:
    fake.hold = threading.Event()
    sources = TravelSources(server=RoutingServer(source, fake.url, seconds_max=0.1))
    travel = travel_between(sources, POINTS, Mode.CAR)
    assert travel.origin.source is Source.CROW_FLIES
    assert travel.origin.instead_because == f"the {source} server did not answer within 0.1 s"
    assert np.array_equal(travel.seconds, crow_flies(POINTS, Mode.CAR).seconds)


def test_crow_flies_answers_aloud_when_nobody_listens() -> None:
    with fake_server() as gone:
        url = gone.url
    travel = travel_between(TravelSources(server=RoutingServer(Source.OSRM, url)), POINTS, Mode.FOOT)
    assert "could not be asked (ConnectError)" in travel.source


def test_axes_are_caught_when_a_server_takes_latitude_first(fake: FakeServer) -> None:
    """Paris with its axes swapped lies off Somalia, where the same degrees are far longer ways."""

    def swapped(right: Any) -> Any:
        turned = crow_flies([(lat - 48, lon) for lon, lat in POINTS], Mode.CAR, overhead_seconds=0)
        return {**right, "distances": (turned.metres * 12).tolist()}

    fake.spoil = swapped
    answer = ask(RoutingServer(Source.OSRM, fake.url), POINTS, Mode.CAR, 0)
    assert isinstance(answer, NoTravel)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://host/", "http://", "https://me:secret@host/", "http://host/?key=1", "host:8002"],
)
def test_an_address_is_refused_when_it_is_no_plain_server(url: str) -> None:
    with pytest.raises(ValueError, match="routing server's address"):
        RoutingServer(Source.VALHALLA, url)


@pytest.mark.parametrize("text", ["", "https://host", "streets+https://host", "graphhopper+https://host"])
def test_a_setting_is_refused_with_the_way_to_write_it_when_it_names_no_known_server(text: str) -> None:
    with pytest.raises(ValueError, match=r"is written valhalla\+https://host"):
        read_server(text)


def test_a_server_is_refused_when_its_source_is_none() -> None:
    with pytest.raises(ValueError, match="no routing server"):
        RoutingServer(Source.STREETS, "http://127.0.0.1")
