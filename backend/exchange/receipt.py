"""This file writes the local receipt of a dose: a page to print, with a QR code of the same words.

It is a reminder for the person and whoever vaccinates next, never a certificate: it says so, carries no signature, and
its code leads nowhere.
"""

from html import escape
from typing import Final

import segno

from backend.exchange.to_fhir import DoseRow, PersonRow

TITLE_FR: Final = "Reçu local de vaccination"
NOT_OFFICIAL_FR: Final = "Document local sans valeur officielle : il ne remplace ni le carnet ni le registre national."
NOT_OFFICIAL_EN: Final = "Local note without official value: it replaces neither the booklet nor the national register."


def receipt_lines(dose: DoseRow, person: PersonRow) -> list[str]:
    """Return the words of the receipt, in French."""
    name = " ".join(part for part in (person.given_name, person.family_name) if part) or person.alias or "—"
    born = f"Né(e) le {person.born_on:%d/%m/%Y}" if person.born_on else "Date de naissance inconnue"
    vaccine = dose.product_name or dose.product_code or ", ".join(sorted(dose.antigens)) or "—"
    rank = f" (dose {dose.dose_number})" if dose.dose_number else ""
    return [
        TITLE_FR,
        name,
        born,
        f"Vaccin : {vaccine}{rank}",
        f"Lot : {dose.lot_number or 'inconnu'}",
        f"Injecté le {dose.given_on:%d/%m/%Y}",
        f"Référence : {dose.id}",
    ]


def receipt_page(dose: DoseRow, person: PersonRow) -> str:
    """Return the page. Every word from a record is escaped; the drawing of the code stands in the page itself."""
    lines = receipt_lines(dose, person)
    code = segno.make("\n".join([*lines, NOT_OFFICIAL_FR]), error="m", micro=False)
    drawing = code.svg_inline(scale=4, border=4)
    shown = "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
    return (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{TITLE_FR}</title>'
        f"<main><h1>{TITLE_FR}</h1>{shown}{drawing}"
        f'<p><strong>{NOT_OFFICIAL_FR}</strong></p><p lang="en">{NOT_OFFICIAL_EN}</p></main></html>'
    )
