"""Decide the corrected time of an op from what is known of the tablet's clock, with a bound and a label.

Promise S10: a wrong clock changes nothing but a label. Causality decides merges; corrected time only orders
concurrent demographic values and what people read. Each exchange with the server yields a sample that ties the
tablet's wall clock and its running clock (per boot) to the server's time; the caller brings the samples.

Units: milliseconds; instants since 1970 in UTC.
"""

from bisect import bisect_left
from datetime import UTC, datetime

import msgspec

WARN_MS = 5 * 60_000  # a skew above this is shown
BLOCK_MS = 12 * 3_600_000  # above this, rules on age and interval refuse to advise offline
DRIFT_PER_MILLION = 100  # a quartz clock loses or gains less


class Sample(msgspec.Struct, frozen=True):
    """One exchange: the tablet's two clocks, its boot, the server's time, and how long the exchange took."""

    wall: int
    mono: int
    boot: str
    server: int
    round_trip: int = 0


class Corrected(msgspec.Struct, frozen=True):
    """A time with its bound (None: unknown) and a flag: `good`, `warn`, `block`, or `unproved` without any sample."""

    at: int
    bound: int | None
    flag: str


class Readings:
    """The samples of one tablet, so laid that each of many ops finds the nearest at once."""

    def __init__(self, samples: list[Sample]) -> None:
        self.samples = samples
        of_boot: dict[str, dict[int, Sample]] = {}
        for sample in sorted(samples, key=lambda sample: (sample.mono, sample.server)):
            of_boot.setdefault(sample.boot, {}).setdefault(sample.mono, sample)
        self._of_boot = {boot: (list(by_mono), list(by_mono.values())) for boot, by_mono in of_boot.items()}

    def nearest(self, mono: int, boot: str) -> Sample | None:
        """Return the sample of this boot that lies closest, the earlier by the server of two."""
        if boot not in self._of_boot:
            return None
        monos, samples = self._of_boot[boot]
        after = bisect_left(monos, mono)
        if after == len(samples):
            return samples[-1]
        there, before = samples[after], samples[max(0, after - 1)]
        nearer = (there.mono - mono) - (mono - before.mono)
        return there if nearer < 0 or after == 0 or (nearer == 0 and there.server < before.server) else before


def corrected(wall: int, mono: int, boot: str, readings: Readings, now: int) -> Corrected:
    """Return when an op was recorded; never after `now`, when the server has it in hand.

    >>> one = Sample(wall=90_000_000, mono=5_000, boot="b", server=1_000_000, round_trip=80)
    >>> corrected(89_999_000, 4_000, "b", Readings([one]), now=2_000_000)
    Corrected(at=999000, bound=41, flag='block')
    """
    near = readings.nearest(mono, boot)
    if near is not None:
        at = near.server + mono - near.mono
        bound = near.round_trip // 2 + -(-abs(mono - near.mono) * DRIFT_PER_MILLION // 1_000_000)
        return Corrected(min(at, now), bound, _flag(wall - at))
    if not readings.samples:
        return Corrected(min(wall, now), None, "unproved")
    closest = min(readings.samples, key=lambda sample: (abs(sample.wall - wall), sample.server))
    skew = closest.wall - closest.server
    return Corrected(min(wall - skew, now), None, _flag(skew))


def millis_of(instant: str) -> int:
    """Return an instant of the wire as milliseconds since 1970.

    >>> millis_of("1970-01-01T00:00:01.500Z"), instant_of(1500)
    (1500, '1970-01-01T00:00:01.500Z')
    """
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def instant_of(millis: int) -> str:
    """Return milliseconds since 1970 as an instant of the wire."""
    seconds, rest = divmod(millis, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{rest:03d}Z"


def _flag(skew: int) -> str:
    if abs(skew) > BLOCK_MS:
        return "block"
    return "warn" if abs(skew) > WARN_MS else "good"
