"""This file takes products from the catalogue that we carry into a territory, as ops. None is there twice.

What the catalogue says of a product is decided in backend/territory/catalogue.py.
"""

from collections.abc import Collection
from datetime import datetime

from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import act_of_fields, write
from backend.problems import Problem
from backend.territory.catalogue import fields_of, lacking
from backend.territory.facts import Product, load_facts


async def read_lacking(tx: Transaction) -> list[Product]:
    """Return the products of the catalogue that the territory does not have."""
    rows = await tx.fetch("SELECT code FROM product WHERE territory_id = $1", tx.scope.territory_id)
    return lacking(load_facts().products, {row["code"] for row in rows})


async def take_products(
    tx: Transaction, installation_id: InstallationId, codes: Collection[str], now: datetime
) -> list[str]:
    """Take the products of these codes in and return their names; one that is here already is left as it is."""
    if unknown := set(codes) - {one.code for one in load_facts().products}:
        raise Problem("bad_request", codes=sorted(unknown))
    # Two desks that take the same one at once would each find it missing.
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{tx.scope.territory_id} products")
    taken = [one for one in await read_lacking(tx) if one.code in codes]
    if taken:
        acts = [act_of_fields("product", new_id(), {**fields_of(one)}) for one in taken]
        written = await write(tx, installation_id, acts, now)
        if written.refused:
            raise Problem("bad_request", codes=sorted(set(written.refused)))
    return [one.name for one in taken]
