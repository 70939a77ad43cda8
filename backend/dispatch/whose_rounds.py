"""This file decides whose rounds somebody sees: everybody's at a desk, the own team's who goes out and does nothing else."""

from collections.abc import Set as AbstractSet

from backend.access import Right, Role, rights_of


def sees_own_team_alone(roles: AbstractSet[Role]) -> bool:
    """Tell whether somebody sees rounds as a member of a team only; without a team, they see none.

    >>> [sees_own_team_alone({Role.FIELD_TEAM}), sees_own_team_alone({Role.FIELD_TEAM, Role.DISPATCHER})]
    [True, False]
    """
    at_a_desk = frozenset(roles) - {Role.FIELD_TEAM}
    return Right.SEE_ROUNDS not in rights_of(at_a_desk)
