"""This file decides what a territory's administrator may change of a user, whose proofs count in every territory.

Roles belong to a territory: an administrator gives and takes them there. Passphrase, second factor and linked identity
open every territory where the user has a role: an administrator of one may not take an account over that another trusts.
Nobody changes their own rights, and a territory keeps an administrator who can sign in.
"""

from collections.abc import Collection
from enum import StrEnum

from backend.access import Role
from backend.ids import TerritoryId, UserId


class Why(StrEnum):
    """Why a change is not an administrator's to make."""

    OWN_RIGHTS = "own_rights"
    ALSO_ELSEWHERE = "also_elsewhere"
    LAST_ADMINISTRATOR = "last_administrator"


def obstacle_to_roles(
    by: UserId, user: UserId, former: frozenset[Role], wanted: frozenset[Role], other_administrators: int
) -> Why | None:
    """Return why a user's roles in a territory may not become these, if they may not.

    >>> from uuid import UUID
    >>> awa, paul = UserId(UUID(int=1)), UserId(UUID(int=2))
    >>> head = frozenset({Role.TERRITORY_ADMINISTRATOR})
    >>> obstacle_to_roles(awa, awa, head, head | {Role.CLINICAL_SUPERVISOR}, 1)
    <Why.OWN_RIGHTS: 'own_rights'>
    >>> obstacle_to_roles(awa, paul, head, frozenset(), 0)
    <Why.LAST_ADMINISTRATOR: 'last_administrator'>
    """
    if by == user:
        return Why.OWN_RIGHTS
    if Role.TERRITORY_ADMINISTRATOR in former - wanted and other_administrators == 0:
        return Why.LAST_ADMINISTRATOR
    return None


def obstacle_to_proofs(
    by: UserId,
    user: UserId,
    administered: Collection[TerritoryId],
    territories: Collection[TerritoryId],
) -> Why | None:
    """Return why a user's proofs may not be changed, if they may not: every territory of theirs must be administered."""
    if by == user:
        return Why.OWN_RIGHTS
    return None if set(territories) <= set(administered) else Why.ALSO_ELSEWHERE
