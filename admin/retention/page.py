"""This file answers `/retention`: what is over today, asking for a purge, and the certificates of former ones.

How long what is kept is decided in backend/retention/rules.py. Who manages retention sees no names here.
"""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.retention.words import WORDS
from admin.shared.desk_forms import posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.jobs.queue import enqueue_or_leave
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.retention import purges
from backend.retention.certificate import text_of
from backend.retention.jobs import ask_purge
from backend.retention.plan import dry_run
from backend.retention.rules import FILES, RULES, VERSION, RuleName

Req = Request[Any, Any, Any]
PERSONS_MOST: Final = 20_000  # looked at while somebody waits for the page
LISTED_MOST: Final = 50


@get("/retention", opt=needs(Right.MANAGE_RETENTION), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_retention(request: Req) -> Response[str]:
    """Show what would be erased today, and what was."""
    scope, now = scope_of(request), request.app.state.now()
    async with transaction(scope) as tx:
        say = await speaker_of(tx, request)
        certificates = await purges.certificates(tx)
    found = await dry_run(scope, day_in(say.time_zone, now), persons_most=PERSONS_MOST, listed_most=LISTED_MOST)
    return page(
        request,
        "retention/retention.html",
        WORDS,
        say=say,
        rules=RULES.values(),
        version=VERSION,
        found=found,
        listed=[file for rule in FILES for file in found.due[rule].files],
        certificates=certificates,
        under_way={one.rule for one in certificates if one.signature is None},
        asked="asked" in request.query_params,
    )


@post(
    "/retention/purge",
    opt=needs(Right.MANAGE_RETENTION, reauthenticated=True, asked_from="/retention"),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def ask_for_purge(request: Req) -> Response[Any]:
    """Ask a worker to erase what is due by a rule."""
    word = (await posted(request)).text("rule")
    if word not in {rule.value for rule in RULES}:
        raise Problem("bad_request", fields=["rule"])
    async with transaction(scope_of(request)) as tx:
        job_id = await ask_purge(tx, RuleName(word))
        if job_id is None:
            raise Problem("purge_running")
        await journal(tx, "purge_asked", "job", [job_id], at=request.app.state.now())
        queue = request.app.state.queue

        async def wake() -> None:
            await asyncio.to_thread(enqueue_or_leave, queue, job_id)

        tx.after_commit(wake)
    return Redirect("/retention?asked=yes", status_code=303)


@get(
    "/retention/certificates/{purge_id:uuid}",
    opt=needs(Right.MANAGE_RETENTION),
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def download_certificate(
    request: Req, purge_id: Annotated[UUID, Parameter(description="The purge's id.")]
) -> Response[bytes]:
    """Give a certificate as a file: the text that is signed, the signature and the key's id."""
    async with transaction(scope_of(request)) as tx:
        found = next((one for one in await purges.certificates(tx) if one.id == purge_id and one.signature), None)
        if found is None:
            raise Problem("not_found")
        await journal(tx, "certificate_read", "purge", [purge_id], at=request.app.state.now())
    facts = {
        "territory_id": found.territory_id,
        "purge_id": found.id,
        "rule": found.rule,
        "rules_version": found.rules_version,
        "as_of_on": found.as_of_on,
        "ended_at": found.ended_at,
        "erased": found.erased,
        "signed_text": text_of(found).decode(),
        "key_id": found.key_id,
        "signature": (found.signature or b"").hex(),
    }
    return Response(
        msgspec.json.format(msgspec.json.encode(facts), indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="purge-{purge_id}.json"'},
    )


routes = [show_retention, ask_for_purge, download_certificate]
