"""Runs a real PostgreSQL and a real Redis-compatible server as children of one command, from a data directory."""

from backend.embedded.launch import servers
from backend.embedded.layout import Refused, Urls, running_urls

__all__ = ["Refused", "Urls", "running_urls", "servers"]
