"""This file says for every route of the application which right it needs and how somebody asks it for something real.

It is written by hand beside backend/access.py and the routes' own words, so that a slip in either shows. `Entry.passed`
is the status for who may; `scoped` marks what names something of a territory by its id.
"""

import hashlib
import itertools
import secrets
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from backend import clock
from backend.access import Right, Role
from backend.attachments.api import PART_HASH_HEADER
from tests.trust import town as making
from tests.trust.asking import Ask, Call, Entry, own
from tests.trust.asking import plain as _plain
from tests.trust.routes_of_accounts import ROUTES as OF_ACCOUNTS
from tests.trust.routes_of_desk import ROUTES as OF_DESK
from tests.trust.routes_of_files import ROUTES as OF_FILES
from tests.trust.routes_of_tablets import ROUTES as OF_TABLETS
from tests.trust.routes_of_the_centre import ROUTES as OF_THE_CENTRE
from tests.trust.routes_of_vaccination import ROUTES as OF_VACCINATION
from tests.trust.town import PASSPHRASE, Territory, Town

_DAYS = itertools.count()


def _of_job(path: str) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        job_id = await making.add_job(town, where)
        shows = "asked" if path.endswith("cancel") else str(where.id)
        return Call(path.format(id=job_id), id=job_id, shows=shows)

    return ask


def _of_plan(path: str) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        plan_id = await making.add_plan(town, where, next(_DAYS))
        return Call(path.format(id=plan_id), id=plan_id, shows="rounds" if path.endswith("publish") else str(where.id))

    return ask


async def _plan_a_day(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    day = next(_DAYS)
    return Call(
        "/api/plans",
        {"day_on": f"20{30 + day // 336}-{1 + day // 28 % 12:02}-{1 + day % 28:02}", "seconds": 1},
        shows="job_id",
    )


async def _take_request(_town: Town, where: Territory, _user: UUID | None) -> Call:
    place_id = where.ids["place"]
    body = {"caller_role": "person", "place_id": str(place_id), "acts": ["screen"]}
    return Call("/api/requests", body, id=place_id, shows="request_id")


async def _accept_request(town: Town, where: Territory, _user: UUID | None) -> Call:
    request_id = await making.add_request(town, where)
    return Call(f"/api/requests/{request_id}/accept", {"service_minutes": 20}, id=request_id, shows="visit_id")


async def _add_tablet(_town: Town, where: Territory, _user: UUID | None) -> Call:
    team_id = where.ids["team"]
    return Call("/api/tablets", {"label": "one more", "team_id": str(team_id)}, id=team_id, shows="code")


async def _revoke_tablet(town: Town, where: Territory, _user: UUID | None) -> Call:
    tablet = await town.new_tablet(where)
    return Call(f"/api/tablets/{tablet.tablet_id}/revoke", id=tablet.tablet_id, shows="revoked")


def _tablets_of(path: str) -> Ask:
    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        return Call(path, shows=str(where.tablets["active"].tablet_id))

    return ask


def _own_session(path: str, *, form: bool = False) -> Ask:
    async def ask(town: Town, where: Territory, user: UUID | None) -> Call:
        token = await town.session(user or where.users[Role.DISPATCHER], where.id)
        rows = await town.owner.fetch("SELECT id FROM sign_in_session ORDER BY created_at DESC, id DESC LIMIT 1")
        assert token
        session_id = rows[0]["id"]
        return Call(path.format(id=session_id), form={"session_id": str(session_id)} if form else None, id=session_id)

    return ask


async def _who_saw(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call(f"/api/people/{where.ids['person']}/journal", id=where.ids["person"], shows="entries")


async def _forecast(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    return Call(f"/api/people/{person_id}/forecast", id=person_id, shows=str(person_id))


def _of_request(path: str, form: dict[str, str] | None = None) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        request_id = await making.add_request(town, where)
        return Call(path.format(id=request_id), form=form, id=request_id)

    return ask


def _of_review(form: dict[str, str] | None = None) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        review_id = await making.add_review(town, where)
        return Call(f"/reviews/{review_id}", form=form, id=review_id)

    return ask


async def _publish_by_page(town: Town, where: Territory, _user: UUID | None) -> Call:
    plan_id = await making.add_plan(town, where, next(_DAYS))
    return Call("/plan/publish", form={"plan_id": str(plan_id), "version": "1"}, id=plan_id)


async def _cancel_by_page(town: Town, where: Territory, _user: UUID | None) -> Call:
    job_id = await making.add_job(town, where)
    return Call("/plan/cancel", form={"job_id": str(job_id), "day_on": "2027-01-01"}, id=job_id)


async def _show_plan(town: Town, where: Territory, _user: UUID | None) -> Call:
    day = next(_DAYS)
    plan_id, day_on = await making.add_plan(town, where, day), date(2027, 1, 1) + timedelta(days=day)
    return Call(f"/plan?day={day_on}&plan={plan_id}", id=plan_id)


async def _show_ways(town: Town, where: Territory, _user: UUID | None) -> Call:
    plan_id = await making.add_plan(town, where, next(_DAYS))
    return Call(f"/plan/ways?plan={plan_id}", id=plan_id)


def _waiting(path: str) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        await making.add_request(town, where)
        return Call(path, shows=str(where.ids["place"]))

    return ask


async def _find_whom(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/requests/proposals", form={"q": f"Ada {where.id}"}, shows=str(where.ids["person"]))


async def _take_call(_town: Town, where: Territory, _user: UUID | None) -> Call:
    place_id = where.ids["place"]
    return Call("/requests/new", form={"whom": f"place:{place_id}", "acts": "screen", "do": "save"}, id=place_id)


async def _rounds_of_day(town: Town, where: Territory, _user: UUID | None) -> Call:
    await making.add_stop(town, where, "2026-01-05")
    return Call("/today?day=2026-01-05", shows=f"Team {where.id}")


async def _plan_by_page(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    call = await _plan_a_day(_town, _where, _user)
    return Call("/plan", form={name: str(one) for name, one in (call.json or {}).items()})


async def _add_tablet_by_page(_town: Town, where: Territory, _user: UUID | None) -> Call:
    team_id = where.ids["team"]
    return Call("/tablets", form={"label": "one more", "team_id": str(team_id)}, id=team_id)


async def _revoke_by_page(town: Town, where: Territory, _user: UUID | None) -> Call:
    tablet = await town.new_tablet(where)
    return Call("/tablets/revoke", form={"tablet_id": str(tablet.tablet_id)}, id=tablet.tablet_id)


async def _give_by_page(town: Town, where: Territory, _user: UUID | None) -> Call:
    tablet = await town.new_tablet(where)
    form = {"tablet_id": str(tablet.tablet_id), "team_id": str(where.ids["team"])}
    return Call("/tablets/team", form=form, id=tablet.tablet_id)


async def _choose(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/api/me/territory", {"territory_id": str(where.id)}, id=where.id, shows=str(where.id))


async def _choose_by_page(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/sign-in/territory", form={"territory_id": str(where.id)}, id=where.id)


async def _enrol(town: Town, where: Territory, _user: UUID | None) -> Call:
    code = await making.add_enrolment_code(town, where)
    body = {"territory_id": str(where.id), "code": code, "public_key": making.new_public_key()}
    return Call("/sync/enrol", body, id=where.id, shows="installation_id")


async def _pull(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/sync/pull", {"protocol": 1, "cursors": {}}, shows=str(where.ids["team"]))


async def _forecasts(_town: Town, _where: Territory, _user: UUID | None) -> Call:
    return Call("/sync/forecasts", {"on": str(clock.now().date())}, shows="rules_version")


async def _push(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/sync/push", raw=b"", shows="expected_n")  # the body is the tablet's: tests/trust/test_matrix.py


def _of_quarantined(act: str, shows: str) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        actor, n = await making.add_quarantined(town, where)
        here, body = f"/quarantine/{actor}/{n}/", {"reason": "asked at the desk"}
        return Call(f"/api{here}{act}", body, id=here, shows=shows, nothing=f"/quarantine/{2**52}/{n}/")

    return ask


async def _list_quarantine(town: Town, where: Territory, _user: UUID | None) -> Call:
    await making.add_quarantined(town, where)
    return Call("/api/quarantine", shows=str(where.id))


async def _announce(_town: Town, where: Territory, _user: UUID | None) -> Call:
    body = making.announcement(where, making.new_file(where))
    return Call("/sync/attachments", body, id=where.ids["team"], shows='"offset":0')


async def _hand_part_in(town: Town, where: Territory, _user: UUID | None) -> Call:
    content = making.new_file(where)
    sha256 = await making.announce(town, where, content)
    headers = {PART_HASH_HEADER: hashlib.sha256(content).hexdigest()}
    path, nothing = f"/sync/attachments/{sha256}/0", secrets.token_hex(32)
    return Call(path, raw=content, id=sha256, shows='"complete":true', nothing=nothing, headers=headers)


def _of_attachment(path: str, shows: str = "{territory}") -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        sha256 = await making.add_attachment(town, where)
        said = shows.format(territory=where.id)
        return Call(f"{path}/{sha256}", id=sha256, shows=said, nothing=secrets.token_hex(32))

    return ask


async def _export_person(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    return Call(f"/api/people/{person_id}/fhir?{_WHY}", id=person_id, shows=str(person_id))


async def _export_all(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call(f"/api/export/fhir/Patient?{_WHY}", shows=str(where.ids["person"]))


async def _import(_town: Town, where: Territory, _user: UUID | None) -> Call:
    person_id = where.ids["person"]
    nuva = {"system": "http://smt.esante.gouv.fr/terminologie-nuva", "code": "VAC0567"}
    resource = {
        "resourceType": "Immunization", "id": f"theirs-{secrets.token_hex(8)}", "status": "completed",
        "vaccineCode": {"coding": [nuva]}, "patient": {"reference": f"Patient/{person_id}"},
        "occurrenceDateTime": "2026-09-01",
    }  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}
    return Call("/api/import/fhir", bundle, id=person_id, shows="stored")


async def _receipt(town: Town, where: Territory, _user: UUID | None) -> Call:
    dose_id = await making.add_dose(town, where)
    return Call(f"/api/doses/{dose_id}/receipt", id=dose_id, shows=str(where.id))


async def _list_to_key(town: Town, where: Territory, _user: UUID | None) -> Call:
    await making.add_dose(town, where)
    return Call(f"/api/export/keying.csv?since=2026-09-01&until=2026-09-01&{_WHY}", shows=str(where.id))


async def _mark_keyed(town: Town, where: Territory, _user: UUID | None) -> Call:
    dose_id = await making.add_dose(town, where)
    return Call("/api/export/keyed", {"dose_ids": [str(dose_id)]}, id=dose_id, shows='"keyed":1')


_SIGN_IN: Final = "tests/backend/accounts/test_sign_in.py::"
_SIGNED_IN: Final = f"{_SIGN_IN}test_both_factors_open_the_routes_of_the_role_and_no_other"
_INVITED: Final = "tests/backend/accounts/test_enrolment.py::test_invited_user_chooses_passphrase_and_enrols_and_works"
_PAGES: Final = "tests/admin/sign_in/test_page.py::"
_BY_FORMS: Final = f"{_PAGES}test_dispatcher_signs_in_by_forms_and_out_again"
_NEW_BY_FORMS: Final = f"{_PAGES}test_new_colleague_sets_up_by_forms"
_OWN_SESSION_BY_FORM: Final = f"{_PAGES}test_own_session_is_ended_and_passphrase_changed_by_form"
_WHY = "reason=asked"
_PATIENT = {"name": "patient", "resource": {"resourceType": "Patient", "birthDate": "1950-03-01"}}
_QUESTION = {"resourceType": "Parameters", "parameter": [_PATIENT]}
_WRONG = {"code": "000000"}
_NEW = {"former": PASSPHRASE, "wanted": "x"}
_TICKET = {"ticket": "x", "code": "000000"}
_A, _I, _S, _T = Right.ANYBODY, Right.SIGNING_IN, Right.SIGNED_IN, Right.TABLET

# A wrong proof is refused behind the guard (401, 400): it shows who reaches the route, and tests/backend the rest.
ROUTES: Final[dict[tuple[str, str], Entry]] = OF_ACCOUNTS | OF_DESK | OF_FILES | OF_TABLETS | OF_THE_CENTRE | OF_VACCINATION | {
    ("GET", "/health/live"): Entry(_A, _plain("/health/live", shows="alive")),
    ("GET", "/health/ready"): Entry(_A, _plain("/health/ready", shows="database")),
    ("GET", "/metrics"): Entry(Right.READ_METRICS, _plain("/metrics", shows="maraude_jobs_unfinished")),
    ("GET", "/schema"): Entry(_S, _plain("/schema", shows="openapi")),
    ("GET", "/schema/openapi.json"): Entry(_S, _plain("/schema/openapi.json", shows="openapi")),
    ("GET", "/schema/{path:str}"): Entry(_S, _plain("/schema/redoc", shows="404"), passed=404),
    # --- signing in
    ("POST", "/api/sign-in"): Entry(
        _A, _plain("/api/sign-in", {"login": "nobody", "passphrase": "x"}), passed=401,
        proved=_SIGNED_IN,
    ),
    ("POST", "/api/set-up"): Entry(_A, _plain("/api/set-up", {**_WRONG, "passphrase": PASSPHRASE}), passed=401, proved=_INVITED),
    ("POST", "/api/sign-in/code"): Entry(_I, _plain("/api/sign-in/code", _WRONG), passed=401, proved=_SIGNED_IN),
    ("POST", "/api/sign-out"): Entry(
        _I, _plain("/api/sign-out"), passed=204,
        proved=f"{_SIGN_IN}test_next_request_knows_what_has_changed",
    ),
    ("GET", "/api/me"): Entry(_I, _plain("/api/me", shows="next_step")),
    ("POST", "/api/me/second-factor"): Entry(_I, _plain("/api/me/second-factor"), also=403, proved=_INVITED),
    ("POST", "/api/me/second-factor/confirm"): Entry(
        _I, _plain("/api/me/second-factor/confirm", _TICKET), passed=401, also=403, proved=_INVITED
    ),
    ("POST", "/api/reauthenticate"): Entry(
        _S, _plain("/api/reauthenticate", _WRONG), passed=401,
        proved=f"{_SIGN_IN}test_sensitive_act_asks_for_a_code_given_lately",
    ),
    ("PUT", "/api/me/territory"): Entry(_S, _choose, scoped=True, members=True),
    ("PUT", "/api/me/passphrase"): Entry(
        _S, _plain("/api/me/passphrase", _NEW), passed=400,
        proved="tests/backend/accounts/test_enrolment.py::test_change_of_passphrase_needs_the_former_and_ends_other_sessions",
    ),
    ("GET", "/api/me/sign-in-sessions"): Entry(_S, _plain("/api/me/sign-in-sessions", shows="is_this_one")),
    ("DELETE", "/api/me/sign-in-sessions/{session_id:uuid}"): Entry(
        _S, _own_session("/api/me/sign-in-sessions/{id}"), passed=204, scoped=True,
        proved=f"{_SIGN_IN}test_own_sessions_are_listed_and_ended_and_no_other",
    ),
    # --- signing in by pages
    ("GET", "/sign-in"): Entry(_A, _plain("/sign-in", shows='action="/sign-in"'), also=303, page=True),
    ("POST", "/sign-in"): Entry(
        _A, _plain("/sign-in", form={"login": "nobody", "passphrase": "x"}), passed=401, page=True,
        proved=_BY_FORMS,
    ),
    ("POST", "/sign-out"): Entry(_A, _plain("/sign-out"), passed=303, page=True, proved=_BY_FORMS),
    ("GET", "/set-up"): Entry(_A, _plain("/set-up", shows='action="/set-up"'), page=True),
    ("POST", "/set-up"): Entry(
        _A, _plain("/set-up", form={**_WRONG, "passphrase": PASSPHRASE}), passed=401, page=True,
        proved=_NEW_BY_FORMS,
    ),
    ("GET", "/sign-in/code"): Entry(_I, _plain("/sign-in/code", shows='name="code"'), also=303, page=True),
    ("POST", "/sign-in/code"): Entry(_I, _plain("/sign-in/code", form=_WRONG), passed=401, page=True, proved=_BY_FORMS),
    ("GET", "/sign-in/enrol"): Entry(_I, _plain("/sign-in/enrol", shows='name="ticket"'), also=303, page=True),
    ("POST", "/sign-in/enrol"): Entry(
        _I, _plain("/sign-in/enrol", form=_TICKET), passed=401, also=303, page=True,
        proved=_NEW_BY_FORMS,
    ),
    ("GET", "/sign-in/territory"): Entry(_S, own("/sign-in/territory"), page=True),
    ("POST", "/sign-in/territory"): Entry(
        _S, _choose_by_page, passed=303, scoped=True, page=True, members=True,
        proved=f"{_PAGES}test_territory_is_chosen_by_form",
    ),
    ("GET", "/my-sessions"): Entry(_S, own("/my-sessions"), page=True),
    ("POST", "/my-sessions/end"): Entry(
        _S, _own_session("/my-sessions/end", form=True), passed=303, scoped=True, page=True, proved=_OWN_SESSION_BY_FORM
    ),
    ("POST", "/my-sessions/passphrase"): Entry(
        _S, _plain("/my-sessions/passphrase", form=_NEW), passed=400, page=True, proved=_OWN_SESSION_BY_FORM
    ),
    ("GET", "/reauthenticate"): Entry(_S, own("/reauthenticate"), page=True),
    ("POST", "/reauthenticate"): Entry(
        _S, _plain("/reauthenticate", form=_WRONG), passed=401, page=True,
        proved=f"{_PAGES}test_reauthentication_goes_on_where_it_was_asked_for_and_nowhere_else",
    ),
    # --- tablets speak
    ("POST", "/sync/enrol"): Entry(_A, _enrol, scoped=True, act="tablet_enrolled"),
    ("POST", "/sync/renew"): Entry(_T, _plain("/sync/renew", shows="installation_id"), act="tablet_renewed", deposit=True),
    ("POST", "/sync/push"): Entry(_T, _push, deposit=True),
    ("POST", "/sync/head"): Entry(_T, _plain("/sync/head", {"protocol": 1, "head": ""}, shows="same")),
    ("POST", "/sync/pull"): Entry(_T, _pull, act="tablet_pulled"),
    ("POST", "/sync/sums"): Entry(_T, _plain("/sync/sums", {"bucket": "reference:all"}, shows="children")),
    ("POST", "/sync/forecasts"): Entry(_T, _forecasts),
    ("POST", "/sync/receipt"): Entry(_T, _plain("/sync/receipt", shows='"hash":'), deposit=True),
    # --- attachments
    ("POST", "/sync/attachments"): Entry(_T, _announce, scoped=True, deposit=True, act="attachment_announced"),
    ("PUT", "/sync/attachments/{sha256:str}/{offset:int}"): Entry(_T, _hand_part_in, scoped=True, deposit=True),
    ("HEAD", "/sync/attachments/{sha256:str}"): Entry(
        _T, _of_attachment("/sync/attachments", shows=""), scoped=True, deposit=True,
        proved="tests/backend/attachments/test_over_the_wire.py::"
        "test_file_cut_at_95_percent_goes_on_after_the_server_was_killed",
    ),
    ("GET", "/sync/attachments/{sha256:str}"): Entry(
        _T, _of_attachment("/sync/attachments"), scoped=True, act="attachment_read"
    ),
    ("GET", "/api/attachments/{sha256:str}"): Entry(
        Right.SEE_PEOPLE, _of_attachment("/api/attachments"), scoped=True, act="attachment_read"
    ),
    # --- the quarantine
    ("GET", "/api/quarantine"): Entry(Right.SETTLE_CLINICAL, _list_quarantine, act="quarantine_read"),
    ("POST", "/api/quarantine/{actor:int}/{n:int}/replay"): Entry(
        Right.SETTLE_CLINICAL, _of_quarantined("replay", "verdict"), passed=201, scoped=True, act="quarantine_replayed"
    ),
    ("POST", "/api/quarantine/{actor:int}/{n:int}/dismiss"): Entry(
        Right.SETTLE_CLINICAL, _of_quarantined("dismiss", "dismissed"), passed=201, scoped=True, act="quarantine_dismissed"
    ),
    # --- records leave and enter
    ("GET", "/api/people/{person_id:uuid}/fhir"): Entry(
        Right.EXPORT, _export_person, scoped=True, reauthenticated=True, act="person_exported"
    ),
    ("GET", "/api/export/fhir/{kind:str}"): Entry(Right.EXPORT, _export_all, reauthenticated=True, act="bulk_exported"),
    ("POST", "/api/import/fhir"): Entry(
        Right.EXPORT, _import, scoped=True, each=True, reauthenticated=True, act="bundle_imported"
    ),
    ("POST", "/api/fhir/$immds-forecast"): Entry(
        Right.SEE_PEOPLE, _plain("/api/fhir/$immds-forecast", _QUESTION, shows="recommendation")
    ),
    ("GET", "/api/doses/{dose_id:uuid}/receipt"): Entry(Right.SEE_PEOPLE, _receipt, scoped=True, act="receipt_printed"),
    ("GET", "/api/export/keying.csv"): Entry(
        Right.EXPORT, _list_to_key, reauthenticated=True, act="keying_list_exported"
    ),
    ("POST", "/api/export/keyed"): Entry(Right.EXPORT, _mark_keyed, scoped=True, each=True, act="doses_keyed"),
    # --- people at a desk
    ("POST", "/api/tablets"): Entry(Right.MANAGE_TABLETS, _add_tablet, passed=201, scoped=True, act="tablet_added"),
    ("GET", "/api/tablets"): Entry(Right.MANAGE_TABLETS, _tablets_of("/api/tablets")),
    ("POST", "/api/tablets/{tablet_id:uuid}/revoke"): Entry(
        Right.MANAGE_TABLETS, _revoke_tablet, scoped=True, act="tablet_revoked"
    ),
    ("POST", "/api/requests"): Entry(Right.PLAN_ROUNDS, _take_request, passed=201, scoped=True),
    ("POST", "/api/requests/{request_id:uuid}/accept"): Entry(Right.PLAN_ROUNDS, _accept_request, passed=201, scoped=True),
    ("POST", "/api/plans"): Entry(Right.PLAN_ROUNDS, _plan_a_day, passed=202),
    ("GET", "/api/plans/{plan_id:uuid}"): Entry(Right.SEE_PLANS, _of_plan("/api/plans/{id}"), scoped=True, act="plan_read"),
    ("POST", "/api/plans/{plan_id:uuid}/publish"): Entry(
        Right.PLAN_ROUNDS, _of_plan("/api/plans/{id}/publish"), scoped=True, act="plan_published"
    ),
    ("GET", "/api/jobs/{job_id:uuid}"): Entry(Right.PLAN_ROUNDS, _of_job("/api/jobs/{id}"), scoped=True),
    ("POST", "/api/jobs/{job_id:uuid}/cancel"): Entry(Right.PLAN_ROUNDS, _of_job("/api/jobs/{id}/cancel"), scoped=True),
    ("GET", "/api/jobs/{job_id:uuid}/events"): Entry(Right.PLAN_ROUNDS, _of_job("/api/jobs/{id}/events"), scoped=True),
    # --- the journal
    ("GET", "/api/journal"): Entry(Right.READ_JOURNAL, _plain("/api/journal", shows="entries"), act="journal_read"),
    ("GET", "/api/people/{person_id:uuid}/journal"): Entry(
        Right.READ_JOURNAL, _who_saw, scoped=True, act="journal_read"
    ),
    # --- what is due
    ("GET", "/api/people/{person_id:uuid}/forecast"): Entry(Right.SEE_PEOPLE, _forecast, scoped=True, act="forecast_read"),
    ("GET", "/api/forecasts/due"): Entry(
        Right.SEE_PEOPLE, _plain("/api/forecasts/due?antigen=influenza"), act="due_list_read"
    ),
    ("POST", "/api/forecasts/recompute"): Entry(
        Right.SETTLE_CLINICAL, _plain("/api/forecasts/recompute", shows="jobs_asked"), passed=202
    ),
    # --- pages of the desk
    ("GET", "/"): Entry(_S, own("/"), inside=True, also=303, page=True),
    ("GET", "/static/{name:str}"): Entry(_A, _plain("/static/app.css", shows="body")),
    ("GET", "/live"): Entry(_S, _plain("/live"), endless=True, inside=True),
    ("GET", "/today"): Entry(Right.SEE_ROUNDS, _rounds_of_day, page=True, act="rounds_read"),
    ("GET", "/plan"): Entry(Right.PLAN_ROUNDS, _show_plan, scoped=True, page=True, act="plan_read"),
    ("GET", "/plan/ways"): Entry(Right.PLAN_ROUNDS, _show_ways, scoped=True, page=True, act="plan_read"),
    ("GET", "/today/ways"): Entry(Right.SEE_ROUNDS, _plain("/today/ways"), page=True, act="rounds_read"),
    ("POST", "/plan"): Entry(Right.PLAN_ROUNDS, _plan_by_page, passed=303, page=True, writes=True),
    ("POST", "/plan/cancel"): Entry(
        Right.PLAN_ROUNDS, _cancel_by_page, passed=303, scoped=True, page=True,
        proved="tests/admin/dispatcher/test_plan_page.py::test_plan_is_asked_for_once_and_cancelled",
    ),
    ("POST", "/plan/publish"): Entry(
        Right.PLAN_ROUNDS, _publish_by_page, passed=303, scoped=True, page=True, act="plan_published"
    ),
    ("GET", "/requests"): Entry(Right.SEE_PEOPLE, _waiting("/requests"), page=True, act="requests_read"),
    ("GET", "/requests/marks"): Entry(Right.SEE_PEOPLE, _waiting("/requests/marks"), page=True, act="requests_mapped"),
    ("GET", "/requests/new"): Entry(Right.PLAN_ROUNDS, own("/requests/new"), page=True),
    ("POST", "/requests/new"): Entry(Right.PLAN_ROUNDS, _take_call, passed=303, scoped=True, page=True, writes=True),
    ("POST", "/requests/proposals"): Entry(
        Right.PLAN_ROUNDS, _find_whom, page=True, act="people_searched"
    ),
    ("GET", "/requests/{request_id:uuid}/accept"): Entry(
        Right.PLAN_ROUNDS, _of_request("/requests/{id}/accept"), scoped=True, page=True, act="request_read"
    ),
    ("POST", "/requests/{request_id:uuid}/accept"): Entry(
        Right.PLAN_ROUNDS, _of_request("/requests/{id}/accept", {"service_minutes": "20"}), passed=303, scoped=True, page=True,
        writes=True,
    ),
    ("POST", "/requests/{request_id:uuid}/state"): Entry(
        Right.PLAN_ROUNDS, _of_request("/requests/{id}/state", {"step": "on_hold", "on_hold_reason": "no_answer"}),
        passed=303, scoped=True, page=True,
        writes=True,
    ),
    ("GET", "/reviews"): Entry(Right.SEE_REVIEWS, _plain("/reviews"), page=True, act="reviews_read"),
    ("GET", "/reviews/{review_id:uuid}"): Entry(Right.SEE_REVIEWS, _of_review(), scoped=True, page=True, act="review_read"),
    ("POST", "/reviews/{review_id:uuid}"): Entry(
        Right.SEE_REVIEWS, _of_review({"choice": "none"}), passed=400, scoped=True, page=True,
        proved="tests/admin/review/test_page.py::test_siblings_are_shown_with_authors_and_settled_by_a_supervisor",
    ),
    ("GET", "/tablets"): Entry(Right.MANAGE_TABLETS, _tablets_of("/tablets"), page=True),
    ("POST", "/tablets"): Entry(
        Right.MANAGE_TABLETS, _add_tablet_by_page, scoped=True, page=True, act="tablet_added"
    ),
    ("POST", "/tablets/revoke"): Entry(
        Right.MANAGE_TABLETS, _revoke_by_page, passed=303, scoped=True, page=True, act="tablet_revoked"
    ),
    ("POST", "/tablets/team"): Entry(
        Right.MANAGE_TABLETS, _give_by_page, passed=303, scoped=True, page=True, act="tablet_given"
    ),
}  # fmt: skip
