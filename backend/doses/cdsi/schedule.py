"""Reads what is common to all antigens from the CDC's schedule file: vaccines, groups, conflicts, observations."""

from xml.etree import ElementTree as ET

from backend.doses.cdsi.fields import is_yes, needed, needed_span, span
from backend.doses.rules.format import Carried, Conflict, Observed, Vaccine, VaccineGroup


def observed(element: ET.Element) -> Observed:
    """Return the code and title of an observation, with its codes in other systems."""
    return Observed(
        code=needed(element, "observationCode"),
        title=needed(element, "observationTitle"),
        coded_as=frozenset(
            f"{needed(coded, 'codeSystem')}|{needed(coded, 'code')}"
            for coded in element.iterfind("codedValues/codedValue")
        ),
    )


def vaccine(element: ET.Element) -> Vaccine:
    """Return a vaccine with the antigens it carries."""
    return Vaccine(
        code=needed(element, "cvx"),
        title=needed(element, "shortDescription"),
        antigens=tuple(
            Carried(
                antigen=needed(e, "antigen"),
                begin_age=span(e, "associationBeginAge"),
                end_age=span(e, "associationEndAge"),
            )
            for e in element.iterfind("association")
        ),
    )


def vaccine_groups(schedule: ET.Element) -> tuple[VaccineGroup, ...]:
    """Return the vaccine groups with their antigens."""
    needs_all = {
        needed(e, "name"): is_yes(e, "administerFullVaccineGroup")
        for e in schedule.iterfind("vaccineGroups/vaccineGroup")
    }
    return tuple(
        VaccineGroup(
            name=needed(e, "name"),
            antigens=tuple((a.text or "").strip() for a in e.iterfind("antigen")),
            all_antigens_needed=needs_all[needed(e, "name")],
        )
        for e in schedule.iterfind("vaccineGroupToAntigenMap/vaccineGroupMap")
    )


def conflict(element: ET.Element) -> Conflict:
    """Return the days one vaccine keeps another away."""
    return Conflict(
        previous=frozenset({needed(element, "previous/cvx")}),
        current=frozenset({needed(element, "current/cvx")}),
        begin=needed_span(element, "conflictBeginInterval"),
        end=needed_span(element, "conflictEndInterval"),
        end_after_valid=needed_span(element, "minConflictEndInterval"),
    )
