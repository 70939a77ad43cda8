"""Write structured logs: one JSON line per event, allow-listed fields only, so that health data has no way in."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "path",
        "status",
        "milliseconds",
        "seconds",
        "error",
        "code",
        "job_id",
        "kind",
        "attempt",
        "state",
        "pid",
        "function",
        "frames",
        "territory_id",
        "user_id",
        "tablet_id",
        "installation_id",
        "ops",
        "stored",
        "merged",
        "review",
        "refused",
        "records",
        "iterations",
        "count",
        "port",
        "url",
        "verdicts",
        "rows",
        "bytes",
        "dropped",
    }
)


def frames_only(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn an exception into its type and the places it passed; its message may quote a row, so it is left out."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        event["frames"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def keep_allowed(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and say how many were dropped.

    >>> keep_allowed(None, "", {"event": "op.stored", "family_name": "Diallo"})
    {'event': 'op.stored', 'dropped': 1}
    """
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    dropped = len(event) - len(kept)
    return {**kept, "dropped": dropped} if dropped else kept


def set_up(level: str) -> None:
    """Send our events and the libraries' warnings to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            frames_only,
            keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),  # the standard error of the moment
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format='{"event":"library","name":"%(name)s"}')
