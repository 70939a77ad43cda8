"""Say how long and how far it is between the points of a plan, in one shape whatever the source.

Three sources make this shape: a street network (routing/streets/), a routing server (backend/travel/) and the
calibrated crow-flies model below, which needs nothing, always works, and always says that it is what was used.
R3: pure arithmetic on arrays, so the same points give the same matrix on every machine. Which source answers for a
territory is decided in backend/travel/choose.py.

Points are (lon, lat) in degrees. Row = from, column = to. Seconds include `overhead_seconds` (parking a car, locking
a bicycle) for every pair of points that are not the same spot; the source's own moving time is what remains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]
Whole: TypeAlias = NDArray[np.int32]
Real: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

EARTH_METRES = 6_371_008.8  # mean radius (IUGG)
UNREACHABLE_SECONDS = 10_000_000  # the planner knows the same number (routing/problem.py)
UNREACHABLE_METRES = 1_000_000


class Mode(StrEnum):
    """How a team travels."""

    FOOT = "foot"
    BICYCLE = "bicycle"
    CAR = "car"


class Source(StrEnum):
    """Where the times of a matrix come from."""

    STREETS = "streets"
    VALHALLA = "valhalla"
    OSRM = "osrm"
    CROW_FLIES = "crow_flies"


@dataclass(frozen=True)
class Origin:
    """Which source was used, which data or server exactly, and why not the preferred one (empty: it was)."""

    source: Source
    detail: str
    instead_because: str = ""

    def __str__(self) -> str:
        """Return one line for a log or a plan."""
        reason = f", because {self.instead_because}" if self.instead_because else ""
        return f"{self.source} ({self.detail}{reason})"


@dataclass(frozen=True)
class Travel:
    """Times and lengths of every ordered pair of n points by one mode: two int32 [n, n] matrices, zero diagonal.

    A pair that cannot be travelled has UNREACHABLE_SECONDS and UNREACHABLE_METRES, and is listed by `unreachable`.
    The matrices are read-only; they are symmetric only where the source says so.
    """

    mode: Mode
    seconds: Whole
    metres: Whole
    overhead_seconds: int
    origin: Origin

    def __post_init__(self) -> None:
        size = len(self.seconds)
        for matrix in (self.seconds, self.metres):
            if matrix.dtype != np.int32 or matrix.shape != (size, size):
                raise ValueError(f"a travel matrix is int32 [n, n], not {matrix.dtype} {matrix.shape}")
            if size and (matrix.min() < 0 or matrix.diagonal().any()):
                raise ValueError("a travel matrix has no negative entry and a zero diagonal")
            matrix.setflags(write=False)
        if size and self.seconds.max() > UNREACHABLE_SECONDS:
            raise ValueError("no travel time is longer than UNREACHABLE_SECONDS")
        if not np.array_equal(self.seconds == UNREACHABLE_SECONDS, self.metres == UNREACHABLE_METRES):
            raise ValueError("a pair is unreachable in seconds and metres together")

    @property
    def source(self) -> str:
        """Return the source in one line, to be stored and shown with the plan."""
        return str(self.origin)

    @property
    def unreachable(self) -> Whole:
        """Return the ordered pairs [k, 2] (from, to) that this source cannot connect, in row order."""
        return np.argwhere(self.seconds == UNREACHABLE_SECONDS).astype(np.int32)

    @property
    def stranded(self) -> tuple[int, ...]:
        """Return the points that can be neither reached from any other point nor left towards one."""
        if len(self.seconds) < 2:
            return ()
        cut = self.seconds == UNREACHABLE_SECONDS
        np.fill_diagonal(cut, val=True)
        return tuple(np.flatnonzero(cut.all(axis=0) & cut.all(axis=1)).tolist())


def assemble(
    mode: Mode, points: Sequence[Point], moving: tuple[Real, Real], overhead_seconds: int, origin: Origin
) -> Travel:
    """Return the matrix of `points` from a source's own moving (seconds, metres), where inf or nan means no way.

    Rounds to whole units, adds the overhead between different spots, and makes pairs that no shift could travel
    unreachable. Moving times shorter than a second between different spots count as one second.
    """
    seconds, metres = (np.array(matrix, dtype=np.float64) for matrix in moving)
    apart = ~same_spot(points)
    total = np.maximum(np.rint(seconds), 1.0) + overhead_seconds
    lost = ~(np.isfinite(seconds) & np.isfinite(metres) & (total < UNREACHABLE_SECONDS) & (metres < UNREACHABLE_METRES))
    total[lost] = UNREACHABLE_SECONDS
    whole_metres = np.where(lost, UNREACHABLE_METRES, np.rint(np.where(lost, 0.0, metres)))
    return Travel(
        mode,
        np.where(apart, total, 0).astype(np.int32),
        np.where(apart, np.minimum(whole_metres, UNREACHABLE_METRES - (~lost)), 0).astype(np.int32),
        overhead_seconds,
        origin,
    )


def same_spot(points: Sequence[Point]) -> Flags:
    """Return [n, n] flags of the pairs of points with equal coordinates: nobody parks between two flats of a house."""
    array = as_degrees(points)
    return np.asarray((array[:, None, :] == array[None, :, :]).all(axis=2))


def as_degrees(points: Sequence[Point]) -> Real:
    """Return the points as [n, 2] degrees; raise ValueError naming the first that is not a (lon, lat) on Earth."""
    array = np.array(points, dtype=np.float64).reshape(-1, 2)
    good = np.isfinite(array).all(axis=1) & (np.abs(array[:, 0]) <= 180) & (np.abs(array[:, 1]) <= 90)
    if not good.all():
        first = int(np.flatnonzero(~good)[0])
        raise ValueError(f"point {first} is not a longitude and latitude: {tuple(array[first].tolist())}")
    return array


def straight_metres(points: Sequence[Point]) -> Real:
    """Return the great-circle metres [n, n] between points (haversine, mean Earth radius)."""
    lon, lat = np.radians(as_degrees(points)).T
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    return np.asarray(2 * EARTH_METRES * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


@dataclass(frozen=True)
class CrowFlies:
    """A mode's calibrated straight-line model: metres on the street = factor × straight + min(block, straight)."""

    detour_factor: float
    block_metres: float  # going round the block and with the one-ways: weighs on short trips, constant on long ones
    metres_per_second: float

    def __post_init__(self) -> None:
        if not (self.detour_factor >= 1 and self.block_metres >= 0 and self.metres_per_second > 0):
            raise ValueError(f"a straight-line model lengthens the way and moves forward: {self}")


# Fitted by `python -m bench.travel.calibrate` on the 278 points of Paris 13e and 14e (foot, bicycle and car times of
# Valhalla 3.9.1 on the Hash Code 2014 street graph): median error 4.5 % on foot, 11 % by bicycle and by car. That graph
# has no footpaths and no cycle contraflow, so foot and bicycle err on the slow side.
CALIBRATED: dict[Mode, CrowFlies] = {
    Mode.FOOT: CrowFlies(detour_factor=1.126, block_metres=101, metres_per_second=1.401),
    Mode.BICYCLE: CrowFlies(detour_factor=1.152, block_metres=460, metres_per_second=4.599),
    Mode.CAR: CrowFlies(detour_factor=1.266, block_metres=356, metres_per_second=7.146),
}

# Not measured: the assumption of our outreach benchmark (a minute to lock, four to find a place and walk from it).
OVERHEAD_SECONDS: dict[Mode, int] = {Mode.FOOT: 0, Mode.BICYCLE: 60, Mode.CAR: 240}


def crow_flies(
    points: Sequence[Point],
    mode: Mode,
    *,
    overhead_seconds: int | None = None,
    model: CrowFlies | None = None,
    instead_because: str = "",
) -> Travel:
    """Return the matrix of the straight-line model; `instead_because` says why no better source was used.

    >>> home, hotel = (2.3522, 48.8322), (2.3622, 48.8322)  # 732 m apart as the crow flies
    >>> travel = crow_flies([home, hotel], Mode.FOOT)
    >>> travel.seconds.tolist(), travel.metres.tolist()
    ([[0, 660], [660, 0]], [[0, 925], [925, 0]])
    >>> travel.source
    'crow_flies (calibrated on Paris 13e and 14e)'
    """
    chosen = model or CALIBRATED[mode]
    straight = straight_metres(points)
    metres = chosen.detour_factor * straight + np.minimum(chosen.block_metres, straight)
    overhead = OVERHEAD_SECONDS[mode] if overhead_seconds is None else overhead_seconds
    detail = "own calibration" if model else "calibrated on Paris 13e and 14e"
    origin = Origin(Source.CROW_FLIES, detail, instead_because)
    return assemble(mode, points, (metres / chosen.metres_per_second, metres), overhead, origin)
