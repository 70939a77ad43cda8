"""This file holds the oracles C1–C15: what must be true of every history once nothing moves any more.

They look at the server's log and records, at the tablets' stores, and at truth.py, which knows who had seen what
without version vectors. Convergence is one oracle of fifteen: lossy merges converge too. Each returns sentences, one per
violation, and each is shown to catch a planted fault in test_checks.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations, permutations

import msgspec

from sync import client
from sync.ids import RecordId, derived_id
from sync.integrity import Receipt, bucket_sum, difference
from sync.kinds import KINDS, Policy
from sync.merge import apply
from sync.ops import NO_PREVIOUS, Op
from sync.state import RecordState, content_sum, decode, encode
from sync.store import Change
from sync.view import DISPUTABLE, distinct, siblings, view
from sync.wire import SumsRequest
from tests.simulation.server import DAY
from tests.simulation.staging import LIMITS
from tests.simulation.tablet import Tablet
from tests.simulation.truth import mark_of
from tests.simulation.world import World

QUIET_BYTES_MOST = 250
Found = Iterator[str]


class Log:
    """The server's log read once: which act counts under which dot."""

    def __init__(self, world: World) -> None:
        self.rows: list[tuple[str, Op]] = []  # (mark, op as merged), in the order of commits
        self.claimed: dict[str, dict[int, int]] = {}  # by mark: what its payload says its author had seen
        self.refused: set[str] = set()
        self.held = {mark_of(row.raw) for _, row in world.server.held.quarantine if row.word == "review"}
        self.at: dict[str, int] = {}
        for _, row in world.server.held.log:
            if row.record:
                op = msgspec.json.decode(row.raw, type=Op, strict=False)
                self.rows.append((op.author, msgspec.structs.replace(op, seen=row.seen)))
                self.claimed[op.author] = op.seen
                self.at[op.author] = row.corrected_at
            elif row.word == "refused":
                self.refused.add(mark_of(row.raw))
        self.place = {mark: index for index, (mark, _) in enumerate(self.rows)}
        self.by_record: dict[str, list[tuple[str, Op]]] = {}
        for mark, op in self.rows:
            self.by_record.setdefault(op.record, []).append((mark, op))


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


def everything_is_answered(world: World, _log: Log) -> Found:
    """C3 (S5): when nothing moves, no op waits; and nothing moves after few rounds."""
    for tablet in world.tablets:
        if tablet.waiting():
            yield f"C3 {tablet.name} still has {tablet.waiting()} ops without a verdict"
    if world.not_quiet:
        yield f"C3 after {world.rounds} rounds the tablets end {world.not_quiet}"


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
    acts = world.truth.acts
    return any(element in op.remove.get(name, ()) and mark in acts[other].shown for other, op in rows)


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


def tablets_show_the_server(world: World, _log: Log) -> Found:
    """C6 (S6, S7): an active tablet holds its scope and nothing else, and shows exactly the server's records."""
    held = world.server.held
    for tablet in world.tablets:
        me = tablet.store.identity()
        if not world.server.knows(me.installation) or not world.server.active(me.installation):
            continue
        scope = set(world.server.scope(held.teams[me.installation]).buckets)
        buckets = tablet.store.buckets()
        held_here = {kept.op.record for kept in tablet.store.ops() if kept.code == "revoked_tablet"}  # still waits
        if set(buckets) != scope:
            yield f"C6 {tablet.name} holds {sorted(set(buckets) ^ scope)} beside its scope or not at all"
            continue
        for bucket in sorted(scope):
            theirs = {one for one, (_, _, gone) in held.feed.get(bucket, {}).items() if not gone}
            if set(buckets[bucket]) != theirs:
                yield f"C6 {tablet.name} differs in {bucket}"
            for record in sorted(theirs & set(buckets[bucket])):
                if encode(RecordId(record), buckets[bucket][record]) != encode(RecordId(record), held.records[record]):
                    yield f"C6 {tablet.name} pulled another {record[-4:]}"
                elif record not in held_here and client.state(tablet.store, record) != held.records[record]:
                    yield f"C6 {tablet.name} shows another {record[-4:]} than the server although nothing waits"


def refused_is_visible(world: World, log: Log) -> Found:
    """C7 (S5): a refused op is in quarantine and on its tablet with its reason; what counts is refused nowhere."""
    quarantine = {mark_of(row.raw): row.code for _, row in world.server.held.quarantine}
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


def reviews_are_open(world: World, _log: Log) -> Found:
    """C8: values that differ where no machine may choose, and doses that double, each have their review."""
    records = world.server.held.records
    asked = [_asked(state) for state in records.values() if state.kind == "review"]
    for record, state in records.items():
        for name in _fields(state):
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


def receipts_confirm(world: World, _log: Log) -> Found:
    """C9: the log's chain of each installation holds, and contains the tablet's (an older image ends before it)."""
    for actor in {actor for actor, _ in world.server.held.log}:
        if not isinstance(given := world.server.receipt(actor), Receipt):
            yield f"C9 the chain of {actor} is broken: {given}"
    for tablet in world.tablets:
        me = tablet.store.identity()
        last = world.server.held.by_n.get((me.actor, me.next_n - 1))
        if (last.hash if last is not None else NO_PREVIOUS) != me.head:
            yield f"C9 {tablet.name} ends at {me.next_n - 1} otherwise than the log"


def sums_are_states(world: World, _log: Log) -> Found:
    """C10: bucket sums are those of the records; one byte changed on a tablet is found, and only its record fetched."""
    held = world.server.held
    for bucket, kept in held.buckets.items():
        rows = held.feed.get(bucket, {})
        fresh = bucket_sum(
            content_sum(RecordId(one), held.records[one]) for one, (_, _, gone) in rows.items() if not gone
        )
        if fresh != kept:
            yield f"C10 {bucket} has the sum {kept}, its records have {fresh}"
    for tablet in world.tablets:
        me = tablet.store.identity()
        if world.server.knows(me.installation) and world.server.active(me.installation):
            yield from _flipped(world, tablet)
            return


def _flipped(world: World, tablet: Tablet) -> Found:
    found = [(bucket, one) for bucket, rows in sorted(tablet.store.buckets().items()) for one in rows]
    if not found:
        return
    bucket, record = world.chance.choice(found)
    state = tablet.store.buckets()[bucket][record]
    flipped = _one_byte_off(world, record, state)
    if flipped is None:
        return
    me = tablet.store.identity().installation
    tablet.store.save(Change(records={(bucket, record): flipped}))
    if world.server.head(me, client.head_request(tablet.store), world.now).same:
        yield f"C10 {tablet.name} holds another {record[-4:]} and the head is the same"
    asked, fetch = [""], list[str]()
    while asked:
        prefix = asked.pop()
        theirs = world.server.answer_sums(me, SumsRequest(bucket, prefix))
        differ = difference(client.record_sums(tablet.store, bucket), theirs, prefix)
        asked += differ.prefixes
        fetch += differ.fetch
    if fetch != [record]:
        yield f"C10 {tablet.name} would fetch {fetch} for {record[-4:]}"
    tablet.store.save(Change(records={(bucket, record): state}))


def _one_byte_off(world: World, record: str, state: RecordState) -> RecordState | None:
    """Return the record as its bytes say when one of them differs, if they still are a record."""
    content = bytearray(encode(RecordId(record), state))
    for _ in range(20):
        at = world.chance.randrange(40, len(content))
        was = content[at]
        content[at] ^= 1
        try:
            _, read = decode(bytes(content))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            read = state
        if read != state:
            return read
        content[at] = was
    return None


def quiet_is_cheap(world: World, _log: Log) -> Found:
    """C11: a sync with nothing to do is one request whose bodies together are at most 250 bytes."""
    for tablet in world.tablets:
        world.network.bytes_of[tablet.name] = world.network.requests_of[tablet.name] = 0
        if world.run_session(tablet) == "quiet":
            size, requests = world.network.bytes_of[tablet.name], world.network.requests_of[tablet.name]
            if requests != 1 or size > QUIET_BYTES_MOST:
                yield f"C11 {tablet.name} needed {requests} requests and {size} bytes for nothing"


def log_gives_the_records(world: World, log: Log) -> Found:
    """C12: merging the log anew gives the records to the same digits."""
    for record, rows in log.by_record.items():
        state: RecordState | None = None
        for mark, op in rows:
            state = apply(state, op, log.at[mark]).state
        if state is not None and encode(RecordId(record), state) != encode(
            RecordId(record), world.server.held.records[record]
        ):
            yield f"C12 {record[-4:]} is not what its log gives"


def feed_is_complete(world: World, _log: Log) -> Found:
    """C13: in histories where no sums are compared, the feed alone brings every undamaged tablet to the server's state."""
    for name in world.not_fed:
        yield f"C13 {name} was not brought up to date by its feed alone"


def records_travel_where_they_stand(world: World, _log: Log) -> Found:
    """C14 (S6): persons, doses and consents are in the buckets of the person's places; tablets hold only their team's."""
    held = world.server.held
    there: dict[str, set[str]] = {}
    for bucket, rows in held.feed.items():
        for record, (_, _, gone) in rows.items():
            if not gone:
                there.setdefault(record, set()).add(bucket)
    for record, state in held.records.items():
        if state.kind in ("person", "dose", "consent"):
            person = record if state.kind == "person" else str(view(state).values.get("person_id"))
            lane = "place" if state.kind == "person" else "history"
            expected = {f"{lane}:{place}" for place in _values(held.records.get(person), "place_id")}
            if there.get(record, set()) != expected:
                yield f"C14 {record[-4:]} travels in {sorted(there.get(record, ()))}, its person stands at {expected}"
    for tablet in world.tablets:
        me = tablet.store.identity().installation
        if world.server.knows(me) and world.server.active(me):
            for bucket in tablet.store.buckets():
                if bucket not in _may_hold(world, tablet.team):
                    yield f"C14 {tablet.name} holds {bucket}, where its team has no stop"


def _may_hold(world: World, team: str) -> set[str]:
    """Return the buckets of a team, from its rounds and stops as they stand."""
    records = world.server.held.records
    mine = {
        one
        for one, state in records.items()
        if state.kind == "round" and team in _values(state, "team_id") and "withdrawn" not in _values(state, "state")
    }
    stops = [view(state).values for state in records.values() if state.kind == "stop"]
    places = {stop["place_id"] for stop in stops if stop.get("round_id") in mine and stop.get("state") != "withdrawn"}
    return {f"{lane}:{place}" for lane in ("place", "history") for place in places} | {
        "reference:all",
        f"round:{team}:{DAY}",
    }


def _values(state: RecordState | None, name: str) -> set[object]:
    return {one.value for one in siblings(state.entries, name) if one.value is not None} if state is not None else set()  # type: ignore[misc]


def actors_are_one_installation(world: World, _log: Log) -> Found:
    """C15: an actor names one installation for good, also over a restore: versions are written with it."""
    for actor, installations in world.truth.of_actor.items():
        if len(installations) > 1:
            yield f"C15 actor {actor} was given to {len(installations)} installations"


Check = Callable[[World, Log], Found]
CHECKS: tuple[Check, ...] = (
    acknowledged_is_kept,
    counted_once,
    everything_is_answered,
    nobody_is_overwritten,
    replaced_is_gone,
    tablets_show_the_server,
    refused_is_visible,
    reviews_are_open,
    receipts_confirm,
    sums_are_states,
    quiet_is_cheap,
    log_gives_the_records,
    feed_is_complete,
    records_travel_where_they_stand,
    actors_are_one_installation,
)


def violations(world: World) -> list[str]:
    """Return what is wrong with a history that has come to rest."""
    log = Log(world)
    return [sentence for check in CHECKS for sentence in check(world, log)]
