"""This file holds the oracle on questions: what no machine may decide has its review."""

from datetime import date
from itertools import combinations

from sync.ids import derived_id
from sync.kinds import KINDS
from sync.state import RecordState
from sync.view import DISPUTABLE, distinct, siblings, view
from tests.simulation.log_read import Found, Log
from tests.simulation.staging import LIMITS
from tests.simulation.world import World


def reviews_are_open(world: World, _log: Log) -> Found:
    """C8: values that differ where no machine may choose, and doses that double, each have their review."""
    records = world.server.held.records
    asked = [_asked(state) for state in records.values() if state.kind == "review"]
    for record, state in records.items():
        for name in {name for entry in state.entries.values() for name in entry.values}:
            known = KINDS[state.kind].fields.get(name)
            live = list(siblings(state.entries, name))
            if known is None or known.policy not in DISPUTABLE or len(distinct(live)) < 2:
                continue
            dots = {f"{one.dot[0]}.{one.dot[1]}" for one in live}
            if not any((about, field) == ((record,), name) and dots <= of for about, field, of in asked):
                yield f"C8 {record[-4:]} {name} is disputed and nobody is asked"
    doses: dict[str, list[tuple[str, dict[str, object]]]] = {}
    for record, state in records.items():
        shown: dict[str, object] = dict(view(state).values)
        if state.kind == "dose" and shown.get("state", "recorded") == "recorded" and shown.get("status") == "given":
            doses.setdefault(str(shown.get("person_id")), []).append((record, shown))
    for given in doses.values():
        for (one, first), (other, second) in combinations(given, 2):
            if _doubles(first, second) and derived_id("double_dose", one, other) not in records:
                yield f"C8 {one[-4:]} and {other[-4:]} are a double dose and nobody is asked"


def _asked(state: RecordState) -> tuple[tuple[str, ...], str, set[str]]:
    shown = view(state).values
    about, dots = shown.get("record_ids"), shown.get("dots")
    return tuple(about) if isinstance(about, list) else (), str(shown.get("field", "")), set(dots or ())  # type: ignore[arg-type]


def _doubles(one: dict[str, object], other: dict[str, object]) -> bool:
    shared = set(one.get("antigens") or ()) & set(other.get("antigens") or ())  # type: ignore[call-overload]
    days = abs((date.fromisoformat(str(one["given_on"])) - date.fromisoformat(str(other["given_on"]))).days)
    return bool(shared) and days <= LIMITS.double_days
