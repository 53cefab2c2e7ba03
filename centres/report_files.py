"""A report as a workbook and as a PDF. Both are Vietnamese: they leave the house."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from centres.reports import COUNT, SHARE, SPAN, Report, Table
from portal import pdf
from portal.text import pick
from portal.vn.dates import format_moment

LANGUAGE = "vi"
# A duration past a day still counts in hours.
FORMATS = {COUNT: "#,##0", SPAN: "[h]:mm:ss", SHARE: "0.0%"}
TITLE_LIMIT = 31  # of a sheet's name, by the format
_HEAD = PatternFill("solid", fgColor="F3DFAE")
_LINE = Border(bottom=Side(style="thin", color="B0832B"))
FIRST_ROW = 4


def period_words(report: Report) -> str:
    """``02/07/2025`` or ``01/07/2025 – 31/07/2025``."""
    if report.first == report.last:
        return f"{report.first:%d/%m/%Y}"
    return f"{report.first:%d/%m/%Y} – {report.last:%d/%m/%Y}"


def about(report: Report) -> str:
    """Where, which days and, as the last of them may still be running, when they were counted."""
    words = [where(report), period_words(report)]
    if report.counted_at:
        words.append(_("counted at %(time)s") % {"time": format_moment(report.counted_at, LANGUAGE)})
    return " · ".join(words)


def file_name(report: Report, ending: str) -> str:
    """Plain letters, so that every mail program keeps it."""
    place = report.centre.code if report.centre else "thanh-pho"
    return f"bao-cao-{place}-{report.first:%Y%m%d}-{report.last:%Y%m%d}.{ending}"


def where(report: Report) -> str:
    return pick(report.centre.name) if report.centre else _("All centres of the city")


def workbook(report: Report) -> bytes:
    """One sheet a table: real numbers and durations, a header that stays in sight."""
    book = Workbook()
    book.remove(book.active)
    for table in report.tables:
        _sheet(book.create_sheet(table.title[:TITLE_LIMIT]), table, report)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document(report: Report) -> bytes:
    """The report on A4."""
    with translation.override(LANGUAGE):
        context = {"report": report, "period": period_words(report), "where": where(report)}
    return pdf.render("official/queue_report.html", context, language=LANGUAGE)


def _sheet(sheet: Worksheet, table: Table, report: Report) -> None:
    sheet["A1"], sheet["A2"] = table.title, about(report)
    sheet["A1"].font = Font(bold=True, size=14)
    for place, (title, _kind) in enumerate(table.columns, start=1):
        cell = sheet.cell(FIRST_ROW, place, title)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _LINE
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left" if place == 1 else "right")
    for number, row in enumerate(table.rows, start=FIRST_ROW + 1):
        for place, ((_title, kind), value) in enumerate(zip(table.columns, row, strict=True), start=1):
            cell = sheet.cell(number, place, _stored(kind, value))
            if kind in FORMATS:
                cell.number_format = FORMATS[kind]
    sheet.freeze_panes = sheet.cell(FIRST_ROW + 1, 2)
    widest = max([len(table.columns[0][0]), *(len(str(row[0])) for row in table.rows)])
    sheet.column_dimensions["A"].width = max(14, min(60, widest + 2))
    for place in range(2, len(table.columns) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 14
    if table.note:
        sheet.cell(FIRST_ROW + len(table.rows) + 2, 1, table.note).font = Font(italic=True)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _stored(kind: str, value: Any) -> Any:
    return timedelta(seconds=round(value)) if kind == SPAN and value is not None else value
