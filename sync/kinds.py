"""Say which kinds of record travel, which fields each has, and how concurrent values of a field are merged.

This table is the single truth: the wire decoder, the merge, the typed tables of the database and the tablet app are
all checked against it. A field without a policy cannot be written down. What a policy *does* is decided in
sync/merge.py; who may receive a record, in sync/scope.py.

Units: instants are text `2026-11-22T18:10:00.000Z`; days are text `2026-11-22`; coordinates are whole 1e-7 degrees;
integers stay below 2**53 (RFC 8785, I-JSON).
"""

from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """How concurrent values of one field become the value shown (DESIGN section 5)."""

    FACT = "fact"  # written once with the record; a further op corrects, nothing overwrites
    CLINICAL = "clinical"  # siblings kept, a review opens, readers use the cautious union meanwhile
    DEMOGRAPHIC = "demographic"  # latest by corrected time stands, losers stay in the history
    SET = "set"  # observed-remove set: concurrent additions all stay
    COUNTER = "counter"  # per-actor sums: concurrent increments add up
    FURTHEST = "furthest"  # a state machine: the furthest step reached stands
    DERIVED = "derived"  # computed by the server; an op that sets it is refused
    LATEST = "latest"  # explicit opt-in: harmless if somebody else's value is replaced


class Shape(StrEnum):
    """The JSON shape of a field's value; in a set field, of each element."""

    TEXT = "text"
    WORD = "word"  # one of Field.words; unknown words of a newer app are kept verbatim
    DAY = "day"
    INSTANT = "instant"
    WHOLE = "whole"  # integer between Field.least and Field.most
    FLAG = "flag"
    REF = "ref"  # uuid of a record


@dataclass(frozen=True)
class Field:
    """One field: its shape, its bounds and its merge policy (`steps` order a furthest field, first to last)."""

    shape: Shape
    policy: Policy
    required: bool = False
    words: tuple[str, ...] = ()
    characters_max: int = 200
    least: int = 0
    most: int = 2**53 - 1
    to: str = ""  # for REF: the kind referred to

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the words of a furthest field in their order."""
        return self.words if self.policy is Policy.FURTHEST else ()


@dataclass(frozen=True)
class Kind:
    """A kind of record: its fields and whether tablets may create it (`desk_only` kinds are written at a desk)."""

    name: str
    fields: dict[str, Field]
    desk_only: bool = False


def _text(policy: Policy, characters_max: int = 200, *, required: bool = False) -> Field:
    return Field(Shape.TEXT, policy, required, characters_max=characters_max)


def _word(policy: Policy, *words: str, required: bool = False) -> Field:
    return Field(Shape.WORD, policy, required, words=words)


def _day(policy: Policy, *, required: bool = False) -> Field:
    return Field(Shape.DAY, policy, required)


def _instant(policy: Policy, *, required: bool = False) -> Field:
    return Field(Shape.INSTANT, policy, required)


def _whole(policy: Policy, least: int, most: int, *, required: bool = False) -> Field:
    return Field(Shape.WHOLE, policy, required, least=least, most=most)


def _flag(policy: Policy) -> Field:
    return Field(Shape.FLAG, policy)


def _ref(policy: Policy, to: str, *, required: bool = False) -> Field:
    return Field(Shape.REF, policy, required, to=to)


F, C, D, S, N, X, L = (
    Policy.FACT,
    Policy.CLINICAL,
    Policy.DEMOGRAPHIC,
    Policy.SET,
    Policy.COUNTER,
    Policy.FURTHEST,
    Policy.LATEST,
)

GROUPS = ("homeless_hotel", "housebound_elderly", "large_family", "nursing_home", "other")
ACTS = ("vaccinate", "screen", "educate", "consult", "trace")
# Words of the WHO's core variables for an event after a vaccination: what was seen, why it is serious, how it ended.
SIGNS = (
    "local_reaction", "fever", "faint", "rash", "allergy", "anaphylaxis", "seizure", "abscess", "sepsis", "encephalopathy",
    "thrombocytopenia", "toxic_shock", "other",
)  # fmt: skip
SERIOUS = ("death", "life_threatening", "disability", "hospital", "congenital_anomaly", "medically_important")
OUTCOMES = ("recovered", "recovering", "not_recovered", "sequelae", "fatal", "unknown")
STATES_OF_A_FACT = ("recorded", "entered_in_error")

_LON = {"lon_e7": _whole(D, -1_800_000_000, 1_800_000_000)}
_LAT = {"lat_e7": _whole(D, -900_000_000, 900_000_000)}
_FACT = {"state": _word(X, *STATES_OF_A_FACT), "error_reason": _text(C, 500), "note": _text(F, 2000)}

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        # --- people and places
        Kind(
            "place",
            {
                "kind": _word(D, "home", "hotel", "shelter", "nursing_home", "centre", "street_spot", required=True),
                "name": _text(D),
                "address": _text(D, 300),
                **_LON,
                **_LAT,
                "access_code": _text(D, 60),
                "floor": _whole(D, -10, 200),
                "lift": _flag(D),
                "contact_phone": _text(D, 40),
                "capacity_persons": _whole(D, 0, 100_000),
                "state": _word(D, "active", "suspended", "closed"),
            },
        ),
        Kind(
            "household",
            {
                "name": _text(D),
                "place_id": _ref(D, "place"),
                "room": _text(D, 40),
                "headcount_declared": _whole(D, 0, 200),
            },
        ),
        Kind(
            "person",
            {
                "given_name": _text(D),
                "family_name": _text(D),
                "alias": _text(D),
                "born_on": _day(C),
                "born_precision": _word(D, "day", "month", "year", "estimated"),
                "sex": _word(D, "female", "male", "unknown"),
                "phone": _text(D, 40),
                "language": _word(
                    D, "fr", "en", "ar", "zh", "es", "pt", "ro", "ru", "uk", "ps", "fa", "bn", "ta", "so"
                ),
                "interpreter_needed": _flag(D),
                "place_id": _ref(D, "place"),
                "room": _text(D, 40),
                "household_id": _ref(D, "household"),
                "population_group": _word(D, *GROUPS),
                "mobility": _word(D, "walks", "needs_help", "housebound"),
                "identity_status": _word(D, "provisional", "retrieved", "validated", "qualified"),
                "allergies": _text(S, 200),
                "conditions": _text(S, 200),
                "contraindications": _text(S, 200),
                "died_on": _day(C),
                "objections": _word(S, "reminders", "statistics", "sharing", "register", "research"),
            },
        ),
        Kind(
            "same_person",  # a reversible link: two person records, one human
            {
                "person_id": _ref(F, "person", required=True),
                "other_id": _ref(F, "person", required=True),
                "joined": _flag(C),
            },
        ),
        # --- demand
        Kind(
            "request",
            {
                "caller_role": _word(
                    F, "person", "professional", "nursing_home", "partner", "sas", "team", required=True
                ),
                "channel": _word(F, "phone", "web", "paper", "partner", "referral", "field"),
                "call_back_phone": _text(D, 40),
                "person_id": _ref(D, "person"),
                "household_id": _ref(D, "household"),
                "place_id": _ref(D, "place"),
                "acts": _word(S, *ACTS),
                "priority": _whole(D, 1, 4),
                "due_on": _day(D),
                "received_at": _instant(F, required=True),
                "reason": _text(D, 500),
                "reason_code": _text(D, 40),  # of the protocol that was read to the caller (backend/visits/protocols)
                "protocol_version": _text(D, 40),
                "red_flags": _text(S, 40),
                "redirected_to": _word(D, "samu", "sas", "usual_care"),
                "on_hold_reason": _word(
                    D, "no_answer", "date_wanted", "information_awaited", "consent_awaited", "other"
                ),
                "on_hold_note": _text(D, 200),
                "joined_to": _ref(S, "request"),  # one call twice: the request that stays on the board
                "state": _word(X, "open", "on_hold", "accepted", "redirected", "revoked", "closed"),
            },
        ),
        Kind(
            "visit",
            {
                "request_id": _ref(F, "request"),
                "person_id": _ref(D, "person"),
                "household_id": _ref(D, "household"),
                "place_id": _ref(D, "place", required=True),
                "acts": _word(S, *ACTS),
                "people_count": _whole(D, 1, 500),
                "service_minutes": _whole(D, 1, 480),
                "windows": _text(S, 11),  # "HH:MM-HH:MM" in the territory's time zone
                "not_before_on": _day(D),
                "due_on": _day(D),
                "priority": _whole(D, 1, 4),  # 1 routine .. 4 urgent
                "skills": _text(S, 40),
                "language": _text(D, 3),
                "professionals": _whole(D, 1, 2),
                "products": _text(S, 40),
                "preferred_team_id": _ref(D, "team"),
                "state": _word(X, "wanted", "planned", "cancelled", "attempted", "done"),
            },
        ),
        # --- the day
        Kind(
            "round",
            {
                "plan_id": _ref(F, "plan", required=True),
                "team_id": _ref(F, "team", required=True),
                "day_on": _day(F, required=True),
                "starts_at": _instant(L),
                "ends_at": _instant(L),
                "version": _whole(L, 1, 10_000),
                "doses_carried": _text(S, 60),  # "product code x doses"
                "doses_returned": _text(S, 60),  # the same, counted when the bag came back
                "tests_carried": _whole(L, 0, 10_000),
                "tests_returned": _whole(L, 0, 10_000),
                "expected_waste_doses": _whole(L, 0, 10_000),
                "state": _word(X, "published", "downloaded", "in_progress", "returned", "withdrawn", "closed"),
            },
        ),
        Kind(
            "stop",
            {
                "round_id": _ref(L, "round", required=True),
                "place_id": _ref(F, "place", required=True),
                "visit_ids": _ref(S, "visit"),
                "position": _whole(L, 1, 500),
                "arrival_planned_at": _instant(L),
                "service_minutes": _whole(L, 0, 720),
                "travel_seconds": _whole(L, 0, 86_400),
                "arrived_at": _instant(D),
                "departed_at": _instant(D),
                "state": _word(X, "planned", "withdrawn", "arrived", "skipped", "done"),
            },
        ),
        Kind(
            "message",
            {
                "team_id": _ref(F, "team", required=True),
                "round_id": _ref(F, "round"),
                "text": _text(F, 1000, required=True),
                "sent_at": _instant(F, required=True),
                "state": _word(X, "sent", "read"),
            },
        ),
        # --- what was done: facts
        Kind(
            "visit_outcome",
            {
                "visit_id": _ref(F, "visit", required=True),
                "stop_id": _ref(F, "stop"),
                "result": _word(
                    F, "done", "absent", "refused", "unsafe", "wrong_address", "no_dose", "other", required=True
                ),
                "arrived_at": _instant(F),
                "departed_at": _instant(F),
                "people_seen": _whole(F, 0, 500),
                "next_attempt_on": _day(F),
                **_FACT,
            },
        ),
        Kind(
            "consent",
            {
                "person_id": _ref(F, "person", required=True),
                "visit_id": _ref(F, "visit"),
                "act": _word(F, *ACTS, required=True),
                "decision": _word(F, "given", "refused", "withdrawn", "unable", required=True),
                "by": _word(F, "person", "guardian", "trusted_person"),
                "reason": _word(F, "fear", "useless", "side_effects", "belief", "time", "other"),
                "language": _text(F, 3),
                "interpreter": _flag(F),
                "decided_at": _instant(F, required=True),
                **_FACT,
            },
        ),
        Kind(
            "dose",
            {
                "person_id": _ref(F, "person", required=True),
                "visit_id": _ref(F, "visit"),
                "status": _word(F, "given", "not_given", required=True),
                "not_given_reason": _word(
                    F, "refused", "absent", "unwell", "contraindicated", "no_dose_left", "already_done", "deferred"
                ),
                "antigens": _text(S, 40),
                "product_code": _text(F, 40),
                "lot_number": _text(F, 40),
                "expires_on": _day(F),
                "vial_id": _ref(F, "vial"),
                "body_site": _word(F, "left_arm", "right_arm", "left_thigh", "right_thigh", "other"),
                "dose_number": _whole(F, 1, 20),
                "given_on": _day(F, required=True),
                "given_at": _instant(F),
                "source": _word(F, "own", "card", "told", "register"),
                "observed_minutes": _whole(F, 0, 240),
                "observed_end": _word(F, "well", "reaction", "left_early"),
                **_FACT,
            },
        ),
        Kind(
            "questionnaire",  # what was answered before an injection; the questions are backend/doses/door_questions.toml
            {
                "person_id": _ref(F, "person", required=True),
                "visit_id": _ref(F, "visit"),
                "version": _text(F, 40),
                "antigens": _text(S, 40),
                "asked": _text(S, 40),
                "answered_yes": _text(S, 40),
                "answered_unknown": _text(S, 40),
                "outcome": _word(F, "go", "ask_doctor", "stop"),
                "asked_at": _instant(F, required=True),
                **_FACT,
            },
        ),
        Kind(
            "adverse_event",
            {
                "person_id": _ref(F, "person", required=True),
                "dose_id": _ref(F, "dose"),
                "visit_id": _ref(F, "visit"),
                "signs": _word(S, *SIGNS),
                "onset_at": _instant(F),
                "serious": _word(S, *SERIOUS),
                "outcome": _word(C, *OUTCOMES),
                "treatment": _text(C, 500),
                "reporter": _word(F, "person", "relative", "nurse", "doctor", "pharmacist", "other"),
                "reported_at": _instant(F, required=True),
                "declared_on": _day(D),
                "declared_reference": _text(D, 80),
                **_FACT,
            },
        ),
        Kind(
            "screening",
            {
                "person_id": _ref(F, "person", required=True),
                "visit_id": _ref(F, "visit"),
                "test_type": _word(F, "antigen", "pcr", "other", required=True),
                "pathogen": _text(F, 40, required=True),
                "kit_lot": _text(F, 40),
                "collected_at": _instant(F, required=True),
                "result": _word(C, "pending", "detected", "not_detected", "inconclusive", "unsatisfactory", "not_done"),
                "resulted_at": _instant(C),
                "told_at": _instant(D),
                **_FACT,
            },
        ),
        Kind(
            "education_session",
            {
                "visit_id": _ref(F, "visit"),
                "place_id": _ref(F, "place"),
                "household_id": _ref(F, "household"),
                "topics": _text(S, 60),
                "language": _text(F, 3),
                "person_ids": _ref(S, "person"),
                "people_present": _whole(F, 0, 500, required=True),
                "teach_back": _word(F, "good", "partial", "none"),
                "held_at": _instant(F, required=True),
                **_FACT,
            },
        ),
        Kind(
            "exposure",
            {
                "index_person_id": _ref(F, "person", required=True),
                "contact_person_id": _ref(F, "person", required=True),
                "setting": _word(F, "household", "site", "event", "other"),
                "last_on": _day(F, required=True),
                "follow_up": _word(X, "listed", "under_follow_up", "lost", "completed", "converted"),
                **_FACT,
            },
        ),
        # --- vials and the bag
        Kind(
            "vial",
            {
                "lot_id": _ref(F, "lot"),
                # What the box says, where the territory has no such lot yet.
                "product_code": _text(F, 40),
                "lot_number": _text(F, 40),
                "expires_on": _day(F),
                "team_id": _ref(F, "team"),
                "doses_nominal": _whole(F, 1, 100, required=True),
                "thawed_at": _instant(C),
                "opened_at": _instant(C),
                "warm_minutes": _whole(N, 0, 100_000),
                "doses_wasted": _whole(N, 0, 100),
                "waste_cause": _word(
                    S, "partial", "time", "temperature", "broken", "contaminated", "expired", "label", "other"
                ),
                "state": _word(X, "sealed", "opened", "empty", "discarded"),
            },
        ),
        Kind(
            "temperature",
            {
                "team_id": _ref(F, "team"),  # of a bag; a fridge has a place
                "round_id": _ref(F, "round"),
                "place_id": _ref(F, "place"),
                "read_at": _instant(F, required=True),
                "celsius_tenths": _whole(F, -1000, 1000, required=True),
                "moment": _word(F, "departure", "stop", "return", "centre"),
                **_FACT,
            },
        ),
        # --- reference data, written at the desk
        Kind(
            "product",
            {
                "code": _text(F, 40, required=True),
                "name": _text(L),
                "antigens": _text(S, 40),
                "nuva_code": _text(L, 20),
                "cip_code": _text(L, 13),
                "doses_per_vial": _whole(L, 1, 100),
                "hours_after_opening": _whole(L, 0, 8760),
                "days_thawed": _whole(L, 0, 3650),
                "warm_minutes_max": _whole(L, 0, 100_000),
                "storage": _word(L, "cold", "frozen", "ambient"),
                "cvx_code": _text(L, 10),
                "atc_code": _text(L, 10),
                "facts_source": _text(L, 300),
                "value_sources": _text(S, 300),  # "field: source", one per value
            },
            desk_only=True,
        ),
        Kind(
            "lot",
            {
                "product_id": _ref(F, "product", required=True),
                "number": _text(F, 40, required=True),
                "expires_on": _day(L),
                "state": _word(C, "available", "quarantined", "recalled", "destroyed"),
            },
            desk_only=True,
        ),
        Kind(
            "team",
            {
                "name": _text(L, 80, required=True),
                "letter": _text(L, 2),
                "mode": _word(L, "foot", "bicycle", "car"),
                "skills": _text(S, 40),
                "languages": _text(S, 3),
                "start_place_id": _ref(L, "place"),
                "end_place_id": _ref(L, "place"),
                "doses_capacity": _whole(L, 0, 10_000),
                "tests_capacity": _whole(L, 0, 10_000),
                "state": _word(L, "active", "suspended"),
            },
            desk_only=True,
        ),
        Kind(
            "campaign",
            {
                "name": _text(L, 120, required=True),
                "antigen": _text(F, 40, required=True),
                "season": _text(F, 20),
                "age_least_years": _whole(L, 0, 130),
                "population_groups": _word(S, *GROUPS),
                "starts_on": _day(L),
                "ends_on": _day(L),
                "target_percent": _whole(L, 0, 100),
                "state": _word(L, "prepared", "running", "paused", "ended"),
            },
            desk_only=True,
        ),
        # --- the centre's day and its stock, written at the desk
        Kind(
            "site_session",
            {
                "kind": _word(F, "centre", "pop_up", "group_site", required=True),
                "place_id": _ref(F, "place", required=True),
                "campaign_id": _ref(F, "campaign"),
                "antigens": _text(S, 40),
                "starts_at": _instant(F, required=True),
                "ends_at": _instant(F, required=True),
                "slot_minutes": _whole(F, 5, 240, required=True),
                "slot_persons": _whole(L, 1, 100, required=True),
                "closed_at": _instant(D),
                "balance_reason": _text(D, 500),
                "state": _word(X, "planned", "open", "closed"),
            },
            desk_only=True,
        ),
        Kind(
            "appointment",
            {
                "site_session_id": _ref(F, "site_session", required=True),
                "person_id": _ref(F, "person", required=True),
                "slot_at": _instant(F, required=True),
                "antigen": _text(F, 40, required=True),
                "channel": _word(F, "phone", "desk", "walk_in", "reserve", "second", required=True),
                "follows_id": _ref(F, "appointment"),
                "arrived_at": _instant(D),
                "observed_until_at": _instant(D),
                "dose_id": _ref(D, "dose"),
                "state": _word(X, "booked", "cancelled", "no_show", "arrived", "done"),
            },
            desk_only=True,
        ),
        Kind(
            "reserve",  # somebody who may come at short notice for a dose that is left
            {
                "site_session_id": _ref(F, "site_session", required=True),
                "person_id": _ref(F, "person", required=True),
                "antigen": _text(F, 40, required=True),
                "minutes_to_arrive": _whole(F, 0, 600),
                "offered_at": _instant(D),
                "offer_ends_at": _instant(D),
                "state": _word(X, "waiting", "offered", "lapsed", "accepted"),
            },
            desk_only=True,
        ),
        Kind(
            "stock_move",
            {
                "kind": _word(F, "received", "transferred", "used", "discarded", "found", "missing", required=True),
                "lot_id": _ref(F, "lot", required=True),
                "from_place_id": _ref(F, "place"),
                "to_place_id": _ref(F, "place"),
                "site_session_id": _ref(F, "site_session"),
                "doses": _whole(F, 1, 100_000, required=True),
                "cause": _word(F, "partial", "expired", "temperature", "broken", "contaminated", "recalled", "other"),
                "moved_at": _instant(F, required=True),
                **_FACT,
            },
            desk_only=True,
        ),
        Kind(
            "excursion",
            {
                "temperature_id": _ref(F, "temperature", required=True),
                "lot_ids": _ref(S, "lot"),
                "opened_at": _instant(F, required=True),
                "decision": _word(C, "release", "destroy"),
                "decision_reason": _text(C, 500),
                "decided_at": _instant(D),
                "state": _word(X, "open", "decided"),
            },
            desk_only=True,
        ),
        Kind(
            "objective",  # what a contract with the authorities asks for
            {
                "name": _text(L, 200, required=True),
                "campaign_id": _ref(F, "campaign", required=True),
                "indicator": _word(
                    F, "known_coverage", "population_coverage", "drop_out", "missed_opportunity", required=True
                ),
                "baseline_percent": _whole(L, 0, 100),
                "target_percent": _whole(L, 0, 100, required=True),
                "weight": _whole(L, 0, 1000),
                "state": _word(X, "active", "ended"),
            },
            desk_only=True,
        ),
        # --- what waits for a human
        Kind(
            "review",
            {
                "rule": _text(F, 60, required=True),
                "record_ids": Field(Shape.REF, S),
                "field": _text(F, 60),
                "dots": _text(S, 40),  # "actor.n" of each sibling: what a settlement must have seen
                "clinical": _flag(F),
                "opened_at": _instant(F, required=True),
                "choice": _word(C, "keep", "same", "different", "entered_in_error", "accepted"),
                "choice_note": _text(C, 1000),
                "settled_at": _instant(D),
                "state": _word(X, "open", "settled"),
            },
        ),
    )
}
