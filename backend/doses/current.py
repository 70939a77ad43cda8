"""This file returns a person's forecast of today, made again where the kept one is of another day or of other rules."""

from datetime import date
from uuid import UUID

from backend.db.transaction import Transaction
from backend.doses.keep import recompute
from backend.doses.rules.words import release_on
from backend.doses.store import PersonForecast, read_person
from backend.log.follow import waits


async def current_forecast(tx: Transaction, person_id: UUID, on: date) -> PersonForecast | None:
    """Return what is due to the human that a person record is; None if there is no such person."""
    release = release_on(on)
    found = await read_person(tx, person_id, release)
    is_current = found is not None and (found.rules_version, found.computed_for_on) == (release.version, on)
    if not is_current or await waits(tx):  # what waits may be this person's newest dose
        await recompute(tx, [person_id], on)
        found = await read_person(tx, person_id, release)
    return found
