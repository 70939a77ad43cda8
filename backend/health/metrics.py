"""Name the measures that this process keeps; they carry no person and no place."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "maraude_request_seconds", "Time to answer a request", ("method", "path", "status"), registry=REGISTRY
)
OPS = Counter("maraude_ops_total", "Ops answered, by verdict", ("verdict",), registry=REGISTRY)
FEED_LAG_SECONDS = Gauge("maraude_feed_lag_seconds", "Age of the oldest open writing transaction", registry=REGISTRY)
JOBS_UNFINISHED = Gauge("maraude_jobs_unfinished", "Jobs queued or running", registry=REGISTRY)
