"""Numbers that are given once, under any concurrency: one statement gives the next and remembers it."""

from __future__ import annotations

import re
from datetime import date

from django.db import connection

from applications.models import DossierNumber

_CODE = re.compile(r"H\d\d(?:\.\d+)*-\d{6}-\d{4,}", re.ASCII)


def dossier_code_in(text: str) -> str:
    """The dossier code typed or scanned, as it is stored: spaces and lower case do not matter. Empty if it is none."""
    code = re.sub(r"\s", "", text).upper()
    return code if _CODE.fullmatch(code) else ""


def next_dossier_code(agency_code: str, day: date) -> str:
    """``H26.30.3-261123-0047``: four digits, wider past 9999. Taken back if the transaction does not commit."""
    return f"{agency_code}-{day:%y%m%d}-{_next(agency_code, day):04}"


def next_list_number(agency_code: str, year: int) -> int:
    """The next list of originals that an agency hands over in this year, from 1 and without a gap."""
    return _next(f"PBG {agency_code}", date(year, 1, 1))


def next_paper_number(number: str, agency_code: str, year: int) -> int:
    """The next official number of this form (``number`` is its own, "02") in this agency and year."""
    return _next(f"M{number} {agency_code}", date(year, 1, 1))


def next_book_line(agency_code: str, day: date) -> int:
    """The next line of the day in the agency's tracking book."""
    return _next(f"STD {agency_code}", day)


def _next(key: str, day: date) -> int:
    table = connection.ops.quote_name(DossierNumber._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (agency_code, day, last) VALUES (%s, %s, 1) "  # noqa: S608 - our own table's name
            f"ON CONFLICT (agency_code, day) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [key, day],
        )
        return int(cursor.fetchone()[0])
