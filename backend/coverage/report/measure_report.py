"""This file writes the figures of a report as FHIR R4: a Bundle with one MeasureReport per campaign.

FHIR's names are used here and nowhere else. A hidden count is left out and its group says so.
"""

from calendar import monthrange
from typing import Any
from uuid import UUID

import msgspec

from backend.coverage.definitions import INDICATORS
from backend.coverage.figures import By, Line, lines, total
from backend.coverage.report.contents import Measured, Report

_SYSTEM = "urn:maraude:indicator"


def write_measure_reports(report: Report, measured: dict[UUID, Measured]) -> bytes:
    """Return the bundle as JSON."""
    entries = [{"resource": _measure_report(report, one)} for one in measured.values()]
    return msgspec.json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _measure_report(report: Report, one: Measured) -> dict[str, Any]:
    indicator = INDICATORS["known_coverage"]
    last = monthrange(report.month_on.year, report.month_on.month)[1]
    whole = total(one.figures)
    zones = {str(zone.id): zone.code for zone in one.figures.zones}
    return {
        "resourceType": "MeasureReport",
        "status": "complete",
        "type": "summary",
        "measure": f"{_SYSTEM}:{indicator.code}|{indicator.version}",
        "period": {"start": report.month_on.isoformat(), "end": report.month_on.replace(day=last).isoformat()},
        **({"date": report.data_up_to.isoformat()} if report.data_up_to else {}),
        "group": [
            {
                "code": {"text": one.name},
                **_counts(whole),
                "stratifier": [
                    {
                        "code": [{"text": "zone"}],
                        "stratum": [
                            {"value": {"text": zones.get(line.key, line.key)}, **_counts(line)}
                            for line in lines(one.figures, By.ZONE)
                        ],
                    }
                ],
            }
        ],
    }


def _counts(line: Line) -> dict[str, Any]:
    populations = {"numerator": line.covered, "denominator": line.known.denominator if line.known else None}
    shown: dict[str, Any] = {
        "population": [
            {"code": {"coding": [{"code": name}]}, **({"count": n} if n is not None else _absent())}
            for name, n in populations.items()
        ]
    }
    if line.known is not None and line.known.percent is not None:
        shown["measureScore"] = {"value": float(line.known.percent), "unit": "%"}
    return shown


def _absent() -> dict[str, Any]:
    reason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    return {"_count": {"extension": [{"url": reason, "valueCode": "masked"}]}}
