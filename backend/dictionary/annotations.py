"""This file says of every field of every record, and of every plain table, what it is kept for, on which basis, how long.

It is the one table of annotations behind docs/reference/data-dictionary.md, from which a controller's record of processing
and impact assessment are made; a field without an entry fails the build. Bases are proposals: the controller decides them.
"""

from dataclasses import dataclass
from typing import Final

from backend.retention.rules import RuleName


@dataclass(frozen=True)
class Use:
    """Why data are kept, on which basis, who receives them, and by which rule they end (None: they are of no person)."""

    purpose: str
    basis: str
    recipients: str
    ends_by: tuple[RuleName, ...]


_FILE: Final = (RuleName.CARE_FILE, RuleName.KNOWN_ONLY)
_CARE_TEAM: Final = "dispatchers, clinical supervisors, the team on its round"
_CARE_BASIS: Final = "GDPR 6(1)(e) and 9(2)(h); professional secrecy, CSP L. 1110-4"
NOBODY: Final = "nobody"

USES: Final[dict[str, Use]] = {
    "identify": Use("recognise the person and tell them from others", _CARE_BASIS, _CARE_TEAM, _FILE),
    "reach": Use("find the person and be let in", _CARE_BASIS, _CARE_TEAM, _FILE),
    "speak": Use("speak with the person in their language", _CARE_BASIS, _CARE_TEAM, _FILE),
    "care": Use("decide about care, give it, answer for it", _CARE_BASIS, _CARE_TEAM, _FILE),
    "reached": Use(
        "know which groups have been reached and which not",
        "GDPR 6(1)(e) and 9(2)(i)",
        f"{_CARE_TEAM}; managers as counts, small ones hidden",
        _FILE,
    ),
    "rights": Use("keep what the person agreed or objected to", "GDPR 6(1)(c), articles 7 and 21", _CARE_TEAM, _FILE),
    "organise": Use("plan and make the visits", "GDPR 6(1)(e)", _CARE_TEAM, _FILE),
    "correct": Use("correct an entry without hiding it", "GDPR 5(1)(d)", "dispatchers, clinical supervisors", _FILE),
    "national_identity": Use(
        "use the national health identity",
        "CSP L. 1111-8-1 and R. 1111-8-1",
        "clinical supervisors, after a code",
        _FILE,
    ),
    "work": Use("run rounds, teams and stock", "no data of people who are cared for", "staff of the territory", ()),
    "house": Use(
        "run the server and its territories", "no data of people who are cared for", "staff of the territory", ()
    ),
    "account": Use(
        "let staff sign in and hold rights",
        "GDPR 6(1)(c) and 32",
        "the user; administrators of the territory",
        (RuleName.SIGN_IN_TRACE,),
    ),
    "trace": Use(
        "answer for every look and change",
        "GDPR 32; CNIL 2021-122",
        "auditors of the territory",
        (RuleName.ACCESS_TRACE,),
    ),
    "job": Use("run background work", "GDPR 5(1)(e): ids and counts alone", NOBODY, (RuleName.JOB_TRACE,)),
    "log": Use("prove and rebuild every record", _CARE_BASIS, "as the record that it is about", _FILE),
}

# Kind of record → use → its fields. Every field stands once.
FIELDS: Final[dict[str, dict[str, str]]] = {
    "place": {
        "reach": "kind name address lon_e7 lat_e7 access_code floor lift contact_phone",
        "organise": "capacity_persons state",
    },
    "household": {"reach": "name place_id room", "organise": "headcount_declared"},
    "person": {
        "identify": "given_name family_name alias born_on born_precision sex identity_status",
        "reach": "phone place_id room household_id",
        "speak": "language interpreter_needed",
        "reached": "population_group",
        "care": "mobility allergies conditions contraindications died_on",
        "rights": "objections",
    },
    "same_person": {"identify": "person_id other_id joined"},
    "request": {
        "organise": "caller_role channel person_id household_id place_id acts priority due_on received_at state "
        "protocol_version redirected_to on_hold_reason joined_to",
        "reach": "call_back_phone",
        "care": "reason reason_code red_flags on_hold_note",
    },
    "visit": {
        "organise": "request_id person_id household_id place_id acts people_count service_minutes windows not_before_on due_on "
        "priority skills professionals products preferred_team_id state",
        "speak": "language",
    },
    "round": {
        "work": "plan_id team_id day_on starts_at ends_at version doses_carried doses_returned tests_carried "
        "tests_returned expected_waste_doses state",
    },
    "stop": {
        "organise": "round_id place_id visit_ids position arrival_planned_at service_minutes travel_seconds arrived_at "
        "departed_at state",
    },
    "message": {"work": "team_id round_id text sent_at state"},
    "visit_outcome": {
        "care": "visit_id stop_id result arrived_at departed_at people_seen next_attempt_on note",
        "correct": "state error_reason",
    },
    "consent": {
        "rights": "person_id visit_id act decision by reason decided_at note",
        "speak": "language interpreter",
        "correct": "state error_reason",
    },
    "dose": {
        "care": "person_id visit_id status not_given_reason antigens product_code lot_number expires_on vial_id body_site "
        "dose_number given_on given_at source observed_minutes observed_end note",
        "correct": "state error_reason",
    },
    "questionnaire": {
        "care": "person_id visit_id version antigens asked answered_yes answered_unknown outcome asked_at note",
        "correct": "state error_reason",
    },
    "adverse_event": {
        "care": "person_id dose_id visit_id signs onset_at serious outcome treatment reporter reported_at declared_on "
        "declared_reference note",
        "correct": "state error_reason",
    },
    "screening": {
        "care": "person_id visit_id test_type pathogen kit_lot collected_at result resulted_at told_at note",
        "correct": "state error_reason",
    },
    "education_session": {
        "care": "visit_id place_id household_id topics person_ids people_present teach_back held_at note",
        "speak": "language",
        "correct": "state error_reason",
    },
    "exposure": {
        "care": "index_person_id contact_person_id setting last_on follow_up note",
        "correct": "state error_reason",
    },
    "vial": {
        "work": "lot_id product_code lot_number expires_on team_id doses_nominal thawed_at opened_at warm_minutes "
        "doses_wasted waste_cause state",
    },
    "temperature": {"work": "team_id round_id place_id read_at celsius_tenths moment state error_reason note"},
    "site_session": {
        "work": "kind place_id campaign_id antigens starts_at ends_at slot_minutes slot_persons closed_at balance_reason state",
    },
    "appointment": {
        "organise": "site_session_id person_id slot_at antigen channel follows_id arrived_at observed_until_at dose_id state",
    },
    "reserve": {
        "organise": "site_session_id person_id antigen minutes_to_arrive offered_at offer_ends_at state",
    },
    "stock_move": {
        "work": "kind lot_id from_place_id to_place_id site_session_id doses cause moved_at state error_reason note",
    },
    "excursion": {"work": "temperature_id lot_ids opened_at decision decision_reason decided_at state"},
    "objective": {"work": "name campaign_id indicator baseline_percent target_percent weight state"},
    "product": {
        "work": "code name antigens nuva_code cip_code doses_per_vial hours_after_opening days_thawed warm_minutes_max storage "
        "cvx_code atc_code facts_source value_sources",
    },
    "lot": {"work": "product_id number expires_on state"},
    "team": {
        "work": "name letter mode skills languages start_place_id end_place_id doses_capacity tests_capacity state",
    },
    "campaign": {
        "work": "name antigen season age_least_years population_groups starts_on ends_on target_percent state",
    },
    "review": {
        "correct": "rule record_ids field dots clinical opened_at choice choice_note settled_at state",
    },
}  # fmt: skip

# Use → the plain tables that are kept for it. Every table that is no kind of record stands once.
TABLES: Final[dict[str, str]] = {
    "house": "territory server_epoch zone population_cell bucket feed",
    "work": "desk_shift phone_day rules_choice shift plan coverage_target "
    "tablet enrolment_code held_bucket plan_change planning_weights purge",
    "reached": "coverage_state coverage_cell coverage_count coverage_subject coverage_version",
    "account": "tablet_person tablet_share tablet_rescue "
    "app_user membership sign_in_session set_up_code throttle passkey linked_identity identity_attempt notice calendar_token",
    "trace": "journal journal_seal break_glass",
    "job": "job",
    "log": "installation op follow_up record quarantine_decision attachment attachment_part attachment_record",
    "care": "forecast_person forecast keyed_dose",
    "rights": "retention_hold",
    "national_identity": "identity_number",
}


def use_of_field(kind: str, field: str) -> str | None:
    """Return the use of a field, or None if nobody has said one.

    >>> use_of_field("person", "born_on"), use_of_field("person", "shoe_size")
    ('identify', None)
    """
    return next((use for use, fields in FIELDS.get(kind, {}).items() if field in fields.split()), None)


def use_of_table(table: str) -> str | None:
    """Return the use of a plain table, or None if nobody has said one."""
    return next((use for use, tables in TABLES.items() if table in tables.split()), None)
