"""Name the measures that the processes of this server keep together; they carry no person and no place."""

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from backend.health.shared_measures import FOLDER, own_files

if FOLDER in os.environ:  # before the first measure is made
    values.ValueClass = values.MultiProcessValue(own_files)  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "maraude_request_seconds", "Time to answer a request", ("method", "path", "status"), registry=REGISTRY
)
OPS = Counter("maraude_ops_total", "Ops answered, by verdict", ("verdict",), registry=REGISTRY)
# Read from the database when asked: whichever process has looked last tells it.
FEED_LAG_SECONDS = Gauge(
    "maraude_feed_lag_seconds",
    "Age of the oldest open writing transaction",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
JOBS_UNFINISHED = Gauge(
    "maraude_jobs_unfinished", "Jobs queued or running", registry=REGISTRY, multiprocess_mode="mostrecent"
)


def measured() -> bytes:
    """Return all measures in the Prometheus text format, counted over all processes that share a folder for them."""
    if FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    together = CollectorRegistry()
    MultiProcessCollector(together, os.environ[FOLDER])  # type: ignore[no-untyped-call]
    return generate_latest(together)
