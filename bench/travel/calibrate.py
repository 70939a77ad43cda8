"""Fit the crow-flies model of each mode to real street matrices and print the constants with their errors.

Run `python -m bench.travel.calibrate`; it reads paris1314/ of the reference data. The constants printed are those
written in routing/travel.py, and tests/routing/test_travel_crow_flies.py holds the two together.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from routing.travel import CALIBRATED, CrowFlies, Mode, Point, Real, straight_metres
from tests.data_files import data_folder

VALHALLA_MODE = {Mode.FOOT: "pedestrian", Mode.BICYCLE: "bicycle", Mode.CAR: "auto"}
SHORTEST_METRES = 50.0  # nearer pairs are neighbours on one street: their ratio is noise


def read_paris1314(folder: Path) -> tuple[list[Point], dict[Mode, tuple[Real, Real]]]:
    """Return the 278 points and, per mode, their measured (seconds, metres) [n, n]."""
    with (folder / "sites.csv").open(encoding="utf-8", newline="") as lines:
        points = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(lines)]
    with gzip.open(folder / "matrices.json.gz", "rt", encoding="utf-8") as text:
        matrices = json.load(text)
    measured = {
        mode: (np.array(matrices[name]["time"], dtype=float), np.array(matrices[name]["dist"], dtype=float))
        for mode, name in VALHALLA_MODE.items()
    }
    return points, measured


def fit(points: list[Point], seconds: Real, metres: Real) -> CrowFlies:
    """Return the model with the least mean |log(modelled / measured)| of the seconds over all pairs."""
    straight = straight_metres(points)
    used = (straight > SHORTEST_METRES) & (seconds > 0)
    crow, measured = straight[used], seconds[used]
    speed = float(metres[used].sum() / measured.sum())

    def loss(guess: Real) -> float:
        modelled = guess[0] * crow + np.minimum(abs(guess[1]), crow)
        return float(np.abs(np.log(np.maximum(modelled, 1.0) / speed / measured)).mean())

    best = minimize(loss, np.array([1.2, 100.0]), method="Nelder-Mead").x
    return CrowFlies(float(best[0]), abs(float(best[1])), speed)


def errors(points: list[Point], seconds: Real, model: CrowFlies) -> Real:
    """Return modelled / measured - 1 over all pairs more than SHORTEST_METRES apart."""
    straight = straight_metres(points)
    used = (straight > SHORTEST_METRES) & (seconds > 0)
    crow = straight[used]
    modelled = model.detour_factor * crow + np.minimum(model.block_metres, crow)
    return np.asarray(modelled / model.metres_per_second / seconds[used] - 1)


def main() -> int:
    """Print fitted and committed constants per mode."""
    folder = data_folder()
    if folder is None:
        print("No reference data: set MARAUDE_DATA_DIR.", file=sys.stderr)
        return 2
    points, measured = read_paris1314(folder / "paris1314")
    for mode, (seconds, metres) in measured.items():
        model = fit(points, seconds, metres)
        print(
            f"{mode:8} fitted: factor {model.detour_factor:.3f}, block {model.block_metres:.0f} m, "
            f"{model.metres_per_second:.3f} m/s"
        )
        error = errors(points, seconds, CALIBRATED[mode])
        print(
            f"{'':8} committed constants: median error {np.median(np.abs(error)):.1%}, "
            f"90 % within {np.quantile(np.abs(error), 0.9):.1%}, bias {np.median(error):+.1%}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
