"""Reads the supporting data of the CDC (CDSi, XML) into our rule format.

It takes the folder or the published zip archive and returns a schedule; a field it does not understand is an error,
never dropped. The data themselves are the CDC's and are not part of this repository. Our own rules are read by
backend/doses/rules_files.py.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from backend.doses.engine.dates import Span
from backend.doses.rules_format import (
    AgeRule,
    AntigenRules,
    BirthImmunity,
    Carried,
    Compared,
    ConditionKind,
    Conflict,
    Contraindication,
    Counted,
    DoseRule,
    Indication,
    IntervalRule,
    Observed,
    Schedule,
    Season,
    SeriesRule,
    SeriesType,
    SkipCondition,
    SkipRule,
    SkipSet,
    Source,
    Vaccine,
    VaccineGroup,
    VaccineRule,
)

_ANTIGEN_FILE: Final = re.compile(r"AntigenSupportingData- .*\.xml$")
_SCHEDULE_FILE: Final = "ScheduleSupportingData.xml"
_KINDS: Final = {
    "age": ConditionKind.AGE,
    "completed series": ConditionKind.COMPLETED,
    "interval": ConditionKind.INTERVAL,
    "vaccine count by age": ConditionKind.COUNT,
    "vaccine count by date": ConditionKind.COUNT,
    "vaccine count by date and age": ConditionKind.COUNT,
}
_COMPARED: Final = {
    "greater than": Compared.MORE,
    "equal to": Compared.EQUAL,
    "equals": Compared.EQUAL,
    "less than": Compared.LESS,
}
_TYPES: Final = {
    "Standard": SeriesType.STANDARD,
    "Risk": SeriesType.RISK,
    "Evaluation Only": SeriesType.EVALUATION,
}


def read_cdsi(path: Path, read_on: date) -> Schedule:
    """Read a folder or zip archive of supporting data; ValueError names what is missing or not understood."""
    texts = dict(_archive(path) if path.is_file() else _folder(path))
    if _SCHEDULE_FILE not in texts:
        raise ValueError(f"{path} holds no {_SCHEDULE_FILE}")
    release = _release(path, texts)
    source = Source(title=f"CDC CDSi supporting data {release}", read_on=read_on)
    roots = [ET.fromstring(texts[name]) for name in sorted(texts) if _ANTIGEN_FILE.search(name)]  # noqa: S314  # a file the operator names
    schedule = ET.fromstring(texts[_SCHEDULE_FILE])  # noqa: S314
    return Schedule(
        name="CDSi",
        version=release,
        antigens=tuple(_antigen(root, release, source) for root in roots),
        vaccines=tuple(_vaccine(e) for e in schedule.iterfind("cvxToAntigenMap/cvxMap")),
        groups=_groups(schedule),
        conflicts=tuple(_conflict(e) for e in schedule.iterfind("liveVirusConflicts/liveVirusConflict")),
        observations=tuple(
            Observed(code=_need(e, "observationCode"), title=_need(e, "observationTitle"))
            for e in schedule.iterfind("observations/observation")
        ),
    )


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                yield name.rsplit("/", 1)[-1], archive.read(name)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in path.rglob("*.xml"):
        yield file.name, file.read_bytes()


def _release(path: Path, texts: dict[str, bytes]) -> str:
    """Take the release from the name of the archive or folder: the files themselves do not state it."""
    found = re.search(r"\d+\.\d+", path.name)
    return found[0] if found else f"of {len(texts)} files"


def _text(element: ET.Element, tag: str) -> str | None:
    """Return the text of a child, or None where it is absent, empty or "n/a"."""
    found = (element.findtext(tag) or "").strip()
    return found if found and found.lower() != "n/a" else None


def _need(element: ET.Element, tag: str) -> str:
    found = _text(element, tag)
    if found is None:
        raise ValueError(f"<{element.tag}> lacks <{tag}>")
    return found


def _span(element: ET.Element, tag: str) -> Span | None:
    found = _text(element, tag)
    return Span(found) if found else None


def _need_span(element: ET.Element, tag: str) -> Span:
    return Span(_need(element, tag))


def _day(element: ET.Element, tag: str) -> date | None:
    found = _text(element, tag)
    if found is None:
        return None
    if "/" in found:
        month, day, year = found.split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(found)


def _yes(element: ET.Element, tag: str) -> bool:
    found = _text(element, tag)
    if found not in (None, "Yes", "No", "Y", "N"):
        raise ValueError(f"<{tag}> is neither yes nor no: {found!r}")
    return found in ("Yes", "Y")


def _codes(element: ET.Element, tag: str) -> frozenset[str]:
    return frozenset(code.strip() for code in (_text(element, tag) or "").split(";") if code.strip())


def _antigen(root: ET.Element, release: str, source: Source) -> AntigenRules:
    series = tuple(_series(e) for e in root.iterfind("series"))
    return AntigenRules(
        antigen=_need(root, "series/targetDisease"),
        version=release,
        sources=(source,),
        series=series,
        immune_by_observation=frozenset(
            _need(e, "guidelineCode") for e in root.iterfind("immunity/clinicalHistory") if _text(e, "guidelineCode")
        ),
        immune_by_birth=tuple(_birth(e) for e in root.iterfind("immunity/dateOfBirth") if _text(e, "immunityBirthDate")),
        contraindications=tuple(
            _contraindication(e)
            for e in (
                *root.iterfind("contraindications/vaccineGroup/contraindication"),
                *root.iterfind("contraindications/vaccine/contraindication"),
            )
            if _text(e, "observationCode")
        ),
    )


def _birth(element: ET.Element) -> BirthImmunity:
    born_before = _day(element, "immunityBirthDate")
    if born_before is None:
        raise ValueError("immunity by birth lacks its date")
    return BirthImmunity(
        born_before=born_before,
        country=_text(element, "birthCountry"),
        except_observations=frozenset(_need(e, "exclusionCode") for e in element.iterfind("exclusion")),
    )


def _contraindication(element: ET.Element) -> Contraindication:
    return Contraindication(
        observation=_need(element, "observationCode"),
        text=_text(element, "contraindicationText") or _need(element, "observationTitle"),
        begin_age=_span(element, "beginAge"),
        end_age=_span(element, "endAge"),
        vaccines=tuple(_vaccine_rule(e) for e in element.iterfind("contraindicatedVaccine") if _text(e, "cvx")),
    )


def _series(element: ET.Element) -> SeriesRule:
    return SeriesRule(
        name=_need(element, "seriesName"),
        doses=tuple(_dose(e) for e in element.iterfind("seriesDose")),
        type=_TYPES[_need(element, "seriesType")],
        group=_need(element, "selectSeries/seriesGroup"),
        equivalent_groups=tuple(sorted(_codes(element, "equivalentSeriesGroups"))),
        genders=frozenset(
            (e.text or "").strip().lower() for e in element.iterfind("requiredGender") if (e.text or "").strip()
        ),
        default=_yes(element, "selectSeries/defaultSeries"),
        product_path=_yes(element, "selectSeries/productPath"),
        priority=_text(element, "selectSeries/seriesPriority") or "A",
        preference=int(_text(element, "selectSeries/seriesPreference") or 99),
        start_from=_span(element, "selectSeries/minAgeToStart"),
        start_before=_span(element, "selectSeries/maxAgeToStart"),
        indications=tuple(
            Indication(
                observation=_need(e, "observationCode/code"),
                title=_text(e, "observationCode/text") or "",
                begin_age=_span(e, "beginAge"),
                end_age=_span(e, "endAge"),
            )
            for e in element.iterfind("indication")
            if _text(e, "observationCode/code")
        ),
        guidance=tuple((e.text or "").strip() for e in element.iterfind("seriesAdminGuidance") if (e.text or "").strip()),
    )


def _dose(element: ET.Element) -> DoseRule:
    season = element.find("seasonalRecommendation")
    has_season = season is not None and (_text(season, "startDate") or _text(season, "endDate"))
    return DoseRule(
        ages=tuple(_age(e) for e in element.iterfind("age") if _filled(e)),
        intervals=tuple(_interval(e) for e in element.iterfind("interval") if _filled(e)),
        allowable_intervals=tuple(_interval(e) for e in element.iterfind("allowableInterval") if _filled(e)),
        preferable=tuple(_vaccine_rule(e) for e in element.iterfind("preferableVaccine") if _text(e, "cvx")),
        allowable=tuple(_vaccine_rule(e) for e in element.iterfind("allowableVaccine") if _text(e, "cvx")),
        inadvertent=frozenset(_need(e, "cvx") for e in element.iterfind("inadvertentVaccine") if _text(e, "cvx")),
        skips=tuple(_skip(e) for e in element.iterfind("conditionalSkip") if _text(e, "context")),
        recurring=_yes(element, "recurringDose"),
        season=Season(start_on=_day(season, "startDate"), end_on=_day(season, "endDate"))
        if season is not None and has_season
        else None,
    )


def _filled(element: ET.Element) -> bool:
    return any((e.text or "").strip() not in ("", "n/a") for e in element.iter() if len(e) == 0)


def _age(element: ET.Element) -> AgeRule:
    return AgeRule(
        absolute_minimum=_span(element, "absMinAge"),
        minimum=_span(element, "minAge"),
        earliest_recommended=_span(element, "earliestRecAge"),
        latest_recommended=_span(element, "latestRecAge"),
        maximum=_span(element, "maxAge"),
        effective_on=_day(element, "effectiveDate"),
        ceased_on=_day(element, "cessationDate"),
    )


def _interval(element: ET.Element) -> IntervalRule:
    from_dose = _text(element, "fromTargetDose")
    return IntervalRule(
        from_previous=_yes(element, "fromPrevious"),
        from_dose=int(from_dose) if from_dose else None,
        from_vaccines=_codes(element, "fromMostRecent"),
        from_observation=_text(element, "fromRelevantObs/code"),
        absolute_minimum=_span(element, "absMinInt"),
        minimum=_span(element, "minInt"),
        earliest_recommended=_span(element, "earliestRecInt"),
        latest_recommended=_span(element, "latestRecInt"),
        priority=_text(element, "intervalPriority") is not None,
        effective_on=_day(element, "effectiveDate"),
        ceased_on=_day(element, "cessationDate"),
    )


def _vaccine_rule(element: ET.Element) -> VaccineRule:
    volume = _text(element, "volume")
    return VaccineRule(
        vaccine=_need(element, "cvx"),
        begin_age=_span(element, "beginAge"),
        end_age=_span(element, "endAge"),
        trade_name=_text(element, "tradeName"),
        manufacturer=_text(element, "mvx"),
        volume_ml=float(volume) if volume else None,
        recommend=_yes(element, "forecastVaccineType"),
    )


def _skip(element: ET.Element) -> SkipRule:
    context = _need(element, "context")
    return SkipRule(
        sets=tuple(_skip_set(e) for e in element.iterfind("set") if e.find("condition") is not None),
        any_is_enough=_text(element, "setLogic") != "AND",
        when_evaluating=context in ("Evaluation", "Both"),
        when_forecasting=context in ("Forecast", "Both"),
    )


def _skip_set(element: ET.Element) -> SkipSet:
    return SkipSet(
        conditions=tuple(_condition(e) for e in element.iterfind("condition")),
        any_is_enough=_text(element, "conditionLogic") == "OR",
        title=_text(element, "setDescription"),
        effective_on=_day(element, "effectiveDate"),
        ceased_on=_day(element, "cessationDate"),
    )


def _condition(element: ET.Element) -> SkipCondition:
    compared = _text(element, "doseCountLogic")
    return SkipCondition(
        kind=_KINDS[_need(element, "conditionType").lower()],
        begin_age=_span(element, "beginAge"),
        end_age=_span(element, "endAge"),
        start_on=_day(element, "startDate"),
        end_on=_day(element, "endDate"),
        interval=_span(element, "interval"),
        vaccines=_codes(element, "vaccineTypes"),
        counted=Counted((_text(element, "doseType") or "Valid").lower()),
        compared=_COMPARED[compared.lower()] if compared else Compared.MORE,
        count=int(_text(element, "doseCount") or 0),
        series_groups=tuple(sorted(_codes(element, "seriesGroups"))),
    )


def _vaccine(element: ET.Element) -> Vaccine:
    return Vaccine(
        code=_need(element, "cvx"),
        title=_need(element, "shortDescription"),
        antigens=tuple(
            Carried(
                antigen=_need(e, "antigen"),
                begin_age=_span(e, "associationBeginAge"),
                end_age=_span(e, "associationEndAge"),
            )
            for e in element.iterfind("association")
        ),
    )


def _groups(schedule: ET.Element) -> tuple[VaccineGroup, ...]:
    needs_all = {
        _need(e, "name"): _yes(e, "administerFullVaccineGroup") for e in schedule.iterfind("vaccineGroups/vaccineGroup")
    }
    return tuple(
        VaccineGroup(
            name=_need(e, "name"),
            antigens=tuple((a.text or "").strip() for a in e.iterfind("antigen")),
            all_antigens_needed=needs_all[_need(e, "name")],
        )
        for e in schedule.iterfind("vaccineGroupToAntigenMap/vaccineGroupMap")
    )


def _conflict(element: ET.Element) -> Conflict:
    return Conflict(
        previous=frozenset({_need(element, "previous/cvx")}),
        current=frozenset({_need(element, "current/cvx")}),
        begin=_need_span(element, "conflictBeginInterval"),
        end=_need_span(element, "conflictEndInterval"),
        end_after_valid=_need_span(element, "minConflictEndInterval"),
    )
