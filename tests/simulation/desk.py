"""This file is the desk of the simulated world: it lays out the day and changes it, by ops on the same log.

Two teams have a round each; one place is on both. A desk writes with what the server shows at that moment as seen.
"""

import functools
from uuid import UUID

from sync.clock import instant_of
from sync.decode import Batch, Item
from sync.fields import SCHEMA
from sync.ops import Op, hash_of, payload
from sync.view import view
from sync.wire import PROTOCOL_VERSION, PushHeader
from tests.simulation.server import DAY, Held, Server
from tests.simulation.truth import Truth

START = 1_795_330_800_000  # 2026-11-22 in the morning, UTC
TEAMS = (str(UUID(int=0x11)), str(UUID(int=0x12)))
ROUNDS = (str(UUID(int=0x21)), str(UUID(int=0x22)))
PLACES = tuple(str(UUID(int=0x30 + number)) for number in range(4))
PERSONS = tuple(str(UUID(int=0x8000_0000 * (number + 1))) for number in range(5))
LOT, PRODUCT, PLAN = str(UUID(int=0x51)), str(UUID(int=0x52)), str(UUID(int=0x53))
SHARED = PERSONS[1]  # stands at the place that both teams go to
STOPS = tuple(str(UUID(int=0x61 + number)) for number in range(5))

Fields = dict[str, str | int | bool | None]
AnyOp = Op[str, Fields, dict[str, list[str]], dict[str, int]]


class Desk:
    """One sign-in session at a desk; after a restore of the server another one is begun."""

    def __init__(self, server: Server, truth: Truth, number: int) -> None:
        self.installation = str(UUID(int=0x7000 + number))
        self.server = server
        self.truth = truth
        server.enrol(self.installation, "", desk=True)

    def write(self, kind: str, record: str, fields: Fields, now: int, adds: dict[str, list[str]] | None = None) -> str:
        """Record one act and commit it; return the word of its verdict."""
        server, me = self.server, self.server.held.installations[self.installation]
        state = server.held.records.get(record)
        op: AnyOp = Op(
            f"{(me.actor << 64) + me.expected_n:032x}", me.actor, me.expected_n, me.head, record, kind, SCHEMA,
            self.truth.mark(), instant_of(now), 0, "desk", fields, adds or {}, {}, {}, dict(state.seen) if state else {},
        )  # fmt: skip
        raw = payload(op)
        self.truth.note(op, state, (), "desk")
        header = PushHeader(PROTOCOL_VERSION, self.installation, 0, instant_of(now), 0, "desk")
        begun = server.decide(Batch(header, [Item(op.id, op.n, hash_of(raw), raw, op)]), now)
        server.commit(begun)
        return begun.decision.verdicts[0].word if begun.decision.verdicts else "none"


@functools.cache
def laid_out() -> tuple[Held, Truth, int]:
    """Return the tables of a server whose day is laid out, what was recorded for it, and the actors used."""
    truth = Truth()
    server = Server(truth)
    desk = Desk(server, truth, 0)
    desk.write("product", PRODUCT, {"code": "flu-10"}, START)
    desk.write("lot", LOT, {"product_id": PRODUCT, "number": "L1"}, START)
    for team, name in zip(TEAMS, ("North", "South"), strict=True):
        desk.write("team", team, {"name": name}, START)
    for number, place in enumerate(PLACES):
        desk.write("place", place, {"kind": "hotel", "name": f"Hotel {number}"}, START)
    for number, person in enumerate(PERSONS):
        place = PLACES[number % 4]
        desk.write("person", person, {"given_name": f"P{number}", "place_id": place, "room": "1"}, START)
    for team, round_id in zip(TEAMS, ROUNDS, strict=True):
        desk.write("round", round_id, {"plan_id": PLAN, "team_id": team, "day_on": DAY, "state": "published"}, START)
    for stop, (number, at) in zip(STOPS, [(0, 0), (0, 1), (1, 1), (1, 2), (1, 3)], strict=True):
        desk.write("stop", stop, {"round_id": ROUNDS[number], "place_id": PLACES[at], "state": "planned"}, START)
    return server.held, truth, server.actors


def shown(held: Held, record: str, name: str) -> object:
    """Return what the server shows of one field of a record."""
    return view(held.records[record]).values.get(name) if record in held.records else None
