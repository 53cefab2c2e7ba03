"""Two leaders give the same money back at one instant: real threads, real connections."""

from __future__ import annotations

import pytest

from applications.actions.pay import refund, take_fee
from applications.enums import Method, PaymentState, State
from applications.ledger import paid_so_far
from applications.models import Application, Payment
from centres.enums import Role
from portal.errors import RuleBroken
from tests.applications.test_at_once import together
from tests.factories.applications import MONDAY, a_dossier, a_member, member_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_same_surplus_given_back_by_four_at_once_is_paid_out_once() -> None:
    dossier = a_dossier(procedure="land_change_info", state=State.PROCESSING)
    take_fee(
        application=dossier, amount=28_000, method=Method.CASH, receipt_number="BL1", at=MONDAY,
        acting_user=member_of(Role.COUNTER_OFFICER, dossier.competent),
    )  # fmt: skip
    line, leaders = dossier.fee_lines.get().pk, [a_member(Role.LEADER, dossier.competent) for _each in range(4)]

    def work(number: int) -> str:
        try:
            refund(
                application=Application.objects.get(pk=dossier.pk), fallen=[line], reason="Miễn", method=Method.CASH,
                receipt_number=f"HT{number}", at=MONDAY, acting_user=leaders[number],
            )  # fmt: skip
        except RuleBroken as refusal:
            return refusal.code
        return "paid out"

    found = together(4, work)
    assert sorted(found) == ["line_gone", "line_gone", "line_gone", "paid out"]
    dossier = Application.objects.get(pk=dossier.pk)
    assert (paid_so_far(dossier), dossier.payment_state) == (0, PaymentState.REFUNDED)
    assert Payment.objects.filter(kind="back").count() == 1
