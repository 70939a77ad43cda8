"""Decide who may do what: the roles, the rights, and which role holds which right.

Default is no. A route names the right it needs; a route without one does not start (tests/backend/test_access.py).
What a person or a tablet may see of a territory's records is decided by the scope below and in sync/scope.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.ids import InstallationId, TerritoryId, UserId


class Role(StrEnum):
    """What somebody is in a territory (DESIGN section 8)."""

    FIELD_TEAM = "field_team"
    DISPATCHER = "dispatcher"
    CLINICAL_SUPERVISOR = "clinical_supervisor"
    CENTRE_MANAGER = "centre_manager"
    TERRITORY_ADMINISTRATOR = "territory_administrator"
    AUDITOR = "auditor"
    PARTNER = "partner"


class Right(StrEnum):
    """What a route or an op may ask for. The first four need no role."""

    ANYBODY = "anybody"  # sign-in page, health, static files
    SIGNING_IN = "signing_in"  # passphrase given, second factor still missing
    SIGNED_IN = "signed_in"  # any user with both factors
    TABLET = "tablet"  # an enrolled installation, by its key
    SEE_PEOPLE = "see_people"
    EDIT_PEOPLE = "edit_people"
    SEE_ROUNDS = "see_rounds"  # of everybody at a desk, of the own team for who goes out: whose_rounds.py
    SEE_PLANS = "see_plans"  # whole plans, of every team
    PLAN_ROUNDS = "plan_rounds"
    SET_PRIORITIES = "set_priorities"  # what a good plan is worth to the territory
    SEE_COVERAGE = "see_coverage"
    SEE_REVIEWS = "see_reviews"
    SETTLE_DEMOGRAPHIC = "settle_demographic"
    SETTLE_CLINICAL = "settle_clinical"
    SEE_RULES = "see_rules"  # the vaccination rules in force, who signed them
    CHOOSE_RULES = "choose_rules"  # what vaccination rules may say that no physician has signed
    MANAGE_TABLETS = "manage_tablets"
    MANAGE_PEOPLE_AND_RIGHTS = "manage_people_and_rights"
    MANAGE_TEAMS = "manage_teams"  # who goes out together, how, and on which days
    MANAGE_REFERENCE = "manage_reference"  # reference tables that are no projections of the log
    READ_JOURNAL = "read_journal"
    READ_METRICS = "read_metrics"
    ADD_REQUESTS = "add_requests"
    SEE_IDENTITY_NUMBER = "see_identity_number"  # one person's national number, after a fresh code
    MANAGE_RETENTION = "manage_retention"  # what is over is erased; no names are seen
    RUN_CENTRE = "run_centre"  # appointments, check-in, reserve list and closing of a centre's day
    MANAGE_STOCK = "manage_stock"  # lots, moves, temperatures, recalls; open sessions and requests from a gap
    EXPORT = "export"  # records leave the house: bulk files, keying lists, bundles
    BREAK_GLASS = "break_glass"  # one record for an hour in an emergency, reviewed afterwards


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.FIELD_TEAM: frozenset({Right.SEE_ROUNDS, Right.SEE_RULES, Right.BREAK_GLASS}),
    Role.DISPATCHER: frozenset(
        {
            Right.SEE_PEOPLE,
            Right.EDIT_PEOPLE,
            Right.SEE_ROUNDS,
            Right.SEE_PLANS,
            Right.SEE_RULES,
            Right.PLAN_ROUNDS,
            Right.SEE_REVIEWS,
            Right.SETTLE_DEMOGRAPHIC,
            Right.MANAGE_TABLETS,
            Right.MANAGE_TEAMS,
            Right.ADD_REQUESTS,
            Right.RUN_CENTRE,
        }
    ),
    Role.CLINICAL_SUPERVISOR: frozenset(
        {
            Right.SEE_PEOPLE,
            Right.EDIT_PEOPLE,
            Right.SEE_ROUNDS,
            Right.SEE_PLANS,
            Right.SET_PRIORITIES,
            Right.SEE_COVERAGE,
            Right.SEE_REVIEWS,
            Right.SETTLE_DEMOGRAPHIC,
            Right.SETTLE_CLINICAL,
            Right.SEE_RULES,
            Right.CHOOSE_RULES,
            Right.EXPORT,
            Right.RUN_CENTRE,
            Right.MANAGE_STOCK,
            Right.SEE_IDENTITY_NUMBER,
        }
    ),
    Role.CENTRE_MANAGER: frozenset({Right.SEE_COVERAGE, Right.MANAGE_STOCK, Right.SEE_RULES}),
    Role.TERRITORY_ADMINISTRATOR: frozenset(
        {
            Right.MANAGE_TABLETS,
            Right.MANAGE_PEOPLE_AND_RIGHTS,
            Right.MANAGE_TEAMS,
            Right.READ_METRICS,
            Right.SEE_COVERAGE,
            Right.SEE_RULES,
            Right.CHOOSE_RULES,
            Right.MANAGE_RETENTION,
            Right.MANAGE_REFERENCE,
        }
    ),
    Role.AUDITOR: frozenset({Right.READ_JOURNAL}),
    Role.PARTNER: frozenset({Right.ADD_REQUESTS}),
}


# Who may record on a tablet and hold a share of its key, whatever else they are.
WHO_RECORD: Final = frozenset({Role.FIELD_TEAM, Role.CLINICAL_SUPERVISOR, Role.DISPATCHER})


def rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    """Return the rights that these roles hold together.

    >>> Right.SETTLE_CLINICAL in rights_of(frozenset({Role.DISPATCHER}))
    False
    """
    return frozenset().union(*(RIGHTS[role] for role in roles)) if roles else frozenset()


@dataclass(frozen=True)
class Scope:
    """Whose records a statement may touch, and on whose behalf. Every store function asks for one."""

    territory_id: TerritoryId
    user_id: UserId | None = None
    installation_id: InstallationId | None = None
    roles: frozenset[Role] = frozenset()

    def may(self, right: Right) -> bool:
        """Tell whether the roles of this scope hold a right."""
        return right in rights_of(self.roles)
