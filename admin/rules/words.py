"""This file holds the words of the page of rules, French and English."""

from typing import Final

from admin.shared.render import Words
from admin.shared.speaker import Pairs

WORDS: Final[Words] = {
    "title": ("Règles de vaccination", "Vaccination rules"),
    "release": ("Version des règles du jour", "Release of the day"),
    "antigen": ("Vaccination", "Vaccination"),
    "version": ("Version", "Version"),
    "in_force": ("En vigueur", "In force"),
    "signed": ("Signature", "Signature"),
    "signed_on": ("signée le", "signed on"),
    "not_validated": ("non validée par un médecin", "not validated by a physician"),
    "sources": ("Sources et remarques", "Sources and remarks"),
    "read_on": ("lu le", "read on"),
    "content": ("Contenu", "Content"),
    "doses": ("doses décrites", "doses described"),
    "cases": ("cas travaillés", "worked cases"),
    "until": ("jusqu'au", "until"),
    "unsigned": ("Ce que peuvent dire les règles non signées", "What unsigned rules may say"),
    "hint": (
        "« Non validée par un médecin » reste écrit partout. Les pages suivent aussitôt, une tablette dès qu'elle se synchronise.",
        "“Not validated by a physician” stays written everywhere. Pages follow at once, a tablet at its next sync.",
    ),
    "only_clinical": (
        "Seule une supervision clinique peut faire suivre des règles non signées.",
        "Only a clinical supervisor can have unsigned rules followed.",
    ),
    "reason": ("Pourquoi", "Why"),
    "need_reason": ("Dites pourquoi en quelques mots.", "Say why in a few words."),
    "choose": ("Choisir", "Choose"),
    "present": ("en vigueur", "in force"),
    "saved": ("C'est enregistré.", "Saved."),
    "history": ("Choix faits", "Choices made"),
    "on": ("Le", "On"),
    "by": ("Par", "By"),
    "choice": ("Choix", "Choice"),
    "none": (
        "Aucun choix n'a été fait : les règles non signées disent ce qui est à faire, jamais « peut être fait ».",
        "No choice was made: unsigned rules say what is due, never “may be given”.",
    ),
}
CHOICES: Final[Pairs] = {
    "off": (
        "Coupées : elles n'appellent personne et ne disent rien, sauf ce qui ne doit pas être fait",
        "Off: they call nobody and say nothing, except what must not be given",
    ),
    "labelled": (
        "Indicatives : elles disent ce qui est à faire, jamais « peut être fait »",
        "Indicative: they say what is due, never “may be given”",
    ),
    "followed": (
        "Suivies : elles disent aussi « peut être fait » ; la supervision clinique en répond",
        "Followed: they say “may be given” too; the clinical supervisor answers for it",
    ),
}
