"""A receipt is what it was when it was issued; what changes later stands on a new one, and both are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.correct import correct_receipt
from applications.actions.issue_receipt import draw, issue_receipt
from applications.handling import receipt_names_another_fee
from applications.models import Application, IssuedForm
from centres.enums import Role
from portal import files
from tests.applications.notarisation.test_requests import items_in, received
from tests.applications.payments.test_surplus import refuse
from tests.applications.printed import words_of
from tests.factories.applications import MONDAY
from tests.factories.certifications import a_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def _printed(form: IssuedForm) -> str:
    return words_of(files.read(issue_receipt(form=IssuedForm.objects.get(pk=form.pk), at=MONDAY).sha256))


def test_a_receipt_drawn_after_a_refusal_says_what_it_said_when_it_was_issued(as_: Any, client: Client) -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    form = dossier.issued_forms.get(number="01")
    before = draw(form)
    refuse(dossier, 0)
    form = IssuedForm.objects.get(pk=form.pk)
    assert draw(form) == before
    assert "Tổng cộng: 4.000" in _printed(form)
    copy = client.get(reverse("applications:public_receipt", args=[dossier.token]))
    assert "Tổng cộng: 4.000" in words_of(copy.content)
    page = as_(Role.COUNTER_OFFICER).get(reverse("applications:dossier", args=[dossier.pk])).content.decode()
    assert "phiếu đã in ghi mức phí khác" in page


def test_the_receipt_issued_again_sums_up_what_counts_and_the_old_one_is_kept() -> None:
    dossier = received(a_request("Giấy khai sinh", "Học bạ"))
    first = dossier.issued_forms.get(number="01")
    before = _printed(first)
    refuse(dossier, 0)
    dossier = Application.objects.get(pk=dossier.pk)
    assert receipt_names_another_fee(dossier)
    correct_receipt(
        application=dossier, reason="Phí đã thay đổi", phone="", email="", at=MONDAY, acting_user=dossier.received_by
    )
    second = dossier.issued_forms.get(number="01", sequence=2)
    said = _printed(second)
    assert "Tổng cộng: 2.000" in said and "Lý do: Phí đã thay đổi" in said and "không thu phí" in said
    assert not receipt_names_another_fee(Application.objects.get(pk=dossier.pk))
    refuse(dossier, 1)
    assert (_printed(first), _printed(second)) == (before, said)
    assert len(items_in(dossier)) == 2
