"""The counts of coverage from raw rows, in the slow, obvious way: for each figure, walk over all rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Rows = Mapping[str, Mapping[UUID, Row]]
BANDS = [(0, 4), (5, 10), (11, 17), (18, 24), (25, 44), (45, 64), (65, 74), (75, 84)]

HOURS = (1, 2, 4, 8, 12, 24, 48, 72, 168)
# Least days between two doses, and the months after the first within which the second is wanted.
WINDOWS = {"zoster": (28, 6)}


def day(at: datetime | None, zone: str) -> date | None:
    return at.astimezone(ZoneInfo(zone)).date() if at else None


def monday(on: date) -> date:
    while on.weekday() != 0:
        on -= timedelta(days=1)
    return on


@cache
def age(born: date | None, on: date | None) -> int | None:
    if born is None or on is None or born > on:
        return None
    years = 0
    while (born.year + years + 1, born.month, born.day) <= (on.year, on.month, on.day):
        years += 1
    return years


def band(years: int | None) -> str:
    if years is None:
        return "unknown"
    for least, most in BANDS:
        if years <= most:
            return f"{least}-{most}"
    return "85+"


def humans(rows: Rows) -> list[set[UUID]]:
    groups = [{one} for one in rows["person"]]
    for link in rows["same_person"].values():
        if link["joined"]:
            together = [group for group in groups if link["person_id"] in group or link["other_id"] in group]
            groups = [group for group in groups if group not in together] + [set().union(*together)]
    return groups


def standing(row: Row) -> bool:
    return row.get("state") != "entered_in_error"


def place_of(rows: Rows, person: Row) -> UUID | None:
    own: UUID | None = person["place_id"]
    if own is None and person["household_id"]:
        own = rows["household"][person["household_id"]]["place_id"]
    return own


def zone_of(rows: Rows, place_id: UUID | None) -> UUID | None:
    found: UUID | None = rows["place"][place_id]["zone_id"] if place_id else None
    return found


def met_days(rows: Rows, human: set[UUID], zone: str) -> set[date]:
    days: set[date | None] = set()
    for one in rows["screening"].values():
        if one["person_id"] in human and standing(one) and one["result"] != "not_done":
            days.add(day(one["collected_at"], zone))
    for one in rows["education_session"].values():
        if standing(one) and human & set(one["person_ids"]):
            days.add(day(one["held_at"], zone))
    for one in rows["visit_outcome"].values():
        met = one["result"] in ("done", "refused") and standing(one)
        if met and rows["visit"][one["visit_id"]]["person_id"] in human:
            days.add(day(one["arrived_at"] or one["departed_at"], zone))
    for one in rows["dose"].values():
        nobody = one["status"] != "given" and one["not_given_reason"] in ("absent", "no_dose_left")
        if one["person_id"] in human and standing(one) and ours(one) and not nobody:
            days.add(one["given_on"])
    return {one for one in days if one}


def ours(dose: Row) -> bool:
    return bool(dose["source"] == "own" or (dose["source"] is None and dose["visit_id"]))


def inside(campaign: Row, on: date | None) -> bool:
    starts, ends = campaign["starts_on"], campaign["ends_on"]
    return on is not None and (starts is None or starts <= on) and (ends is None or on <= ends)


def first(values: Any) -> Any:
    for value in values:
        if value is not None:
            return value
    return None


def counts(rows: Rows, zone: str) -> Counter[tuple[Any, ...]]:
    """Return (measure, campaign, zone, group, band, day, detail) -> n, from all rows."""
    found: Counter[tuple[Any, ...]] = Counter()
    for human in humans(rows):
        count_human(found, rows, human, zone)
    for request_id, one in rows["request"].items():
        state = one["state"] or "open"
        if state in ("open", "on_hold", "accepted") and not one["joined_to"]:
            person = rows["person"][one["person_id"]] if one["person_id"] else None
            household = rows["household"][one["household_id"]] if one["household_id"] else None
            where = first(
                [
                    zone_of(rows, one["place_id"]),
                    zone_of(rows, place_of(rows, person)) if person else None,
                    zone_of(rows, household["place_id"]) if household else None,
                ]
            )
            found["request_waiting", None, where, "", "", day(first_call(rows, request_id), zone), state] += 1
    count_sites(found, rows, zone)
    count_vials(found, rows)
    count_delays(found, rows, zone)
    return found


def first_call(rows: Rows, request_id: UUID) -> datetime | None:
    """Return when a request, or one that was joined to it, first arrived."""
    calls = [one for id_, one in rows["request"].items() if id_ == request_id or request_id in one["joined_to"]]
    return min((one["received_at"] for one in calls if one["received_at"]), default=None)


def count_human(found: Counter[tuple[Any, ...]], rows: Rows, human: set[UUID], zone: str) -> None:
    records = [rows["person"][one] for one in sorted(human)]
    if any("statistics" in one["objections"] for one in records):
        return
    where = first(zone_of(rows, place_of(rows, one)) for one in records)
    group = first(one["population_group"] for one in records) or "unknown"
    born, died = first(one["born_on"] for one in records), first(one["died_on"] for one in records)
    met = met_days(rows, human, zone)
    if not died:
        found["known", None, None, group, "", None, "reached" if met else "not_reached"] += 1
    for one in rows["consent"].values():
        if one["person_id"] in human and standing(one) and (one["act"], one["decision"]) == ("vaccinate", "refused"):
            on = day(one["decided_at"], zone)
            found["consent_refused", None, None, "", "", monday(on) if on else None, one["reason"] or "unknown"] += 1
    count_screenings(found, rows, human, zone)
    doses = [one for one in rows["dose"].values() if one["person_id"] in human and standing(one)]
    for campaign_id, campaign in rows["campaign"].items():
        mine = [one for one in doses if campaign["antigen"] in one["antigens"]]
        count_doses(found, [campaign_id, where, group], campaign, mine, born)
        if not aimed_at(campaign, group, born, died):
            continue
        count_care(found, rows, campaign_id, (where, group), human, zone)
        given = [one for one in mine if one["status"] == "given"]
        counted = [one for one in given if inside(campaign, one["given_on"])]
        week = monday(min(one["given_on"] for one in counted)) if counted else None
        if counted:
            word = "own" if any(ours(one) for one in counted) else "elsewhere"
        else:
            word = "due_seen" if any(inside(campaign, on) for on in met) else "due_missed"
            word += "" if given else "_zero"
        found["person", campaign_id, where, group, "", None, word] += 1
        found["person_by_age", campaign_id, None, group, band(age(born, campaign["starts_on"])), None, word] += 1
        if week:
            found["person_by_week", campaign_id, None, group, "", week, word] += 1


def count_care(
    found: Counter[tuple[Any, ...]], rows: Rows, campaign_id: UUID, key: tuple[Any, Any], human: set[UUID], zone: str
) -> None:
    """Occasions taken, excused or missed; refusals taken up again; second doses by the month their window closes."""
    campaign, (where, group) = rows["campaign"][campaign_id], key
    doses = [one for one in rows["dose"].values() if one["person_id"] in human and standing(one)]
    mine = [one for one in doses if campaign["antigen"] in one["antigens"] and one["given_on"]]
    given = sorted(one["given_on"] for one in mine if one["status"] == "given")
    counted = [on for on in given if inside(campaign, on)]
    no = [one for one in mine if one["status"] != "given"]
    sorry = {one["given_on"] for one in no if one["not_given_reason"] not in (None, "absent", "no_dose_left")}
    for one in rows["consent"].values():
        if one["person_id"] in human and standing(one) and (one["act"], one["decision"]) == ("vaccinate", "refused"):
            sorry.add(day(one["decided_at"], zone))
    for on in met_days(rows, human, zone):
        if inside(campaign, on) and not (counted and on > counted[0]):
            word = "taken" if counted and on == counted[0] else "excused" if on in sorry else "missed"
            found["occasion", campaign_id, where, group, "", None, word] += 1
    refused = [
        one["given_on"] for one in no if one["not_given_reason"] == "refused" and inside(campaign, one["given_on"])
    ]
    if refused:
        word = "accepted_later" if any(on > min(refused) for on in counted) else "still_refusing"
        found["refused_then", campaign_id, None, group, "", None, word] += 1
    if campaign["antigen"] in WINDOWS and given:
        least_days, months = WINDOWS[campaign["antigen"]]
        closes = later(given[0], months)
        second = next((on for on in given if on > given[0]), None)
        word = "none"
        if second is not None:
            early = second < given[0] + timedelta(least_days)
            word = "early" if early else "on_time" if second <= closes else "late"
        found["second_dose", campaign_id, where, group, "", date(closes.year, closes.month, 1), word] += 1


def later(on: date, months: int) -> date:
    """The same day of a later month; a day that does not exist is the first of the next month."""
    year, month = on.year, on.month + months
    while month > 12:
        year, month = year + 1, month - 12
    try:
        return date(year, month, on.day)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


def count_screenings(found: Counter[tuple[Any, ...]], rows: Rows, human: set[UUID], zone: str) -> None:
    for one in rows["screening"].values():
        on = day(one["collected_at"], zone)
        if one["person_id"] not in human or not standing(one) or on is None:
            continue
        word = f"{one['pathogen'] or 'unknown'}:{one['result'] or 'pending'}"
        found["screening", None, None, "", "", monday(on), word] += 1
        for measure, at in (("screening_result", one["resulted_at"]), ("screening_told", one["told_at"])):
            if at is not None:
                hours = [n for n in HOURS if at - one["collected_at"] <= timedelta(hours=n)]
                found[measure, None, None, "", "", monday(on), str(hours[0]) if hours else "longer"] += 1


def count_doses(
    found: Counter[tuple[Any, ...]], key: list[Any], campaign: Row, doses: list[Row], born: date | None
) -> None:
    for one in doses:
        years = band(age(born, one["given_on"]))
        if not inside(campaign, one["given_on"]):
            continue
        if one["status"] != "given":
            found["dose_not_given", key[0], None, "", "", None, one["not_given_reason"] or "unknown"] += 1
        elif ours(one):
            found["dose_given", *key, "", None, "given"] += 1
            found["dose_given_by_age", key[0], None, key[2], years, None, "given"] += 1
            word = "traceable" if one["lot_number"] and one["expires_on"] else "lot_or_expiry_missing"
            found["dose_quality", key[0], None, "", "", monday(one["given_on"]), word] += 1


def aimed_at(campaign: Row, group: str, born: date | None, died: date | None) -> bool:
    starts, least = campaign["starts_on"], campaign["age_least_years"] or 0
    if campaign["population_groups"] and group not in campaign["population_groups"]:
        return False
    if died and (starts is None or died < starts):
        return False
    years = age(born, starts)
    return not least or (years is not None and years >= least)


def count_sites(found: Counter[tuple[Any, ...]], rows: Rows, zone: str) -> None:
    for place_id, place in rows["place"].items():
        if (place["kind"] or "home") == "home" or place["state"] == "closed":
            continue
        ends = [
            one["departed_at"] or one["arrived_at"]
            for one in rows["visit_outcome"].values()
            if one["result"] == "done" and standing(one) and rows["visit"][one["visit_id"]]["place_id"] == place_id
        ]
        last = max((one for one in ends if one), default=None)
        found["site", None, place["zone_id"], "", "", day(last, zone), str(place_id)] += 1


def count_vials(found: Counter[tuple[Any, ...]], rows: Rows) -> None:
    for vial_id, vial in rows["vial"].items():
        given = sum(
            1
            for one in rows["dose"].values()
            if one["vial_id"] == vial_id and one["status"] == "given" and standing(one)
        )
        code = rows["product"][rows["lot"][vial["lot_id"]]["product_id"]]["code"]
        opened = bool(vial["opened_at"] or vial["state"] == "empty" or given)
        if vial["state"] not in ("empty", "discarded"):
            continue
        if not opened:
            found["vial_discarded_unopened", None, None, "", "", None, code] += vial["doses_nominal"]
            continue
        found["vial_opened_nominal", None, None, "", "", None, code] += vial["doses_nominal"]
        found["vial_given", None, None, "", "", None, code] += min(given, vial["doses_nominal"])
        found["vial_given_beyond_nominal", None, None, "", "", None, code] += max(0, given - vial["doses_nominal"])
    for key in [key for key, n in found.items() if n == 0]:
        del found[key]


def count_delays(found: Counter[tuple[Any, ...]], rows: Rows, zone: str) -> None:
    for kind, column in (("dose", "given_at"), ("screening", "collected_at"), ("visit_outcome", "arrived_at")):
        for record_id, row in rows[kind].items():
            arrived = [one["received_at"] for one in rows["op"].values() if one["record_id"] == record_id]
            at = row[column]
            if not arrived or at is None or not standing(row):
                continue
            seconds = max(0, int((min(arrived) - at).total_seconds()))
            hours = [n for n in HOURS if seconds <= n * 3600]
            on = day(at, zone)
            assert on
            found["act_delay", None, None, "", "", monday(on), str(hours[0]) if hours else "longer"] += 1
