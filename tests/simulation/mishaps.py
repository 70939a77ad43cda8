"""This file does to tablets, server and day what the faults outside the network say; each returns whether it struck."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from sync import client
from sync.client import Act
from sync.state import Entry, RecordState
from sync.store import Change
from tests.simulation import acts
from tests.simulation.desk import PERSONS, PLACES, ROUNDS, SHARED, STOPS, TEAMS, Desk
from tests.simulation.tablet import DAY_MS, Tablet

if TYPE_CHECKING:
    from tests.simulation.world import World

TABLETS_MOST = 6


def strike(world: World, fault: str) -> bool:
    """Let a fault strike; return whether it found anything to strike at."""
    return _STRIKES[fault](world, world.chance.choice(world.tablets))


def _crash_before_send(world: World, tablet: Tablet) -> bool:
    tablet.reboot(world.now)
    world.network.leave(tablet)
    return tablet.waiting() > 0


def _fail_at_answer(_world: World, tablet: Tablet) -> bool:
    tablet.fails_next = "answer"
    return False  # counted when it strikes


def _fail_any(_world: World, tablet: Tablet) -> bool:
    tablet.fails_next = "any"
    return False  # counted when it strikes


def _clock_jump(world: World, tablet: Tablet) -> bool:
    tablet.skew_ms += world.chance.choice((-5, -1, 1, 3, 30)) * DAY_MS
    return True


def _reboot(world: World, tablet: Tablet) -> bool:
    tablet.reboot(world.now)
    world.network.leave(tablet)
    return True


def _bit_flip(world: World, tablet: Tablet) -> bool:
    found = [(b, one, state) for b, held in sorted(tablet.store.buckets().items()) for one, state in held.items()]
    found = [one for one in found if one[2].entries]
    if not found:
        return False
    bucket, record, state = world.chance.choice(found)
    tablet.store.save(Change(records={(bucket, record): spoiled(state)}))
    tablet.damaged = True
    return True


def spoiled(state: RecordState) -> RecordState:
    """Return a record of which one value is not what it was."""
    dot = max(state.entries)
    entry = state.entries[dot]
    name = min(entry.values)
    entries = state.entries | {dot: Entry(entry.corrected_at, entry.values | {name: "spoiled"})}
    return RecordState(state.kind, state.seen, entries, state.sums, state.ahead)


def _tablet_restored(world: World, tablet: Tablet) -> bool:
    held = [one for one in world.tablets if one.image is not None]
    if not held:
        return False
    tablet = world.chance.choice(held)
    if tablet.image is None:
        return False
    tablet.store = tablet.image.image()
    _reboot(world, tablet)
    return True


def _tablet_cloned(world: World, tablet: Tablet) -> bool:
    if len(world.tablets) >= TABLETS_MOST:
        return False
    clone = Tablet(f"t{len(world.tablets)}", tablet.team, tablet.store.image(), world.chance, tablet.skew_ms)
    clone.made, clone.ids_used, clone.damaged = list(tablet.made), list(tablet.ids_used), tablet.damaged
    clone.reboot(world.now)
    world.tablets.append(clone)
    return True


def _new_installation(world: World, tablet: Tablet) -> bool:
    former = tablet.store.identity().installation
    if not world.server.knows(former):
        return False
    _reboot(world, tablet)
    world.network.renewals += 1
    installation = str(UUID(int=0x9000 + world.network.renewals))
    actor = world.server.enrol(installation, tablet.team, deposit_only=not world.server.active(former))
    client.start_anew(tablet.store, installation, actor)
    return True


def _id_reused(_world: World, tablet: Tablet) -> bool:
    tablet.reuse_next = True
    return bool(tablet.ids_used)


def _server_restored(world: World, _tablet: Tablet) -> bool:
    if world.backup is None:
        return False
    world.network.crash()
    world.server.restore(world.backup, world.chance.randrange(1, 2**52))
    world.restores += 1
    world.desks += 1
    world.desk = Desk(world.server, world.truth, world.desks)
    for tablet in world.tablets:
        tablet.damaged = True  # it holds records that the server has forgotten
        if "answer_late" in world.network.kinds:
            for _ in range(4):
                world.network.bring_back_later("answer_late", tablet)
    return True


def _tablet_revoked(world: World, tablet: Tablet) -> bool:
    held = world.server.held.installations
    installation = tablet.store.identity().installation
    active = [one for one in world.tablets if held.get(one.store.identity().installation) is not None]
    if installation not in held or len(active) < 3:
        return False
    held[installation] = msgspec.structs.replace(held[installation], deposit_only=True)
    return True


def _round_reassigned(world: World, _tablet: Tablet) -> bool:
    stop, to = world.chance.choice(STOPS), world.chance.choice(ROUNDS)
    return world.desk.write("stop", stop, {"round_id": to}, world.now) != "refused"


def _round_withdrawn(world: World, _tablet: Tablet) -> bool:
    return world.desk.write("round", world.chance.choice(ROUNDS), {"state": "withdrawn"}, world.now) != "refused"


def _person_moved(world: World, _tablet: Tablet) -> bool:
    person, place = world.chance.choice(PERSONS), world.chance.choice(PLACES)
    return world.desk.write("person", person, {"place_id": place}, world.now) != "refused"


def _newer_app(world: World, tablet: Tablet) -> bool:
    return world.record(tablet, Act(SHARED, "person", {"pronoun": f"p{len(world.truth.acts)}"}), newer=True)


def _bad_op(world: World, tablet: Tablet) -> bool:
    return world.record(tablet, acts.bad(world.chance, tablet, len(world.truth.acts)))


def _double_dose(world: World, _tablet: Tablet) -> bool:
    done = [
        world.record(next(one for one in world.tablets if one.team == team), acts.dose(world.chance, SHARED))
        for team in TEAMS
    ]
    return all(done)


_STRIKES: dict[str, Callable[[World, Tablet], bool]] = {
    "tablet_crash_before_send": _crash_before_send,
    "tablet_crash_before_save": _fail_at_answer,
    "disk_full": _fail_any,
    "clock_jump": _clock_jump,
    "reboot": _reboot,
    "bit_flip": _bit_flip,
    "tablet_restored": _tablet_restored,
    "tablet_cloned": _tablet_cloned,
    "new_installation": _new_installation,
    "id_reused": _id_reused,
    "server_restored": _server_restored,
    "tablet_revoked": _tablet_revoked,
    "round_reassigned": _round_reassigned,
    "round_withdrawn": _round_withdrawn,
    "person_moved": _person_moved,
    "newer_app": _newer_app,
    "bad_op": _bad_op,
    "double_dose": _double_dose,
}
