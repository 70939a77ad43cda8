"""This file lists the codes of other systems for our words: FHIR R4 value sets, SNOMED CT, LOINC, NUVA, FR Core.

Sources: HL7 FHIR R4 (4.0.1) value sets; LOINC 30979-9 and its parts for forecast dates; FR Core 2.2; NUVA of the ANS.
A word without a code there travels as text. What is built with the codes is in to_fhir.py.
"""

from typing import Final

NUVA: Final = "http://smt.esante.gouv.fr/terminologie-nuva"
CIP: Final = "urn:oid:1.2.250.1.213.2.3.2"
SNOMED: Final = "http://snomed.info/sct"
LOINC: Final = "http://loinc.org"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ACT_SITE: Final = "http://terminology.hl7.org/CodeSystem/v3-ActSite"
ORIGIN: Final = "http://terminology.hl7.org/CodeSystem/immunization-origin"
DOSE_STATUS: Final = "http://terminology.hl7.org/CodeSystem/immunization-evaluation-dose-status"
FORECAST_STATUS: Final = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"
IDENTITY_EXTENSION: Final = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
IDENTITY_STATUS: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
# Every national health identifier (INS) is under this root, test and demonstration ones too: none comes in or goes out.
INS_ROOT: Final = "urn:oid:1.2.250.1.213.1.4."
OUR_IDS: Final = "urn:ietf:rfc:3986"

IDENTITY: Final = {"provisional": "PROV", "retrieved": "RECUP", "validated": "VALI", "qualified": "QUAL"}
GENDER: Final = {"female": "female", "male": "male"}
SITE: Final = {"left_arm": "LA", "right_arm": "RA", "left_thigh": "LT", "right_thigh": "RT"}
REPORTED: Final = {"card": "record", "told": "recall", "register": "jurisdiction"}
NOT_DONE: Final = {
    "refused": "PATOBJ",
    "contraindicated": "MEDPREC",
    "no_dose_left": "OSTOCK",
    "already_done": "IMMUNE",
}
DISEASE: Final = {
    "influenza": ("6142004",),
    "covid19": ("840539006",),
    "pneumococcal": ("16814004",),
    "zoster": ("4740000",),
    "rsv": ("55735004",),
    "dtp": ("397430003", "76902006", "398102009"),
    "diphtheria": ("397430003",),
    "tetanus": ("76902006",),
    "polio": ("398102009",),
    "pertussis": ("27836007",),
    "measles-mumps-rubella": ("14189004", "36989005", "36653000"),
    "measles": ("14189004",),
    "mumps": ("36989005",),
    "rubella": ("36653000",),
    "hepatitis_b": ("66071002",),
    "hib": ("709410003",),
    "hpv": ("240532009",),
    "mening_b": ("23511006",),
    "mening_acwy": ("23511006",),
}
FORECAST: Final = {
    "not-complete": "due",
    "complete": "complete",
    "immune": "immune",
    "contraindicated": "contraindicated",
}
DATE_KIND: Final = {"earliest": "30981-5", "recommended": "30980-7", "past_due": "59778-1", "latest": "59777-3"}
EVALUATION: Final = {"valid": "valid"}  # every other verdict is "notvalid"
