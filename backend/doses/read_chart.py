"""This file reads what the vaccination page of a person shows: who they are, every dose record, what happened after."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction
from backend.doses.correct import CorrectedDose
from backend.doses.declaration import Event, Vaccinated

_DOSES = (
    "SELECT DISTINCT ON (d.given_on, d.id) d.id, d.person_id, d.visit_id, d.vial_id, d.status, d.state, d.not_given_reason, "
    "d.antigens, d.product_code, r.name AS product_name, r.cip_code, d.lot_number, d.expires_on, d.body_site, d.dose_number, "
    "d.given_on, d.given_at, d.source, d.error_reason, d.note, d.recorded_at, d.observed_minutes, d.observed_end FROM dose d "
    "LEFT JOIN product r ON r.territory_id = d.territory_id AND r.code = d.product_code "
    "WHERE d.territory_id = $1 AND d.person_id = ANY($2) ORDER BY d.given_on DESC NULLS LAST, d.id, r.id"
)
_EVENTS = (
    "SELECT e.*, p.given_name, p.family_name, p.born_on, p.sex FROM adverse_event e "
    "JOIN person p ON p.territory_id = e.territory_id AND p.id = e.person_id "
    "WHERE e.territory_id = $1 AND e.person_id = ANY($2) ORDER BY e.reported_at DESC NULLS LAST, e.id"
)


class ChartPerson(msgspec.Struct, frozen=True):
    """Who the page is about; `human_id` and `record_ids` tell which records are joined."""

    id: UUID
    human_id: UUID
    record_ids: tuple[UUID, ...]
    name: str
    born_on: date | None
    born_precision: str | None
    sex: str | None
    place_name: str | None


class ChartDose(msgspec.Struct, frozen=True):
    """One dose record, given, not given or entered in error."""

    id: UUID
    person_id: UUID
    visit_id: UUID | None
    vial_id: UUID | None
    status: str | None
    state: str | None
    not_given_reason: str | None
    antigens: list[str]
    product_code: str | None
    product_name: str | None
    cip_code: str | None
    lot_number: str | None
    expires_on: date | None
    body_site: str | None
    dose_number: int | None
    given_on: date | None
    given_at: datetime | None
    source: str | None
    error_reason: str | None
    note: str | None
    recorded_at: datetime | None
    observed_minutes: int | None
    observed_end: str | None

    @property
    def in_error(self) -> bool:
        """Say whether the record was withdrawn as an error."""
        return self.state == "entered_in_error"

    @property
    def is_given(self) -> bool:
        """Say whether a dose was given."""
        return self.status == "given" and not self.in_error

    @property
    def vaccine(self) -> str:
        """Return what was given, as far as it is known."""
        return self.product_name or self.product_code or ", ".join(sorted(self.antigens))

    def to_correct(self) -> CorrectedDose:
        """Return the record as a correction takes it over."""
        kept = {
            "person_id": str(self.person_id),
            "visit_id": str(self.visit_id) if self.visit_id else None,
            "vial_id": str(self.vial_id) if self.vial_id else None,
            "body_site": self.body_site,
            "dose_number": self.dose_number,
            "source": self.source,
        }
        return CorrectedDose(self.id, kept, tuple(self.antigens), self.product_code)


class ChartEvent(msgspec.Struct, frozen=True):
    """One adverse event, with how many others were seen after doses of the same lot."""

    id: UUID
    dose_id: UUID | None
    event: Event
    declared_on: date | None
    declared_reference: str | None
    in_error: bool
    similar: int


async def read_chart_person(tx: Transaction, person_id: UUID) -> ChartPerson | None:
    """Return a person, with the records that are joined to theirs."""
    row = await tx.fetch_row(
        "SELECT p.id, coalesce(nullif(trim(concat_ws(' ', p.given_name, p.family_name)), ''), p.alias, '?') AS name, "
        "p.born_on, p.born_precision, p.sex, coalesce(l.name, l.address) AS place_name FROM person p "
        "LEFT JOIN household h ON h.territory_id = p.territory_id AND h.id = p.household_id "
        "LEFT JOIN place l ON l.territory_id = p.territory_id AND l.id = coalesce(p.place_id, h.place_id) "
        "WHERE p.territory_id = $1 AND p.id = $2",
        tx.scope.territory_id,
        person_id,
    )
    if row is None:
        return None
    human_of = await with_joined(tx, {person_id})
    return msgspec.convert(
        {**dict(row), "human_id": human_of[person_id], "record_ids": tuple(sorted(human_of))}, ChartPerson
    )


async def read_chart_doses(tx: Transaction, record_ids: Iterable[UUID]) -> list[ChartDose]:
    """Return every dose record of a human, the latest first, corrections and errors among them."""
    rows = await tx.fetch(_DOSES, tx.scope.territory_id, list(record_ids))
    return [msgspec.convert(dict(row), ChartDose) for row in rows]


async def read_chart_events(
    tx: Transaction, record_ids: Iterable[UUID], doses: Iterable[ChartDose]
) -> list[ChartEvent]:
    """Return the adverse events of a human; each with the doses of its day, or the one it names."""
    by_id = {dose.id: dose for dose in doses}
    rows = await tx.fetch(_EVENTS, tx.scope.territory_id, list(record_ids))
    found: list[ChartEvent] = []
    for row in rows:
        dose = by_id.get(row["dose_id"])
        together = [one for one in by_id.values() if dose and one.is_given and one.given_on == dose.given_on]
        found.append(
            ChartEvent(
                row["id"],
                row["dose_id"],
                _event(row, together),
                row["declared_on"],
                row["declared_reference"],
                row["state"] == "entered_in_error",
                await _similar(tx, row["id"], dose),
            )
        )
    return found


async def territory_name(tx: Transaction) -> str:
    """Return the name under which the territory writes letters and declarations."""
    return str(await tx.fetch_value("SELECT name FROM territory WHERE id = $1", tx.scope.territory_id))


async def read_products(tx: Transaction) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the products as (code, name, antigens)."""
    rows = await tx.fetch(
        "SELECT DISTINCT ON (code) code, coalesce(name, code) AS name, antigens FROM product "
        "WHERE territory_id = $1 AND code IS NOT NULL ORDER BY code, id",
        tx.scope.territory_id,
    )
    return [(row["code"], row["name"], tuple(row["antigens"])) for row in rows]


async def _similar(tx: Transaction, event_id: UUID, dose: ChartDose | None) -> int:
    """Count the events after doses of the same product and lot, this one apart."""
    if dose is None or dose.lot_number is None:
        return 0
    return int(
        await tx.fetch_value(
            "SELECT count(*) FROM adverse_event e JOIN dose d ON d.territory_id = e.territory_id AND d.id = e.dose_id "
            "WHERE e.territory_id = $1 AND e.id <> $2 AND e.state IS DISTINCT FROM 'entered_in_error' "
            "AND d.lot_number = $3 AND d.product_code IS NOT DISTINCT FROM $4",
            tx.scope.territory_id,
            event_id,
            dose.lot_number,
            dose.product_code,
        )
    )


def _event(row: Any, doses: list[ChartDose]) -> Event:
    initials = "".join(part[:1].upper() for part in (row["given_name"], row["family_name"]) if part)
    return Event(
        str(row["id"]),
        initials,
        row["born_on"],
        row["sex"],
        tuple(sorted(row["signs"])),
        row["onset_at"],
        tuple(sorted(row["serious"])),
        row["outcome"],
        row["treatment"],
        row["note"],
        row["reporter"],
        row["reported_at"],
        tuple(
            Vaccinated(
                one.vaccine,
                one.cip_code,
                one.lot_number,
                one.expires_on,
                one.given_on,
                one.given_at,
                one.dose_number,
                one.body_site,
            )
            for one in doses
            if one.given_on is not None
        ),
    )
