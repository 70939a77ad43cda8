"""This file answers `/products`, with the source of each value, and `/vials`, with where each vial stands.

Where a vial stands is decided in backend/doses/vials.py, what the catalogue says of a product in
backend/territory/catalogue.py. Neither page holds anything about a person: who may see the rules may see the products. Whoever
keeps the stock takes products in: they receive the lots of them, and of what the catalogue says nothing is theirs to decide.
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.products import words
from admin.shared.desk_forms import desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import day_in
from backend.db.transaction import transaction
from backend.doses.read_vials import VialLine, read_product_lines, read_vials
from backend.doses.rules.words import Release, release_on
from backend.doses.take_products import read_lacking, take_products
from backend.doses.vials import Standing

Req = Request[Any, Any, Any]


@get("/products", opt=needs(Right.SEE_RULES), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_products(request: Req) -> Response[str]:
    """Show the products with every value and its source, and those of the catalogue that are not here."""
    may_take = signed_of(request).may(Right.MANAGE_STOCK)
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        products = await read_product_lines(tx)
        offered = await read_lacking(tx) if may_take else []
    taken = request.query_params.get("taken", "")
    return page(
        request,
        "products/products.html",
        words.WORDS,
        say=say,
        w=words,
        products=products,
        offered=offered,
        may_take=may_take,
        may_see_vials=signed_of(request).may(Right.SEE_ROUNDS),
        taken=taken if taken.isdecimal() and len(taken) <= 3 else "",
    )


@post(
    "/products", opt=needs(Right.MANAGE_STOCK), status_code=200, exception_handlers=ON_PROBLEM, include_in_schema=False
)
async def take_in(request: Req) -> Response[Any]:
    """Take products in from the catalogue."""
    form = await posted(request)
    async with transaction(scope_of(request)) as tx:
        installation_id = await desk_installation(tx, request)
        taken = await take_products(tx, installation_id, set(form.texts("code")), request.app.state.now())
    return Redirect(f"/products?taken={len(taken)}", status_code=303)


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


routes = [show_products, take_in, show_vials]
