"""This file takes Patients and Immunizations in: each entry becomes a record on the one log, or is refused with its reason.

What an entry becomes is decided in person_from_fhir.py and from_fhir.py; whether an op is accepted, by the log. Nothing that was
here before is overwritten: an entry that is known already changes nothing (S2). Somebody who may be known under another
record is written all the same, and the two are proposed for a review: nobody is joined here.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from backend.clock import wire_instant
from backend.db.transaction import Transaction
from backend.doses.rules.words import release_on
from backend.exchange import store
from backend.exchange.from_fhir import Wanted, dose_of
from backend.exchange.person_from_fhir import WantedPerson, identity_of, person_of
from backend.exchange.required import Fault
from backend.ids import InstallationId
from backend.journal.store import record as journal
from backend.log.desk import Act, act_of_fields, write
from backend.log.detect import duplicates_of

ENTRIES_MAX: Final = 500
Read = Wanted | WantedPerson | list[Fault]


class EntryOutcome(msgspec.Struct, frozen=True):
    """What became of one entry: `stored`, `already` or `refused`, with every reason.

    `may_be` names records that may be of the same human: a review asks about each pair.
    """

    number: int
    outcome: str
    dose_id: UUID | None = None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[str, ...] = ()
    person_id: UUID | None = None
    may_be: tuple[UUID, ...] = ()


def entries_of(content: bytes) -> list[Any]:
    """Return the entries of a file: those of a bundle, or one a line.

    >>> entries_of(b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}')
    [{'resource': {'resourceType': 'Patient'}}]
    """
    try:
        whole = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return entries_of_lines(content)
    if not isinstance(whole, dict) or whole.get("resourceType") != "Bundle":
        return [{"resource": whole}]
    entries = whole.get("entry")
    return entries if isinstance(entries, list) else []


class _Entry(msgspec.Struct, frozen=True):
    """A record that an entry asks for."""

    number: int
    record_id: UUID
    fields: dict[str, str | int | bool | list[str] | None]
    remarks: tuple[str, ...]


def entries_of_lines(content: bytes) -> list[Any]:
    r"""Return the entries of a bulk file; a line that cannot be read is an entry without a resource.

    >>> entries_of_lines(b'{"resourceType": "Immunization"}\n\nno json\n')
    [{'resource': {'resourceType': 'Immunization'}}, {'resource': None}]
    """
    entries: list[Any] = []
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            entries.append({"resource": msgspec.json.decode(line)})
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            entries.append({"resource": None})
    return entries


async def take_in(
    tx: Transaction, installation_id: InstallationId, entries: list[Any], on: date, now: datetime
) -> list[EntryOutcome]:
    """Write the records of the entries as ops of this installation, and return the outcome of each, in order."""
    read = _read(entries, on)
    found = {
        number: EntryOutcome(number, "refused", faults=tuple(one)) for number, one in read if isinstance(one, list)
    }
    persons = [
        _Entry(number, one.person_id, one.fields, one.remarks) for number, one in read if isinstance(one, WantedPerson)
    ]
    found |= await _written(tx, installation_id, "person", persons, now)
    wanted = [(number, one) for number, one in read if isinstance(one, Wanted)]
    there = await store.known_persons(tx, {one.person_ref for _, one in wanted})
    not_known = (Fault("Immunization.patient", "person_not_known"),)
    found |= {n: EntryOutcome(n, "refused", faults=not_known) for n, one in wanted if one.person_ref not in there}
    doses = [
        _Entry(number, one.dose_id, {**one.fields, "person_id": str(one.person_ref)}, one.remarks)
        for number, one in wanted
        if one.person_ref in there
    ]
    found |= await _written(tx, installation_id, "dose", doses, now)
    may_be = await _may_be(tx, {one.person_id for one in found.values() if one.outcome == "stored"}, now)
    outcomes = [
        msgspec.structs.replace(found[number], may_be=may_be.get(found[number].person_id, ()))
        for number in range(len(entries))
    ]
    await journal(tx, "bundle_imported", "dose", [one.dose_id for one in outcomes if one.dose_id is not None], at=now)
    taken = [one.person_id for one in outcomes if one.person_id is not None]
    if taken:
        await journal(tx, "people_imported", "person", taken, at=now)
    return outcomes


def _read(entries: list[Any], on: date) -> list[tuple[int, Read]]:
    """Read the patients first: an immunization may name one of them by the id of the server they come from."""
    release = release_on(on)
    antigens_of = {code: tuple(one.antigen for one in carried) for code, carried in release.rules.carried.items()}
    pairs = [(_part(one, "resource"), str(_part(one, "fullUrl") or "")) for one in entries]
    persons: dict[str, UUID] = {}
    for resource, full_url in pairs:
        if isinstance(resource, dict) and resource.get("resourceType") == "Patient":
            identity = identity_of(resource, full_url)
            if identity is not None:
                persons.update(
                    {f"Patient/{resource.get('id')}": identity, **({full_url: identity} if full_url else {})}
                )
    read = (
        person_of(resource, full_url, on)
        if _part(resource, "resourceType") == "Patient"
        else dose_of(resource, antigens_of, persons)
        for resource, full_url in pairs
    )
    return list(enumerate(read))


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


async def _written(
    tx: Transaction, installation_id: InstallationId, kind: str, entries: list[_Entry], now: datetime
) -> dict[int, EntryOutcome]:
    """Write what is new, each record once, and return the outcome of each entry by its number."""
    known = await store.known_records(tx, {one.record_id for one in entries})
    acts: dict[UUID, Act] = {}
    words: dict[int, str] = {}
    for one in entries:
        if known.get(one.record_id, kind) != kind:
            words[one.number] = "id_of_another_record"
        elif one.record_id in known or one.record_id in acts:
            words[one.number] = "already"
        else:
            words[one.number] = "stored"
            acts[one.record_id] = act_of_fields(kind, one.record_id, one.fields)
    written = await write(tx, installation_id, list(acts.values()), now)
    verdicts = zip(acts, written.decision.verdicts, strict=True)
    refused = {record_id: verdict.code for record_id, verdict in verdicts if verdict.word == "refused"}
    return {one.number: _outcome(kind, one, words[one.number], refused.get(one.record_id)) for one in entries}


def _outcome(kind: str, entry: _Entry, word: str, refused: str | None) -> EntryOutcome:
    resource = "Immunization" if kind == "dose" else "Patient"
    if refused is not None:
        return EntryOutcome(entry.number, "refused", faults=(Fault(resource, refused),))
    if word == "id_of_another_record":
        return EntryOutcome(entry.number, "refused", faults=(Fault(f"{resource}.id", word),))
    dose_id, person_id = (entry.record_id, None) if kind == "dose" else (None, entry.record_id)
    return EntryOutcome(entry.number, word, dose_id, remarks=entry.remarks, person_id=person_id)


async def _may_be(tx: Transaction, new_persons: set[UUID | None], now: datetime) -> dict[UUID | None, tuple[UUID, ...]]:
    """Return for each new person the records that the rules across records find to be perhaps the same human."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for review in await duplicates_of(tx, {one for one in new_persons if one is not None}, wire_instant(now)):
        one, other = (UUID(record_id) for record_id in review.record_ids)
        found[one].add(other)
        found[other].add(one)
    return {person: tuple(sorted(others)) for person, others in found.items()}
