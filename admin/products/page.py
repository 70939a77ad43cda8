"""This file answers `/products`, with the source of each value, and `/vials`, with where each vial stands.

Where a vial stands is decided in backend/doses/vials.py. Neither page holds anything about a person.
"""

from typing import Any

from litestar import Request, Response, get

from admin.products import words
from admin.shared.desk_forms import speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.doses.read_vials import VialLine, read_product_lines, read_vials
from backend.doses.rules.words import Release, release_on
from backend.doses.vials import Standing

Req = Request[Any, Any, Any]


@get("/products", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_products(request: Req) -> Response[str]:
    """Show the products with every value and its source."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        products = await read_product_lines(tx)
    return page(request, "products/products.html", words.WORDS, say=say, w=words, products=products)


@get("/vials", opt=needs(Right.SEE_ROUNDS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_vials(request: Req) -> Response[str]:
    """Show the vials of the last days: use-by, doses used, wasted and left."""
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        now = request.app.state.now()
        vials = await read_vials(tx, now, say.time_zone)
        release = release_on(day_in(say.time_zone, now))
    reserve = {
        vial.id: antigens[0]
        for vial in vials
        if vial.standing is Standing.OPEN and vial.balance.left and (antigens := _antigens(vial, release))
    }
    facts = {"reserve": reserve, "may_see_people": signed_of(request).may(Right.SEE_PEOPLE)}
    return page(request, "products/vials.html", words.WORDS, say=say, w=words, vials=vials, facts=facts)


def _antigens(vial: VialLine, release: Release) -> list[str]:
    """Return the antigens of today's rules that a vial is against."""
    return [antigen for word in vial.antigens for antigen in release.words.antigens.get(word, ())]


routes = [show_products, show_vials]
