"""This file lists the oracles C1–C15: what must be true of every history once nothing moves any more.

They look at the server's log and records, at the tablets' stores, and at truth.py, which knows who had seen what
without version vectors. Convergence is one oracle of fifteen: lossy merges converge too. Each is shown to catch a
planted fault in test_checks.py.
"""

from tests.simulation.checks_acts import (
    acknowledged_is_kept,
    counted_once,
    nobody_is_overwritten,
    refused_is_visible,
    replaced_is_gone,
)
from tests.simulation.checks_reviews import reviews_are_open
from tests.simulation.checks_stores import (
    actors_are_one_installation,
    everything_is_answered,
    feed_is_complete,
    log_gives_the_records,
    quiet_is_cheap,
    receipts_confirm,
    records_travel_where_they_stand,
    sums_are_states,
    tablets_show_the_server,
)
from tests.simulation.log_read import Check, Log
from tests.simulation.world import World

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
