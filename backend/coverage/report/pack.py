"""This file puts a month's pack together: the report in every format, from one reading of the figures."""

import zipfile
from datetime import date, datetime, time, timedelta
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.clock import day_in
from backend.coverage import store as coverage_store
from backend.coverage.csv_export import Variant, write_csv
from backend.coverage.report import store
from backend.coverage.report.contents import Measured, Report, sections
from backend.coverage.report.measure_report import write_measure_reports
from backend.coverage.report.pdf import write_pdf
from backend.coverage.report.words import said
from backend.coverage.report.xlsx import write_xlsx
from backend.db.transaction import Transaction

Made = tuple[Report, dict[UUID, Measured]]


async def make_report(tx: Transaction, month_on: date, now: datetime, locale: str) -> Made:
    """Read the figures once and return the report of a month with what was measured."""
    zone = ZoneInfo(await coverage_store.read_time_zone(tx))
    first = month_on.replace(day=1)
    end = (first + timedelta(days=32)).replace(day=1)
    bounds = [datetime.combine(on, time.min, zone) for on in (first, end)]
    today = day_in(zone.key, now)
    measured = await store.read_measured(tx, today)
    work = await store.read_work(tx, (bounds[0], bounds[1]), (first, end))
    up_to = await coverage_store.read_data_up_to(tx, since=datetime.combine(today, time.min, tzinfo=zone))
    found = sections(await store.read_objectives(tx), measured, work, locale)
    name = await store.territory_name(tx)
    return Report(name, first, now, up_to.last_op_at, up_to.tablets_not_synced, found), measured


def files_of(made: Made, locale: str) -> dict[str, bytes]:
    """Return the files of the pack by name."""
    report, measured = made
    stem = f"report-{report.month_on:%Y-%m}"
    files = {
        f"{stem}.pdf": write_pdf(report, locale),
        f"{stem}.xlsx": write_xlsx(report, locale),
        f"{stem}-measure-report.json": write_measure_reports(report, measured),
    }
    for number, section in enumerate(report.sections, start=1):
        name = f"{number:02}-{section.code}"
        rows = [[said(cell, locale) if isinstance(cell, str) else cell for cell in row] for row in section.rows]
        header = [said(code, locale) for code in section.columns]
        files[f"csv-french/{name}.csv"] = write_csv(header, rows, Variant.FRENCH)
        files[f"csv-open/{name}.csv"] = write_csv(list(section.columns), list(section.rows), Variant.OPEN)
    return files


def zipped(files: dict[str, bytes], at: datetime) -> bytes:
    """Return the files as one archive; the same figures give the same bytes."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), content)
    return stream.getvalue()
