"""This file says which right each route of files, identity numbers, retention and reference tables needs."""

from typing import Final
from uuid import UUID

from backend.access import Right
from tests.trust import town as making
from tests.trust.asking import Ask, Call, Entry, own, plain
from tests.trust.town import Territory, Town


async def _find_by_name(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/files", form={"name": "Ada"}, shows=str(where.ids["person"]))


def _person_file(path: str, form: dict[str, str] | None = None) -> Ask:
    async def ask(_town: Town, where: Territory, _user: UUID | None) -> Call:
        person_id = where.ids["person"]
        return Call(path.format(id=person_id), form=form, id=person_id, shows="" if form else str(where.id))

    return ask


def _identity(form: dict[str, str] | None = None) -> Ask:
    async def ask(town: Town, where: Territory, _user: UUID | None) -> Call:
        person_id = where.ids["person"]
        await making.add_number(town, where)
        return Call(f"/files/{person_id}/identity", form=form, id=person_id, shows="" if form else str(where.id))

    return ask


async def _by_number(town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/files/by-number", form={"number": await making.add_number(town, where)})


async def _reference_pass(_town: Town, where: Territory, _user: UUID | None) -> Call:
    return Call("/api/reference-pass", shows=str(where.id))


async def _purge_by_page(town: Town, where: Territory, _user: UUID | None) -> Call:
    await town.as_owner(where.id, "UPDATE job SET state = 'cancelled' WHERE territory_id = $1 AND kind = 'purge'")
    return Call("/retention/purge", form={"rule": "job_trace"})


async def _certificate(town: Town, where: Territory, _user: UUID | None) -> Call:
    purge_id = await making.add_certificate(town, where)
    return Call(f"/retention/certificates/{purge_id}", id=purge_id, shows=str(where.id))


ROUTES: Final[dict[tuple[str, str], Entry]] = {
    # --- a person's file
    ("GET", "/files"): Entry(Right.EXPORT, own("/files"), page=True),
    ("POST", "/files"): Entry(Right.EXPORT, _find_by_name, page=True, act="people_searched"),
    ("GET", "/files/{person_id:uuid}"): Entry(
        Right.EXPORT, _person_file("/files/{id}"), scoped=True, page=True, reauthenticated=True, act="person_file_read"
    ),
    ("POST", "/files/{person_id:uuid}"): Entry(
        Right.EXPORT, _person_file("/files/{id}", {"do": "objections", "objection": "research"}), passed=303, scoped=True,
        page=True, reauthenticated=True, act="objections_written",
    ),
    ("GET", "/files/{person_id:uuid}/json"): Entry(
        Right.EXPORT, _person_file("/files/{id}/json"), scoped=True, page=True, reauthenticated=True,
        act="person_file_exported",
    ),
    ("GET", "/files/{person_id:uuid}/identity"): Entry(
        Right.SEE_IDENTITY_NUMBER, _identity(), scoped=True, page=True, reauthenticated=True, act="identity_number_read"
    ),
    ("POST", "/files/{person_id:uuid}/identity"): Entry(
        Right.SEE_IDENTITY_NUMBER, _identity({"do": "document"}), passed=303, scoped=True, page=True, reauthenticated=True,
        act="identity_document_checked",
    ),
    ("POST", "/files/by-number"): Entry(
        Right.SEE_IDENTITY_NUMBER, _by_number, passed=303, page=True, reauthenticated=True, act="identity_number_searched"
    ),
    # --- what is kept how long
    ("GET", "/reference-tables"): Entry(
        Right.MANAGE_REFERENCE, own("/reference-tables"), page=True, reauthenticated=True
    ),
    ("GET", "/api/reference-pass"): Entry(Right.MANAGE_REFERENCE, _reference_pass),
    ("GET", "/retention"): Entry(Right.MANAGE_RETENTION, plain("/retention", shows="Conservation"), page=True),
    ("POST", "/retention/purge"): Entry(
        Right.MANAGE_RETENTION, _purge_by_page, passed=303, page=True, reauthenticated=True, act="purge_asked"
    ),
    ("GET", "/retention/certificates/{purge_id:uuid}"): Entry(
        Right.MANAGE_RETENTION, _certificate, scoped=True, page=True, act="certificate_read"
    ),
}  # fmt: skip
