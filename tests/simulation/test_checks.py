"""Each oracle catches the fault that it is there for: a history at rest is spoiled in one place, and one oracle speaks."""

import itertools
from collections.abc import Iterator

import msgspec
import pytest

import tests.simulation.server
from sync.client import Act
from sync.integrity import BucketSum
from sync.pull import Choice, choose
from sync.state import Entry, RecordState, Value
from sync.store import Change
from sync.view import siblings
from tests.simulation import checks, checks_acts, checks_reviews, checks_stores
from tests.simulation.desk import SHARED
from tests.simulation.log_read import Check, Log
from tests.simulation.mishaps import spoiled
from tests.simulation.network import Network
from tests.simulation.tablet import Came, Request, Tablet
from tests.simulation.truth import mark_of
from tests.simulation.world import Plan, World

SEED = 4


@pytest.fixture
def world() -> World:
    made = World(Plan(SEED))
    made.run()
    assert checks.violations(made) == []
    return made


def says(world: World, check: Check) -> list[str]:
    return list(check(world, Log(world)))


def active(world: World) -> Tablet:
    """Return a tablet that may receive."""
    return next(one for one in world.tablets if world.server.active(one.store.identity().installation))


def counted(world: World) -> Iterator[int]:
    """Yield the places in the log of acts that tablets have as acknowledged."""
    known = world.truth.acknowledged
    rows = enumerate(world.server.held.log)
    holders = {kept.op.author for tablet in world.tablets for kept in tablet.store.ops()}
    return (at for at, (_, row) in rows if row.record and (mark := mark_of(row.raw)) in known and mark in holders)


def test_acknowledged_is_kept_finds_a_row_gone(world: World) -> None:
    del world.server.held.log[next(counted(world))]
    assert says(world, checks_acts.acknowledged_is_kept)


def test_acknowledged_is_kept_finds_another_act_under_its_mark(world: World) -> None:
    _, row = world.server.held.log[next(counted(world))]
    mark = mark_of(row.raw)
    recorded = world.truth.acts[mark]
    other = msgspec.structs.replace(recorded.op, set={"room": "another"})
    world.truth.acts[mark] = type(recorded)(mark, other, recorded.shown, recorded.named, recorded.by)
    assert says(world, checks_acts.acknowledged_is_kept)


def test_counted_once_finds_a_row_twice(world: World) -> None:
    log = world.server.held.log
    log.append(log[next(counted(world))])
    assert says(world, checks_acts.counted_once)


def test_counted_once_finds_a_sum_too_high(world: World) -> None:
    records = world.server.held.records
    vial = next(one for one, state in records.items() if state.sums)
    state = records[vial]
    actor, by = next(iter(state.sums["doses_wasted"].items()))
    more = state.sums["doses_wasted"] | {actor: by + 1}
    records[vial] = RecordState(state.kind, state.seen, state.entries, {"doses_wasted": more}, state.ahead)
    assert says(world, checks_acts.counted_once)


def test_everything_is_answered_finds_an_op_that_waits(world: World) -> None:
    store = world.tablets[0].store
    kept = store.ops()[0]
    store.save(Change(ops={(kept.op.actor, kept.op.n): msgspec.structs.replace(kept, word="")}))
    assert says(world, checks_stores.everything_is_answered)


def test_nobody_is_overwritten_finds_a_value_dropped(world: World) -> None:
    """Drop, one record after the other, what a tablet wrote last: each must be missed."""
    records = world.server.held.records
    dropped = 0
    for record, state in list(records.items()):
        dots = [dot for dot in state.entries if dot[0] in {t.store.identity().actor for t in world.tablets}]
        if dots and state.kind == "person":
            left = {dot: entry for dot, entry in state.entries.items() if dot != dots[-1]}
            records[record] = RecordState(state.kind, state.seen, left, state.sums, state.ahead)
            assert says(world, checks_acts.nobody_is_overwritten)
            records[record] = state
            dropped += 1
    assert dropped


def test_refused_is_visible_finds_a_refusal_that_nobody_recorded(world: World) -> None:
    """A sound op whose cut-off beginning is refused would be refused for good."""
    actor, row = world.server.held.log[-1]
    cut = msgspec.structs.replace(row, raw=row.raw[:-20], word="refused", code="unreadable")
    world.server.held.quarantine.append((actor, cut))
    assert any("nobody has recorded" in one for one in says(world, checks_acts.refused_is_visible))


def test_nobody_is_overwritten_takes_an_addition_made_anew_for_the_first_one_and_no_further(world: World) -> None:
    """Who adds again what they saw replaces that addition; the addition made anew still needs one who saw it to go."""
    tablet = active(world)
    shared = Act(SHARED, "person", add={"allergies": ["egg"]})
    gone = msgspec.structs.replace(shared, add={}, remove={"allergies": ["egg"]})
    for act in (shared, shared, gone):
        assert world.record(tablet, act)
    world.come_to_rest()
    assert not says(world, checks_acts.nobody_is_overwritten)
    removal = max(world.truth.acts)
    recorded = world.truth.acts[removal]
    world.truth.acts[removal] = type(recorded)(removal, recorded.op, frozenset(), recorded.named, recorded.by)
    assert any("added egg" in one for one in says(world, checks_acts.nobody_is_overwritten))


def test_replaced_is_gone_finds_a_value_back_again(world: World) -> None:
    log = Log(world)
    for record, rows in log.by_record.items():
        state = world.server.held.records[record]
        for (_, old), (_, op) in itertools.combinations(rows, 2):
            live = {one.dot for one in siblings(state.entries, "room")}
            dot = (old.actor, old.n)
            if "room" in op.set and "room" in old.set and dot not in live and old.n <= op.seen.get(old.actor, 0):
                back = state.entries | {dot: Entry(0, {"room": old.set["room"]})}
                world.server.held.records[record] = RecordState(state.kind, state.seen, back)
                assert says(world, checks_acts.replaced_is_gone)
                return
    pytest.fail("nobody replaced a room in this history")


def test_tablets_show_the_server_finds_a_spoiled_record(world: World) -> None:
    store = active(world).store
    bucket, record, state = next(
        (bucket, one, state) for bucket, held in store.buckets().items() for one, state in held.items() if state.entries
    )
    store.save(Change(records={(bucket, record): spoiled(state)}))
    assert says(world, checks_stores.tablets_show_the_server)


def test_tablets_show_the_server_finds_a_bucket_too_many(world: World) -> None:
    store = active(world).store
    store.save(Change(cursors={"place:elsewhere": next(iter(store.cursors().values()))}))
    assert says(world, checks_stores.tablets_show_the_server)
    assert says(world, checks_stores.records_travel_where_they_stand)


def test_refused_is_visible_finds_a_refusal_without_a_trace(world: World) -> None:
    held = world.server.held
    if not any(row.word == "refused" for _, row in held.log):
        at = next(counted(world))
        actor, row = held.log[at]
        held.log[at] = (actor, msgspec.structs.replace(row, word="refused", record=""))
    held.quarantine = []
    assert says(world, checks_acts.refused_is_visible)


def test_reviews_are_open_finds_a_question_nobody_asks(world: World) -> None:
    """Put a second birth date on a person, in words that no review knows."""
    records = world.server.held.records
    record = next(one for one, state in records.items() if state.kind == "person")
    state = records[record]
    two = {(900, 1): Entry(0, {"born_on": "1940-01-01"}), (901, 1): Entry(0, {"born_on": "1941-01-01"})}
    records[record] = RecordState(state.kind, state.seen, state.entries | two)
    assert says(world, checks_reviews.reviews_are_open)


def test_reviews_are_open_finds_a_double_dose_nobody_asks_about(world: World) -> None:
    given: dict[str, Value] = {"person_id": "p", "status": "given", "given_on": "2026-11-22", "antigens": ["influenza"]}
    for dose in ("one", "other"):
        world.server.held.records[dose] = RecordState("dose", {900: 1}, {(900, 1): Entry(0, dict(given))})
    assert says(world, checks_reviews.reviews_are_open)


def test_receipts_confirm_finds_a_gap_in_a_chain(world: World) -> None:
    actor = world.tablets[0].store.identity().actor
    log = world.server.held.log
    del log[next(at for at, (owner, _) in enumerate(log) if owner == actor)]
    assert says(world, checks_stores.receipts_confirm)


def test_sums_are_states_finds_a_sum_that_is_not_kept(world: World) -> None:
    buckets = world.server.held.buckets
    name, one = next((name, one) for name, one in buckets.items() if one.count)
    buckets[name] = BucketSum(one.count, one.total + 1)
    assert says(world, checks_stores.sums_are_states)


def test_quiet_is_cheap_finds_a_byte_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    serve = Network.serve

    def padded(network: Network, sender: str, request: Request, team: str) -> Came:
        came = serve(network, sender, request, team)
        return Came(came.what, came.body + b" " * 200)

    monkeypatch.setattr(Network, "serve", padded)
    assert says(world, checks_stores.quiet_is_cheap)


def test_log_gives_the_records_finds_another_time(world: World) -> None:
    held = world.server.held
    for at in counted(world):
        actor, row = held.log[at]
        if (actor, row.n) in held.records[row.record].entries:
            held.log[at] = (actor, msgspec.structs.replace(row, corrected_at=row.corrected_at + 1))
            break
    assert says(world, checks_stores.log_gives_the_records)


def test_feed_is_complete_finds_a_row_that_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums would mend it: so half of the histories compare none before they are at rest."""

    def forgetful(*given: object) -> Choice:
        choice = choose(*given)  # type: ignore[arg-type]
        return Choice(choice.rows[1:], choice.cursors, choice.more)

    monkeypatch.setattr(tests.simulation.server, "choose", forgetful)
    world = World(Plan(SEED, muted=frozenset(("server_restored", "bit_flip"))))
    world.verifies = False
    world.run()
    assert says(world, checks_stores.feed_is_complete)


def test_records_travel_where_they_stand_finds_a_dose_left_behind(world: World) -> None:
    held = world.server.held
    dose = next(one for one, state in held.records.items() if state.kind == "dose" and held.standings[one].buckets)
    (bucket, *_) = held.standings[dose].buckets
    xid, seq, _ = held.feed[bucket][dose]
    held.feed[bucket][dose] = (xid, seq, True)
    assert says(world, checks_stores.records_travel_where_they_stand)


def test_actors_are_one_installation_finds_a_number_given_twice(world: World) -> None:
    world.truth.of_actor[1].add("another")
    assert says(world, checks_stores.actors_are_one_installation)


def test_every_oracle_is_shown_to_catch_something() -> None:
    named = {check.__name__ for check in checks.CHECKS}
    shown = {name for name in globals() if name.startswith("test_")}
    assert all(any(name.startswith(f"test_{one}") for name in shown) for one in named)
