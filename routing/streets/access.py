"""Decide who may use a way, in which direction, and who passes a barrier.

The rules read OpenStreetMap's tags as its documentation of access, oneway, barrier and cycleway defines them; a tag
that names the mode more closely wins over a general one. Conditional tags (by the hour) are not read: the plain tag
stands. How fast a permitted way is, speeds.py decides; forbidden turns are in turns.py.
"""

from enum import IntEnum

from routing.streets.extract import Tags
from routing.travel import Mode


class Use(IntEnum):
    """How a mode may use a way."""

    CLOSED = 0
    PUSHED = 1  # a bicycle led on foot
    DESTINATION = 2  # open to those who have business there, not to through traffic
    OPEN = 3


ACCESS_KEYS: dict[Mode, tuple[str, ...]] = {
    Mode.FOOT: ("foot", "access"),
    Mode.BICYCLE: ("bicycle", "vehicle", "access"),
    Mode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
}
WORDS: dict[str, Use] = {
    **dict.fromkeys(("yes", "designated", "permissive", "official", "public"), Use.OPEN),
    **dict.fromkeys(("destination", "customers", "delivery", "residents"), Use.DESTINATION),
    **dict.fromkeys(("no", "private", "permit", "restricted", "agricultural", "forestry", "emergency"), Use.CLOSED),
    **dict.fromkeys(
        ("military", "psv", "bus", "use_sidepath", "agricultural;forestry", "forestry;agricultural"), Use.CLOSED
    ),
    "dismount": Use.PUSHED,
}

ROADS = frozenset(
    {"trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"}
    | {"unclassified", "residential", "living_street", "service", "road"}
)
MOTORWAYS = frozenset({"motorway", "motorway_link"})
WALKWAYS = frozenset(
    {"footway", "pedestrian", "path", "steps", "track", "cycleway", "bridleway", "corridor", "platform", "elevator"}
)

# What each mode may use when no tag says otherwise; a class that is not listed is closed (ferries are not even read).
BY_CLASS: dict[Mode, dict[str, Use]] = {
    Mode.FOOT: dict.fromkeys(ROADS | WALKWAYS, Use.OPEN),
    Mode.BICYCLE: {
        **dict.fromkeys(ROADS | {"cycleway", "path", "track"}, Use.OPEN),
        **dict.fromkeys(("footway", "pedestrian"), Use.PUSHED),
    },
    Mode.CAR: {**dict.fromkeys(ROADS | MOTORWAYS, Use.OPEN), "track": Use.DESTINATION},
}

WALLS = frozenset({"fence", "wall", "debris", "hole", "overgrowth"})
PEDESTRIAN_GATES = frozenset({"turnstile", "stile", "kissing_gate", "full-height_turnstile"})
# A node that blocks unless its own access tags say otherwise.
BLOCKING: dict[Mode, frozenset[str]] = {
    Mode.FOOT: WALLS,
    Mode.BICYCLE: WALLS | PEDESTRIAN_GATES,
    Mode.CAR: (
        WALLS
        | PEDESTRIAN_GATES
        | {
            "bollard",
            "block",
            "cycle_barrier",
            "chain",
            "motorcycle_barrier",
            "chicane",
            "log",
            "stone",
            "shrub",
            "planter",
        }
        | {"hampshire_gate", "bus_trap", "sump_buster", "jersey_barrier", "swing_gate", "rope"}
    ),
}
YES = frozenset({"yes", "true", "1"})


def use_of(tags: Tags, mode: Mode) -> Use:
    """Return how the mode may use a way with these tags, both directions apart.

    >>> pavement = {"highway": "footway", "bicycle": "yes"}
    >>> use_of(pavement, Mode.CAR).name, use_of(pavement, Mode.BICYCLE).name
    ('CLOSED', 'OPEN')
    """
    highway = tags.get("highway", "")
    usual = BY_CLASS[mode].get(highway, Use.CLOSED)
    said = _said(tags, mode)
    if mode is Mode.BICYCLE and highway == "steps":
        return Use.PUSHED if tags.get("ramp:bicycle") in YES and said is not Use.CLOSED else Use.CLOSED
    if mode is not Mode.CAR and (highway in MOTORWAYS or tags.get("motorroad") == "yes"):
        return Use.CLOSED
    if said is None:
        return usual
    if mode is Mode.CAR and highway in WALKWAYS and not _names_cars(tags):
        return min(said, usual)  # access=yes on a footpath invites no car
    if mode is Mode.BICYCLE and usual is not Use.OPEN and tags.get("bicycle") is None:
        return min(said, usual)  # nor does it let riders onto the pavement
    return said if highway in ROADS | MOTORWAYS | WALKWAYS else Use.CLOSED


def directions_of(tags: Tags, mode: Mode) -> tuple[bool, bool]:
    """Return whether the mode may travel (along, against) the drawing order of a way it may use.

    >>> street = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}
    >>> directions_of(street, Mode.CAR), directions_of(street, Mode.BICYCLE), directions_of(street, Mode.FOOT)
    ((True, False), (True, True), (True, True))
    """
    if mode is Mode.FOOT:
        moving = tags.get("conveying")  # an escalator runs one way
        return _one_way(moving if moving in {"forward", "backward"} else tags.get("oneway:foot"))
    if mode is Mode.BICYCLE:
        own = tags.get("oneway:bicycle")
        if own is not None:
            return _one_way(own)
        if _has_contraflow(tags):
            return (True, True)
    general = tags.get("oneway")
    if general is None and (tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"):
        general = "yes"
    return _one_way(general)


def passes(tags: Tags, mode: Mode) -> bool:
    """Return whether the mode gets past a node with these tags (a gate, a bollard, a wall, or none)."""
    if "barrier" not in tags:
        return True
    said = _said(tags, mode)
    if said is not None:
        return said is not Use.CLOSED
    return tags["barrier"] not in BLOCKING[mode]


def _said(tags: Tags, mode: Mode) -> Use | None:
    """Return what the closest access tag says, or None where none says anything we know."""
    for key in ACCESS_KEYS[mode]:
        said = WORDS.get(tags.get(key, ""))
        if said is Use.PUSHED and mode is not Mode.BICYCLE:
            said = Use.CLOSED if mode is Mode.CAR else Use.OPEN
        if said is not None:
            return said
    return None


def _names_cars(tags: Tags) -> bool:
    return "motorcar" in tags or "motor_vehicle" in tags


def _one_way(word: str | None) -> tuple[bool, bool]:
    if word in YES or word == "forward":
        return (True, False)
    if word in {"-1", "reverse", "backward"}:
        return (False, True)
    return (True, True)


def _has_contraflow(tags: Tags) -> bool:
    sides = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    if any(tags.get(side, "").startswith("opposite") for side in sides):
        return True
    against = ("-1", "no")
    return any(tags.get(f"{side}:oneway") in against for side in sides[1:])
