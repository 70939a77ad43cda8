"""This file says which faults the simulated world knows, how each is injected, and in what share of histories.

A kind is drawn per history with its share. Kinds of the network then strike single exchanges; all others strike once or
twice at a moment drawn from the seed. What a fault does is written in network.py and mishaps.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One kind of fault: where it strikes (`network`, `tablet`, `server`, `desk`, `people`) and in what share."""

    name: str
    where: str
    share: float
    says: str


FAULTS: tuple[Fault, ...] = (
    Fault("request_lost", "network", 0.5, "a request never reaches the server"),
    Fault("answer_lost", "network", 0.5, "the server did what was asked, its answer never arrives"),
    Fault("page_lost", "network", 0.4, "an answer to a pull never arrives"),
    Fault("page_line_lost", "network", 0.4, "a page arrives without one of its lines"),
    Fault(
        "request_twice", "network", 0.4, "one request is delivered twice, and the second answer is the one that arrives"
    ),
    Fault("request_late", "network", 0.4, "a copy of an old push is delivered again, long after"),
    Fault("answer_late", "network", 0.4, "an old answer to a push reaches the tablet again, after newer ones"),
    Fault("page_late", "network", 0.4, "an old page reaches the tablet again, after newer ones"),
    Fault("overtaken", "network", 0.3, "a push is held up and arrives after the next one"),
    Fault("request_cut", "network", 0.4, "a request arrives truncated at any byte"),
    Fault("answer_cut", "network", 0.4, "an answer arrives truncated at any byte"),
    Fault("captive_portal", "network", 0.4, "somebody else answers 200 with a page of HTML"),
    Fault("too_large", "network", 0.3, "the push is answered as too large"),
    Fault("server_crash_before_commit", "network", 0.4, "the server dies before it commits; nothing is answered"),
    Fault("server_crash_after_commit", "network", 0.4, "the server dies after its commit, before it answers"),
    Fault("late_commit", "network", 0.6, "a push stays uncommitted while others commit and tablets pull"),
    Fault("tablet_crash_before_send", "tablet", 0.4, "the tablet dies between saving an op and sending it"),
    Fault("tablet_crash_before_save", "tablet", 0.4, "the tablet dies with an answer in hand, before it is saved"),
    Fault("disk_full", "tablet", 0.4, "the next save on a tablet fails"),
    Fault("clock_jump", "tablet", 0.4, "a tablet's wall clock jumps by days"),
    Fault("reboot", "tablet", 0.3, "a tablet starts again: its running clock begins at zero under another name"),
    Fault("bit_flip", "tablet", 0.4, "one value of a pulled record changes on a tablet"),
    Fault("tablet_restored", "tablet", 0.3, "a tablet goes back to an older image of its store"),
    Fault("tablet_cloned", "tablet", 0.3, "a second tablet goes on from the same store"),
    Fault("new_installation", "tablet", 0.3, "a tablet is given a new installation although nothing was wrong"),
    Fault("id_reused", "tablet", 0.3, "a tablet's source of chance repeats an op's id"),
    Fault("server_restored", "server", 0.35, "the server comes back from an older backup, under another epoch"),
    Fault("tablet_revoked", "desk", 0.3, "a tablet may hand in and receives nothing from now on"),
    Fault("round_reassigned", "desk", 0.35, "a stop goes to the other team's round"),
    Fault("round_withdrawn", "desk", 0.3, "a whole round is withdrawn"),
    Fault("person_moved", "desk", 0.4, "the desk moves a person to another place"),
    Fault("newer_app", "people", 0.4, "an app of a newer schema records a field nobody here knows"),
    Fault("bad_op", "people", 0.4, "a tablet records what the server must refuse"),
    Fault("double_dose", "people", 0.4, "two teams vaccinate one person against the same illness"),
)

NAMES = tuple(fault.name for fault in FAULTS)
OF_THE_NETWORK = frozenset(fault.name for fault in FAULTS if fault.where == "network")
