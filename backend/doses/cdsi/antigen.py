"""Reads one antigen file of the CDC's supporting data into our rule format.

A word it does not know is an error, never dropped. What is common to all antigens is read in
backend/doses/cdsi/schedule.py.
"""

from typing import Final
from xml.etree import ElementTree as ET

from backend.doses.cdsi.fields import codes, day, is_filled, is_yes, needed, span, text
from backend.doses.rules.format import AntigenRules, BirthImmunity, Contraindication, Source
from backend.doses.rules.series import (
    AgeRule,
    Compared,
    ConditionKind,
    Counted,
    DoseRule,
    Indication,
    IntervalRule,
    Season,
    SeriesRule,
    SeriesType,
    SkipCondition,
    SkipRule,
    SkipSet,
    VaccineRule,
)

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


def antigen_rules(root: ET.Element, release: str, source: Source) -> AntigenRules:
    """Return the rules of one antigen file; ValueError or KeyError names what is missing or not understood."""
    series = tuple(_series(e) for e in root.iterfind("series"))
    return AntigenRules(
        antigen=needed(root, "series/targetDisease"),
        version=release,
        sources=(source,),
        series=series,
        immune_by_observation=frozenset(
            needed(e, "guidelineCode") for e in root.iterfind("immunity/clinicalHistory") if text(e, "guidelineCode")
        ),
        immune_by_birth=tuple(_birth(e) for e in root.iterfind("immunity/dateOfBirth") if text(e, "immunityBirthDate")),
        contraindications=tuple(
            _contraindication(e)
            for e in (
                *root.iterfind("contraindications/vaccineGroup/contraindication"),
                *root.iterfind("contraindications/vaccine/contraindication"),
            )
            if text(e, "observationCode")
        ),
    )


def _birth(element: ET.Element) -> BirthImmunity:
    born_before = day(element, "immunityBirthDate")
    if born_before is None:
        raise ValueError("immunity by birth lacks its date")
    return BirthImmunity(
        born_before=born_before,
        country=text(element, "birthCountry"),
        except_observations=frozenset(needed(e, "exclusionCode") for e in element.iterfind("exclusion")),
    )


def _contraindication(element: ET.Element) -> Contraindication:
    return Contraindication(
        observation=needed(element, "observationCode"),
        text=text(element, "contraindicationText") or needed(element, "observationTitle"),
        guidance=text(element, "contraindicationGuidance") or "",
        begin_age=span(element, "beginAge"),
        end_age=span(element, "endAge"),
        vaccines=tuple(_vaccine_rule(e) for e in element.iterfind("contraindicatedVaccine") if text(e, "cvx")),
    )


def _series(element: ET.Element) -> SeriesRule:
    return SeriesRule(
        name=needed(element, "seriesName"),
        doses=tuple(_dose(e) for e in element.iterfind("seriesDose")),
        type=_TYPES[needed(element, "seriesType")],
        group=needed(element, "selectSeries/seriesGroup"),
        equivalent_groups=tuple(sorted(codes(element, "equivalentSeriesGroups"))),
        genders=frozenset(
            (e.text or "").strip().lower() for e in element.iterfind("requiredGender") if (e.text or "").strip()
        ),
        default=is_yes(element, "selectSeries/defaultSeries"),
        product_path=is_yes(element, "selectSeries/productPath"),
        priority=text(element, "selectSeries/seriesPriority") or "A",
        preference=int(text(element, "selectSeries/seriesPreference") or 99),
        start_from=span(element, "selectSeries/minAgeToStart"),
        start_before=span(element, "selectSeries/maxAgeToStart"),
        indications=tuple(
            Indication(
                observation=needed(e, "observationCode/code"),
                title=text(e, "observationCode/text") or "",
                guidance=text(e, "guidance") or "",
                begin_age=span(e, "beginAge"),
                end_age=span(e, "endAge"),
            )
            for e in element.iterfind("indication")
            if text(e, "observationCode/code")
        ),
        guidance=tuple(
            (e.text or "").strip() for e in element.iterfind("seriesAdminGuidance") if (e.text or "").strip()
        ),
    )


def _dose(element: ET.Element) -> DoseRule:
    season = element.find("seasonalRecommendation")
    has_season = season is not None and (text(season, "startDate") or text(season, "endDate"))
    return DoseRule(
        ages=tuple(_age(e) for e in element.iterfind("age") if is_filled(e)),
        intervals=tuple(_interval(e) for e in element.iterfind("interval") if is_filled(e)),
        allowable_intervals=tuple(_interval(e) for e in element.iterfind("allowableInterval") if is_filled(e)),
        preferable=tuple(_vaccine_rule(e) for e in element.iterfind("preferableVaccine") if text(e, "cvx")),
        allowable=tuple(_vaccine_rule(e) for e in element.iterfind("allowableVaccine") if text(e, "cvx")),
        inadvertent=frozenset(needed(e, "cvx") for e in element.iterfind("inadvertentVaccine") if text(e, "cvx")),
        skips=tuple(_skip(e) for e in element.iterfind("conditionalSkip") if text(e, "context")),
        recurring=is_yes(element, "recurringDose"),
        season=_season(season) if season is not None and has_season else None,
    )


def _season(element: ET.Element) -> Season:
    """Read a season; one that is stated with both days returns every year, of which a release states its own."""
    start_on, end_on = day(element, "startDate"), day(element, "endDate")
    return Season(start_on=start_on, end_on=end_on, yearly=start_on is not None and end_on is not None)


def _age(element: ET.Element) -> AgeRule:
    return AgeRule(
        absolute_minimum=span(element, "absMinAge"),
        minimum=span(element, "minAge"),
        earliest_recommended=span(element, "earliestRecAge"),
        latest_recommended=span(element, "latestRecAge"),
        maximum=span(element, "maxAge"),
        effective_on=day(element, "effectiveDate"),
        ceased_on=day(element, "cessationDate"),
    )


def _interval(element: ET.Element) -> IntervalRule:
    from_dose = text(element, "fromTargetDose")
    return IntervalRule(
        from_previous=is_yes(element, "fromPrevious"),
        from_dose=int(from_dose) if from_dose else None,
        from_vaccines=codes(element, "fromMostRecent"),
        from_observation=text(element, "fromRelevantObs/code"),
        absolute_minimum=span(element, "absMinInt"),
        minimum=span(element, "minInt"),
        earliest_recommended=span(element, "earliestRecInt"),
        latest_recommended=span(element, "latestRecInt"),
        priority=text(element, "intervalPriority") is not None,
        effective_on=day(element, "effectiveDate"),
        ceased_on=day(element, "cessationDate"),
    )


def _vaccine_rule(element: ET.Element) -> VaccineRule:
    volume = text(element, "volume")
    return VaccineRule(
        vaccine=needed(element, "cvx"),
        begin_age=span(element, "beginAge"),
        end_age=span(element, "endAge"),
        trade_name=text(element, "tradeName"),
        manufacturer=text(element, "mvx"),
        volume_ml=float(volume) if volume else None,
        recommend=is_yes(element, "forecastVaccineType"),
    )


def _skip(element: ET.Element) -> SkipRule:
    context = needed(element, "context")
    return SkipRule(
        sets=tuple(_skip_set(e) for e in element.iterfind("set") if e.find("condition") is not None),
        any_is_enough=text(element, "setLogic") != "AND",
        when_evaluating=context in ("Evaluation", "Both"),
        when_forecasting=context in ("Forecast", "Both"),
    )


def _skip_set(element: ET.Element) -> SkipSet:
    return SkipSet(
        conditions=tuple(_condition(e) for e in element.iterfind("condition")),
        any_is_enough=text(element, "conditionLogic") == "OR",
        title=text(element, "setDescription"),
        effective_on=day(element, "effectiveDate"),
        ceased_on=day(element, "cessationDate"),
    )


def _condition(element: ET.Element) -> SkipCondition:
    compared = text(element, "doseCountLogic")
    return SkipCondition(
        kind=_KINDS[needed(element, "conditionType").lower()],
        begin_age=span(element, "beginAge"),
        end_age=span(element, "endAge"),
        start_on=day(element, "startDate"),
        end_on=day(element, "endDate"),
        interval=span(element, "interval"),
        vaccines=codes(element, "vaccineTypes"),
        counted=Counted((text(element, "doseType") or "Valid").lower()),
        compared=_COMPARED[compared.lower()] if compared else Compared.MORE,
        count=int(text(element, "doseCount") or 0),
        series_groups=tuple(sorted(codes(element, "seriesGroups"))),
    )
