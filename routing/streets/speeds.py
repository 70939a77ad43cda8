"""Decide how fast each mode moves on a way that is open to it, and how long a signal or a gate holds it up.

Cars run freely at the speed usual for the class, never above the limit: rush-hour traffic is not in these numbers.
The values are our own, set so that times on the Heidelberg extract agree with Valhalla's; `python -m bench.travel`
prints how well they do. Who may use a way, access.py decides.
"""

from routing.streets.access import Use
from routing.streets.extract import Tags
from routing.travel import Mode

KMH = 1 / 3.6
WALKING = 5.1 * KMH
PUSHING = 4.0 * KMH

# Metres per second by class; a class that is not named takes USUAL.
USUAL: dict[Mode, float] = {Mode.FOOT: WALKING, Mode.BICYCLE: 17 * KMH, Mode.CAR: 25 * KMH}
BY_CLASS: dict[Mode, dict[str, float]] = {
    Mode.FOOT: {"steps": 2.6 * KMH, "elevator": 2 * KMH},
    Mode.BICYCLE: {
        "living_street": 14 * KMH,
        "service": 14 * KMH,
        "path": 13 * KMH,
        "footway": 12 * KMH,
        "pedestrian": 10 * KMH,
        "track": 13 * KMH,
    },
    Mode.CAR: {
        "motorway": 105 * KMH,
        "motorway_link": 65 * KMH,
        "trunk": 90 * KMH,
        "trunk_link": 60 * KMH,
        "primary": 65 * KMH,
        "primary_link": 50 * KMH,
        "secondary": 58 * KMH,
        "secondary_link": 48 * KMH,
        "tertiary": 52 * KMH,
        "tertiary_link": 42 * KMH,
        "unclassified": 42 * KMH,
        "residential": 34 * KMH,
        "living_street": 12 * KMH,
        "service": 20 * KMH,
        "track": 14 * KMH,
        "pedestrian": 8 * KMH,
        "footway": 8 * KMH,
        "path": 8 * KMH,
        "cycleway": 8 * KMH,
    },
}
THROUGH_TRAFFIC_SLOWED = 0.6  # keeps others' routes off streets for residents without closing them to our visits

ROUGH = frozenset(
    {"cobblestone", "sett", "unhewn_cobblestone", "gravel", "ground", "dirt", "grass", "sand", "mud", "earth"}
)
ROUGH_BICYCLE = 0.7

SIGNAL_SECONDS: dict[Mode, float] = {Mode.FOOT: 3.0, Mode.BICYCLE: 5.0, Mode.CAR: 4.0}
GATE_SECONDS: dict[Mode, float] = {Mode.FOOT: 2.0, Mode.BICYCLE: 8.0, Mode.CAR: 15.0}
GATES = frozenset({"gate", "lift_gate", "swing_gate", "toll_booth", "cycle_barrier", "kissing_gate", "turnstile"})


def speed_of(tags: Tags, mode: Mode, use: Use) -> float:
    """Return the metres per second of a mode on a way it may use (above zero).

    >>> round(speed_of({"highway": "residential", "maxspeed": "20"}, Mode.CAR, Use.OPEN) * 3.6, 1)
    20.0
    """
    if use is Use.PUSHED:
        return PUSHING * (0.5 if tags.get("highway") == "steps" else 1.0)
    speed = BY_CLASS[mode].get(tags.get("highway", ""), USUAL[mode])
    if mode is Mode.CAR:
        speed = min(speed, limit) if (limit := limit_of(tags)) is not None else speed
        return speed * THROUGH_TRAFFIC_SLOWED if use is Use.DESTINATION else speed
    if mode is Mode.BICYCLE and tags.get("surface") in ROUGH:
        return speed * ROUGH_BICYCLE
    return speed


def limit_of(tags: Tags) -> float | None:
    """Return the speed limit in m/s where it is a plain number in km/h or mph, a walking pace, or None."""
    text = tags.get("maxspeed", "")
    number, _, unit = text.partition(" ")
    if text == "walk":
        return 7 * KMH
    if not (number.isascii() and number.isdigit()) or int(number) == 0:
        return None
    return int(number) * (0.44704 if unit == "mph" else KMH)


def delay_of(tags: Tags, mode: Mode) -> float:
    """Return the mean seconds that a node which lets the mode pass holds it up."""
    if tags.get("highway") == "traffic_signals":
        return SIGNAL_SECONDS[mode]
    return GATE_SECONDS[mode] if tags.get("barrier") in GATES else 0.0
