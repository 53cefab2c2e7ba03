"""The next number of the day, taken in one statement so that no two people get the same."""

from __future__ import annotations

from datetime import date

from django.db import connection

from centres.models import DailyNumber

# PostgreSQL, and SQLite since 3.35. The row stays locked until the transaction that took the number ends.
_NEXT = f"""
    INSERT INTO {DailyNumber._meta.db_table} AS given (centre_id, day, letter, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (centre_id, day, letter) DO UPDATE SET last = given.last + 1
    RETURNING last
"""  # noqa: S608 - only the table's own name is filled in


def next_number(centre_id: int, day: date, letter: str) -> int:
    """Take the next number of a letter at a centre on a local day: 1, 2, 3, …"""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [centre_id, connection.ops.adapt_datefield_value(day), letter])
        return int(cursor.fetchone()[0])
