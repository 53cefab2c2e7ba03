"""A bank that tells twice at one instant, and workers that take up the same row: real threads, real connections."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from applications.actions.match_notice import match_notice
from applications.enums import PaymentState, State
from applications.models import Application, BankNotice, Payment
from centres.models import Centre
from tests.applications.test_at_once import together
from tests.factories.applications import a_dossier
from tests.factories.bank import KEY, LATER, a_body, an_account, reference_of, send

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_equal_notices_at_once_make_one_payment(settings: Any, at_hanoi: Any) -> None:
    settings.BANK_NOTICE_KEYS = [KEY]
    an_account()
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    body = a_body(reference_of(dossier), 28_000)
    at_hanoi("2026-11-23 13:30")

    def tell(_number: int) -> bool:
        answer = send(Client(), body)
        assert answer.status_code == 200, answer.content
        for notice in BankNotice.objects.all():
            match_notice(notice_id=notice.pk, at=LATER)
        return bool(answer.json()["known"])

    found = together(6, tell)
    assert sorted(found) == [False, True, True, True, True, True]
    assert BankNotice.objects.count() == Payment.objects.count() == 1
    assert Application.objects.get(pk=dossier.pk).payment_state == PaymentState.PAID
    assert dossier.issued_forms.filter(number="BL").count() == 1


def test_two_transfers_at_once_are_two_payments_in_turn(settings: Any) -> None:
    from applications.actions.take_notice import take_notice  # noqa: PLC0415
    from applications.enums_bank import NoticeSource  # noqa: PLC0415
    from tests.factories.bank import told_of  # noqa: PLC0415

    an_account()
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    text = reference_of(dossier)
    rows = [
        take_notice(told=told_of(text, 28_000), body="", source=NoticeSource.NOTICE, at=LATER)[0] for _each in range(4)
    ]
    together(8, lambda number: match_notice(notice_id=rows[number % 4].pk, at=LATER) is not None)
    assert [row.sequence for row in Payment.objects.order_by("sequence")] == [1, 2, 3, 4]
    assert Payment.objects.order_by("sequence").last().held == 4 * 28_000  # type: ignore[union-attr]
    assert Application.objects.get(pk=dossier.pk).payment_state == PaymentState.OVER
    assert Centre.objects.count() >= 1
