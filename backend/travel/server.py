"""Ask a Valhalla or OSRM server for travel times, and believe nothing it says before it has been checked.

Called only where a territory's settings name the server. A request goes to that address alone: no redirect is
followed and no proxy taken from the environment. Every answer has a size, a time and a shape that it must keep; any
breach is an outcome with a sentence, and backend/travel/choose.py falls back on the crow-flies model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

import httpx
import msgspec
import numpy as np

from routing.travel import Mode, Origin, Point, Real, Source, Travel, assemble, straight_metres

PROFILES: dict[Source, dict[Mode, str]] = {
    Source.VALHALLA: {Mode.FOOT: "pedestrian", Mode.BICYCLE: "bicycle", Mode.CAR: "auto"},
    Source.OSRM: {Mode.FOOT: "foot", Mode.BICYCLE: "bike", Mode.CAR: "car"},
}
FAR_METRES = 1_000.0  # pairs farther apart show whether units and axes are right
DETOUR_LEAST, DETOUR_MOST = 0.7, 10.0  # of the median far pair: outside, units or axes are wrong
FASTEST = 60.0  # metres per second that no team reaches


@dataclass(frozen=True)
class RoutingServer:
    """Where a server is and what one call to it may cost; `url` has no path after the prefix of its services."""

    source: Source
    url: str
    seconds_max: float = 20.0  # for a whole matrix
    answer_bytes_max: int = 4_000_000  # for one request
    block: int = 50  # points a side in one request: the usual limit of both servers' default settings

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.source not in PROFILES:
            raise ValueError(f"{self.source} is no routing server")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("a routing server's address is http(s)://host[:port][/prefix]")
        if parts.username or parts.password:
            raise ValueError("a routing server's address carries no password: it would be shown with the plan")
        if self.seconds_max <= 0 or self.answer_bytes_max <= 0 or self.block < 1:
            raise ValueError("the limits of a routing server are above zero")

    @property
    def origin(self) -> Origin:
        """Return what plans made with this server say about their times."""
        return Origin(self.source, urlsplit(self.url).netloc)


@dataclass(frozen=True)
class NoTravel:
    """Why a server gave no usable matrix, as the end of the sentence "… because"."""

    reason: str


class _Cell(msgspec.Struct):
    from_index: int
    to_index: int
    time: float | None = None
    distance: float | None = None


class _Valhalla(msgspec.Struct):
    sources_to_targets: list[list[_Cell]]
    units: str = "kilometers"


class _Osrm(msgspec.Struct):
    code: str
    durations: list[list[float | None]]
    distances: list[list[float | None]]


class _BreachError(Exception):
    """An answer broke a rule; the text is the reason."""


def read_server(text: str) -> RoutingServer:
    """Return the server that a setting names; raise ValueError with a sentence for the operator.

    >>> read_server("valhalla+https://routes.example.org/v1").origin.source
    <Source.VALHALLA: 'valhalla'>
    """
    word, _, url = text.strip().partition("+")
    if word not in {source.value for source in PROFILES}:
        raise ValueError("a routing server is written valhalla+https://host or osrm+https://host")
    return RoutingServer(Source(word), url)


def ask(server: RoutingServer, points: Sequence[Point], mode: Mode, overhead_seconds: int) -> Travel | NoTravel:
    """Return the matrix of the points as the server sees it, or why it gave none that can be used."""
    size = len(points)
    seconds, metres = np.zeros((size, size)), np.zeros((size, size))
    until = monotonic() + server.seconds_max
    blocks = [range(begin, min(begin + server.block, size)) for begin in range(0, size, server.block)]
    try:
        with httpx.Client(follow_redirects=False, trust_env=False) as client:
            for rows in blocks:
                for columns in blocks:
                    request = _request(server, client, points, (rows, columns), mode)
                    body = _body(server, client, request, until)
                    part = _read(server.source, body, (len(rows), len(columns)))
                    where = np.ix_(rows, columns)
                    seconds[where], metres[where] = part
        _plausible(seconds, metres, points)
    except _BreachError as breach:
        return NoTravel(str(breach))
    except httpx.TimeoutException:
        return NoTravel(f"the {server.source} server did not answer within {server.seconds_max:g} s")
    except httpx.HTTPError as problem:
        return NoTravel(f"the {server.source} server could not be asked ({type(problem).__name__})")
    return assemble(mode, points, (seconds, metres), overhead_seconds, server.origin)


def _request(
    server: RoutingServer, client: httpx.Client, points: Sequence[Point], block: tuple[range, range], mode: Mode
) -> httpx.Request:
    """Return the request for one block of the matrix."""
    profile, base = PROFILES[server.source][mode], server.url.rstrip("/")
    rows, columns = ([points[k] for k in side] for side in block)
    if server.source is Source.VALHALLA:
        content = {
            "sources": [{"lon": lon, "lat": lat} for lon, lat in rows],
            "targets": [{"lon": lon, "lat": lat} for lon, lat in columns],
            "costing": profile,
            "units": "kilometers",
        }
        return client.build_request("POST", f"{base}/sources_to_targets", json=content)
    path = ";".join(f"{lon:.7f},{lat:.7f}" for lon, lat in (*rows, *columns))
    query = {
        "annotations": "duration,distance",
        "sources": ";".join(str(k) for k in range(len(rows))),
        "destinations": ";".join(str(len(rows) + k) for k in range(len(columns))),
    }
    return client.build_request("GET", f"{base}/table/v1/{profile}/{path}", params=query)


def _body(server: RoutingServer, client: httpx.Client, request: httpx.Request, until: float) -> bytes:
    """Return the body of a 200 answer that keeps the size and the time left; raise _BreachError otherwise."""
    late = f"the {server.source} server did not answer within {server.seconds_max:g} s"
    left = until - monotonic()
    if left <= 0:
        raise _BreachError(late)
    request.extensions["timeout"] = httpx.Timeout(left).as_dict()
    answer = client.send(request, stream=True)
    try:
        if answer.status_code != httpx.codes.OK:
            raise _BreachError(f"the {server.source} server answered {answer.status_code}")
        body = bytearray()
        for piece in answer.iter_bytes(65_536):
            body += piece
            if len(body) > server.answer_bytes_max:
                raise _BreachError(
                    f"the {server.source} server's answer is larger than {server.answer_bytes_max} bytes"
                )
            if monotonic() > until:
                raise _BreachError(late)
        return bytes(body)
    finally:
        answer.close()


def _read(source: Source, body: bytes, shape: tuple[int, int]) -> tuple[Real, Real]:
    """Return the (seconds, metres) of one block, with nan where the server knows no way."""
    try:
        if source is Source.VALHALLA:
            matrix = msgspec.json.decode(body, type=_Valhalla)
            return _read_valhalla(matrix, shape)
        table = msgspec.json.decode(body, type=_Osrm)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise _BreachError(f"the {source} server's answer is not a matrix ({problem})") from problem
    if table.code != "Ok":
        raise _BreachError(f"the osrm server answered the code {table.code[:40]!r}")
    return _checked(source, table.durations, shape), _checked(source, table.distances, shape)


def _read_valhalla(matrix: _Valhalla, shape: tuple[int, int]) -> tuple[Real, Real]:
    if matrix.units not in {"kilometers", "km"}:
        raise _BreachError(f"the valhalla server answered in {matrix.units[:20]!r}, not kilometres")
    for row, cells in enumerate(matrix.sources_to_targets):
        for column, cell in enumerate(cells):
            if (cell.from_index, cell.to_index) != (row, column):
                raise _BreachError("the valhalla server's matrix is out of order")
    seconds = [[cell.time for cell in cells] for cells in matrix.sources_to_targets]
    metres = [[cell.distance for cell in cells] for cells in matrix.sources_to_targets]
    return _checked(Source.VALHALLA, seconds, shape), _checked(Source.VALHALLA, metres, shape) * 1000


def _checked(source: Source, rows: list[list[float | None]], shape: tuple[int, int]) -> Real:
    """Return the rows as an array of just this shape, with no negative entry; None becomes nan."""
    if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
        raise _BreachError(f"the {source} server's matrix is not {shape[0]} by {shape[1]}")
    array = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=np.float64)
    if (array < 0).any() or np.isinf(array).any():
        raise _BreachError(f"the {source} server's matrix has a negative or endless entry")
    return array


def _plausible(seconds: Real, metres: Real, points: Sequence[Point]) -> None:
    """Raise _BreachError where the lengths of far pairs betray wrong units, swapped axes or another continent."""
    straight = straight_metres(points)
    known = np.isfinite(seconds) & np.isfinite(metres)
    if len(points) > 1 and not known[~np.eye(len(points), dtype=bool)].any():
        raise _BreachError("the server knows no way between any two of the points")
    far = known & (straight > FAR_METRES)
    if not far.any():
        return
    detour = float(np.median(metres[far] / straight[far]))
    if not DETOUR_LEAST <= detour <= DETOUR_MOST:
        raise _BreachError(f"the server's ways are {detour:.2g} times the straight line: wrong units or axes")
    if float(np.median(metres[far])) > FASTEST * float(np.median(seconds[far])):
        raise _BreachError("the server's times are faster than any team travels")
