"""This file tells the few histories in which several things must go wrong in one order, too rare to wait for by chance.

Each is a world without chance faults in which somebody acts out the story; it then comes to rest and the same oracles
judge it. `python -m tests.simulation` runs them before the histories by seed.
"""

from collections.abc import Callable

from sync import client
from sync.client import Act
from tests.simulation.acts import new_record
from tests.simulation.checks import violations
from tests.simulation.desk import PLACES, ROUNDS, SHARED, STOPS, Fields
from tests.simulation.faults import NAMES
from tests.simulation.mishaps import strike
from tests.simulation.server import Open
from tests.simulation.tablet import Tablet
from tests.simulation.world import Plan, World

SHARED_PLACE = PLACES[1]


def commit_that_comes_late(world: World) -> None:
    """S1: a push that began before another commits after it; who pulled in between gets both records."""
    slow, quick, reader = world.tablets[:3]
    _new_person(world, slow)
    begun = world.server.begin(client.push_body(slow.store, slow.clocks(world.now)) or b"", world.now)
    _new_person(world, quick)
    for tablet in (quick, reader):
        world.run_session(tablet)
    if isinstance(begun, Open):
        world.server.commit(begun)


def numbers_used_again_after_a_restore(world: World) -> None:
    """S1: the server forgets an op that it had acknowledged, and a clone hands in another under its number."""
    tablet = world.tablets[0]
    clone = Tablet("clone", tablet.team, tablet.store.image(), world.chance)
    clone.reboot(world.now)
    world.tablets.append(clone)
    world.backup = world.server.held.copy()
    _new_person(world, tablet)
    world.run_session(tablet)
    strike(world, "server_restored")
    _new_person(world, clone)
    world.run_session(clone)


def restore_in_the_middle_of_a_pull(world: World) -> None:
    """S1: a page of the restored server reaches a tablet before it has been asked what it still holds."""
    tablet = world.tablets[0]
    world.backup = world.server.held.copy()
    world.record(tablet, Act(SHARED, "person", {"room": "seven"}))
    world.start(tablet)
    while tablet.asks is not None and tablet.asks.kind != "pull":
        world.go_on(tablet)
    strike(world, "server_restored")


def push_cut_where_it_looks_whole(world: World) -> None:
    """S5: the cut falls behind a brace inside the last op, so that what arrived looks like an envelope with its end."""
    tablet = world.tablets[0]
    _new_person(world, tablet)
    body = client.push_body(tablet.store, tablet.clocks(world.now)) or b""
    begun = world.server.begin(body[: body.rindex(b'},"wall_at"') + 1], world.now)
    if isinstance(begun, Open):
        world.server.commit(begun)


def page_of_before_the_round_changed(world: World) -> None:
    """S1: in the middle of the pull that follows a change of round, a whole page of before it arrives once more."""
    tablet = world.tablets[0]
    for _ in range(30):
        _person_at(world, PLACES[2])
    world.run_session(tablet)
    late = _next_page(world, tablet)
    _give_stop(world, 3, ROUNDS[0])
    for _ in range(2):  # what it holds is asked for, then the first of several pages comes
        client.take_page(tablet.store, _next_page(world, tablet))
    client.take_page(tablet.store, late)


def round_that_changes_between_head_and_pull(world: World) -> None:
    """S1: the tablet does not know yet that a place is its own, and of that place one record has just changed."""
    tablet = world.tablets[0]
    world.run_session(tablet)
    _give_stop(world, 3, ROUNDS[0])
    _person_at(world, PLACES[2])
    _pull(world, tablet)


def place_that_comes_back_before_it_was_put_away(world: World) -> None:
    """S1: while an entry waits nothing is put away; what changed at the place meanwhile is given when it is back."""
    tablet = world.tablets[0]
    world.run_session(tablet)
    world.record(tablet, Act(SHARED, "person", {"room": "seven"}))
    _give_stop(world, 0, ROUNDS[1])
    _pull(world, tablet)
    _person_at(world, PLACES[0])
    _pull(world, tablet)
    _give_stop(world, 0, ROUNDS[0])
    _pull(world, tablet)


def _pull(world: World, tablet: Tablet) -> None:
    while client.take_page(tablet.store, _next_page(world, tablet)) == "more":
        pass


def _next_page(world: World, tablet: Tablet) -> bytes:
    return world.server.pull(tablet.store.identity().installation, client.pull_request(tablet.store), world.now)


def _person_at(world: World, place: str) -> None:
    world.desk.write("person", new_record(world.chance), {"given_name": "Zoé", "place_id": place}, world.now)


def _give_stop(world: World, stop: int, round_id: str) -> None:
    world.desk.write("stop", STOPS[stop], {"round_id": round_id}, world.now)


def _new_person(world: World, tablet: Tablet) -> None:
    fields: Fields = {"given_name": f"New{world.recorded}", "place_id": SHARED_PLACE}
    world.record(tablet, Act(new_record(world.chance), "person", fields))


STORIES: tuple[Callable[[World], None], ...] = (
    commit_that_comes_late,
    numbers_used_again_after_a_restore,
    restore_in_the_middle_of_a_pull,
    push_cut_where_it_looks_whole,
    page_of_before_the_round_changed,
    round_that_changes_between_head_and_pull,
    place_that_comes_back_before_it_was_put_away,
)


def tell(story: Callable[[World], None]) -> list[str]:
    """Let a story happen and come to rest; return what is wrong then."""
    world = World(Plan(1, muted=frozenset(NAMES)))
    world.verifies = False  # so that no comparing of sums hides what the feed would miss
    story(world)
    world.come_to_rest()
    return violations(world)
