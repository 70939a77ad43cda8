"""This file decides whether a port can be listened on, before an address is printed that somebody else answers."""

import errno
import socket


def port_obstacle(host: str, port: int) -> str:
    """Return why nobody can listen there now, in a sentence; empty if one can.

    >>> port_obstacle("127.0.0.1", 0)
    ''
    """
    try:
        places = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        return f"the host {host} is not known here ({error.strerror}): set MARAUDE_HOST to an address of this machine."
    for family, kind, protocol, _name, address in places:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a former one may linger
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return f"port {port} is in use: stop what listens there, or name another port."
                return f"nobody can listen on {host}, port {port} ({error.strerror}): name another host or port."
    return ""
