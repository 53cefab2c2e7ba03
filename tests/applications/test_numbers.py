"""Dossier codes: unique, gap-free, whatever happens at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from applications.actions.correct import correct_receipt
from applications.actions.supplement import ask_supplement
from applications.enums import State
from applications.models import Application
from applications.models.application import DOSSIER_CODE
from applications.numbers import next_dossier_code
from applications.papers_out import drawn_from
from centres.enums import Role
from centres.models import Centre
from tests.factories.applications import MONDAY, a_dossier, member_of
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


@pytest.mark.django_db
def test_papers_of_one_kind_have_numbers_of_their_own_in_an_office_and_a_year(centre: Centre) -> None:
    days = [MONDAY, MONDAY + timedelta(days=2)]
    dossiers = [a_dossier(state=State.PROCESSING, at=day) for day in days]
    assert [dossier.code[-4:] for dossier in dossiers] == ["0001", "0001"]
    for day, dossier in zip(days, dossiers, strict=True):
        ask_supplement(application=dossier, faults="Ảnh mờ", at=day + timedelta(hours=2), acting_user=dossier.handler)
    assert _numbers(dossiers, "02") == ["0001/HDHS", "0002/HDHS"]
    assert _numbers(dossiers, "01") == ["0001/TNHS", "0002/TNHS"]
    lines = [(said["book"], said["book_line"]) for said in (_said(dossier, "01") for dossier in dossiers)]
    assert lines == [("23/11/2026", "1"), ("25/11/2026", "1")]


@pytest.mark.django_db
def test_a_receipt_that_is_issued_again_keeps_its_number(centre: Centre) -> None:
    dossier = a_dossier(state=State.PROCESSING)
    a_dossier()
    officer = member_of(Role.COUNTER_OFFICER, centre)
    correct_receipt(application=dossier, reason="Sai số", phone="", email="", at=MONDAY, acting_user=officer)
    forms = dossier.issued_forms.filter(number="01").order_by("sequence")
    assert [drawn_from(form)[1]["number"] for form in forms] == ["0001/TNHS", "0001/TNHS"]


@pytest.mark.django_db
def test_a_paper_issued_before_keeps_the_number_it_had(centre: Centre) -> None:
    dossier = a_dossier()
    form = dossier.issued_forms.get(number="01")
    form.frozen = {name: said for name, said in form.frozen.items() if name not in ("no", "book", "line")}
    form.save()
    said = drawn_from(form)[1]
    assert (said["number"], said["book"], said["book_line"]) == ("0001/TNHS", "2026", "1")


def _said(dossier: Application, number: str) -> dict[str, Any]:
    return drawn_from(dossier.issued_forms.get(number=number))[1]


def _numbers(dossiers: list[Application], number: str) -> list[str]:
    return [_said(dossier, number)["number"] for dossier in dossiers]


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
