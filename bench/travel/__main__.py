"""Print how fast street matrices are made, and how well they agree with an independent engine.

`python -m bench.travel [--extract FILE] [--points 300] [--pairs 500] [--seed 7] [--valhalla PYTHON]`

Speed: reading the extract, building each graph and each matrix are told apart, in CPU seconds of this process.
Agreement: random ordered pairs of places on streets, each answered alone by Valhalla, in the Python named by
--valhalla (one with pyvalhalla or pyvalhalla-weekly installed; left out aloud where none is named). Overheads and the
walk from the door to the street are left out, since Valhalla has neither.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import numpy as np

from backend.travel.cache import TravelCache
from backend.travel.extract_file import read_extract
from backend.travel.streets import StreetNetwork
from bench.travel.calibrate import VALHALLA_MODE
from routing.streets.graph import build
from routing.streets.paths import matrix
from routing.streets.snap import Snapper, Spots
from routing.travel import Mode, Origin, Point, Real, Source, Travel
from tests.data_files import data_folder

LIMIT_SECONDS, LIMIT_CACHED_SECONDS, LIMIT_ERROR = 5.0, 0.1, 0.10
BENCH = Origin(Source.STREETS, "bench")


def main() -> int:
    """Print both tables; the exit code says whether every figure keeps its limit."""
    asked = _arguments()
    extract = asked.extract or ((folder := data_folder()) and folder / "osm" / "heidelberg.osm.pbf")
    if extract is None or not extract.exists():
        print("No extract: pass --extract or set MARAUDE_DATA_DIR.", file=sys.stderr)
        return 2
    points = places(extract, 2 * max(asked.points, asked.pairs), asked.seed)
    kept = speed(extract, points[: asked.points])
    if asked.valhalla is None:
        print("Agreement left out: no --valhalla PYTHON was named.")
        return 0 if kept else 1
    return 0 if agreement(extract, points, asked.pairs, asked.valhalla) and kept else 1


def places(extract: Path, count: int, seed: int) -> list[Point]:
    """Return random nodes of streets where cars may stop: places that all three modes come near."""
    graph = build(read_extract(extract), Mode.CAR)
    owner = np.repeat(np.arange(len(graph.stoppable)), np.diff(graph.line_first))
    shape = graph.shape[graph.stoppable[owner]]
    chosen = np.random.default_rng(seed).choice(len(shape), count, replace=len(shape) < count)
    return [(float(lon), float(lat)) for lon, lat in shape[chosen]]


def speed(extract: Path, points: list[Point]) -> bool:
    """Print CPU seconds per step and mode; return whether the limits were kept."""
    begun = process_time()
    read_extract(extract)
    print(f"{extract.name}: read in {process_time() - begun:.2f} CPU s; {len(points)} × {len(points)} matrices, CPU s")
    print(f"{'mode':8} {'read+graph':>10} {'from cache':>10} {'matrix':>7} {'cached':>7}   nodes   edges  unreachable")
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        cache = TravelCache(Path(folder))
        for mode in Mode:
            network = StreetNetwork(extract, cache)
            built = _timed(partial(network.prepare, mode))
            reopened = StreetNetwork(extract, cache)
            loaded = _timed(partial(reopened.prepare, mode))
            begun = process_time()
            travel = network.travel(points, mode, 0)
            made = process_time() - begun
            fresh = StreetNetwork(extract, cache)
            cached = _timed(partial(fresh.travel, points, mode, 0))
            graph, _ = network.prepare(mode)
            print(
                f"{mode:8} {built:10.2f} {loaded:10.2f} {made:7.2f} {cached:7.3f} {graph.nodes:7} {len(graph.head):7}"
                f"  {len(travel.unreachable)}"
            )
            kept = kept and made <= LIMIT_SECONDS and cached <= LIMIT_CACHED_SECONDS
    return kept


def agreement(extract: Path, points: list[Point], pairs: int, python: str) -> bool:
    """Print the errors of our times and lengths against Valhalla's; return whether the medians keep the limit."""
    begins, ends = points[:pairs], points[pairs : 2 * pairs]
    asked = {VALHALLA_MODE[mode]: [[*a, *b] for a, b in zip(begins, ends, strict=True)] for mode in Mode}
    child = [python, str(Path(__file__).with_name("valhalla_child.py")), str(extract)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*child, folder], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=900
        )
    answers = json.loads(done.stdout[done.stdout.index('{"pedestrian"') :])
    print(f"agreement with Valhalla on {pairs} random pairs (ours / theirs - 1)")
    print(f"{'mode':8} {'pairs':>5} {'median |seconds|':>16} {'bias':>7} {'90 %':>7} {'median |metres|':>16}")
    kept = True
    for mode in Mode:
        ours = _off_door(extract, points[: 2 * pairs], mode)
        cells = (np.arange(pairs), np.arange(pairs, 2 * pairs))
        theirs = np.array([cell or [np.nan, np.nan] for cell in answers[VALHALLA_MODE[mode]]])
        used = np.isfinite(theirs[:, 0]) & (theirs.min(axis=1) > 0) & (ours.seconds[cells] > 0)
        seconds: Real = ours.seconds[cells][used] / theirs[used, 0] - 1
        metres: Real = ours.metres[cells][used] / theirs[used, 1] - 1
        error = float(np.median(np.abs(seconds)))
        print(
            f"{mode:8} {used.sum():5} {error:16.1%} {np.median(seconds):+7.1%} "
            f"{np.quantile(np.abs(seconds), 0.9):7.1%} {np.median(np.abs(metres)):16.1%}"
        )
        kept = kept and error <= LIMIT_ERROR
    return kept


def _off_door(extract: Path, points: list[Point], mode: Mode) -> Travel:
    """Return our matrix without the walk between point and street."""
    graph = build(read_extract(extract), mode)
    spots = Snapper(graph).snap(points)
    on_street = Spots(spots.line, spots.share, np.where(spots.line < 0, np.inf, 0.0))
    return matrix(graph, on_street, points, mode, 0, BENCH)


def _timed(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.travel", description="Measure street travel times.")
    parser.add_argument("--extract", type=Path)
    parser.add_argument("--points", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--valhalla", metavar="PYTHON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
