"""Processes that end leave no file of measures behind and lose nothing that they counted, a worker's forks among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from backend import clock, embedded
from backend.db.transaction import transaction
from backend.health.shared_measures import FOLDER, counts_as
from backend.ids import new_id
from backend.jobs import store
from backend.jobs.queue import connect, enqueue, make_queue
from backend.serve.processes import child, environment_of, wait_for_worker
from backend.settings import Settings
from sync.clock import instant_of
from tests.backend.ground import Ground
from tests.backend.jobs.planning import wait_until
from tests.backend.running import READY_SECONDS_MAX

JOBS = 4  # each is a fork, and writes one op: an excursion for a bag that got warm


@contextmanager
def _worker(settings: Settings, urls: embedded.Urls, folder: Path) -> Iterator[None]:
    environment = {**environment_of(settings, urls), FOLDER: str(folder), **counts_as("worker")}
    log = settings.home / "logs" / "worker.log"
    with child(["worker"], environment, log) as process:
        assert wait_for_worker(settings, process, READY_SECONDS_MAX), log.read_text("utf-8")
        yield


async def _let_bags_be_held(ground: Ground, settings: Settings) -> None:
    """Let as many jobs as were named each find one bag that got warm."""
    pen, queue = await ground.desk_pen(), make_queue(settings, connect(settings))
    for _ in range(JOBS):
        reading = {"team_id": str(ground.ids["team"]), "celsius_tenths": 300, "read_at": instant_of(_now_ms())}
        assert await pen.put("temperature", new_id(), set=reading) == "stored"
        async with transaction(ground.scope) as tx:
            job_id = await store.ask(tx, "follow_up", {}, only_one_key="follow_up")
        assert job_id is not None
        enqueue(queue, job_id)
        await wait_until(ground, str(job_id), "done")
    queue.connection.close()


def _now_ms() -> int:
    return int(clock.now().timestamp() * 1000)


def _counted(folder: Path) -> float:
    """Return how many ops were counted over all files of a folder, as whoever asks for the measures is told."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return registry.get_sample_value("maraude_ops_total", {"verdict": "stored"}) or 0.0


async def test_files_of_measures_stay_as_few_however_many_jobs_and_workers_end(
    ground: Ground, settings: Settings, urls: embedded.Urls, tmp_path: Path
) -> None:
    folder = tmp_path / "measures"
    folder.mkdir()
    ours = replace(urls, owner_url=ground.database.owner_url, app_url=ground.database.url)
    files: list[list[str]] = []
    for _ in range(2):
        with _worker(settings, ours, folder):
            await _let_bags_be_held(ground, settings)
        files.append(sorted(one.name for one in folder.iterdir()))
    assert _counted(folder) == 2 * JOBS
    assert files[0] == files[1]
    assert len(files[1]) <= 2 * 3, "counters, gauges and times, of a worker and of its forks"
