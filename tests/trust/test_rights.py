"""Which role may never do what, written by hand: the matrix takes the table of backend/access.py for true, this does not."""

import pytest

from backend.access import RIGHTS, Right, Role

# What shows or changes somebody's record.
OF_PEOPLE = {
    Right.SEE_PEOPLE, Right.EDIT_PEOPLE, Right.SEE_REVIEWS, Right.SETTLE_DEMOGRAPHIC, Right.SETTLE_CLINICAL, Right.EXPORT,
    Right.SEE_IDENTITY_NUMBER, Right.RUN_CENTRE, Right.SEE_PLANS, Right.PLAN_ROUNDS, Right.SEE_ROUNDS, Right.BREAK_GLASS,
}  # fmt: skip
NEVER = {
    Role.FIELD_TEAM: OF_PEOPLE - {Right.SEE_ROUNDS, Right.BREAK_GLASS},
    Role.DISPATCHER: {
        Right.SETTLE_CLINICAL, Right.EXPORT, Right.SEE_IDENTITY_NUMBER, Right.READ_JOURNAL, Right.MANAGE_PEOPLE_AND_RIGHTS,
        Right.BREAK_GLASS, Right.MANAGE_RETENTION, Right.SET_PRIORITIES, Right.CHOOSE_RULES,
        Right.MANAGE_REFERENCE,
    },
    Role.CLINICAL_SUPERVISOR: {
        Right.READ_JOURNAL, Right.MANAGE_PEOPLE_AND_RIGHTS, Right.MANAGE_TABLETS, Right.MANAGE_RETENTION, Right.BREAK_GLASS,
        Right.MANAGE_REFERENCE,
    },
    Role.CENTRE_MANAGER: OF_PEOPLE | {Right.READ_JOURNAL, Right.MANAGE_PEOPLE_AND_RIGHTS, Right.MANAGE_REFERENCE},
    Role.TERRITORY_ADMINISTRATOR: OF_PEOPLE | {Right.READ_JOURNAL},
    Role.AUDITOR: set(Right) - {Right.READ_JOURNAL},
    Role.PARTNER: set(Right) - {Right.ADD_REQUESTS},
}  # fmt: skip


@pytest.mark.parametrize("role", Role, ids=str)
def test_role_holds_nothing_that_it_must_never_hold(role: Role) -> None:
    """Above all: who gives rights sees no record, who reads the journal does nothing that stands in it."""
    assert RIGHTS[role] & NEVER[role] == frozenset()


def test_right_that_follows_from_signing_in_is_held_by_no_role() -> None:
    held = frozenset[Right]().union(*RIGHTS.values())
    assert held.isdisjoint({Right.ANYBODY, Right.SIGNING_IN, Right.SIGNED_IN, Right.TABLET})


def test_every_other_right_is_held_by_somebody() -> None:
    held = frozenset[Right]().union(*RIGHTS.values())
    assert set(Right) - held == {Right.ANYBODY, Right.SIGNING_IN, Right.SIGNED_IN, Right.TABLET}
