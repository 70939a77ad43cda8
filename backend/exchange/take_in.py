"""This file takes a bundle of Immunizations in: each entry becomes a dose on the one log, or is refused with its reason.

What an entry becomes is decided in from_fhir.py; whether an op is accepted, by the log. Nothing that was here before is
overwritten: an entry that is known already changes nothing (S2).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.transaction import Transaction
from backend.doses.rules.words import release_on
from backend.exchange import store
from backend.exchange.from_fhir import Wanted, dose_of
from backend.exchange.required import Fault
from backend.ids import InstallationId
from backend.log.desk import Act, act_of_fields, write


class EntryOutcome(msgspec.Struct, frozen=True):
    """What became of one entry: `stored`, `already` or `refused`, with every reason."""

    number: int
    outcome: str
    dose_id: UUID | None = None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[str, ...] = ()


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
    """Write the doses of the entries as ops of this installation, and return the outcome of each, in order."""
    release = release_on(on)
    antigens_of = {code: tuple(one.antigen for one in carried) for code, carried in release.rules.carried.items()}
    read = [dose_of(one.get("resource") if isinstance(one, dict) else None, antigens_of) for one in entries]
    wanted = [one for one in read if isinstance(one, Wanted)]
    persons = await store.known_persons(tx, {one.person_ref for one in wanted})
    known = await store.known_records(tx, {one.dose_id for one in wanted})
    acts: dict[UUID, Act] = {}
    found: list[EntryOutcome] = []
    for number, one in enumerate(read):
        outcome = _outcome(number, one, persons, known, acts)
        if outcome.outcome == "stored" and isinstance(one, Wanted):
            fields = {**one.fields, "person_id": str(one.person_ref)}
            acts[one.dose_id] = act_of_fields("dose", one.dose_id, fields)
        found.append(outcome)
    written = await write(tx, installation_id, list(acts.values()), now)
    refused = {
        act.record_id: verdict.code
        for act, verdict in zip(acts.values(), written.decision.verdicts, strict=True)
        if verdict.word == "refused"
    }
    return [_after(one, refused) for one in found]


def _outcome(
    number: int, read: Wanted | list[Fault], persons: set[UUID], known: dict[UUID, str], acts: dict[UUID, Act]
) -> EntryOutcome:
    if not isinstance(read, Wanted):
        return EntryOutcome(number, "refused", faults=tuple(read))
    if read.person_ref not in persons:
        return EntryOutcome(number, "refused", faults=(Fault("Immunization.patient", "person_not_known"),))
    if read.dose_id in acts or known.get(read.dose_id) == "dose":
        return EntryOutcome(number, "already", read.dose_id, remarks=read.remarks)
    if read.dose_id in known:
        return EntryOutcome(number, "refused", faults=(Fault("Immunization.id", "id_of_another_record"),))
    return EntryOutcome(number, "stored", read.dose_id, remarks=read.remarks)


def _after(outcome: EntryOutcome, refused: dict[UUID, str]) -> EntryOutcome:
    code = refused.get(outcome.dose_id) if outcome.dose_id is not None else None
    if outcome.outcome != "stored" or code is None:
        return outcome
    return EntryOutcome(outcome.number, "refused", faults=(Fault("Immunization", code),))
