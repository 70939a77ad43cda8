"""This file does what somebody asks about an identity: keep a number, take it away, check a document, doubt it.

The number goes into its sealed table and the status is an op on the person's record, in one transaction with the journal.
What is allowed is decided in identity.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.accounts.secrets_box import SecretsBox
from backend.db.transaction import Transaction
from backend.ids import InstallationId, UserId
from backend.journal.store import record as journal
from backend.log.desk import Act, write
from backend.people import identity_store
from backend.people.identity import Status, Step, contradicts, is_alias_alone, read_number, status_after


@dataclass(frozen=True)
class Identity:
    """What decides about an identity, without its number."""

    person_id: UUID
    name: str
    given_name: str | None
    family_name: str | None
    sex: str | None
    born_on: date | None
    status: Status
    has_number: bool


@dataclass(frozen=True)
class Refused:
    """Nothing was done: `number_wrong`, `alias_alone`, `differs` (with the traits), `taken` by somebody else."""

    why: str
    traits: tuple[str, ...] = ()


async def read_identity(tx: Transaction, person_id: UUID) -> Identity | None:
    """Return a person's identity, or None if the territory has no such person."""
    row = await tx.fetch_row(
        "SELECT id, coalesce(nullif(concat_ws(' ', given_name, family_name), ''), alias, '') AS name, given_name, "
        "family_name, sex, born_on, identity_status FROM person WHERE territory_id = $1 AND id = $2",
        tx.scope.territory_id,
        person_id,
    )
    if row is None:
        return None
    return Identity(
        row["id"], row["name"], row["given_name"], row["family_name"], row["sex"], row["born_on"],
        Status(row["identity_status"] or Status.PROVISIONAL), await identity_store.has_number(tx, person_id),
    )  # fmt: skip


async def keep_number(
    tx: Transaction, box: SecretsBox, known: Identity, typed: str, by: UserId, at: datetime
) -> Refused | None:
    """Keep a number that the national service gave for this person, if it is one and can be theirs."""
    number = read_number(typed)
    if number is None:
        return Refused("number_wrong")
    if is_alias_alone(known.given_name, known.family_name):
        return Refused("alias_alone")
    if traits := contradicts(number, known.sex, known.born_on):
        return Refused("differs", traits)
    if set(await identity_store.find(tx, box, number)) - {known.person_id}:
        return Refused("taken")
    await identity_store.keep(tx, box, known.person_id, number, by, at)
    return None


async def take_step(
    tx: Transaction, installation_id: InstallationId, known: Identity, step: Step, at: datetime
) -> Refused | None:
    """Do an act on the status, as an op; removing the number takes its row away first."""
    if step is Step.NUMBER_REMOVED:
        await identity_store.remove(tx, known.person_id)
    if step is Step.DOCUMENT_CHECKED and is_alias_alone(known.given_name, known.family_name):
        return Refused("alias_alone")
    after = status_after(step, known.status, has_number=await identity_store.has_number(tx, known.person_id))
    await journal(tx, f"identity_{step.value}", "person", [known.person_id], at=at)
    if after is not known.status:
        await write(tx, installation_id, [Act("person", known.person_id, {"identity_status": after.value})], at)
    return None
