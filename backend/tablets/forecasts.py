"""Give a tablet what is due to the people of its scope, page by page: POST /sync/forecasts.

What a page holds is decided in backend/doses/pack.py. Each answer is worked out from the records as they are now, for the
day that is asked for, so that a pack fetched the evening before speaks of the morning.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.params import JSONBody

from backend.access import Right
from backend.accounts.authenticate import needs, scope_of
from backend.coverage.look_up import with_joined
from backend.db.transaction import Transaction, transaction
from backend.doses.load import records_of
from backend.doses.pack import Pack, PackPerson, PackProduct, PackRules, Texts, pack_person
from backend.doses.rules.words import release_on
from backend.doses.unsigned_store import unsigned_rules
from backend.journal.store import record as journal
from backend.problems import Problem
from backend.tablets.authenticate import require_active
from backend.tablets.packed import packed
from backend.tablets.tablet_now import scope_of_tablet
from backend.territory.time_zone import today_of
from sync.ids import is_uuid

PAGE_PERSONS: Final = 40
_DAYS_AROUND: Final = timedelta(days=2)


class ForecastsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which day the tablet works on, and after which person the next page begins."""

    on: date
    after: Annotated[str, msgspec.Meta(max_length=36)] = ""


@post("/sync/forecasts", opt=needs(Right.TABLET), tags=["sync"], status_code=200)
async def give_forecasts(request: Request[Any, Any, Any], data: JSONBody[ForecastsRequest]) -> Response[bytes]:
    """Give what is due to the people whom the tablet may hold, and what each dose given that day would change."""
    require_active(request)
    async with transaction(scope_of(request)) as tx:
        if abs(data.on - await today_of(tx)) > _DAYS_AROUND or (data.after and not is_uuid(data.after)):
            raise Problem("bad_request", fields=["on", "after"])
        found = await _persons_after(tx, UUID(data.after) if data.after else UUID(int=0))
        texts = Texts()
        persons = await _told(tx, found, data.on, texts)
        await journal(tx, "tablet_forecasts_read", "person", found, at=request.app.state.now())
    after = str(found[-1]) if len(found) == PAGE_PERSONS else ""
    release = release_on(data.on)
    pack = Pack(data.on, release.version, release.words.antigens, texts.all(), tuple(persons), after)
    return packed(request, msgspec.json.encode(pack), "application/json")


async def _persons_after(tx: Transaction, after: UUID) -> list[UUID]:
    buckets = [bucket for bucket in (await scope_of_tablet(tx)).buckets if bucket.startswith("place:")]
    rows = await tx.fetch(
        "SELECT DISTINCT p.id FROM feed f JOIN person p ON p.territory_id = f.territory_id AND p.id = f.record_id "
        "WHERE f.territory_id = $1 AND f.bucket_id = ANY($2::text[]) AND NOT f.gone AND p.id > $3 "
        "ORDER BY p.id LIMIT $4",
        tx.scope.territory_id,
        buckets,
        after,
        PAGE_PERSONS,
    )
    return [UUID(bytes=row["id"].bytes) for row in rows]


async def _told(tx: Transaction, person_ids: list[UUID], on: date, texts: Texts) -> list[PackPerson]:
    by = PackRules(on, release_on(on), await unsigned_rules(tx))
    human_of = await with_joined(tx, set(person_ids))
    records = await records_of(tx, human_of)
    rows = await tx.fetch(
        "SELECT DISTINCT ON (code) code, nuva_code, antigens FROM product WHERE territory_id = $1 AND code IS NOT NULL "
        "ORDER BY code, id",
        tx.scope.territory_id,
    )
    products = [PackProduct(row["code"], row["nuva_code"], tuple(row["antigens"])) for row in rows]
    told: list[PackPerson] = []
    for person_id in person_ids:
        known = records.get(human_of[person_id])
        if known is None or known.is_dead:
            told.append(PackPerson(person_id, "dead" if known else "no_birth_date"))
            continue
        person = pack_person(person_id, known.person, known.doses, known.refused_on, by, products, texts)
        told.append(person)
    return told


routes = [give_forecasts]
