"""This file holds the oracles on what server and tablets hold: the same, no more than allowed, summed and sealed."""

import msgspec

from sync import client
from sync.ids import RecordId
from sync.integrity import bucket_sum, difference
from sync.merge import apply
from sync.ops import NO_PREVIOUS
from sync.state import RecordState, content_sum, decode, encode
from sync.store import Change
from sync.view import siblings, view
from sync.wire import Receipt, SumsRequest
from tests.simulation.log_read import Found, Log
from tests.simulation.server import DAY
from tests.simulation.tablet import Tablet
from tests.simulation.world import World

QUIET_BYTES_MOST = 250


def everything_is_answered(world: World, _log: Log) -> Found:
    """C3 (S5): when nothing moves, no op waits; and nothing moves after few rounds."""
    for tablet in world.tablets:
        if tablet.waiting():
            yield f"C3 {tablet.name} still has {tablet.waiting()} ops without a verdict"
    if world.not_quiet:
        yield f"C3 after {world.rounds} rounds the tablets end {world.not_quiet}"


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
    return {one.value for one in siblings(state.entries, name) if one.value is not None} if state is not None else set()


def actors_are_one_installation(world: World, _log: Log) -> Found:
    """C15: an actor names one installation for good, also over a restore: versions are written with it."""
    for actor, installations in world.truth.of_actor.items():
        if len(installations) > 1:
            yield f"C15 actor {actor} was given to {len(installations)} installations"
