"""This file decides what the catalogue that we carry says of a product, each value with its source, and what a territory lacks.

The catalogue is facts/products.csv, whose origin and licence stand in facts/SOURCES.md. What is not known of a product is left
out and shown as unknown.
"""

from collections.abc import Collection, Sequence
from typing import Final

from backend.territory.facts import Product
from backend.territory.record import Fields

_CLOCKS: Final = "French pharmacy press and manufacturer, read November 2026"
SOURCE_OF_VALUE: Final = {
    "nuva_code": "NUVA 1.3.23 (IVC, CC-BY 4.0)",
    "cip_code": "BDPM May 2026 (Licence Ouverte)",
    "doses_per_vial": "BDPM May 2026 (Licence Ouverte)",
    "hours_after_opening": f"after first puncture, at 2-30 °C: {_CLOCKS}",
    "days_thawed": f"10 weeks at 2-8 °C: {_CLOCKS}",
    "warm_minutes_max": f"unopened, at most 12 h at 8-30 °C: {_CLOCKS}",
    "storage": _CLOCKS,
    "cvx_code": "NUVA 1.3.23 alignment; lossy: one code for several products",
    "atc_code": "WHO ATC index; lossy: one code for a class of products",
}


def fields_of(product: Product) -> Fields:
    """Return the fields of a product's record, with a line of source for each value that is known."""
    fields: Fields = {
        "code": product.code,
        "name": product.name,
        "antigens": sorted(product.antigens),
        "nuva_code": product.nuva_code,
        "cip_code": product.cip_code,
        "doses_per_vial": product.doses_per_vial,
        "storage": product.storage,
        "atc_code": product.atc_code,
        "facts_source": product.facts_source,
    }
    for name in ("hours_after_opening", "days_thawed", "warm_minutes_max", "cvx_code"):
        if (value := getattr(product, name)) is not None:
            fields[name] = value
    known = sorted(fields.keys() & SOURCE_OF_VALUE.keys())
    fields["value_sources"] = [f"{name}: {SOURCE_OF_VALUE[name]}" for name in known]
    return fields


def lacking(catalogue: Sequence[Product], codes_here: Collection[str]) -> list[Product]:
    """Return the products of the catalogue that a territory does not have, by name; a product is told by its code.

    >>> from backend.territory.facts import load_facts
    >>> every = load_facts().products
    >>> [one.name for one in lacking(every, {one.code for one in every} - {"shingrix", "efluelda"})]
    ['Efluelda', 'Shingrix']
    """
    return sorted((one for one in catalogue if one.code not in codes_here), key=lambda one: one.name.casefold())
