"""This file decides whether a port can be listened on, before an address is printed that somebody else answers, and opens it."""

import errno
import socket
from typing import Any, Final

WAITING_MOST: Final = 2048  # connections that nobody has accepted yet


def port_obstacle(host: str, port: int) -> str:
    """Return why nobody can listen there now, in a sentence; empty if one can.

    >>> port_obstacle("127.0.0.1", 0)
    ''
    """
    try:
        places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        return f"the host {host} is not known here ({error.strerror}): set MARAUDE_HOST to an address of this machine."
    for place in places:
        try:
            _opened(place).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {port} is in use: stop what listens there, or name another port."
            return f"nobody can listen on {host}, port {port} ({error.strerror}): name another host or port."
    return ""


def listen_at(host: str, port: int) -> list[socket.socket]:
    """Return a socket that listens for each address that the host stands for; raises OSError."""
    places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [_opened(place) for place in dict.fromkeys(places)]


def _opened(place: tuple[int, int, int, str, Any]) -> socket.socket:
    family, kind, protocol, _name, address = place
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a former server's connections may linger
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(WAITING_MOST)
    except OSError:
        opened.close()
        raise
    return opened
