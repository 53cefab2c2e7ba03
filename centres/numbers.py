"""The next number of the day, taken in one statement so that no two people get the same."""

from __future__ import annotations

from datetime import date

from django.db import connection

from centres.models import DailyNumber, NumberBlock

# From here on numbers are held for kiosks whose line drops: far above what a letter reaches on a day, so that a quiet
# block leaves no gap among the numbers drawn over the line.
FIRST_HELD = 1001
# PostgreSQL, and SQLite since 3.35. The row stays locked until the transaction that took the number ends.
_NEXT = f"""
    INSERT INTO {DailyNumber._meta.db_table} AS given (centre_id, day, letter, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (centre_id, day, letter) DO UPDATE SET last = given.last + 1
    RETURNING last
"""  # noqa: S608 - only the table's own name is filled in


def next_number(centre_id: int, day: date, letter: str) -> int:
    """Take the next number of a letter at a centre on a local day: 1, 2, 3, … Numbers held for a kiosk are passed by."""
    number = _take(centre_id, day, letter)
    while number >= FIRST_HELD and (last := _held_until(centre_id, day, letter, number)):
        DailyNumber.objects.filter(centre=centre_id, day=day, letter=letter).update(last=last)
        number = _take(centre_id, day, letter)
    return number


def _take(centre_id: int, day: date, letter: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [centre_id, connection.ops.adapt_datefield_value(day), letter])
        return int(cursor.fetchone()[0])


def _held_until(centre_id: int, day: date, letter: str, number: int) -> int | None:
    """The last number of the block that holds this one."""
    blocks = NumberBlock.objects.filter(centre=centre_id, day=day, letter=letter, first__lte=number, last__gte=number)
    return blocks.values_list("last", flat=True).first()
