"""This file says in words what every indicator counts: numerator, denominator, exclusions, source, and its version.

The arithmetic is in backend/coverage/indicators.py and care.py; page, CSV and report print these very sentences.
"""

from typing import Final

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    fr: str
    en: str


class Indicator(msgspec.Struct, frozen=True):
    """One indicator's definition; the version moves whenever a figure could change for the same records."""

    code: str
    version: int
    title: Text
    numerator: Text
    denominator: Text
    exclusions: Text
    source: str


_WITHOUT = Text(
    "Saisies erronées ; personnes opposées aux statistiques.",
    "Entries made in error; persons who object to statistics.",
)
_NONE = Text("Aucun : c'est un nombre.", "None: it is a number.")
_KNOWN_TARGET = Text(
    "Personnes connues visées par la campagne (groupe, âge au premier jour), décès antérieurs exclus.",
    "Known persons whom the campaign aims at (group, age on its first day), without earlier deaths.",
)
_WHO = "WHO, immunization coverage and wastage indicators"

INDICATORS: Final[dict[str, Indicator]] = {
    one.code: one
    for one in (
        Indicator(
            "contribution",
            1,
            Text("Contribution : doses données par nous", "Contribution: doses we gave"),
            Text(
                "Doses de l'antigène, données par nos équipes pendant la campagne, au jour de l'acte.",
                "Doses of the antigen that our teams gave in the campaign, by the day of the act.",
            ),
            _NONE,
            _WITHOUT,
            _WHO,
        ),
        Indicator(
            "known_coverage",
            1,
            Text("Personnes connues vaccinées", "Known persons covered"),
            Text(
                "Personnes visées ayant au moins une dose dans la campagne, quelle qu'en soit la source.",
                "Persons aimed at with at least one dose in the campaign, whatever its source.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            "Interval: Wilson 1927",
        ),
        Indicator(
            "population_coverage",
            1,
            Text("Couverture de la population (au moins)", "Population coverage (at least)"),
            Text(
                "Personnes visées ayant au moins une dose connue dans la campagne : un plancher.",
                "Persons aimed at with at least one known dose in the campaign: a floor.",
            ),
            Text(
                "Habitants de l'âge et du groupe visés : estimation basse, centrale, haute, datée.",
                "Inhabitants of the age and group aimed at: dated low, point and high estimates.",
            ),
            _WITHOUT,
            "Estimates: source named with each figure",
        ),
        Indicator(
            "reached",
            1,
            Text("Personnes connues et rencontrées", "Persons known and reached"),
            Text(
                "Personnes connues qu'une équipe a rencontrées au moins une fois (dose proposée, dépistage, "
                "éducation, visite).",
                "Known persons whom a team met at least once (dose offered, screening, education, visit).",
            ),
            Text("Personnes connues, vivantes.", "Known persons who are alive."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "due_not_reached",
            1,
            Text("À vacciner, pas encore rencontrées", "Due and not reached"),
            Text(
                "Personnes visées sans dose dans la campagne et qu'aucune équipe n'a rencontrées pendant celle-ci.",
                "Persons aimed at without a dose in the campaign whom no team met in it.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "zero_dose",
            1,
            Text("Zéro dose", "Zero-dose"),
            Text(
                "Personnes visées sans aucune dose connue de l'antigène, à quelque date que ce soit.",
                "Persons aimed at without any known dose of the antigen, whatever the date.",
            ),
            _KNOWN_TARGET,
            _WITHOUT,
            _WHO,
        ),
        Indicator(
            "not_given",
            1,
            Text("Doses non données, par motif", "Doses not given, by reason"),
            Text("Doses proposées et non données, par motif.", "Doses offered and not given, by reason."),
            Text("Doses proposées : données par nous ou non données.", "Doses offered: given by us or not given."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "consent_refused",
            1,
            Text("Refus de vaccination, par raison", "Refusals of vaccination, by reason"),
            Text("Consentements refusés, par raison donnée.", "Consents refused, by the reason given."),
            Text("Tous les consentements refusés.", "All consents refused."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "site_last_visit",
            1,
            Text("Temps depuis la dernière visite, par site", "Time since the last visit, by site"),
            Text("Jours depuis la dernière visite faite.", "Days since the last visit done."),
            _NONE,
            Text("Domiciles ; sites fermés.", "Homes; closed sites."),
            "Own definition",
        ),
        Indicator(
            "backlog_ageing",
            2,
            Text("Ancienneté des demandes en attente", "Age of waiting requests"),
            Text(
                "Demandes ni closes, ni réorientées, ni retirées, par jours depuis leur arrivée ; une pause n'arrête "
                "pas le compte. Des appels joints sont une seule demande, qui attend depuis le premier.",
                "Requests not closed, redirected or revoked, by days since they arrived; a pause does not stop the "
                "count. Joined calls are one request, which waits since the first.",
            ),
            _NONE,
            Text("Aucune.", "None."),
            "Own definition",
        ),
        Indicator(
            "act_to_server",
            1,
            Text("Délai entre l'acte et le serveur", "Delay between act and server"),
            Text(
                "Actes saisis sur tablette, par classe de délai jusqu'à leur arrivée au serveur.",
                "Acts recorded on tablets, by class of delay until the server held them.",
            ),
            _NONE,
            Text("Saisies erronées ; saisies faites au bureau.", "Entries made in error; entries made at a desk."),
            "Own definition",
        ),
        Indicator(
            "waste_open",
            1,
            Text("Pertes en flacons ouverts", "Open-vial wastage"),
            Text("Doses nominales non données des flacons ouverts.", "Nominal doses of opened vials not given."),
            Text("Doses nominales des flacons ouverts.", "Nominal doses of opened vials."),
            Text("Flacons encore en usage ; doses au-delà du nominal.", "Vials in use; doses beyond the nominal."),
            _WHO,
        ),
        Indicator(
            "waste_closed",
            1,
            Text("Pertes en flacons non ouverts", "Closed-vial wastage"),
            Text("Doses jetées sans ouvrir le flacon.", "Doses discarded unopened."),
            Text("Doses jetées sans ouvrir, plus doses des flacons ouverts.", "Doses discarded unopened plus opened."),
            Text("Flacons encore en usage ou en stock.", "Vials in use or in stock."),
            _WHO,
        ),
        Indicator(
            "waste_combined",
            1,
            Text("Pertes combinées", "Combined wastage"),
            Text("1 − (1 − pertes fermées) × (1 − pertes ouvertes).", "1 − (1 − closed wastage) × (1 − open wastage)."),
            Text("Doses sorties du stock.", "Doses taken from stock."),
            Text("Flacons encore en usage ou en stock.", "Vials in use or in stock."),
            _WHO,
        ),
        Indicator(
            "drop_out",
            1,
            Text("Abandon : deuxième dose jamais reçue", "Drop-out: second dose never given"),
            Text(
                "Personnes visées, première dose connue, sans deuxième dose alors que le délai est clos.",
                "Persons aimed at with a known first dose and no second one although its window is closed.",
            ),
            Text(
                "Personnes visées dont le délai de deuxième dose est clos (mois échu).",
                "Persons aimed at whose window for the second dose is closed (its month is over).",
            ),
            Text(
                "Antigènes sans délai dans les règles ; saisies erronées ; opposition aux statistiques.",
                "Antigens without a window in the rules; entries made in error; objection to statistics.",
            ),
            "Matured cohort after WHO, monitoring of drop-out; windows: rule files in force",
        ),
        Indicator(
            "on_time_second_dose",
            1,
            Text("Deuxième dose à temps", "Second dose on time"),
            Text(
                "Deuxième dose entre l'intervalle minimal absolu et la date limite recommandée.",
                "Second dose between the absolute minimal interval and the latest recommended day.",
            ),
            Text(
                "Personnes visées dont le délai de deuxième dose est clos (mois échu).",
                "Persons aimed at whose window for the second dose is closed (its month is over).",
            ),
            _WITHOUT,
            "Windows: rule files in force",
        ),
        Indicator(
            "missed_opportunity",
            1,
            Text("Occasions manquées", "Missed opportunities"),
            Text(
                "Rencontres d'une personne à vacciner sans dose de l'antigène ce jour, ni refus, ni contre-indication.",
                "Meetings with a person due at which no dose of the antigen was given, refused or contraindicated that day.",
            ),
            Text("Rencontres de personnes à vacciner.", "Meetings with persons who were due."),
            _WITHOUT,
            _WHO,
        ),
        Indicator(
            "refusal_reversed",
            1,
            Text("Refus suivis d'une dose", "Refusals followed by a dose"),
            Text(
                "Personnes ayant refusé puis reçu la dose dans la campagne.",
                "Persons who refused and were given the dose later in the campaign.",
            ),
            Text("Personnes ayant refusé dans la campagne.", "Persons who refused in the campaign."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "dose_traceable",
            1,
            Text("Doses avec lot et péremption", "Doses with lot and expiry"),
            Text(
                "Nos doses dont le lot et la péremption sont écrits.", "Doses of ours with lot and expiry written down."
            ),
            Text("Doses données par nos équipes pendant la campagne.", "Doses that our teams gave in the campaign."),
            _WITHOUT,
            "Own definition",
        ),
        Indicator(
            "screening_positivity",
            1,
            Text("Dépistages positifs", "Screening positivity"),
            Text("Tests dont le résultat est « détecté ».", "Tests whose result is “detected”."),
            Text("Tests avec un résultat interprétable.", "Tests with a result that can be read."),
            Text(
                "Tests non faits, en attente, non concluants ou non conformes.",
                "Tests not done, pending, inconclusive or unsatisfactory.",
            ),
            "Own definition",
        ),
        Indicator(
            "screening_delay",
            1,
            Text("Délai du résultat, et de son annonce", "Delay of the result, and until it was told"),
            Text(
                "Heures du prélèvement au résultat, et à son annonce, par classe.",
                "Hours from the sample to the result, and until it was told, by class.",
            ),
            _NONE,
            Text(
                "Tests sans résultat, ou dont le résultat n'est pas annoncé.",
                "Tests without a result, or not yet told.",
            ),
            "Own definition",
        ),
        Indicator(
            "equity_gap",
            2,
            Text("Écart selon le revenu de la zone", "Gap by the income of the zone"),
            Text(
                "Part vaccinée du cinquième de zones au revenu médian le plus haut, moins celle du cinquième le plus bas.",
                "Share covered in the fifth of zones with the highest median income, less that of the lowest fifth.",
            ),
            Text(
                "Personnes connues visées des zones affichées ; intervalle par tirage de zones avec remise, graine fixe.",
                "Known persons aimed at in the zones shown; interval by drawing zones with replacement, fixed seed.",
            ),
            Text(
                "Zones masquées ou sans revenu publié. Une zone ne dit rien d'une personne.",
                "Zones hidden or without published income. A zone says nothing about a person.",
            ),
            "INSEE FiLoSoFi, median income by IRIS",
        ),
    )
}
