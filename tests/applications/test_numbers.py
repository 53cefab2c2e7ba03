"""Dossier codes: unique, gap-free, whatever happens at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from applications.models.application import DOSSIER_CODE
from applications.numbers import next_dossier_code
from tests.moments import hanoi

DAY = hanoi("2026-11-23 00:00").date()


@pytest.mark.django_db
def test_codes_count_by_agency_and_day() -> None:
    assert next_dossier_code("H26.30.3", DAY) == "H26.30.3-261123-0001"
    assert next_dossier_code("H26.30.3", DAY) == "H26.30.3-261123-0002"
    assert next_dossier_code("H26.30.4", DAY) == "H26.30.4-261123-0001"
    assert next_dossier_code("H26.30.3", hanoi("2026-11-24 00:00").date()) == "H26.30.3-261124-0001"


@pytest.mark.django_db
def test_a_number_past_9999_is_wider_and_still_a_code() -> None:
    next_dossier_code("H26.30.3", DAY)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE applications_dossiernumber SET last = 9999")
    code = next_dossier_code("H26.30.3", DAY)
    assert code == "H26.30.3-261123-10000"
    assert re.fullmatch(DOSSIER_CODE, code)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_threads_take_unique_numbers_without_a_gap() -> None:
    def take(_turn: int) -> list[str]:
        try:
            codes = []
            for turn in range(15):
                with transaction.atomic():
                    code = next_dossier_code("H26.30.3", DAY)
                    if turn % 5 == 4:
                        # This one does not commit: its number must be given again.
                        transaction.set_rollback(True)
                    else:
                        codes.append(code)
            return codes
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        codes = [code for taken in threads.map(take, range(8)) for code in taken]

    assert sorted(codes) == [f"H26.30.3-261123-{number:04}" for number in range(1, 8 * 12 + 1)]
