"""This file says which right each route of people, their proofs, emergencies and notices needs, and how it is asked."""

from typing import Any, Final
from uuid import UUID

from backend.access import Right, Role
from backend.ids import new_id
from tests.trust import town_accounts as making
from tests.trust.asking import Ask, Call, Entry, own, plain
from tests.trust.town import Territory, Town


async def _break_glass(_town: Town, where: Territory, _user: UUID | None) -> Call:
    body = {"name": f"Ada Ada {where.id}", "born_on": "1950-01-02", "motive": "other", "reason": "found on the landing"}
    return Call("/api/break-glass", body, id=where.id, shows="ends_at")


async def _break_glass_by_page(town: Town, where: Territory, user: UUID | None) -> Call:
    call = await _break_glass(town, where, user)
    return Call("/break-glass", form={name: str(value) for name, value in (call.json or {}).items()})


def _of_opening(
    path: str, *, shows: str = "", form: dict[str, str] | None = None, body: dict[str, Any] | None = None
) -> Ask:
    """Ask about an emergency opening: the asker's own, or one of a nurse's that waits for its review."""

    async def ask(town: Town, where: Territory, user: UUID | None) -> Call:
        reviewed = "reviews" in path
        by = where.users[Role.FIELD_TEAM] if reviewed or user is None else user
        opening_id = await making.add_opening(town, where, by)
        return Call(path.format(id=opening_id), body, form, id=opening_id, shows=shows.format(territory=where.id))

    return ask


async def _come_back(town: Town, where: Territory, _user: UUID | None) -> Call:
    back = await making.come_back(town, where)
    return Call(back["path"], headers={"Cookie": back["cookie"]}, shows="http-equiv")


def _of_user(path: str, *, shows: str = "", form: dict[str, Any] | None = None) -> Ask:
    """Ask about a colleague who was just added to the territory."""

    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        user_id = await making.add_colleague(town, where)
        return Call(path.format(id=user_id), form=form, id=user_id, shows=shows)

    return ask


async def _add_user(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    login = f"new-{new_id().hex[-12:]}"
    return Call("/people-and-rights", form={"login": login, "full_name": "Léa", "roles": "partner"}, shows='id="code"')


def _own_passkey(path: str, *, shows: str = "", form: bool = False) -> Ask:
    async def ask(town: Town, where: Territory, user: UUID | None) -> Call:
        passkey_id = await making.add_passkey(town, user or where.users[Role.DISPATCHER])
        fields = {"passkey_id": passkey_id} if form else None
        return Call(path.format(id=passkey_id), form=fields, id=passkey_id, shows=shows, nothing=new_id().hex)

    return ask


async def _find_person(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/journal/people", form={"name": f"Ada Ada {where.id}", "born_on": "1950-01-02"})


async def _who_saw_page(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call(f"/journal/people/{where.ids['person']}", id=where.ids["person"])


async def _report(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    return Call("/policy-reports", raw=b'{"csp-report": {"effective-directive": "img-src"}}')


_LINKED: Final = (
    "tests/backend/identity/test_sign_in.py::test_linked_subject_is_signed_in_with_both_factors_and_how_is_kept"
)
_PASSKEY: Final = "tests/browser/test_passkeys.py::test_passkey_is_made_used_counted_and_removed"
_FOUND: Final = {"finding": "justified", "note": ""}
_S = Right.SIGNED_IN
_M = Right.MANAGE_PEOPLE_AND_RIGHTS
_ONE: Final = "/people-and-rights/{id}"


def _change(what: str, act: str, form: dict[str, Any], **more: Any) -> dict[tuple[str, str], Entry]:
    """Return the entry of a change of one user: each asks for a code given lately."""
    entry = Entry(
        _M, _of_user(f"{_ONE}/{what}", form=form), **{"passed": 303, **more}, scoped=True, page=True,
        reauthenticated=True, act=act,
    )  # fmt: skip
    return {("POST", f"/people-and-rights/{{user_id:uuid}}/{what}"): entry}


ROUTES: Final[dict[tuple[str, str], Entry]] = {
    ("POST", "/policy-reports"): Entry(
        Right.ANYBODY,
        _report,
        passed=204,
        proved="tests/trust/test_policy_reports.py::test_report_of_a_violation_is_one_known_word_in_the_log",
    ),
    # --- signing in by an identity provider
    ("GET", "/sign-in/identity"): Entry(
        Right.ANYBODY, plain("/sign-in/identity"), passed=303, page=True, proved=_LINKED
    ),
    ("GET", "/sign-in/identity/again"): Entry(
        _S,
        plain("/sign-in/identity/again"),
        passed=303,
        page=True,
        proved="tests/backend/identity/test_sign_in.py::"
        "test_session_is_proved_anew_by_the_provider_and_not_by_an_old_proof",
    ),
    ("GET", "/sign-in/identity/back"): Entry(Right.ANYBODY, _come_back, page=True),
    # --- passkeys: what the authenticator answers is tested in a browser; here it is refused behind the guard
    ("POST", "/api/me/passkeys/offer"): Entry(
        _S, plain("/api/me/passkeys/offer", shows="challenge"), reauthenticated=True
    ),
    ("POST", "/api/me/passkeys"): Entry(
        _S,
        plain("/api/me/passkeys", {"label": "x", "credential": {}}),
        passed=401,
        reauthenticated=True,
        proved=_PASSKEY,
    ),
    ("GET", "/api/me/passkeys"): Entry(_S, _own_passkey("/api/me/passkeys", shows="my key")),
    ("DELETE", "/api/me/passkeys/{passkey_id:str}"): Entry(
        _S, _own_passkey("/api/me/passkeys/{id}"), passed=204, scoped=True, reauthenticated=True, act="passkey_removed"
    ),
    ("POST", "/api/sign-in/passkey/offer"): Entry(
        Right.SIGNING_IN, _own_passkey("/api/sign-in/passkey/offer", shows="challenge")
    ),
    ("POST", "/api/sign-in/passkey"): Entry(
        Right.SIGNING_IN, plain("/api/sign-in/passkey", {"credential": {}}), passed=401, proved=_PASSKEY
    ),
    ("GET", "/my-passkeys"): Entry(_S, _own_passkey("/my-passkeys", shows="my key"), page=True),
    ("POST", "/my-passkeys/remove"): Entry(
        _S,
        _own_passkey("/my-passkeys/remove", form=True),
        passed=303,
        scoped=True,
        page=True,
        reauthenticated=True,
        act="passkey_removed",
    ),
    # --- who looked at whom
    ("GET", "/journal"): Entry(Right.READ_JOURNAL, plain("/journal"), page=True, act="journal_read"),
    ("POST", "/journal/people"): Entry(
        Right.READ_JOURNAL,
        _find_person,
        passed=303,
        page=True,
        proved="tests/trust/test_looks.py::test_days_that_stand_out_are_listed_with_their_signs",
    ),
    ("GET", "/journal/people/{person_id:uuid}"): Entry(
        Right.READ_JOURNAL, _who_saw_page, scoped=True, page=True, act="journal_read"
    ),
    # --- people and rights
    ("GET", "/people-and-rights"): Entry(
        _M, plain("/people-and-rights", shows="territory_administrator"), page=True, act="users_read"
    ),
    ("POST", "/people-and-rights"): Entry(_M, _add_user, page=True, reauthenticated=True, act="user_added"),
    ("GET", "/people-and-rights/{user_id:uuid}"): Entry(
        _M, _of_user(_ONE, shows="colleague"), scoped=True, page=True, act="users_read"
    ),
    **_change("roles", "roles_changed", {"roles": "auditor"}),
    **_change("sessions", "sessions_ended", {}),
    **_change("standing", "user_disabled", {"standing": "disabled"}),
    **_change("reset", "passphrase_reset", {"what": "passphrase"}, passed=200),
    **_change("identity", "identity_unlinked", {"subject": ""}),
    # --- one record in an emergency
    ("POST", "/api/break-glass"): Entry(
        Right.BREAK_GLASS, _break_glass, passed=201, scoped=True, reauthenticated=True, act="glass_broken"
    ),
    ("GET", "/api/break-glass/{opening_id:uuid}"): Entry(
        Right.BREAK_GLASS, _of_opening("/api/break-glass/{id}", shows="Ada {territory}"), scoped=True, act="person_read"
    ),
    ("POST", "/api/break-glass/{opening_id:uuid}/close"): Entry(
        Right.BREAK_GLASS, _of_opening("/api/break-glass/{id}/close"), passed=204, scoped=True, act="break_glass_closed"
    ),
    ("GET", "/api/break-glass-reviews"): Entry(
        Right.SETTLE_CLINICAL,
        _of_opening("/api/break-glass-reviews", shows="Ada {territory}"),
        act="break_glass_list_read",
    ),
    ("POST", "/api/break-glass-reviews/{opening_id:uuid}"): Entry(
        Right.SETTLE_CLINICAL,
        _of_opening("/api/break-glass-reviews/{id}", body=_FOUND),
        passed=204,
        scoped=True,
        act="break_glass_reviewed",
    ),
    ("GET", "/break-glass"): Entry(Right.BREAK_GLASS, own("/break-glass"), page=True),
    ("GET", "/break-glass/new"): Entry(Right.BREAK_GLASS, own("/break-glass/new"), page=True, reauthenticated=True),
    ("POST", "/break-glass"): Entry(
        Right.BREAK_GLASS, _break_glass_by_page, passed=303, page=True, reauthenticated=True, act="glass_broken"
    ),
    ("GET", "/break-glass/{opening_id:uuid}"): Entry(
        Right.BREAK_GLASS,
        _of_opening("/break-glass/{id}", shows="Ada {territory}"),
        scoped=True,
        page=True,
        act="person_read",
    ),
    ("POST", "/break-glass/{opening_id:uuid}/close"): Entry(
        Right.BREAK_GLASS,
        _of_opening("/break-glass/{id}/close", form={}),
        passed=303,
        scoped=True,
        page=True,
        act="break_glass_closed",
    ),
    ("GET", "/break-glass-reviews"): Entry(
        Right.SETTLE_CLINICAL,
        _of_opening("/break-glass-reviews", shows="Ada {territory}"),
        page=True,
        act="break_glass_list_read",
    ),
    ("POST", "/break-glass-reviews/{opening_id:uuid}"): Entry(
        Right.SETTLE_CLINICAL,
        _of_opening("/break-glass-reviews/{id}", form=_FOUND),
        passed=303,
        scoped=True,
        page=True,
        act="break_glass_reviewed",
    ),
    ("GET", "/notices"): Entry(_S, own("/notices"), page=True),
    ("POST", "/notices/read"): Entry(
        _S,
        plain("/notices/read", form={"latest": str(UUID(int=0))}),
        passed=303,
        page=True,
        proved="tests/backend/accounts/test_odd_sign_in.py::test_user_is_told_when_a_proof_of_theirs_changed",
    ),
}
