"""Every indicator of coverage from raw rows, as the text that its digits make; each is worked out when it is asked for."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID

from tests.backend.coverage.second.counts import Row, count_care, day, first_call, inside, standing
from tests.backend.coverage.second.digits import percent, share, tenth, within
from tests.backend.coverage.second.town import ANY, Part, Town, aimed, in_campaign, of_campaign, our_doses

ALL_GROUPS = {"homeless_hotel", "housebound_elderly", "large_family", "nursing_home", "other"}


def contribution(town: Town, part: Part) -> str:
    return str(len(our_doses(town, part)))


def covered(town: Town, part: Part) -> int:
    return sum(1 for one in aimed(town, part) if in_campaign(town, one, given=True))


def known_coverage(town: Town, part: Part) -> str:
    return share(covered(town, part), len(aimed(town, part)))


def population_coverage(town: Town, part: Part) -> str:
    low, point, high = inhabitants(town, part)
    n = covered(town, part)
    if not point or not high:
        return f"{n}/{low}-{point}-{high} no_denominator"
    bounds = f"[{percent(n, high)} {percent(n, low)}]" if low else "-"
    wide = not low or Decimal(percent(n, low)) - Decimal(percent(n, high)) > 20
    word = "over_100" if n > point else "uncertain" if wide else "good"
    return f"{n}/{low}-{point}-{high} {percent(n, point)} {bounds} {word}"


def inhabitants(town: Town, part: Part) -> tuple[int, int, int]:
    wanted = set(part.groups or town.campaign["population_groups"])
    if not wanted or wanted >= ALL_GROUPS:
        wanted = {"all"}
    least = town.campaign["age_least_years"] or 0
    found = []
    for group in wanted:
        mine = [
            one for one in town.estimates if one["population_group"] == group and part.zone in (ANY, one["zone_id"])
        ]
        used = []
        for zone in {one["zone_id"] for one in mine}:
            here = [one for one in mine if one["zone_id"] == zone]
            whole = [one for one in here if one["age_band"] == "0+"]
            if part.band != ANY:
                used += [one for one in here if one["age_band"] == part.band]
            elif whole and not least:
                used += whole
            else:
                used += [
                    one
                    for one in here
                    if one["age_band"] != "0+" and int(one["age_band"].rstrip("+").split("-")[0]) >= least
                ]
        if not used:
            return 0, 0, 0
        found += used
    low, point, high = (sum(one[name] for one in found) for name in ("low", "point", "high"))
    return low, point, high


def reached(town: Town, part: Part) -> str:
    alive = [one for one in town.people if not one["died_on"] and part.holds(one)]
    return share(sum(1 for one in alive if one["met"]), len(alive))


def due_not_reached(town: Town, part: Part) -> str:
    everybody = aimed(town, part)
    n = 0
    for one in everybody:
        met = any(inside(town.campaign, on) for on in one["met"])
        n += not met and not in_campaign(town, one, given=True)
    return share(n, len(everybody))


def zero_dose(town: Town, part: Part) -> str:
    everybody = aimed(town, part)
    given = [one for one in everybody if any(dose["status"] == "given" for dose in of_campaign(town, one))]
    return share(len(everybody) - len(given), len(everybody))


def reasons_not_given(town: Town) -> list[str]:
    doses = [dose for one in town.people for dose in in_campaign(town, one, given=False)]
    return [dose["not_given_reason"] or "unknown" for dose in doses]


def not_given(town: Town, part: Part) -> str:
    reasons = reasons_not_given(town)
    n = reasons.count(part.detail)
    return f"{n} {percent(n, len(reasons) + len(our_doses(town, Part())))}"


def reasons_refused(town: Town) -> list[str]:
    known = set().union(*(one["ids"] for one in town.people))
    return [
        one["reason"] or "unknown"
        for one in town.rows["consent"].values()
        if one["person_id"] in known and standing(one) and (one["act"], one["decision"]) == ("vaccinate", "refused")
    ]


def consent_refused(town: Town, part: Part) -> str:
    reasons = reasons_refused(town)
    return f"{reasons.count(part.detail)} {percent(reasons.count(part.detail), len(reasons))}"


def sites(town: Town) -> list[str]:
    return [
        str(id_)
        for id_, one in town.rows["place"].items()
        if (one["kind"] or "home") != "home" and one["state"] != "closed"
    ]


def site_last_visit(town: Town, part: Part) -> str:
    ends = [
        one["departed_at"] or one["arrived_at"]
        for one in town.rows["visit_outcome"].values()
        if one["result"] == "done" and standing(one)
        if str(town.rows["visit"][one["visit_id"]]["place_id"]) == part.detail
    ]
    last = day(max((one for one in ends if one), default=None), town.time_zone)
    return "never" if last is None else str((town.on - last).days)


def waiting(town: Town) -> list[str]:
    found = []
    for request_id, one in town.rows["request"].items():
        state = one["state"] or "open"
        if state in {"open", "on_hold", "accepted"} and not one["joined_to"]:
            on = day(first_call(town.rows, request_id), town.time_zone)
            assert on
            days = max(0, (town.on - on).days)
            ends = {1: "0-1", 3: "2-3", 7: "4-7", 14: "8-14"}
            found.append(f"{next((ends[most] for most in ends if days <= most), '15+')} {state}")
    return found


def backlog_ageing(town: Town, part: Part) -> str:
    return str(waiting(town).count(part.detail))


def act_to_server(town: Town, _part: Part) -> str:
    hours = []
    for kind, column in (("dose", "given_at"), ("screening", "collected_at"), ("visit_outcome", "arrived_at")):
        for record_id, row in town.rows[kind].items():
            arrived = [one["received_at"] for one in town.rows["op"].values() if one["record_id"] == record_id]
            if arrived and row[column] and standing(row):
                hours.append(max(0, int((min(arrived) - row[column]).total_seconds())) / 3600)
    return f"{len(hours)} {within(hours, 50)} {within(hours, 95)}"


def vials(town: Town) -> tuple[int, int, int]:
    """Doses that opened vials held, that were given of them, and that were thrown away unopened."""
    opened = given = closed = 0
    for vial_id, vial in town.rows["vial"].items():
        doses = [one for one in town.rows["dose"].values() if one["vial_id"] == vial_id and standing(one)]
        n = sum(1 for one in doses if one["status"] == "given")
        if vial["state"] in {"empty", "discarded"}:
            if vial["opened_at"] or vial["state"] == "empty" or n:
                opened, given = opened + vial["doses_nominal"], given + min(n, vial["doses_nominal"])
            else:
                closed += vial["doses_nominal"]
    return opened, given, closed


def waste_open(town: Town, _part: Part) -> str:
    opened, given, _ = vials(town)
    return percent(opened - given, opened)


def waste_closed(town: Town, _part: Part) -> str:
    opened, _, closed = vials(town)
    return percent(closed, opened + closed)


def waste_combined(town: Town, _part: Part) -> str:
    opened, given, closed = vials(town)
    if not opened + closed:
        return "-"
    still = 1 - Fraction(opened - given, opened) if opened else Fraction(1)
    return tenth(100 * (1 - (1 - Fraction(closed, opened + closed)) * still))


def care(town: Town, part: Part, measure: str) -> dict[str, int]:
    """How often each word was counted of those aimed at; of second doses, those matured alone."""
    found: dict[str, int] = {}
    for one in aimed(town, part):
        cells: Any = CellCounter()
        count_care(cells, town.rows, town.campaign_id, (one["zone"], one["group"]), one["ids"], town.time_zone)
        for (name, *_, month, word), n in cells.items():
            is_over = month is None or (month.year, month.month) < (town.on.year, town.on.month)
            if name == measure and is_over:
                found[word] = found.get(word, 0) + n
    return found


class CellCounter(dict[Any, int]):
    """Counts, nothing being zero."""

    def __missing__(self, key: Any) -> int:
        """Return zero."""
        return 0


def of_words(counts: dict[str, int], wanted: str) -> str:
    return share(counts.get(wanted, 0), sum(counts.values()))


def drop_out(town: Town, part: Part) -> str:
    found = of_words(care(town, part, "second_dose"), "none")
    return found.split()[1] if part.zone != ANY else found


def on_time_second_dose(town: Town, part: Part) -> str:
    return of_words(care(town, part, "second_dose"), "on_time")


def missed_opportunity(town: Town, part: Part) -> str:
    return of_words(care(town, part, "occasion"), "missed")


def refusal_reversed(town: Town, part: Part) -> str:
    return of_words(care(town, part, "refused_then"), "accepted_later")


def dose_traceable(town: Town, part: Part) -> str:
    doses = our_doses(town, part)
    return share(sum(1 for one in doses if one["lot_number"] and one["expires_on"]), len(doses))


def tests(town: Town) -> list[Row]:
    known = set().union(*(one["ids"] for one in town.people))
    found = [one for one in town.rows["screening"].values() if one["person_id"] in known and standing(one)]
    return [one for one in found if one["collected_at"]]


def screening_positivity(town: Town, part: Part) -> str:
    found = [one["result"] for one in tests(town) if (one["pathogen"] or "unknown") == part.detail]
    return share(found.count("detected"), found.count("detected") + found.count("not_detected"))


def screening_delay(town: Town, part: Part) -> str:
    ends: list[tuple[datetime, datetime | None]] = [(one["collected_at"], one[part.detail]) for one in tests(town)]
    hours = [max(0.0, (end - began).total_seconds() / 3600) for began, end in ends if end]
    return f"{within(hours, 50)} {within(hours, 95)}"


def equity_gap(town: Town, _part: Part) -> str:
    zones = []
    for income, key in sorted((income, str(zone)) for zone, income in town.incomes.items()):
        part = Part(UUID(key))
        if UUID(key) in town.zones_shown and aimed(town, part):
            zones.append((income, covered(town, part), len(aimed(town, part))))
    fifth = len(zones) // 5
    if fifth < 2:
        return "-"

    def rate(some: list[tuple[int, int, int]]) -> Fraction:
        return Fraction(100 * sum(n for _, n, _ in some), sum(of for _, _, of in some))

    chance, low, high = Random(2027), zones[:fifth], zones[-fifth:]
    drawn = []
    for _ in range(1000):
        rich, poor = chance.choices(high, k=fifth), chance.choices(low, k=fifth)
        drawn.append(rate(rich) - rate(poor))
    drawn.sort()
    return f"{tenth(rate(high) - rate(low))} [{tenth(drawn[25])} {tenth(drawn[974])}]"


INDICATORS: dict[str, Callable[[Town, Part], str]] = {
    one.__name__: one
    for one in (
        contribution, known_coverage, population_coverage, reached, due_not_reached, zero_dose, not_given,
        consent_refused, site_last_visit, backlog_ageing, act_to_server, waste_open, waste_closed, waste_combined,
        drop_out, on_time_second_dose, missed_opportunity, refusal_reversed, dose_traceable, screening_positivity,
        screening_delay, equity_gap,
    )
}  # fmt: skip
