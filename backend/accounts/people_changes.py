"""This file is what an administrator does to users of the territory: each act journaled, and told to whom it concerns.

What an administrator may do is decided in administer.py; a passphrase is always its user's own choice.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from backend.access import Role, Scope
from backend.accounts import people_store, session_store, user_changes, user_store
from backend.accounts.administer import Why, obstacle_to_proofs, obstacle_to_roles
from backend.accounts.people_store import Colleague
from backend.accounts.sessions import Signed
from backend.accounts.user_changes import Added, NewUser, Obstacle
from backend.db.transaction import transaction, transaction_of_user
from backend.identity import store as identities
from backend.ids import TerritoryId, UserId
from backend.journal.store import record
from backend.notices.store import Kind, tell


@dataclass(frozen=True)
class Nobody:
    """The territory has no such user."""


@dataclass(frozen=True)
class Code:
    """A one-time code to hand over."""

    code: str


Outcome = Colleague | Nobody | Why


async def add(signed: Signed, scope: Scope, new: NewUser, at: datetime) -> Added | Obstacle | Why:
    """Add somebody to the territory; a code is made for whoever is new, or is known nowhere else."""
    if obstacle := user_changes.unfit(new):
        return obstacle
    async with transaction(scope) as tx:
        known = await user_store.user_by_login(tx, new.login)
    if known is not None and known.id == signed.user_id:
        return Why.OWN_RIGHTS
    ours = known is None or await _obstacle_to_proofs(signed, known.id) is None
    async with transaction(scope) as tx:
        added = await user_changes.add_in_territory(tx, new, at, code_for_known=ours)
        if isinstance(added, Added) and known is not None:
            await tell(tx, added.user_id, Kind.ROLES_CHANGED, at=at)
    return added


async def set_roles(signed: Signed, scope: Scope, user_id: UserId, wanted: frozenset[Role], at: datetime) -> Outcome:
    """Give and take roles in the territory until the user has these; without any they are no longer of it."""
    async with transaction(scope) as tx:
        others = await people_store.other_administrators(tx, user_id)
        found = await people_store.colleague(tx, user_id, at)
        if found is None:
            return Nobody()
        if why := obstacle_to_roles(signed.user_id, user_id, found.roles, wanted, others):
            return why
        for role in sorted(wanted - found.roles):
            await user_store.grant_role(tx, user_id, role, at)
        for role in sorted(found.roles - wanted):
            await people_store.take_role(tx, user_id, role)
        await record(tx, "roles_changed", "user", [user_id], " ".join(sorted(wanted)), at=at)
        await tell(tx, user_id, Kind.ROLES_CHANGED, at=at)
    return found


async def end_sessions(scope: Scope, user_id: UserId, at: datetime) -> Outcome:
    """End every open session of a user: they may sign in again."""
    async with transaction(scope) as tx:
        found = await people_store.colleague(tx, user_id, at)
        if found is None:
            return Nobody()
        await session_store.end_sessions(tx, user_id, at)
        await record(tx, "sessions_ended", "user", [user_id], at=at)
    return found


async def disable(signed: Signed, scope: Scope, user_id: UserId, at: datetime) -> Outcome:
    """Let somebody sign in no more; their sessions end at once."""

    async def act(found: Colleague) -> Outcome:
        async with transaction(scope) as tx:
            others = await people_store.other_administrators(tx, user_id)
        if why := obstacle_to_roles(signed.user_id, user_id, found.roles, frozenset(), others):
            return why
        await user_changes.disable_user(found.login, at, signed.user_id)
        return found

    return await _with_proofs(signed, scope, user_id, at, act)


async def enable(signed: Signed, scope: Scope, user_id: UserId, at: datetime) -> Outcome:
    """Let somebody sign in again who was disabled."""

    async def act(found: Colleague) -> Outcome:
        async with transaction(scope) as tx:
            await user_store.enable_user(tx, user_id)
            await record(tx, "user_enabled", "user", [user_id], at=at)
        return found

    return await _with_proofs(signed, scope, user_id, at, act)


async def reset(signed: Signed, scope: Scope, user_id: UserId, at: datetime, *, second_factor: bool) -> Code | Outcome:
    """Take away a passphrase, and the second factor if it is lost; return the code with which another is chosen."""
    made: list[str] = []

    async def act(found: Colleague) -> Outcome:
        code = await user_changes.reset_user(found.login, at, second_factor=second_factor, by=signed.user_id)
        if isinstance(code, Obstacle):
            return Nobody()
        made.append(code)
        async with transaction(scope) as tx:
            await tell(tx, user_id, Kind.PROOF_CHANGED, "second_factor" if second_factor else "passphrase", at=at)
        return found

    done = await _with_proofs(signed, scope, user_id, at, act)
    return Code(made[0]) if made else done


async def link_identity(
    signed: Signed, scope: Scope, user_id: UserId, at: datetime, *, issuer: str, subject: str
) -> Outcome | None:
    """Link a provider's subject to a user, or take the link away if it is empty; None when it is somebody else's."""
    kept = True

    async def act(found: Colleague) -> Outcome:
        nonlocal kept
        async with transaction(scope) as tx:
            if subject:
                kept = await identities.link(tx, issuer, subject, user_id, signed.user_id, at)
            else:
                await identities.unlink(tx, issuer, user_id)
            if kept:
                await record(tx, "identity_linked" if subject else "identity_unlinked", "user", [user_id], at=at)
                await tell(tx, user_id, Kind.PROOF_CHANGED, "identity", at=at)
        return found

    done = await _with_proofs(signed, scope, user_id, at, act)
    return done if kept else None


async def _with_proofs(
    signed: Signed, scope: Scope, user_id: UserId, at: datetime, act: Callable[[Colleague], Awaitable[Outcome]]
) -> Outcome:
    """Do what touches a user's proofs, if the user is of the territory and of no other that somebody else looks after."""
    async with transaction(scope) as tx:
        found = await people_store.colleague(tx, user_id, at)
    if found is None:
        return Nobody()
    return await _obstacle_to_proofs(signed, user_id) or await act(found)


async def _obstacle_to_proofs(signed: Signed, user_id: UserId) -> Why | None:
    async with transaction_of_user(user_id) as tx:
        territories = await user_store.roles_by_territory(tx, user_id)
    return obstacle_to_proofs(signed.user_id, user_id, _administered(signed), territories)


def _administered(signed: Signed) -> set[TerritoryId]:
    return {one for one, roles in signed.memberships.items() if Role.TERRITORY_ADMINISTRATOR in roles}
