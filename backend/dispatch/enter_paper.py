"""Write what a paper sheet says of one stop, once: load, let backend/dispatch/paper.py decide, save, in one transaction."""

from datetime import date, datetime
from uuid import UUID, uuid5

from backend.db.transaction import Transaction
from backend.dispatch.paper import StopEntry, Wrong, acts_of_stop, faults
from backend.dispatch.read_paper import StopOnPaper, read_stop
from backend.ids import InstallationId
from backend.log.desk import write
from backend.log.hold import take_turn
from backend.problems import Problem


async def enter_stop(
    tx: Transaction, stop_id: UUID, entry: StopEntry, now: datetime, today: date
) -> StopOnPaper | list[Wrong]:
    """Write an entry as ops of the sheet; return the stop as it was found, or what is wrong with the entry.

    Of two who type the same stop, or of a tablet and a desk, the second is told.
    """
    people = [one.person_id for one in entry.people]
    stop = await _untold(tx, stop_id, people)
    if wrong := faults(stop.line, entry, now, today):
        return wrong
    sheet_id = await _sheet_of(tx, stop.round_id, now)
    await take_turn(tx, sheet_id, [stop_id, *(one.id for one in stop.line.visits), *people])
    stop = await _untold(tx, stop_id, people)  # as whoever wrote before has left it
    written = await write(tx, sheet_id, acts_of_stop(stop.line, entry), now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
    return stop


async def _untold(tx: Transaction, stop_id: UUID, people: list[UUID]) -> StopOnPaper:
    """Return a stop of which nobody has told anything."""
    stop = await read_stop(tx, stop_id, people)
    if stop is None:
        raise Problem("not_found")
    if stop.told or stop.is_over:
        raise Problem("stop_told")
    return stop


async def _sheet_of(tx: Transaction, round_id: UUID, now: datetime) -> InstallationId:
    """Return the installation of a round's sheet, made at its first stop: paper is a device like a tablet."""
    sheet_id = uuid5(round_id, "paper")
    await tx.execute(
        "INSERT INTO installation (id, territory_id, label, state, made_at) VALUES ($1, $2, 'paper', 'active', $3) "
        "ON CONFLICT (id) DO NOTHING",
        sheet_id,
        tx.scope.territory_id,
        now,
    )
    return InstallationId(sheet_id)
