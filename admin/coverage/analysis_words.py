"""This file holds what the page of analyses says, in French and English."""

from typing import Final

from admin.shared.render import Words

ANALYSIS: Final[Words] = {
    "title": ("Analyses de la couverture", "Analyses of coverage"),
    "save_svg": ("Image SVG", "Picture, SVG"),
    "save_png": ("Image PNG", "Picture, PNG"),
    "back": ("Retour à la couverture", "Back to coverage"),
    "quadrants": ("Couverture et abandon, par zone", "Coverage and drop-out, by zone"),
    "quadrants_note": (
        (
            "A : couverture atteinte, peu d'abandons · B : couverture atteinte, abandons · C : couverture basse, peu "
            "d'abandons · D : couverture basse, abandons. Seuils : objectif de la campagne et 10 % d'abandons."
        ),
        (
            "A: coverage met, few drop-outs · B: coverage met, drop-outs · C: low coverage, few drop-outs · D: low coverage, "
            "drop-outs. Thresholds: the campaign's target and 10 % drop-out."
        ),
    ),
    "no_second_dose": (
        "Pas de deuxième dose à suivre : les règles n'en donnent pas le délai, ou les nombres sont masqués.",
        "No second dose to follow: the rules give no window for it, or the numbers are hidden.",
    ),
    "funnel": ("Zones comparées au hasard (entonnoir)", "Zones against chance (funnel plot)"),
    "funnel_note": (
        "Tirets : limites à deux et trois écarts types autour de la moyenne. ▲ au-dessus, ▼ au-dessous, · dans les limites.",
        "Dashes: limits at two and three deviations around the mean. ▲ above, ▼ below, · within.",
    ),
    "care": ("Qualité du suivi", "Quality of follow-up"),
    "equity": ("Écart selon le revenu de la zone", "Gap by the income of the zone"),
    "equity_note": (
        "Points entre le cinquième de zones le plus aisé et le moins aisé ; une zone ne dit rien d'une personne.",
        "Points between the best-off and the worst-off fifth of zones; a zone says nothing about a person.",
    ),
    "equity_few": ("Trop peu de zones affichées avec un revenu.", "Too few zones shown with an income."),
    "indicator": ("Indicateur", "Indicator"),
    "value": ("Valeur", "Value"),
    "interval": ("Intervalle à 95 %", "95 % interval"),
    "of": ("Sur", "Out of"),
    "zone": ("Zone", "Zone"),
    "category": ("Catégorie", "Category"),
    "coverage": ("Couverture (%)", "Coverage (%)"),
    "drop_out": ("Abandon (%)", "Drop-out (%)"),
    "persons": ("Personnes connues visées", "Known persons aimed at"),
    "standing": ("Place", "Standing"),
    "low": ("▼ au-dessous", "▼ below"),
    "high": ("▲ au-dessus", "▲ above"),
    "within": ("· dans les limites", "· within"),
    "hidden": ("masqué ou sans objet", "hidden or not applicable"),
    "early": ("Deuxième dose trop tôt", "Second dose too early"),
    "late": ("Deuxième dose en retard", "Second dose late"),
    "refused": ("Personnes ayant refusé", "Persons who refused"),
    "result_delay": ("Résultat de test : médiane, 95 % (h, au plus)", "Test result: median, 95 % (h, at most)"),
    "told_delay": ("Résultat annoncé : médiane, 95 % (h, au plus)", "Result told: median, 95 % (h, at most)"),
    "people": ("voir les personnes", "see the people"),
    "no_campaign": ("Aucune campagne n'est enregistrée.", "There is no campaign yet."),
}
