"""This file holds the oracles on single acts: kept, counted once, not overwritten, not back again, refused in sight."""

from collections import Counter
from itertools import permutations

from sync.kinds import KINDS, Policy
from sync.ops import Op
from sync.state import RecordState
from sync.view import siblings, view
from tests.simulation.log_read import Found, Log
from tests.simulation.truth import mark_of
from tests.simulation.world import World


def acknowledged_is_kept(world: World, log: Log) -> Found:
    """C1 (S1): what was acknowledged is in the log, as it was recorded, unless no device holds it since a restore."""
    holders = {kept.op.author for tablet in world.tablets for kept in tablet.store.ops()}
    for mark, word in world.truth.acknowledged.items():
        if word == "refused" or mark in log.held:
            continue
        if mark not in log.place:
            if mark in holders or not world.restores:
                yield f"C1 {mark[-4:]} was acknowledged ({word}) and is lost"
            continue
        was, now = world.truth.acts[mark].op, log.rows[log.place[mark]][1]
        if (was.record, was.set, was.add, was.remove, was.inc) != (now.record, now.set, now.add, now.remove, now.inc):
            yield f"C1 {mark[-4:]} was acknowledged and is another act now"


def counted_once(world: World, log: Log) -> Found:
    """C2 (S2): no act is twice in the log; counters are the sum of the acts."""
    for mark, times in Counter(mark for mark, _ in log.rows).items():
        if times > 1:
            yield f"C2 {mark[-4:]} counts {times} times"
    for record, rows in log.by_record.items():
        total = sum(by for _, op in rows for name, by in op.inc.items() if name == "doses_wasted")
        shown = view(world.server.held.records[record]).values.get("doses_wasted", 0)
        if total != shown:
            yield f"C2 {record[-4:]} shows {shown} doses wasted, recorded were {total}"


def nobody_is_overwritten(world: World, log: Log) -> Found:
    """C4 (S8): every value recorded is live, or was replaced by somebody who had it before their eyes."""
    for record, rows in log.by_record.items():
        state = world.server.held.records[record]
        for mark, op in rows:
            if _number_used_twice(world, mark, op):
                continue
            for name, value in op.set.items():
                if not _stands(state, name, value, (op.actor, op.n)) and not _replaced(world, rows, mark, name):
                    yield f"C4 {mark[-4:]} wrote {name}={value} and nobody who saw it replaced it"
            for name, elements in op.add.items():
                there = {e for one in siblings(state.entries, name) if isinstance(one.value, list) for e in one.value}
                for element in set(elements) - there:
                    if not _removed(world, rows, mark, name, element):
                        yield f"C4 {mark[-4:]} added {element} to {name} and nobody who saw it removed it"


def _number_used_twice(world: World, mark: str, op: Op) -> bool:
    """Return whether another act once had this number: a tablet and the server both came back from older images.

    Then nobody can tell which of the two acts a later author had seen. It is the one known gap, and it is counted.
    """
    both = world.restores and (world.injected["tablet_restored"] or world.injected["tablet_cloned"])
    twice = bool(both) and world.truth.acts[mark].by != "desk" and len(world.truth.of_dot[op.actor, op.n]) > 1
    world.used_twice += twice
    return twice


def _stands(state: RecordState, name: str, value: object, dot: tuple[int, int]) -> bool:
    live = list(siblings(state.entries, name))
    if any(one.dot == dot for one in live):
        return True
    known = KINDS[state.kind].fields.get(name)
    if known is not None and known.policy is Policy.FACT:
        return any(one.value == value for one in live)
    if known is not None and known.policy is Policy.FURTHEST:
        return any(known.words.index(str(one.value)) >= known.words.index(str(value)) for one in live)
    return False


def _replaced(world: World, rows: list[tuple[str, Op]], mark: str, name: str) -> bool:
    acts = world.truth.acts
    return any(name in op.set and mark in acts[other].shown for other, op in rows)


def _removed(world: World, rows: list[tuple[str, Op]], mark: str, name: str, element: str) -> bool:
    """Return whether somebody who saw an addition removed it, or added the element anew: then their addition stands for both.

    As with a value written again, the later act is judged by itself: it stands, or who saw it removed it.
    """
    acts = world.truth.acts
    return any(
        mark in acts[other].shown and (element in op.remove.get(name, ()) or element in op.add.get(name, ()))
        for other, op in rows
    )


def replaced_is_gone(world: World, log: Log) -> Found:
    """C5: a value does not stand once it is replaced by who had seen it, in whatever order the two acts arrived."""
    for record, rows in log.by_record.items():
        state = world.server.held.records[record]
        standing = {(one.dot, name) for name in _fields(state) for one in siblings(state.entries, name)}
        for (first, former, old), (second, mark, op) in permutations(((i, *row) for i, row in enumerate(rows)), 2):
            if not _had_seen(world, log, (mark, op), (former, old), came_after=second > first):
                continue
            for name in op.set.keys() & old.set.keys():
                if not _never_replaced(state.kind, name) and ((old.actor, old.n), name) in standing:
                    yield f"C5 {former[-4:]} wrote {name}, {mark[-4:]} replaced it knowingly, and it stands again"
            for name in op.remove.keys() & old.add.keys():
                entry = state.entries.get((old.actor, old.n))
                live = entry.values.get(name) if entry is not None else None
                if isinstance(live, list) and set(op.remove[name]) & set(old.add[name]) & set(live):
                    yield f"C5 {former[-4:]} added to {name}, {mark[-4:]} removed it knowingly, and it stands again"


def _had_seen(world: World, log: Log, act: tuple[str, Op], other: tuple[str, Op], *, came_after: bool) -> bool:
    """Return whether the author of an act had the other before their eyes, as far as the server could know it."""
    (mark, op), (former, old) = act, other
    if old.n <= op.seen.get(old.actor, 0):
        return True
    if not came_after or world.restores:
        return False
    was, then = world.truth.acts[mark], world.truth.acts[former]
    moved = (was.op.actor, was.op.n, then.op.actor, then.op.n) != (op.actor, op.n, old.actor, old.n)
    return old.n <= log.claimed[mark].get(old.actor, 0) or (former in was.named and not moved)


def _fields(state: RecordState) -> set[str]:
    return {name for entry in state.entries.values() for name in entry.values}


def _never_replaced(kind: str, name: str) -> bool:
    known = KINDS[kind].fields.get(name)
    return known is not None and known.policy in (Policy.FACT, Policy.FURTHEST)


def refused_is_visible(world: World, log: Log) -> Found:
    """C7 (S5): a refused op is in quarantine and on its tablet with its reason; what counts is refused nowhere."""
    quarantine = {mark_of(row.raw): row.code for _, row in world.server.held.quarantine}
    for actor, row in world.server.held.quarantine:
        if mark_of(row.raw) not in world.truth.acts:
            yield f"C7 {actor}.{row.n} was refused ({row.code}) as something that nobody has recorded"
    for mark in log.refused:
        if mark not in quarantine:
            yield f"C7 {mark[-4:]} was refused and is not in quarantine"
    for tablet in world.tablets:
        for kept in tablet.store.ops():
            mark = kept.op.author
            if kept.word == "refused":
                if not kept.code or (mark not in quarantine and not world.restores):
                    yield f"C7 {tablet.name} has {mark[-4:]} refused without a reason or a trace"
                if mark in log.place:
                    yield f"C7 {tablet.name} has {mark[-4:]} refused, and it counts"
            elif kept.word and mark not in log.place and mark not in log.held:
                yield f"C7 {tablet.name} has {mark[-4:]} as {kept.word}, and it does not count"
