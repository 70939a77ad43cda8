"""This file serves pages and the protocol from one process, or from several that share one listening socket.

The first process opens the socket and serves as it would alone. The others are its children: they accept from the same
socket, are started again when they end unasked, and end with the first. Nothing that a request leaves behind lives in a
process: what is remembered is found by a key of what it was made of, counters of attempts lie in the database, the
sweeper and the sealer are elected there, and each process listens to the database for what its open pages wait for.
"""

import contextlib
import gc
import socket
import sys
from pathlib import Path
from ssl import SSLError

import uvicorn
from litestar import Litestar

from backend.app import create_app
from backend.edge import logs
from backend.edge.hurry import HurriedProtocol
from backend.embedded import Urls
from backend.health.shared_measures import counts_as
from backend.serve.port import listen_at, port_obstacle
from backend.serve.processes import environment_of, kept
from backend.serve.share import SharingServer
from backend.settings import Settings

SHUTDOWN_SECONDS = 5


def run_web(settings: Settings, urls: Urls, certificate: Path | None = None, key: Path | None = None) -> int:
    """Serve until stopped, from as many processes as the settings say; return the exit status."""
    obstacle = port_obstacle(settings.host, settings.port)
    if obstacle:
        sys.stderr.write(f"maraude: {obstacle}\n")
        return 1
    logs.set_up(settings.log_level)
    server = _made(settings, certificate, key)
    try:
        server.config.load()
    except (OSError, SSLError) as error:
        sys.stderr.write(f"maraude: the files of --tls-cert and --tls-key cannot be used: {error}.\n")
        return 1
    listening = listen_at(settings.host, settings.port)
    scheme = "https" if certificate else "http"
    sys.stderr.write(f"maraude: {scheme}://{settings.host}:{settings.port}\n")
    with contextlib.ExitStack() as beside:
        handles = tuple(one.fileno() for one in listening)
        words = ["web", *(f"--socket={handle}" for handle in handles)]
        if certificate and key:
            words += [f"--tls-cert={certificate.resolve()}", f"--tls-key={key.resolve()}"]
        for number in range(1, settings.web_processes):
            environment = {**environment_of(settings, urls), **counts_as(f"web-{number}")}
            other = beside.enter_context(kept(words, environment, None, handles))
            if isinstance(server, SharingServer):
                server.before_the_end.append(other.ask_to_end)
        server.run(sockets=listening)
    return 0 if server.started else 1


def run_web_beside(settings: Settings, handles: list[int], certificate: Path | None, key: Path | None) -> int:
    """Serve from sockets that the parent has opened, until told to end; return the exit status."""
    logs.set_up(settings.log_level)
    server = _made(settings, certificate, key)
    with contextlib.suppress(KeyboardInterrupt):  # the terminal tells us as it tells the first
        server.run(sockets=[socket.socket(fileno=handle) for handle in handles])
    return 0 if server.started else 1


def web_config(
    app: Litestar, settings: Settings, certificate: Path | None = None, key: Path | None = None
) -> uvicorn.Config:
    """Return how the web server listens: no word of a proxy is taken, no name or version of a server is told."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ssl_certfile=str(certificate) if certificate else None,
        ssl_keyfile=str(key) if key else None,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        http=HurriedProtocol,
    )


def _made(settings: Settings, certificate: Path | None, key: Path | None) -> uvicorn.Server:
    config = web_config(create_app(settings), settings, certificate, key)
    server = uvicorn.Server(config) if settings.web_processes == 1 else SharingServer(config)
    # What the start has made stays until the end: without this, a tenth of a push went to looking through it again.
    gc.collect()
    gc.freeze()
    return server
