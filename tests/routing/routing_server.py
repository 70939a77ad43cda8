"""Run a routing server on loopback that answers as told: rightly, or wrong in one field at a time."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from routing.travel import Mode, Point, crow_flies

Spoil = Callable[[Any], Any]


class Handler(BaseHTTPRequestHandler):
    """Speak just enough Valhalla and OSRM, with the crow-flies times as the truth."""

    server: "FakeServer"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer /sources_to_targets."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows, columns = ([(p["lon"], p["lat"]) for p in asked[side]] for side in ("sources", "targets"))
        seconds, metres = _truth(rows, columns)
        cells = [
            [
                {"from_index": i, "to_index": j, "time": seconds[i][j], "distance": metres[i][j] / 1000}
                for j in range(len(columns))
            ]
            for i in range(len(rows))
        ]
        self._answer({"sources_to_targets": cells, "units": "kilometers"})

    def do_GET(self) -> None:
        """Answer /table/v1."""
        parts = urlsplit(self.path)
        pairs = (pair.split(",") for pair in parts.path.rsplit("/", 1)[1].split(";"))
        points = [(float(lon), float(lat)) for lon, lat in pairs]
        query = parse_qs(parts.query)
        rows, columns = ([points[int(k)] for k in query[key][0].split(";")] for key in ("sources", "destinations"))
        seconds, metres = _truth(rows, columns)
        self._answer({"code": "Ok", "durations": seconds, "distances": metres})

    def _answer(self, right: Any) -> None:
        self.server.asked.append(self.path)
        status, headers, body = self.server.reply(right)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if self.server.hold is not None:
            self.server.hold.wait(5)
        try:
            self.wfile.write(body)
        except OSError:
            return  # the client hung up, as it should

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep the test's output clean."""


class FakeServer(ThreadingHTTPServer):
    """A server with a reply that a test may spoil."""

    daemon_threads = False
    asked: list[str]
    hold: threading.Event | None = None
    spoil: Spoil = staticmethod(lambda right: right)
    raw: Callable[[bytes], tuple[int, dict[str, str], bytes]] = staticmethod(lambda body: (200, {}, body))

    def reply(self, right: Any) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        return self.raw(json.dumps(self.spoil(right)).encode())

    @property
    def url(self) -> str:
        """Return the address to configure."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def fake_server() -> Iterator[FakeServer]:
    """Run the server for one test."""
    server = FakeServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        if server.hold is not None:
            server.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _truth(rows: list[Point], columns: list[Point]) -> tuple[list[list[float]], list[list[float]]]:
    travel = crow_flies([*rows, *columns], Mode.CAR, overhead_seconds=0)
    cut = slice(0, len(rows)), slice(len(rows), None)
    return travel.seconds[cut].astype(float).tolist(), travel.metres[cut].astype(float).tolist()
